// @ts-check
// What holds for this run: receivers, consumer, faults, limits; and the page's looks.
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';

import { changeSettings, clear, copyUrl } from './actions.js';
import { Dialog } from './dialog.js';
import { counted, FORMS, grouped, product, size, SLUGS } from './format.js';
import { KeysSwitch } from './help.js';
import { settings, theme } from './state.js';

/** @param {(value: string) => void} set */
const on = (set) => (/** @type {any} */ event) => set(event.currentTarget.value);

/** @type {Record<string, string>} */
const KINDS = { key: 'key', token: 'token', url: 'callback URL', secret: 'secret of the stack, JSON' };

/** Whether a text is the JSON of a stack's secret. @param {string} text */
const isSecret = (text) => /^\s*\{[^]*\}\s*$/.test(text);

/** A key, token, URL or whole secret that is written or dropped here, and never shown. */
function Add() {
  const [slug, setSlug] = useState('aliyun-ims');
  const [kind, setKind] = useState('key');
  const [value, setValue] = useState('');
  const add = async () => {
    const patch = kind === 'secret' ? { add_secret: { product: slug, value } } : { add: { product: slug, kind, value: value.trim() } };
    const done = await changeSettings(patch, `Added a ${kind === 'url' ? KINDS.url : kind} to ${slug}, for this run`);
    if (done) setValue('');
  };
  /** @param {DragEvent} event */
  const drop = async (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    const text = file === undefined ? (event.dataTransfer?.getData('text/plain') ?? '') : await file.text();
    setValue(text.trim());
    if (isSecret(text)) setKind('secret');
    else if (kind === 'secret') setKind('key');
  };
  return html`
    <div class="fields" onDragOver=${(/** @type {DragEvent} */ event) => event.preventDefault()} onDrop=${drop}>
      <label>Product <select value=${slug} onChange=${on(setSlug)}>
        ${SLUGS.map((one) => html`<option value=${one}>${product(one).long}</option>`)}
      </select></label>
      <label>Kind <select value=${kind} onChange=${on(setKind)}>
        ${Object.entries(KINDS).map(([name, words]) => html`<option value=${name}>${words}</option>`)}
      </select></label>
      <label class="wide-field">Value, which is never shown again; a file may be dropped here
        <input type=${kind === 'url' ? 'text' : 'password'} autocomplete="off" value=${value} onInput=${on(setValue)} />
      </label>
      <button type="button" class="button" disabled=${value === ''} onClick=${add}>Add</button>
    </div>`;
}

/** What one of a product's credentials is called, with the button that takes it away. @param {{of: string, kind: string, number: number}} props */
const Taken = ({ of, kind, number }) => html`
  <button type="button" class="chip" aria-label=${`Take ${KINDS[kind]} ${number} of ${of} away`}
    onClick=${() => changeSettings({ drop: { product: of, kind, number } }, `Took ${KINDS[kind]} ${number} of ${of} away, for this run`)}>
    ${KINDS[kind]} ${number} <span aria-hidden="true">×</span></button>`;

function Receivers() {
  return html`
    <ul class="plain-list">
      ${(settings.value?.receivers ?? []).map((one) => html`
        <li>
          <b class="vendor ${product(one.product).vendor}">${product(one.product).long}</b>
          <code>${one.url}</code>
          <div class="group">
            ${[['key', one.keys], ['token', one.tokens], ['url', one.callback_urls.length]].flatMap(([kind, count]) =>
              Array.from({ length: Number(count) }, (_, at) => html`<${Taken} of=${one.product} kind=${kind} number=${at + 1} />`))}
            ${one.unsigned && html`<b class="warn">accepts unsigned callbacks</b>`}
          </div>
          <button type="button" class="button" aria-label="Copy URL of ${one.product}" onClick=${() => copyUrl(one.product)}>
            Copy URL</button>
        </li>`)}
    </ul>`;
}

function Consumer() {
  const { consumer } = settings.value ?? {};
  const [url, setUrl] = useState(consumer?.url ?? '');
  const [match, setMatch] = useState(consumer?.match ?? '');
  const set = () => changeSettings({ consumer: { url: url || null, match } }, url ? 'New events go there from now on' : 'Events go nowhere else');
  return html`
    <div class="fields">
      <label class="wide-field">URL of your consumer
        <input type="url" placeholder="http://127.0.0.1:3000/events" value=${url} onInput=${on(setUrl)} />
      </label>
      <label class="wide-field">Only events that this search finds
        <input type="text" placeholder="all" spellcheck=${false} value=${match} onInput=${on(setMatch)} />
      </label>
      <button type="button" class="button" onClick=${set}>Set</button>
    </div>
    ${consumer?.url && html`<p class="faint">Events are posted ${FORMS[consumer.form]}; ${counted(consumer.queue, 'event')} waiting.</p>`}`;
}

function Faults() {
  const faults = settings.value?.faults ?? { status: null, remaining: 0, delay_ms: 0 };
  const [count, setCount] = useState('2');
  const [delay, setDelay] = useState(String(faults.delay_ms));
  return html`
    <div class="fields">
      <label>Answer 503 to the next <input type="number" min="0" max="1000" value=${count} onInput=${on(setCount)} /></label>
      <button type="button" class="button" onClick=${() => changeSettings({ faults: { status: 503, remaining: Number(count), delay_ms: faults.delay_ms } }, `The next ${count} callbacks are answered 503`)}>
        Set</button>
      <label>Wait before each answer, ms <input type="number" min="0" max="60000" value=${delay} onInput=${on(setDelay)} /></label>
      <button type="button" class="button" aria-label="Set delay" onClick=${() => changeSettings({ faults: { ...faults, delay_ms: Number(delay) } }, `Answers wait ${delay} ms`)}>
        Set</button>
    </div>
    ${faults.remaining > 0 && html`<p class="warn">The next ${faults.remaining} are answered ${faults.status}.</p>`}`;
}

export function Settings() {
  const { limits, keep } = settings.value ?? {};
  return html`
    <${Dialog} title="Settings" size="large">
      <div class="settings">
        <section>
          <h3>Receivers</h3>
          <${Receivers} />
          <${Add} />
          <p class="faint">A signature may be ${settings.value?.tolerance ?? 300} s old. What is added holds for this run.</p>
        </section>
        <section><h3>Consumer</h3><${Consumer} /></section>
        <section><h3>Faults</h3><${Faults} /></section>
        <section>
          <h3>Kept</h3>
          <p>${limits && html`${size(limits.used)} of ${size(limits.bytes)}, at most ${grouped(limits.callbacks)} callbacks; the oldest go first.`}</p>
          ${keep
            ? html`<p>Kept over a restart in <code>${keep.file}</code>, without keys, tokens and signatures.</p>`
            : html`<p class="faint">Gone with this run: <code>--keep callbacks.ndjson</code> keeps them.</p>`}
          ${keep?.problem && html`<p class="bad" role="alert">The file could not be written: ${keep.problem}</p>`}
          <button type="button" class="button" onClick=${clear}>Empty the list</button>
        </section>
        <section>
          <h3>Looks and keys</h3>
          <div class="group" role="group" aria-label="Theme">
            ${['system', 'light', 'dark'].map((name) => html`
              <button type="button" class="chip" aria-pressed=${theme.value === name} onClick=${() => (theme.value = name)}>${name}</button>`)}
          </div>
          <${KeysSwitch} />
        </section>
      </div>
    <//>`;
}
