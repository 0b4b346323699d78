// @ts-check
// The list: search, filters, and the rows that are in view.
import { computed, signal, useSignalEffect } from '@preact/signals';
import { html } from 'htm/preact';
import { useEffect, useRef } from 'preact/hooks';

import { consumed } from './actions.js';
import { about, clock, counted, date, face, good, grouped, product, VIA } from './format.js';
import { Icon } from './icons.js';
import { need, place, reload, show } from './live.js';
import { open, search } from './route.js';
import {
  counts, dropped, listProblem, marked, paused, query, ready, route, rows, searched, total, waiting,
} from './state.js';

/** Heights in pixels, as list.css has them. */
const ROW = 58;
const HEADING = 30;
/** What is drawn above and below what is in view. */
const MARGIN = 4 * ROW;

/** @type {[string, string, keyof typeof counts.value][]} */
const FILTERS = [
  ['All', '', 'all'],
  ['Failed', 'group:failed', 'failed'],
  ['Refused', 'group:refused', 'refused'],
  ['Unknown', 'group:unknown', 'unknown'],
  ['Moderation', 'group:moderation', 'moderation'],
];

/** Now, in steps of a minute: what is new becomes old. */
const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 20_000);

const DAY = 86_400_000;

/**
 * The group of a time: 1 for the last minute, 0 for today, less for each day before.
 *
 * @param {number} at
 * @param {number} midnight the last one
 */
const groupOf = (at, midnight) => (at > now.value - 60_000 ? 1 : at >= midnight ? 0 : Math.floor((at - midnight) / DAY));

/** @param {number} group @param {number} at */
const headingOf = (group, at) => (group === 1 ? 'In the last minute' : group === 0 ? 'Earlier today' : date(at));

/** Where each group of rows begins, in pixels. Rows that are not loaded yet follow the last group. */
const layout = computed(() => {
  /** @type {{number: number, heading: string, first: number, count: number, top: number}[]} */
  const groups = [];
  const midnight = new Date(now.value).setHours(0, 0, 0, 0);
  let top = 0;
  rows.value.forEach(({ at = 0 }, index) => {
    const number = groupOf(at, midnight);
    let group = groups.at(-1);
    if (group?.number !== number) {
      group = { number, heading: headingOf(number, at), first: index, count: 0, top };
      groups.push(group);
      top += HEADING;
    }
    group.count += 1;
    top += ROW;
  });
  const unloaded = Math.max(0, total.value - waiting.value.length - rows.value.length);
  return { groups, loaded: top, height: top + unloaded * ROW };
});

/** The pixel at which a row begins. @param {number} index */
function topOf(index) {
  const group = layout.value.groups.find(({ first, count }) => index >= first && index < first + count);
  return group === undefined ? 0 : group.top + HEADING + (index - group.first) * ROW;
}

const view = signal({ top: 0, height: 900 });

/** The rows and headings between two pixels. */
const inView = computed(() => {
  const from = view.value.top - MARGIN;
  const to = view.value.top + view.value.height + MARGIN;
  /** @type {{heading?: string, index?: number, top: number}[]} */
  const found = [];
  for (const { heading, first, count, top } of layout.value.groups) {
    if (top > to || top + HEADING + count * ROW < from) continue;
    found.push({ heading, top });
    const start = Math.max(0, Math.floor((from - top - HEADING) / ROW));
    const end = Math.min(count, Math.ceil((to - top - HEADING) / ROW));
    for (let at = start; at < end; at += 1) found.push({ index: first + at, top: top + HEADING + at * ROW });
  }
  return found;
});

/** @param {{row: import('./types.js').Summary, index: number, top: number}} props */
function Row({ row, index, top }) {
  const { icon, tone, first, second } = face(row);
  const { vendor, company, name } = product(row.product);
  const isOpen = route.value.name === 'callback' && route.value.seq === row.seq;
  const said = [row.name, about(row)].filter(Boolean).join(', ');
  return html`
    <li
      class="row ${isOpen ? 'open' : ''}"
      id=${`row-${row.seq}`}
      role="option"
      aria-selected=${isOpen}
      aria-setsize=${total.value}
      aria-posinset=${index + 1}
      style=${{ transform: `translateY(${top}px)` }}
      onClick=${() => open(row.seq)}
    >
      <div class="badge-icon ${tone}"><${Icon} name=${icon} /></div>
      <div class="first">
        <b>${first}</b> <span class=${tone}>${second}</span>
        ${row.repeats > 1 && html`<span class="badge" title="deliveries of this event so far">×${row.repeats}</span>`}
        ${row.events.length > 1 && html`<span class="badge">${row.events.length} events</span>`}
        ${VIA[row.via] && html`<span class="badge">${VIA[row.via]}</span>`}
        ${marked.value.includes(row.seq) && html`<span class="badge mark-badge">marked</span>`}
      </div>
      <time class="at" datetime=${row.received}>${clock(row.received)}</time>
      <div class="second"><b class="vendor ${vendor}">${company} ${name}</b> ${said}</div>
      <div class="at ${row.consumer && row.consumer.state !== 'waiting' && !good(row.consumer.status) ? 'bad' : ''}">
        ${consumed(row.consumer)}
      </div>
    </li>`;
}

/** @param {{box: {current: HTMLElement | null}}} props */
function Rows({ box }) {
  const { height } = layout.value;
  const shown = inView.value;
  const isShown = shown.some(({ index }) => index !== undefined && rows.value[index]?.seq === route.value.seq);
  const active = isShown && route.value.name === 'callback' ? `row-${route.value.seq}` : undefined;
  return html`
    <ul
      id="rows"
      ref=${box}
      role="listbox"
      tabindex="0"
      aria-label="Callbacks, newest first"
      aria-activedescendant=${active}
      onScroll=${onScroll}
      onPointerMove=${() => (place.pointed = Date.now())}
      onPointerLeave=${() => (place.pointed = 0)}
    >
      <li class="room" role="presentation" style=${{ height: `${height}px` }}></li>
      ${shown.map(({ heading, index, top }) => {
        const row = index === undefined ? undefined : rows.value[index];
        if (row !== undefined && index !== undefined) {
          return html`<${Row} key=${row.seq} row=${row} index=${index} top=${top} />`;
        }
        return html`
          <li key=${heading} class="heading" role="presentation" style=${{ transform: `translateY(${top}px)` }}>
            ${heading}
          </li>`;
      })}
    </ul>`;
}

/** @param {Event} event */
function onScroll(event) {
  const { scrollTop, clientHeight } = /** @type {HTMLElement} */ (event.currentTarget);
  view.value = { top: scrollTop, height: clientHeight };
  const wasTop = place.isTop;
  place.isTop = scrollTop < 8;
  if (place.isTop && !wasTop && !paused.value && waiting.value.length > 0) show();
  const missing = scrollTop + clientHeight + MARGIN * 4 - layout.value.loaded;
  if (missing > 0) void need(rows.value.length + Math.ceil(missing / ROW));
}

function Filters() {
  const text = query.value.trim();
  return html`
    <div class="filters" role="group" aria-label="Filters">
      ${FILTERS.map(
        ([name, filter, count]) => html`
          <button type="button" class="chip" aria-pressed=${text === filter} onClick=${() => search(filter)}>
            ${name} <span>${grouped(counts.value[count] ?? 0)}</span>
          </button>`,
      )}
    </div>`;
}

function Nothing() {
  if (!ready.value || (searched.value !== query.value && listProblem.value === '')) {
    return html`<p class="nothing">Reading the list…</p>`;
  }
  if (listProblem.value !== '') {
    return html`
      <div class="nothing" role="alert">
        <p><b>The list cannot be shown.</b> ${listProblem.value}</p>
        <button type="button" class="button" onClick=${() => void reload()}>Try again</button>
      </div>`;
  }
  if (query.value !== '') return html`<${NotFound} />`;
  return html`
    <p class="nothing"><b>No callbacks yet.</b> Each one appears here as it arrives, also those that are refused.</p>`;
}

/** What was searched, and what is near to it. */
function NotFound() {
  const words = query.value.trim().split(/\s+/);
  const nearer = words.length > 1 ? words.slice(0, -1).join(' ') : '';
  return html`
    <div class="nothing">
      <p><b>Nothing found</b> for <code>${query.value}</code> in ${counted(counts.value.all ?? 0, 'callback')}.</p>
      <p>
        ${nearer !== '' && html`
          <button type="button" class="button" onClick=${() => search(nearer)}>Search ${nearer}</button>`}
        <button type="button" class="button" onClick=${() => search('')}>Show all</button>
      </p>
      <p class="faint">
        Fields: <code>type:media.*.failed</code> <code>product:</code> <code>kind:</code> <code>outcome:</code>
        <code>status:401</code> <code>media:</code> <code>job:</code> <code>id:</code> <code>consumer:>=500</code>
        <code>before:</code> <code>after:</code>, and <code>-</code> for not.
      </p>
    </div>`;
}

export function List() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  // A search begins at the top: what was in view may be beyond the end of what is found.
  useSignalEffect(() => {
    void query.value;
    box.current?.scrollTo(0, 0);
    view.value = { ...view.peek(), top: 0 };
    place.isTop = true;
  });
  // The selected row comes into view when the keys have moved the selection out of it.
  useSignalEffect(() => {
    const { seq } = route.value;
    const index = rows.peek().findIndex((row) => row.seq === seq);
    const list = box.current;
    if (index < 0 || list === null) return;
    const top = topOf(index);
    if (top < list.scrollTop + HEADING) list.scrollTo(0, Math.max(0, top - HEADING));
    else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTo(0, top + ROW - list.clientHeight);
  });
  useEffect(() => {
    const list = box.current;
    if (list === null) return undefined;
    const observer = new ResizeObserver(() => (view.value = { top: list.scrollTop, height: list.clientHeight }));
    observer.observe(list);
    return () => observer.disconnect();
  }, []);
  const jump = () => {
    show();
    box.current?.scrollTo(0, 0);
    box.current?.focus();
  };
  const isEmpty = rows.value.length === 0;
  return html`
    <section class="callbacks" aria-label="List of callbacks">
      ${route.value.name === 'home' && html`<h1 class="hidden narrow">Callbacks</h1>`}
      <div class="search">
        <${Icon} name="search" />
        <input
          id="search"
          type="search"
          aria-label="Search"
          placeholder="media id, job, file, type:*.failed, any text"
          autocomplete="off"
          spellcheck=${false}
          value=${query.value}
          onInput=${(/** @type {any} */ event) => search(event.currentTarget.value)}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <${Filters} />
      <div class="rows">
        <${Rows} box=${box} />
        ${isEmpty && html`<${Nothing} />`}
        ${waiting.value.length > 0 && html`
          <button type="button" class="pill" onClick=${jump}>${grouped(waiting.value.length)} new</button>`}
      </div>
      <${Foot} />
    </section>`;
}

function Foot() {
  const isSearched = query.value !== '' && searched.value === query.value;
  const found = isSearched ? `${counted(total.value, 'callback')} found` : '';
  const lost = dropped.value === 0 ? '' : `${counted(dropped.value, 'older one', 'older ones')} no longer kept`;
  const words = [found, lost].filter(Boolean).join('; ');
  if (words !== '') return html`<div class="foot" role="status">${words}</div>`;
  return html`
    <div class="foot">
      <span><kbd>J</kbd> <kbd>K</kbd> move</span>
      <span><kbd>R</kbd> replay</span>
      <span><kbd>E</kbd> edit and send</span>
      <span><kbd>M</kbd> media</span>
      <span><kbd>?</kbd> all keys</span>
    </div>`;
}
