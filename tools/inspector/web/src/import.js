// @ts-check
// What was logged elsewhere: a function URL request or a body, explained and decoded here.
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';

import { change } from './api.js';
import { Dialog } from './dialog.js';
import { product, SLUGS } from './format.js';
import { open } from './route.js';
import { dialog, say } from './state.js';

export function Import() {
  const [slug, setSlug] = useState('');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const submit = async () => {
    try {
      const { seqs } = await change('POST', '/api/import', { product: slug || null, text });
      dialog.value = '';
      say('Imported: it is not handed on');
      const last = seqs.at(-1);
      if (last !== undefined) open(last);
    } catch (failure) {
      setProblem(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return html`
    <${Dialog} title="Import a callback" size="large">
      <div class="send">
        <p class="faint">A function URL request from a log is explained as of its own time, with the keys and tokens of this run: start
          with the stack’s secret (<code>--secret aliyun-ims=-</code>). A body alone is decoded.</p>
        <div class="fields">
          <label>Product <select autofocus value=${slug} onChange=${(/** @type {any} */ event) => setSlug(event.currentTarget.value)}>
            <option value="">as it looks</option>
            ${SLUGS.map((one) => html`<option value=${one}>${product(one).long}</option>`)}
          </select></label>
        </div>
        <label class="body">Request or body
          <textarea spellcheck=${false} value=${text} onInput=${(/** @type {any} */ event) => setText(event.currentTarget.value)}></textarea>
        </label>
        ${problem && html`<p class="bad" role="alert">${problem}</p>`}
      </div>
      <div class="dialog-foot">
        <button type="button" class="button primary" disabled=${text.trim() === ''} onClick=${submit}>Import</button>
      </div>
    <//>`;
}
