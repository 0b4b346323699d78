// @ts-check
// What there is to do where no callback is open: a card for each receiver.
import { html } from 'htm/preact';

import { change, get } from './api.js';
import { copyUrl, openSend, tellSent } from './actions.js';
import { counted, FORMS, product } from './format.js';
import { Icon } from './icons.js';
import { open } from './route.js';
import { attempt, counts, dialog, ready, settings } from './state.js';

/** @typedef {import('./types.js').Receiver} Receiver */

/** What has come to a receiver, in words. @param {Receiver} receiver */
function stateOf({ state, reached_as: host, last_refusal: refusal }) {
  const reached = host === null ? state : `reached as ${host}`;
  return refusal === null ? reached : `${state === 'nothing yet' ? '' : `${reached}, `}${refusal}`;
}

/** Sends the first bundled sample of a product, signed as its vendor does. @param {string} slug */
const sendSample = (slug) =>
  attempt(async () => {
    const { samples } = await get(`/api/samples?product=${slug}`);
    const usual = ['transcode-complete', 'task-finish-transcode', 'procedure-state-changed', 'file-upload-complete'];
    const sample = usual.find((name) => samples.includes(name)) ?? samples[0];
    const sent = await change('POST', '/api/send', { product: slug, sample, to: 'receiver', times: 1 });
    tellSent(sent);
    const last = sent.seqs.at(-1);
    if (last !== undefined) open(last);
  });

/** @param {{receiver: Receiver}} props */
function Card({ receiver }) {
  const { vendor, long } = product(receiver.product);
  const { keys, tokens, callback_urls: urls } = receiver;
  const tone = receiver.last_refusal !== null ? 'bad' : receiver.state === 'reached' ? 'ok' : 'none';
  const knows = receiver.unsigned
    ? 'accepts anything: unsigned callbacks are allowed'
    : [counted(keys, 'key'), urls.length > 0 && counted(urls.length, 'callback URL'), counted(tokens, 'token')]
        .filter(Boolean)
        .join(', ');
  return html`
    <li class="card receiver">
      <h2><b class="vendor ${vendor}">${long}</b> <small>${receiver.product}</small></h2>
      <p class="state ${tone}"><i class="dot ${tone}"></i>${stateOf(receiver)}</p>
      <dl>
        <div><dt>URL</dt><dd><code>${receiver.url}</code></dd></div>
        <div><dt>Knows</dt><dd class=${receiver.unsigned ? 'warn' : ''}>${knows}</dd></div>
        <div><dt>At the vendor</dt><dd>${receiver.console}</dd></div>
        ${receiver.limit !== null && html`<div><dt>Limit</dt><dd>${receiver.limit}</dd></div>`}
      </dl>
      <p class="buttons">
        <button type="button" class="button" onClick=${() => copyUrl(receiver.product)}
          aria-label="Copy URL of ${receiver.product}">Copy URL</button>
        <button type="button" class="button" onClick=${() => sendSample(receiver.product)}
          aria-label="Send a sample to ${receiver.product}">Send a sample</button>
      </p>
    </li>`;
}

export function Home() {
  const all = settings.value?.receivers ?? [];
  const isEmpty = ready.value && !counts.value.all;
  const consumer = settings.value?.consumer.url;
  return html`
    <div class="page home">
      <h1>${isEmpty ? 'Waiting for the first callback' : 'Receivers'}</h1>
      <p class="lead">
        ${isEmpty
          ? `Enter a URL at the vendor, or send a sample now: that needs no network. The URL of a tunnel takes the place of the
             address here; point the tunnel at the receivers' port, never at this page.`
          : 'Select a callback in the list to see what became of it.'}
      </p>
      <ul class="cards">${all.map((receiver) => html`<${Card} key=${receiver.product} receiver=${receiver} />`)}</ul>
      <section class="card consumer-card">
        <h2>Your consumer</h2>
        ${consumer
          ? html`<p>Each new event goes to <code>${consumer}</code>, ${FORMS[settings.value?.consumer.form ?? ''] ?? ''}.</p>`
          : html`<p>Events go nowhere else. Start with <code>--forward http://127.0.0.1:3000/events</code>, or set a URL in the
              settings, to hand each event on as EventBridge does.</p>`}
      </section>
      <p class="buttons">
        <button type="button" class="button primary" onClick=${() => openSend(null)}>
          <${Icon} name="send" />Choose what to send
        </button>
        <button type="button" class="button" onClick=${() => (dialog.value = 'import')}>Import a logged request</button>
      </p>
    </div>`;
}
