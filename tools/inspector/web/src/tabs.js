// @ts-check
// The tabs that show one thing as it is: bytes, event, rule's view, headers, consumer.
import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';

import { getBytes, parseJson } from './api.js';
import { copy } from './actions.js';
import { Differences } from './compare.js';
import { clock, counted, duration, good, isRefused, size } from './format.js';
import { Checks } from './refusal.js';
import { settings } from './state.js';
import { Tree } from './tree.js';
import { hex, prettyXml } from './text.js';

/** @typedef {import('./types.js').Detail} Detail */

/** What one message of the queue and the bus may have. */
const MESSAGE = 256 * 1024;

/** Characters of a body that are shown at once. */
const SHOWN = 200_000;

/** @param {Uint8Array} bytes @param {string} format @param {string} view */
function shownAs(bytes, format, view) {
  if (view === 'hex') return hex(bytes);
  const text = new TextDecoder().decode(bytes);
  if (view === 'raw') return text;
  try {
    if (format === 'json') return JSON.stringify(parseJson(text), null, 2);
    if (format === 'xml') return prettyXml(text);
  } catch {
    // It is broken: then it is shown as it is.
  }
  return text;
}

/** @param {{seq: number, format: string, size: number}} props */
export function Bytes({ seq, format, size: length }) {
  const [bytes, setBytes] = useState(/** @type {Uint8Array | null} */ (null));
  const [view, setView] = useState('pretty');
  const [problem, setProblem] = useState('');
  useEffect(() => {
    getBytes(`/api/callbacks/${seq}/body`).then(setBytes, (failure) => setProblem(failure.message));
  }, [seq]);
  if (problem !== '') return html`<p class="nothing" role="alert">${problem}</p>`;
  if (bytes === null) return html`<p class="nothing">Reading the body…</p>`;
  const text = shownAs(bytes, format, view);
  return html`
    <div class="options">
      <div role="group" aria-label="View" class="group">
        ${['pretty', 'raw', 'hex'].map((name) => html`
          <button type="button" class="chip" aria-pressed=${view === name} onClick=${() => setView(name)}>${name}</button>`)}
      </div>
      <span class="faint">${size(length)}; a signature in the body is masked</span>
      <button type="button" class="button" onClick=${() => copy(new TextDecoder().decode(bytes), 'the body')}>Copy body</button>
    </div>
    <pre class="card code" tabindex="0" role="region" aria-label="Body as sent">${text.slice(0, SHOWN)}</pre>
    ${text.length > SHOWN && html`<p class="faint">The first ${counted(SHOWN, 'character')} are shown. “Save as sample” has all.</p>`}`;
}

/** @param {{open: Detail, number: number}} props */
export function Event({ open, number }) {
  const event = open.events[number];
  if (event === undefined) return html`<p class="nothing">There is no event: the callback was refused before it was read.</p>`;
  const bytes = open.sizes[number] ?? 0;
  const invalid = open.invalid[number] ?? [];
  return html`
    <div class="options">
      <span>${size(bytes)}${bytes > MESSAGE
        ? html`<b class="warn">, more than a message’s 256 KB: its data would go to S3</b>` : ' of the 256 KB of a message'}</span>
      ${invalid.length === 0
        ? html`<span class="ok">valid by its schema</span>`
        : html`<b class="bad">not valid by its schema</b>`}
      ${isRefused(open.summary) && html`<span class="badge warn">not authentic: decoded here only</span>`}
      <button type="button" class="button" onClick=${() => copy(JSON.stringify(event, null, 2), 'the event')}>Copy event</button>
    </div>
    ${invalid.length > 0 && html`
      <section class="card">
        <h2>What the schema says <small>schema/cloudevent-1.schema.json</small></h2>
        <ul class="plain-list">${invalid.map((problem) => html`<li><code class="bad">${problem}</code></li>`)}</ul>
      </section>`}
    ${open.before && html`<${Differences} left=${{ event: open.before[number] ?? {} }} right=${{ event }}
      head=${['when it came', 'with this build']} />`}
    <div class="card"><${Tree} value=${event} label="CloudEvent" /></div>`;
}

/** @param {{open: Detail, number: number}} props */
export function Rule({ open, number }) {
  const entry = open.eventbridge[number];
  if (entry === undefined) return html`<p class="nothing">A rule sees nothing of it: no event was published.</p>`;
  return html`
    <div class="options">
      <span class="faint">What a rule matches on, and what a target gets</span>
      <button type="button" class="button" onClick=${() => copy(JSON.stringify(entry, null, 2), 'what a rule sees')}>Copy</button>
    </div>
    <div class="card"><${Tree} value=${entry} label="What EventBridge hands on" /></div>`;
}

/** @param {{open: Detail}} props */
export function Headers({ open }) {
  const { method, host, path, query, headers } = open.request;
  return html`
    <section class="card">
      <h2>Request <small>secrets are masked</small></h2>
      <p class="code one">${method} ${host}${path}${query === '' ? '' : `?${query}`}</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Headers">
        <table>
          <tbody>
            ${headers.map(([name, value]) => html`<tr><th scope="row"><code>${name}</code></th><td><code>${value}</code></td></tr>`)}
          </tbody>
        </table>
      </div>
    </section>
    <section class="card">
      <h2>Answer <small>all that the sender is told</small></h2>
      <p class="code one">${open.answer.status} ${open.answer.body}</p>
    </section>
    <${Checks} findings=${open.findings} />`;
}

/** @param {{open: Detail}} props */
export function Consumer({ open }) {
  const { consumer } = settings.value ?? {};
  if (open.deliveries.length === 0) {
    if (consumer?.url) {
      const why = isRefused(open.summary) ? 'A refused callback is not handed on.' : consumer.match === '' ? 'It has not been handed on yet, or was already once.'
        : html`It has not been handed on yet, was already once, or is not found by <code>${consumer.match}</code>.`;
      return html`<p class="nothing"><b>Your consumer was not called.</b> ${why}</p>`;
    }
    return html`
      <p class="nothing"><b>No consumer.</b> Start with <code>--forward http://127.0.0.1:3000/events</code>, or set a URL in the settings:
        each new event is then handed on as EventBridge does, and its answer is shown here.</p>`;
  }
  return html`
    ${open.deliveries.map((one) => html`
      <section class="card delivery">
        <h2>
          <span class=${good(one.status) ? 'ok' : 'bad'}>${one.status ?? one.error ?? 'no answer'}</span>
          <small>${duration(one.millis)}, ${clock(one.at)}, POST <code>${one.to}</code></small>
        </h2>
        ${one.error && html`<p class="bad one">${one.error}</p>`}
        ${one.body === ''
          ? html`<p class="faint one">The answer has no body.</p>`
          : html`<pre class="code" tabindex="0" role="region" aria-label="Body of the answer">${one.body}</pre>`}
      </section>`)}`;
}
