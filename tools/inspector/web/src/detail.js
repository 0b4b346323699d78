// @ts-check
// The open callback: what it is, the way it went, and its tabs.
import { html } from 'htm/preact';

import { openSend, replay, replayOpen, saveSample } from './actions.js';
import { Became, isShort } from './became.js';
import { duration, face, good, isRefused as wasRefused, product, size, VIA } from './format.js';
import { Icon } from './icons.js';
import { Strip } from './strip.js';
import { Refusal } from './refusal.js';
import { go, readDetail, TABS, within } from './route.js';
import { detail, detailProblem, media, route, selected, settings } from './state.js';
import { Bytes, Consumer, Event, Headers, Rule } from './tabs.js';
import { extent, linesOf } from './tree.js';

/** @typedef {import('./types.js').Detail} Detail */

/** @param {string} id */
const short = (id) => (id.length > 14 ? `${id.slice(0, 12)}…` : id);

/** @param {Detail['findings']} findings @param {string} check */
const foundBy = (findings, check) => findings.find((finding) => finding.check === check)?.found ?? '';

/** What proved that it is the vendor's. @param {Detail} open */
function proof({ summary, findings }) {
  if (summary.via === 'pulled') return 'from the vendor’s queue';
  const parts = ['signature', 'token'].map((check) => foundBy(findings, check));
  return parts.filter((part) => part !== '' && !part.startsWith('no ')).join(', ') || 'nothing was checked';
}

/**
 * The way of a callback, step by step.
 *
 * @param {Detail} open
 * @returns {{name: string, says: string, state: 'ok' | 'bad' | 'no'}[]}
 */
function steps(open) {
  const { summary, request, limit_ms: limit, vendor } = open;
  const { status, millis, consumer } = summary;
  const event = summary.events[0] ?? (open.events[0] && kindOf(open.events[0]));
  const isRefused = wasRefused(summary);
  const { name } = product(summary.product);
  const format = { json: ' of JSON', xml: ' of XML' }[summary.format] ?? '';
  const named = event === undefined ? 'nothing' : `${event.kind}, ${event.outcome}`;
  const isNamed = event !== undefined && event.kind !== 'unknown' && event.kind !== 'unreadable';
  const isRead = event?.kind !== 'unreadable' && vendor[0] !== undefined;
  const waits = limit === null ? '' : `; ${name} waits ${duration(limit)}`;
  const result = consumer === null ? null : (consumer.status ?? 'failed');
  return [
    { name: 'Arrived', says: `${VIA[summary.via] ?? request.method}, ${size(summary.size)}${format}`, state: 'ok' },
    isRefused
      ? { name: 'Not authentic', says: summary.title ?? summary.reason ?? 'refused', state: 'bad' }
      : { name: 'Authentic', says: proof(open), state: 'ok' },
    { name: isRead ? 'Read' : 'Not readable', says: isRefused ? `only here: ${summary.name ?? 'no name'}`
        : isRead ? extent(linesOf(vendor[0])) : (summary.title ?? 'kept as it came'),
      state: isRefused ? 'no' : isRead ? 'ok' : 'bad' },
    { name: isNamed || isRefused ? 'Named' : 'No name', says: isRefused ? `would be ${named}` : named,
      state: isRefused || !isNamed ? 'no' : 'ok' },
    { name: `Answered ${status}`, says: `in ${duration(millis)}${isRefused ? '' : waits}`, state: good(status) ? 'ok' : 'bad' },
    consumer === null || result === null
      ? { name: 'Your consumer', says: isRefused ? 'not called' : settings.value?.consumer.url ? 'not called' : 'none is set',
          state: 'no' }
      : { name: `Your consumer ${consumer.state === 'waiting' ? '' : result}`,
          says: consumer.state === 'waiting' ? 'waits for its turn' : consumer.millis === null ? '' : duration(consumer.millis),
          state: consumer.state === 'waiting' ? 'no' : good(consumer.status) ? 'ok' : 'bad' },
  ];
}

/** @param {any} event */
function kindOf({ type }) {
  const [, kind = '', outcome = ''] = type.split('.');
  return { kind, outcome };
}

/** @param {{open: Detail}} props */
function Head({ open }) {
  const { summary, events, deprecated } = open;
  const isRefused = wasRefused(summary);
  const number = events[route.value.event] === undefined ? 0 : route.value.event;
  const event = events[number];
  const { icon, tone } = face(summary);
  const { vendor, long } = product(summary.product);
  const title = isRefused
    ? summary.status === 401 ? '401, not shown to be the vendor’s' : `${summary.status}, refused`
    : (event?.type ?? 'no event');
  return html`
    <div class="head">
      <div class="title">
        <button type="button" class="button plain back" aria-label="Back to the list" onClick=${() => go({})}>
          <${Icon} name="back" />
        </button>
        <div class="badge-icon ${tone}"><${Icon} name=${icon} /></div>
        <h1>${title}</h1>
        <div class="buttons">
          ${isRefused
            ? !summary.kept && html`<button type="button" class="button" onClick=${() => replay(summary.seq, 'receiver', true)}>
                Send again as received</button>`
            : html`<button type="button" class="button" onClick=${replayOpen}>Replay <kbd aria-hidden="true">R</kbd></button>`}
          <button type="button" class="button" onClick=${() => openSend(summary.seq)}>
            Edit and send <kbd aria-hidden="true">E</kbd>
          </button>
          <button type="button" class="button" onClick=${saveSample}>Save as sample</button>
        </div>
      </div>
      <p class="facts">
        <span><b class="vendor ${vendor}">${long}</b> ${summary.name ?? ''}</span>
        ${summary.events[0]?.job && html`<span>job <code>${summary.events[0].job}</code></span>`}
        ${event && html`<span title=${event.id}>event <code>${short(event.id)}</code></span>`}
        ${summary.repeats > 1 && html`<span>delivered ${summary.repeats} times so far</span>`}
        ${deprecated[number] && html`<span class="badge warn">deprecated by the vendor</span>`}
        ${open.before && html`<span class="badge warn">decodes differently now</span>`}
        ${event?.mediahooktest && html`<span class="badge">test</span>`}
      </p>
      <ol class="way">
        ${steps(open).map(({ name, says, state }) => html`<li class=${state}><b>${name}</b><span title=${says}>${says}</span></li>`)}
      </ol>
    </div>`;
}

/** @param {{open: Detail}} props */
function Tabs({ open }) {
  const { tab, event } = route.value;
  const isRefused = wasRefused(open.summary);
  /** @param {KeyboardEvent} key */
  function onKeyDown(key) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[key.key];
    if (by === undefined) return;
    const at = TABS.findIndex(({ id }) => id === tab);
    const next = TABS[(at + by + TABS.length) % TABS.length];
    if (next === undefined) return;
    within({ tab: next.id });
    document.getElementById(`tab-${next.id}`)?.focus();
    key.preventDefault();
  }
  /** @type {Record<string, any>} */
  const more = { headers: open.request.headers.length, consumer: open.summary.consumer?.status };
  return html`
    <div class="tabs">
      <div role="tablist" aria-label="Views of the callback" onKeyDown=${onKeyDown}>
        ${TABS.map(({ id, name }) => html`
          <button type="button" id=${`tab-${id}`} class="tab" role="tab" aria-selected=${id === tab} aria-controls="tab-panel"
            tabindex=${id === tab ? 0 : -1} onClick=${() => within({ tab: id })}>
            ${id === 'became' && isRefused ? 'Why' : name}${more[id] != null && html` <span>${more[id]}</span>`}
          </button>`)}
      </div>
      ${open.events.length > 1 && html`
        <label>Event <select value=${event}
          onChange=${(/** @type {any} */ change) => within({ event: Number(change.currentTarget.value), field: '' })}>
          ${open.events.map((one, at) => html`<option value=${at}>${at + 1} of ${open.events.length}: ${one.type}</option>`)}
        </select></label>`}
      ${tab === 'became' && !isRefused && html`
        <label class="switch">
          Only mapped fields
          <input type="checkbox" checked=${isShort.value}
            onChange=${(/** @type {any} */ change) => (isShort.value = change.currentTarget.checked)} />
        </label>`}
    </div>`;
}

/** @param {{open: Detail}} props */
function Panel({ open }) {
  const { tab, event: number } = route.value;
  const { summary, vendor, events } = open;
  switch (tab) {
    case 'sent':
      return html`<${Bytes} key=${summary.seq} seq=${summary.seq} format=${summary.format} size=${summary.size} />`;
    case 'event':
      return html`<${Event} open=${open} number=${number} />`;
    case 'eventbridge':
      return html`<${Rule} open=${open} number=${number} />`;
    case 'headers':
      return html`<${Headers} open=${open} />`;
    case 'consumer':
      return html`<${Consumer} open=${open} />`;
    default:
      if (wasRefused(summary)) return html`<${Refusal} open=${open} />`;
      return html`<${Became} key=${summary.seq} seq=${summary.seq} vendor=${vendor[number]} event=${events[number]} number=${number} />`;
  }
}

export function Detail() {
  const { seq, tab } = route.value;
  const open = detail.value;
  if (detailProblem.value !== '') {
    return html`
      <div class="page">
        <h1>Callback ${seq} cannot be shown</h1>
        <p class="lead" role="alert">${detailProblem.value}. It may have fallen out of what is kept.</p>
        <p class="buttons">
          <button type="button" class="button" onClick=${() => seq !== null && readDetail(seq)}>Try again</button>
          <button type="button" class="button" onClick=${() => go({})}>Back to the list</button>
        </p>
      </div>`;
  }
  if (open === null || open.summary.seq !== seq) {
    const row = selected.value;
    return html`<div class="page" aria-busy="true"><h1>${row?.events[0]?.type ?? row?.title ?? `Callback ${seq}`}</h1></div>`;
  }
  const isMap = tab === 'became' && !wasRefused(open.summary);
  return html`
    <div class="callback">
      <${Head} open=${open} />
      <${Tabs} open=${open} />
      <div id="tab-panel" class="panel ${isMap ? 'with-map' : ''}" role="tabpanel" aria-labelledby=${`tab-${tab}`}>
        <${Panel} open=${open} />
      </div>
      ${media.value && tab === 'became' && html`<${Strip} media=${media.value} seq=${open.summary.seq} />`}
    </div>`;
}
