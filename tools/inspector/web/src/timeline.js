// @ts-check
// All callbacks of one media by time: what was done, what is missing, what was refused and so lost.
import { signal } from '@preact/signals';
import { html } from 'htm/preact';

import { clock, counted, date, product, span } from './format.js';
import { Icon } from './icons.js';
import { address, go, open, readMedia } from './route.js';
import { media, mediaProblem, route } from './state.js';

/** @typedef {import('./types.js').MediaItem} MediaItem */

/** By the vendor's time, or by when it came. */
const isArrival = signal(false);

/** @param {MediaItem} item */
export function toneOf({ refused, outcome, verdict }) {
  if (refused) return 'bad';
  if (verdict === 'block' || verdict === 'review') return 'warn';
  return { succeeded: 'ok', failed: 'bad', partial: 'warn', canceled: 'warn', running: 'run' }[outcome] ?? 'none';
}

/** @param {MediaItem} item @param {boolean} isLate */
function words(item, isLate) {
  const parts = [];
  if (item.refused) parts.push(`${item.http}: refused, so lost`);
  else if (item.verdict === 'block') parts.push('blocked');
  else if (item.verdict === 'review') parts.push('needs a review');
  else parts.push(item.outcome);
  if (item.repeats > 1) parts.push(`×${item.repeats}`);
  if (item.steps !== null) parts.push(`${item.steps_seen ?? 0} of ${item.steps} steps seen`);
  if (isLate) parts.push('late: it ended before');
  return parts.join(', ');
}

/** A `running` that came after the end of the same kind moves nothing back. @param {MediaItem[]} items */
function lateOnes(items) {
  const ended = new Set();
  const late = new Set();
  for (const item of [...items].sort((one, other) => Date.parse(one.received) - Date.parse(other.received))) {
    if (item.refused) continue;
    if (item.outcome === 'running' && ended.has(item.kind)) late.add(item);
    else if (item.outcome !== 'running') ended.add(item.kind);
  }
  return late;
}

/** Round steps of time, in seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800];

/** @param {number} from @param {number} to */
function ticks(from, to) {
  const length = (to - from) / 1000;
  const step = (STEPS.find((seconds) => length / seconds <= 6) ?? Math.ceil(length / 6)) * 1000;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

/** @param {{item: MediaItem, place: (time: number) => number, isLate: boolean}} props */
function Lane({ item, place, isLate }) {
  const at = place(Date.parse(isArrival.value ? item.received : item.time));
  const begin = item.started_at === null || isArrival.value ? null : place(Date.parse(item.started_at));
  const end = item.finished_at === null ? at : place(Date.parse(item.finished_at));
  const isLeft = at > 62;
  const said = words(item, isLate);
  const { vendor, name } = product(item.product);
  const work = begin === null ? '' : span((Date.parse(item.finished_at ?? item.time) - Date.parse(item.started_at ?? '')) / 1000);
  return html`
    <li class="lane ${toneOf(item)} ${isLate ? 'late' : ''}">
      <b>${item.kind} <small class="vendor ${vendor}">${name}</small></b>
      <div class="track">
        ${begin !== null && html`
          <i class="work" title=${`${work} of work, as the vendor says`}
            style=${{ left: `${begin}%`, width: `${Math.max(0.3, end - begin)}%` }}></i>`}
        <a class="knot-link ${isLeft ? 'to-left' : ''}" href=${address({ name: 'callback', seq: item.seq })}
          style=${isLeft ? { right: `${100 - at}%` } : { left: `${at}%` }}
          onClick=${(/** @type {Event} */ event) => {
            event.preventDefault();
            open(item.seq);
          }}>
          <i class="knot ${item.refused ? 'cross' : ''}"></i>
          <span>${said} <small>${clock(isArrival.value ? item.received : item.time)}${work && `, ${work} of work`}</small></span>
        </a>
      </div>
    </li>`;
}

export function Timeline() {
  const found = media.value;
  const { key } = route.value;
  if (mediaProblem.value !== '' && found === null) {
    return html`
      <div class="page">
        <h1>No timeline of ${key}</h1>
        <p class="lead">No callback that is kept names it. ${mediaProblem.value}</p>
        <p class="buttons">
          <button type="button" class="button" onClick=${() => readMedia(key)}>Try again</button>
          <button type="button" class="button" onClick=${() => go({})}>Back to the list</button>
        </p>
      </div>`;
  }
  if (found === null) return html`<div class="page" aria-busy="true"><h1>${key}</h1></div>`;
  const { items, title, missing } = found;
  const times = items.flatMap((item) =>
    isArrival.value ? [item.received] : [item.time, item.started_at, item.finished_at].filter((time) => time !== null),
  ).map((time) => Date.parse(time));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const room = Math.max(1000, (last - first) * 0.04);
  const place = (/** @type {number} */ time) => ((time - first + room) / (last - first + 2 * room)) * 100;
  const late = lateOnes(items);
  const refused = items.filter((item) => item.refused).length;
  const lead = [counted(items.length, 'callback'), last > first && `in ${span((last - first) / 1000)}`, `on ${date(first)}`,
    refused > 0 && `${refused} refused`].filter(Boolean).join(', ');
  return html`
    <div class="page timeline">
      <div class="title">
        <button type="button" class="button plain back" aria-label="Back to the list" onClick=${() => go({})}>
          <${Icon} name="back" />
        </button>
        <h1>${title || key}</h1>
        <div class="group" role="group" aria-label="Time">
          <button type="button" class="chip" aria-pressed=${!isArrival.value} onClick=${() => (isArrival.value = false)}>
            vendor’s time</button>
          <button type="button" class="chip" aria-pressed=${isArrival.value} onClick=${() => (isArrival.value = true)}>
            arrival</button>
        </div>
      </div>
      <p class="lead">${lead.replace(', in', ' in')}</p>
      <section class="card chart" aria-label="Timeline">
        <div class="axis" aria-hidden="true"><b></b><div class="track">
          ${ticks(first, last).map((time) => html`<span style=${{ left: `${place(time)}%` }}>${clock(time)}</span>`)}
        </div></div>
        <ol>
          ${items.map((item) => html`
            <${Lane} key=${`${item.seq}-${item.event}`} item=${item} place=${place} isLate=${late.has(item)} />`)}
          ${missing.map((what) => html`
            <li class="lane none"><b>missing</b><div class="track"><span class="lacks"><i class="knot"></i>${what}</span></div></li>`)}
        </ol>
      </section>
      ${items.length < 2 && html`<p class="faint">Other callbacks of this media appear here.</p>`}
    </div>`;
}
