// @ts-check
// The other callbacks of the open one's media, in one line.
import { html } from 'htm/preact';

import { clock, counted, span } from './format.js';
import { address, go, open } from './route.js';
import { toneOf } from './timeline.js';

/**
 * @typedef {import('./types.js').Media} Media
 * @typedef {import('./types.js').MediaItem} MediaItem
 */

/** The most that stand in one line. */
const MOST = 7;

/** @param {MediaItem} item */
function says(item) {
  const parts = [clock(item.time)];
  if (item.repeats > 1) parts.push(`×${item.repeats}`);
  if (item.refused) parts.push(String(item.http));
  else if (item.verdict === 'block') parts.push('blocked');
  else if (item.outcome !== 'succeeded') parts.push(item.outcome);
  return parts.join(', ');
}

/** The work between begin and end, as the vendor says. @param {MediaItem} item */
export function work({ started_at: start, finished_at: end }) {
  if (start === null || end === null) return null;
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return seconds > 0 ? span(seconds) : null;
}

/** @param {{media: Media, seq: number}} props */
export function Strip({ media, seq }) {
  const { items, title, key, missing } = media;
  const at = Math.max(0, items.findIndex((item) => item.seq === seq));
  const from = Math.min(Math.max(0, at - 3), Math.max(0, items.length - MOST));
  const shown = items.slice(from, from + MOST);
  const refused = items.filter((item) => item.refused).length;
  const times = items.map((item) => Date.parse(item.time));
  const length = Math.max(...times) > Math.min(...times) ? ` in ${span((Math.max(...times) - Math.min(...times)) / 1000)}` : '';
  const facts = [title, `${counted(items.length, 'callback')}${length}`, refused > 0 && `${refused} refused`];
  return html`
    <section class="card strip" aria-label="This media">
      <h2>
        This media <small>${facts.filter(Boolean).join(', ')}</small>
        <a href=${address({ name: 'media', key })} onClick=${(/** @type {Event} */ event) => {
          event.preventDefault();
          go({ name: 'media', key });
        }}>Open timeline <kbd aria-hidden="true">M</kbd></a>
      </h2>
      ${items.length < 2
        ? html`<p class="faint">Other callbacks of this media appear here.</p>`
        : html`
          <ol>
            ${shown.map((item) => html`
              <li class="${toneOf(item)} ${item.seq === seq ? 'current' : ''}">
                <a href=${address({ name: 'callback', seq: item.seq })} aria-current=${item.seq === seq ? 'true' : undefined}
                  onClick=${(/** @type {Event} */ event) => {
                    event.preventDefault();
                    open(item.seq);
                  }}>
                  <b>${item.kind}</b><span>${says(item)}</span><i class="knot"></i>
                  <em>${work(item) ? `${work(item)} of work` : ''}</em>
                </a>
              </li>`)}
            ${missing.slice(0, 2).map((words) => html`
              <li class="none"><div><b>missing</b><span title=${words}>${words}</span><i class="knot"></i></div></li>`)}
          </ol>`}
    </section>`;
}
