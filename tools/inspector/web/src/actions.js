// @ts-check
// What buttons and keys do with a callback.
import { change, get, getText } from './api.js';
import { counted, duration, isRefused, kebab } from './format.js';
import { readSettings } from './live.js';
import { address, go, open, readDetail } from './route.js';
import { attempt, detail, dialog, marked, route, rows, say, sendFrom, settings } from './state.js';

/** @param {string} text @param {string} what */
export const copy = (text, what) =>
  attempt(async () => {
    await navigator.clipboard.writeText(text);
    say(`Copied: ${what}`);
  });

/** The callback URL of a product with its token, which goes to the clipboard only. @param {string} product */
export const copyUrl = (product) =>
  attempt(async () => {
    const { url } = await get(`/api/copy-url/${product}`);
    await navigator.clipboard.writeText(url);
    say(`Copied: the callback URL of ${product}, with its token`);
  });

export const copyLink = () => copy(new URL(address(route.value), location.href).href, 'a link to this page');

/**
 * Sends or hands on once more, and opens what came of it.
 *
 * @param {number} seq
 * @param {'receiver' | 'consumer'} to
 * @param {boolean} asReceived with its old signature, not with a new one
 */
export const replay = (seq, to, asReceived = false) =>
  attempt(async () => {
    const { seqs, answers } = await change('POST', `/api/callbacks/${seq}/replay`, { to, as_received: asReceived });
    const answer = answers?.[0];
    const whom = to === 'consumer' ? 'Your consumer' : 'The receiver';
    say(answer ? `${whom} answered ${answer.status ?? answer.error ?? ''}` : 'Sent');
    const last = seqs?.at(-1);
    if (last === undefined || last === seq) await readDetail(seq);
    else open(last);
  });

/** Replays the open callback: to the consumer where there is one. */
export function replayOpen() {
  const { seq } = route.value;
  if (seq === null) return say('Select a callback to replay it');
  const summary = detail.value?.summary;
  const wasRefused = summary !== undefined && isRefused(summary);
  const hasConsumer = settings.value?.consumer.url != null;
  return replay(seq, hasConsumer && !wasRefused ? 'consumer' : 'receiver', wasRefused && summary?.kept === false);
}

/** @param {number | null} seq the callback to start from, or nothing */
export function openSend(seq) {
  sendFrom.value = seq;
  dialog.value = 'send';
}

/** Saves the function URL request, as `events/` of the repository has its like. */
export const saveSample = () =>
  attempt(async () => {
    const { seq } = route.value;
    if (seq === null) return;
    const request = await getText(`/api/callbacks/${seq}/request`);
    const name = `${kebab(detail.value?.summary.name ?? 'callback') || 'callback'}.json`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([request], { type: 'application/json' }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
    say(`Saved as ${name}: a function URL request, as \`sam local invoke\` takes it`);
  });

/** Marks the open callback, or takes the mark away. Two that are marked are compared. */
export function mark() {
  const { seq } = route.value;
  if (seq === null) return;
  const others = marked.value.filter((other) => other !== seq);
  marked.value = others.length < marked.value.length ? others : [...others, seq].slice(-2);
  const [first, second] = marked.value;
  if (first !== undefined && second !== undefined) go({ name: 'compare', key: `${first}/${second}` });
  else say(marked.value.length === 0 ? 'Mark removed' : 'Marked. Mark another callback to compare the two');
}

/** @param {any} patch @param {string} words what has been done */
export const changeSettings = (patch, words) =>
  attempt(async () => {
    settings.value = await change('PATCH', '/api/settings', patch);
    say(words);
    readSettings();
    return true;
  });

/** Empties the list. */
export const clear = () =>
  attempt(async () => {
    await change('DELETE', '/api/callbacks');
    go({});
    say('The list is empty');
  });

/** @param {any} sent the answer of `POST /api/send` */
export function tellSent({ seqs, answers, expected }) {
  const answer = answers?.[0];
  const status = answer?.status;
  const many = (seqs?.length ?? 0) > 1 ? `${counted(seqs.length, 'callback')} sent; ` : '';
  say(`${many}answered ${status}${expected && expected !== status ? `, ${expected} was expected` : ', as expected'}`);
}

/** The row before or after the selected one, in the list. @param {number} by */
export function move(by) {
  const at = rows.value.findIndex((row) => row.seq === route.value.seq);
  const next = rows.value[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.value.length - 1)];
  if (next !== undefined) open(next.seq, 'replace');
}

/** @param {import('./types.js').Summary['consumer']} consumer */
export const consumed = (consumer) => {
  if (consumer === null) return '';
  if (consumer.state === 'waiting') return 'waits';
  const status = consumer.status ?? 'no answer';
  return consumer.millis === null ? String(status) : `${status} · ${duration(consumer.millis)}`;
};
