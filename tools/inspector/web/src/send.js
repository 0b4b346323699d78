// @ts-check
// The panel that sends a callback, signed as its vendor does, or forged.
import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';

import { change, get, getText, withQuery } from './api.js';
import { copy, tellSent } from './actions.js';
import { Dialog } from './dialog.js';
import { edits, remember } from './edits.js';
import { clock as clockOf, counted, product, SLUGS } from './format.js';
import { open } from './route.js';
import { detail, dialog, selected, sendFrom, settings } from './state.js';

/** @type {[string, string][]} */
const FORGERIES = [['', 'nothing'], ['signature', 'signature'], ['timestamp', 'timestamp'], ['body', 'body'], ['token', 'token']];

/** What a callback would become, and the vendor's name of it, read while one types. @param {string} slug @param {string} body */
function usePreview(slug, body) {
  const [preview, setPreview] = useState({ words: '', name: '' });
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(async () => {
      if (body === '') return setPreview({ words: '', name: '' });
      try {
        const { types, events } = await change('POST', '/api/preview', { product: slug, body });
        if (isWanted) setPreview({ words: types.length === 0 ? 'no event' : types.join(', '), name: events[0]?.vendorevent ?? '' });
      } catch (problem) {
        if (isWanted) setPreview({ words: problem instanceof Error ? problem.message : '', name: '' });
      }
    }, 150);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [slug, body]);
  return preview;
}

/** What stands before the name of an edited body, so that it is no sample's. */
const EDIT = 'edited:';

/** A word for a shell. @param {string} text */
const quoted = (text) => (/^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export function Send() {
  const from = sendFrom.value;
  const edited = detail.value?.summary.seq === from ? detail.value?.summary : selected.value;
  // Without a callback to start from, it goes on with what was edited last.
  const [last] = from === null ? edits() : [];
  const start = (from === null ? last?.product : edited?.product) ?? 'aliyun-ims';
  const [slug, setSlug] = useState(start);
  const [samples, setSamples] = useState(/** @type {string[]} */ ([]));
  const [sample, setSample] = useState('');
  const [body, setBody] = useState('');
  const [forge, setForge] = useState('');
  const [key, setKey] = useState(1);
  const [clock, setClock] = useState('0');
  const [times, setTimes] = useState('1');
  const [problem, setProblem] = useState('');
  const [isSending, setIsSending] = useState(false);
  const { words: becomes, name: event } = usePreview(slug, body);
  const [isEdited, setIsEdited] = useState(false);
  const receiver = settings.value?.receivers.find((one) => one.product === slug);

  const fail = (/** @type {any} */ failure) => setProblem(failure.message);
  /** @param {string} name @param {string} [of] */
  const choose = (name, of = slug) => {
    setSample(name);
    setIsEdited(false);
    if (name.startsWith(EDIT)) setBody(edits().find((edit) => edit.product === of && EDIT + edit.name === name)?.body ?? '');
    else if (name !== '') getText(`/api/samples/${of}/${encodeURIComponent(name)}`).then(setBody, fail);
  };
  useEffect(() => {
    let isWanted = true;
    get(withQuery('/api/samples', { product: slug })).then(({ samples: names }) => {
      if (!isWanted) return;
      setSamples(names);
      if (last !== undefined && slug === start) choose(EDIT + last.name);
      else if (from === null || slug !== start) {
        choose(['snapshot-complete', 'transcode-complete', 'task-finish-transcode'].find((name) => names.includes(name)) ?? names[0] ?? '');
      }
    }, fail);
    return () => {
      isWanted = false;
    };
  }, [slug]);
  useEffect(() => {
    if (from !== null) getText(`/api/callbacks/${from}/body`).then(setBody, fail);
  }, [from]);

  const mine = edits().filter((edit) => edit.product === slug);
  const signs = slug !== 'tencent-ci';
  const tolerance = settings.value?.tolerance ?? 300;
  // Tencent Cloud VOD signs an expiry ten minutes ahead.
  const skew = Number(clock) < -(slug === 'tencent-vod' ? 600 : tolerance) || Number(clock) > tolerance;
  const isUnsigned = receiver?.unsigned === true;
  const isRefused = !isUnsigned && (forge === 'token' || (signs && (forge === 'signature' || forge === 'timestamp' || skew)));
  const expected = isRefused ? '401' : '200';
  const request = () => ({
    product: slug, body, key: signs ? key : null, forge: forge === '' ? null : forge, clock: Number(clock) || 0,
    times: Number(times) || 1,
  });
  const send = async () => {
    setIsSending(true);
    setProblem('');
    try {
      const sent = await change('POST', '/api/send', request());
      if (isEdited) remember({ product: slug, name: event, body, at: Date.now() });
      dialog.value = '';
      tellSent(sent);
      const last = sent.seqs?.at(-1);
      if (last !== undefined) open(last);
    } catch (failure) {
      fail(failure);
    } finally {
      setIsSending(false);
    }
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !isSending) void send();
  };
  const command = () => {
    const what = sample === '' || sample.startsWith(EDIT) ? '-' : sample;
    const parts = ['mediahook', 'send', slug, what, '--url', receiver?.url.split('?')[0] ?? ''];
    if (forge !== '') parts.push('--tamper', forge);
    if (Number(clock) !== 0) parts.push(`--skew=${Number(clock)}`);
    if (Number(times) > 1) parts.push('--repeat', times);
    return copy(parts.map(quoted).join(' '), 'the command; key and token come from MEDIAHOOK_KEY and MEDIAHOOK_TOKEN');
  };
  /** @param {(value: any) => void} set */
  const on = (set) => (/** @type {any} */ event) => set(event.currentTarget.value);
  return html`
    <${Dialog} title=${from === null ? 'Send a callback' : `Edit callback ${from} and send it`} size="large">
      <div class="send" onKeyDown=${onKeyDown}>
        <div class="fields">
          <label>Product <select autofocus value=${slug} onChange=${on(setSlug)}>
            ${SLUGS.map((one) => html`<option value=${one}>${product(one).long}</option>`)}
          </select></label>
          <label>From <select value=${sample} onChange=${(/** @type {any} */ event) => choose(event.currentTarget.value)}>
            <option value="">${from === null ? 'own body' : `callback ${from}`}</option>
            ${mine.length > 0 && html`
              <optgroup label="edited and sent before">
                ${mine.map(({ name, at }) => html`
                  <option value=${EDIT + name}>${name || 'no name'}, ${clockOf(new Date(at).toISOString())}</option>`)}
              </optgroup>`}
            <optgroup label=${counted(samples.length, 'sample')}>
              ${samples.map((name) => html`<option value=${name}>${name}</option>`)}
            </optgroup>
          </select></label>
        </div>
        <label class="body">Body
          <textarea spellcheck=${false} value=${body} onInput=${on((/** @type {string} */ text) => {
            setBody(text);
            setSample('');
            setIsEdited(true);
          })}></textarea>
        </label>
        <div class="fields">
          ${signs && html`
            <label>Sign with <select value=${key} onChange=${(/** @type {any} */ event) => setKey(Number(event.currentTarget.value))}>
              ${Array.from({ length: Math.max(1, receiver?.keys ?? 0) }, (_, at) => html`
                <option value=${at + 1}>${receiver?.keys ? `key ${at + 1}` : 'no key: only the token'}</option>`)}
            </select></label>
            <label>Clock, seconds ahead <input type="number" value=${clock} onInput=${on(setClock)} /></label>`}
          <label>Times <input type="number" min="1" max="100" value=${times} onInput=${on(setTimes)} /></label>
        </div>
        <fieldset>
          <legend>Forge</legend>
          ${FORGERIES.filter(([value]) => signs || value === '' || value === 'body' || value === 'token').map(([value, name]) => html`
            <label><input type="radio" name="forge" value=${value} checked=${forge === value} onChange=${() => setForge(value)} /> ${name}</label>`)}
        </fieldset>
        ${forge === 'body' && html`
          <p class="faint">No vendor’s signature covers the body: a forged one is accepted. That is why the token has to stay secret
            (docs/security.md).</p>`}
        <p class="outlook" role="status">
          ${becomes && html`becomes <b>${becomes}</b>; `}expected answer <b class=${isRefused ? 'bad' : 'ok'}>${expected}</b>
        </p>
        ${problem && html`<p class="bad" role="alert">${problem}</p>`}
      </div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick=${command}>Copy command</button>
        <button type="button" class="button primary" disabled=${isSending || body === ''} onClick=${send}>
          Send <kbd aria-hidden="true">Ctrl ↵</kbd>
        </button>
      </div>
    <//>`;
}
