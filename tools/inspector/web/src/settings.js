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

/** A key, token or URL that is written, and never shown. */
function Add() {
  const [slug, setSlug] = useState('aliyun-ims');
  const [kind, setKind] = useState('key');
  const [value, setValue] = useState('');
  const add = async () => {
    const done = await changeSettings({ add: { product: slug, kind, value } }, `Added a ${kind} to ${slug}, for this run`);
    if (done) setValue('');
  };
  return html`
    <div class="fields">
      <label>Product <select value=${slug} onChange=${on(setSlug)}>
        ${SLUGS.map((one) => html`<option value=${one}>${product(one).long}</option>`)}
      </select></label>
      <label>Kind <select value=${kind} onChange=${on(setKind)}>
        <option value="key">key</option><option value="token">token</option><option value="url">callback URL</option>
      </select></label>
      <label class="wide-field">Value, which is never shown again
        <input type=${kind === 'url' ? 'text' : 'password'} autocomplete="off" value=${value} onInput=${on(setValue)} />
      </label>
      <button type="button" class="button" disabled=${value === ''} onClick=${add}>Add</button>
    </div>`;
}

function Receivers() {
  return html`
    <ul class="plain-list">
      ${(settings.value?.receivers ?? []).map((one) => html`
        <li>
          <b class="vendor ${product(one.product).vendor}">${product(one.product).long}</b>
          <span>
            ${counted(one.keys, 'key')}, ${counted(one.tokens, 'token')}, ${counted(one.callback_urls.length, 'callback URL')}
            ${one.unsigned && html`<b class="warn"> accepts unsigned callbacks</b>`}
          </span>
          <code>${one.url}</code>
          <button type="button" class="button" aria-label="Copy URL of ${one.product}" onClick=${() => copyUrl(one.product)}>
            Copy URL</button>
        </li>`)}
    </ul>`;
}

function Consumer() {
  const { consumer } = settings.value ?? {};
  const [url, setUrl] = useState(consumer?.url ?? '');
  return html`
    <div class="fields">
      <label class="wide-field">URL of your consumer
        <input type="url" placeholder="http://127.0.0.1:3000/events" value=${url} onInput=${on(setUrl)} />
      </label>
      <button type="button" class="button" onClick=${() => changeSettings({ consumer: { url: url || null } }, url ? 'New events go there from now on' : 'Events go nowhere else')}>
        Set</button>
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
  const limits = settings.value?.limits;
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
