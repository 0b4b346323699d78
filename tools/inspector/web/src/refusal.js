// @ts-check
// Why a callback was refused: only this page says it, the sender gets the same bare answer as ever.
import { html } from 'htm/preact';

import { changeSettings, copy, copyUrl, replay } from './actions.js';
import { product } from './format.js';
import { dialog } from './state.js';
import { Tree } from './tree.js';

/**
 * @typedef {import('./types.js').Detail} Detail
 * @typedef {import('./types.js').Finding} Finding
 */

/** The URLs in a finding's words stand in backquotes. @param {string} words */
const urlsIn = (words) => [...words.matchAll(/`(https?:\/\/[^`]*)`/g)].map(([, url = '']) => url);

/**
 * What is common to two texts at their beginning and end, and what each has between.
 *
 * @param {string} one
 * @param {string} other
 */
export function split(one, other) {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return {
    before: one.slice(0, start),
    one: one.slice(start, one.length - end),
    other: other.slice(start, other.length - end),
    after: one.slice(one.length - end),
  };
}

/**
 * The URL that was signed, and the configured one that is nearest to it.
 *
 * @param {Finding[]} findings
 */
function twoUrls(findings) {
  const finding = findings.find(({ check, passed }) => check === 'signature' && !passed);
  const [signed] = urlsIn(finding?.found ?? '');
  if (finding === undefined || signed === undefined) return null;
  const distance = (/** @type {string} */ url) => {
    const { one, other } = split(signed, url);
    return one.length + other.length;
  };
  const [configured] = urlsIn(finding.expected).sort((one, other) => distance(one) - distance(other));
  return configured === undefined || configured === signed ? null : { signed, configured };
}

/** Words with what stands in backquotes as code. @param {string} words */
const coded = (words) => words.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));

/** @type {Record<string, string>} */
const NAMES = {
  token: 'Token', form: 'Signed parts', time: 'Time', signature: 'Signature', method: 'Method', size: 'Size',
  credentials: 'Credentials',
};

/** Each check with what was expected and found. @param {{findings: Finding[]}} props */
export const Checks = ({ findings }) => html`
  <section class="card">
    <h2>All that was checked <small>the answer to the sender says none of it</small></h2>
    ${findings.length === 0
      ? html`<p class="one faint">Nothing was checked: it did not come over HTTP.</p>`
      : html`
        <table class="checks">
          <tbody>
            ${findings.map(({ check, passed, expected, found, hint }) => html`
              <tr class=${passed ? 'passed' : 'failed'}>
                <td class=${passed ? 'ok' : 'bad'}>
                  <span aria-hidden="true">${passed ? '✓' : '✗'}</span><span class="hidden">${passed ? 'passed' : 'failed'}</span>
                </td>
                <th scope="row">${NAMES[check] ?? check}</th>
                <td>
                  ${coded(found)}
                  ${!passed && html`<small>expected: ${coded(expected)}</small>`}
                  ${hint && hint !== found && html`<small class=${passed ? '' : 'hint'}>${coded(hint)}</small>`}
                </td>
              </tr>`)}
          </tbody>
        </table>`}
  </section>`;

/** @param {{signed: string, configured: string, name: string}} props */
function Urls({ signed, configured, name }) {
  const { before, one, other, after } = split(signed, configured);
  return html`
    <section class="card">
      <h2>Callback URL</h2>
      <dl class="urls">
        <div><dt>${name} signed</dt><dd><code>${before}<mark>${one}</mark>${after}</code></dd></div>
        <div><dt>you configured</dt><dd><code>${before}<ins>${other}</ins>${after}</code></dd></div>
      </dl>
      ${one === '' && html`<p class="hidden">The signed URL lacks ${other}</p>`}
    </section>`;
}

/** The words above all others. @param {Detail} open */
function verdict({ summary, findings }) {
  const failed = findings.filter(({ passed }) => !passed);
  const [first] = failed;
  const { name } = product(summary.product);
  const right = findings.filter(({ passed }) => passed).map(({ check }) => (NAMES[check] ?? check).toLowerCase());
  const found = (/** @type {Finding} */ { check, found: words }) => `${NAMES[check] ?? check}: ${words}`;
  let title = summary.title ?? first?.found ?? 'It was refused';
  let parts = failed.map((finding) => finding.hint ?? found(finding));
  if (failed.length === 1 && first?.hint) {
    // The only hint is the headline, up to what is to be done.
    const [what = '', ...advice] = first.hint.split(': ');
    title = what;
    parts = [advice.length > 0 ? advice.join(': ') : found(first)];
  }
  if (failed.length === 0) parts = [`${name} is told ${summary.status}`];
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    parts,
    right: right.length === 0 ? '' : `Right: ${right.join(', ')}.`,
  };
}

/** @param {{open: Detail}} props */
export function Refusal({ open }) {
  const { summary, findings, events } = open;
  const urls = twoUrls(findings);
  const { title, parts, right } = verdict(open);
  const failed = new Set(findings.filter(({ passed }) => !passed).map(({ check }) => check));
  const { name } = product(summary.product);
  const accept = async () => {
    const patch = { accept_url: { product: summary.product, seq: summary.seq } };
    await changeSettings(patch, 'Accepted from now on, for this run: send it again to try');
  };
  const hasNoKey = failed.has('signature') && urls === null;
  const [event] = events;
  return html`
    <div class="why">
      <section class="verdict" aria-labelledby="verdict">
        <h2 id="verdict">${coded(title)}</h2>
        ${parts.map((part) => html`<p>${coded(part.charAt(0).toUpperCase() + part.slice(1))}.</p>`)}
        ${right && html`<p>${right}</p>`}
        ${summary.kept && html`<p>It came before the last start, and was kept without its secrets: it cannot be sent again as it was.</p>`}
        <p class="buttons">
          ${urls && !summary.kept && html`
            <button type="button" class="button primary" onClick=${accept}>Accept this URL from now on</button>
            <button type="button" class="button" onClick=${() => copyUrl(summary.product)}>Copy what to set at the vendor</button>`}
          ${failed.has('token') && html`
            <button type="button" class="button primary" onClick=${() => copyUrl(summary.product)}>Copy URL with its token</button>`}
          ${(hasNoKey || failed.has('credentials')) && html`
            <button type="button" class="button primary" onClick=${() => (dialog.value = 'settings')}>Add a key</button>`}
          ${!summary.kept && html`
            <button type="button" class="button" onClick=${() => replay(summary.seq, 'receiver', true)}>Send again as received</button>`}
          <button type="button" class="button" onClick=${() => copy(inWords(open), 'the findings')}>Copy findings</button>
        </p>
      </section>
      ${urls && html`<${Urls} signed=${urls.signed} configured=${urls.configured} name=${name} />`}
      <${Checks} findings=${findings} />
      ${event && html`
        <section class="card">
          <h2>What it would have become <small>decoded here only; marked as not authentic, and not handed on</small></h2>
          <${Tree} value=${brief(event)} label="What it would have become" />
        </section>`}
    </div>`;
}

/** What matters of an event. @param {any} event */
function brief({ type, subject, time, data = {} }) {
  const { job, media, outputs, error } = data;
  const all = { type, subject, time, job: job?.id, media, outputs: outputs?.length, error };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** For an issue or a colleague. @param {Detail} open */
const inWords = ({ summary, findings }) =>
  [`${summary.product}: ${summary.status}, ${summary.title ?? summary.reason ?? ''}`]
    .concat(findings.map(({ check, passed, expected, found, hint }) =>
      `${passed ? '✓' : '✗'} ${check}: ${found}${passed ? '' : ` (expected: ${expected})`}${hint ? ` (${hint})` : ''}`))
    .join('\n');
