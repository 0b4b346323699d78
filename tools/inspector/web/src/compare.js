// @ts-check
// The difference of two callbacks, field by field.
import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';

import { getCallback } from './api.js';
import { clock } from './format.js';
import { Icon } from './icons.js';
import { address, go, open } from './route.js';
import { marked, route } from './state.js';
import { linesOf } from './tree.js';

/** @typedef {import('./types.js').Detail} Detail */

/** The event, and what the vendor sent. @param {Detail} callback */
function partsOf({ events, vendor }) {
  const { data: { vendor: _, ...data } = {}, ...envelope } = events[0] ?? {};
  return { event: { ...envelope, data }, vendor: vendor[0] ?? {} };
}

/** Values by path. @param {any} parts */
function values(parts) {
  const leaves = linesOf(parts).filter(({ kind }) => kind !== 'object' && kind !== 'list');
  return new Map(leaves.map(({ path, text }) => [path, text]));
}

/**
 * The paths at which two objects differ.
 *
 * @param {any} one
 * @param {any} other
 */
function differences(one, other) {
  const [left, right] = [values(one), values(other)];
  const paths = [...new Set([...left.keys(), ...right.keys()])];
  return paths
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => ({ path, left: left.get(path), right: right.get(path) }));
}

/** @param {{left: any, right: any, head: [any, any]}} props */
export const Differences = ({ left: one, right: other, head }) => html`
  <section class="card">
    <div class="scroll" tabindex="0" role="region" aria-label="Differences">
      <table class="differences">
        <thead><tr><th scope="col">Field</th><th scope="col">${head[0]}</th><th scope="col">${head[1]}</th></tr></thead>
        <tbody>
          ${differences(one, other).map(({ path, left, right }) => html`
            <tr>
              <th scope="row"><code>${path}</code></th>
              <td><code class="bad">${left ?? 'absent'}</code></td><td><code class="ok">${right ?? 'absent'}</code></td>
            </tr>`)}
        </tbody>
      </table>
    </div>
  </section>`;

export function Compare() {
  const { key } = route.value;
  const [pair, setPair] = useState(/** @type {Detail[] | null} */ (null));
  const [problem, setProblem] = useState('');
  useEffect(() => {
    setPair(null);
    Promise.all(key.split('/').map((seq) => getCallback(Number(seq)))).then(setPair, (failure) =>
      setProblem(failure.message),
    );
  }, [key]);
  const [one, other] = pair ?? [];
  const close = () => {
    marked.value = [];
    go({});
  };
  const head = html`
    <div class="title">
      <button type="button" class="button plain back" aria-label="Back to the list" onClick=${close}><${Icon} name="back" /></button>
      <h1>Two callbacks compared</h1>
      <div class="buttons"><button type="button" class="button" onClick=${close}>Remove marks</button></div>
    </div>`;
  if (problem !== '') return html`<div class="page">${head}<p class="lead" role="alert">${problem}</p></div>`;
  if (one === undefined || other === undefined) return html`<div class="page" aria-busy="true">${head}</div>`;
  const [left, right] = [partsOf(one), partsOf(other)];
  const found = differences(left, right);
  const name = (/** @type {Detail} */ { summary }) => html`
    <a href=${address({ name: 'callback', seq: summary.seq })} onClick=${(/** @type {Event} */ event) => {
      event.preventDefault();
      open(summary.seq);
    }}>${summary.name ?? summary.title ?? `callback ${summary.seq}`}, ${clock(summary.received)}</a>`;
  return html`
    <div class="page compare">
      ${head}
      <p class="lead">${found.length === 0 ? 'They are the same in every field.' : `${found.length} fields differ.`}</p>
      <${Differences} left=${left} right=${right} head=${[name(one), name(other)]} />
    </div>`;
}
