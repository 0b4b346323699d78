// @ts-check
// Addresses: `/c/<seq>?tab=event&field=outputs[0].bitrate`, `/e/<event id>`, `/m/<media>`, `/j/<job>`,
// `/?compare=<seq>/<seq>`, `/?q=…`. The search stays in each of them.
import { batch, effect } from '@preact/signals';

import { get, getCallback, Problem, withQuery } from './api.js';
import { detail, detailProblem, media, mediaProblem, query, route } from './state.js';

/** The detail's tabs, in the order of their keys. */
export const TABS = [
  { id: 'became', name: 'What became of it' },
  { id: 'sent', name: 'As sent' },
  { id: 'event', name: 'CloudEvent' },
  { id: 'eventbridge', name: 'EventBridge' },
  { id: 'headers', name: 'Headers' },
  { id: 'consumer', name: 'Consumer' },
];

const HOME = { name: /** @type {const} */ ('home'), seq: null, key: '', tab: 'became', field: '', event: 0 };

/** @param {Partial<typeof route.value>} where */
export function address(where) {
  const { name, seq, key, tab, field, event } = { ...HOME, ...where };
  const parameters = { q: query.value };
  if (name === 'callback') {
    return withQuery(`/c/${seq}`, {
      ...parameters,
      tab: tab === 'became' ? null : tab,
      event: event === 0 ? null : event,
      field,
    });
  }
  if (name === 'media') return withQuery(`/m/${key.split('/').map(encodeURIComponent).join('/')}`, parameters);
  if (name === 'compare') return withQuery('/', { ...parameters, compare: key });
  return withQuery('/', parameters);
}

/**
 * Shows another part of the page.
 *
 * @param {Partial<typeof route.value>} where
 * @param {'push' | 'replace'} [how] whether Back comes back to where one was
 */
export function go(where, how = 'push') {
  const next = { ...HOME, ...where };
  const path = address(next);
  if (path !== location.pathname + location.search) history[`${how}State`]({ isWithin: how === 'push' || history.state?.isWithin }, '', path);
  route.value = next;
}

/** @param {number} seq @param {'push' | 'replace'} [how] */
export const open = (seq, how) => go({ name: 'callback', seq, tab: route.value.tab }, how);

/** Changes the open callback's tab, field or event. @param {Partial<typeof route.value>} part */
export const within = (part) => go({ ...route.value, ...part }, 'replace');

/** Changes the search, which is in the address. @param {string} text */
export function search(text) {
  query.value = text;
  history.replaceState(history.state, '', address(route.value));
}

/** Shows what the address names. */
export async function follow() {
  const parameters = new URLSearchParams(location.search);
  const [, kind = '', ...rest] = location.pathname.split('/');
  const value = decodeURIComponent(rest.join('/'));
  const field = parameters.get('field') ?? '';
  const tab = parameters.get('tab') ?? 'became';
  const event = Number(parameters.get('event') ?? 0);
  query.value = parameters.get('q') ?? '';
  const seq = Number(value);
  if (kind === 'c' && Number.isSafeInteger(seq)) {
    route.value = { ...HOME, name: 'callback', seq, tab, field, event };
  } else if (kind === 'm' || kind === 'j') {
    route.value = { ...HOME, name: 'media', key: value };
  } else if (parameters.has('compare')) {
    route.value = { ...HOME, name: 'compare', key: parameters.get('compare') ?? '' };
  } else if (kind === 'e') {
    const found = await get(withQuery('/api/callbacks', { q: `id:${value}`, limit: 1 })).catch(() => null);
    const [row] = found?.callbacks ?? [];
    if (row) go({ name: 'callback', seq: row.seq, tab, field }, 'replace');
    else route.value = HOME;
  } else {
    route.value = HOME;
  }
}

/** The key that joins a callback to the others of its media. @param {import('./types.js').Detail} open */
export function mediaKey({ summary, events }) {
  const event = summary.events[0];
  const data = events[0]?.data;
  return event?.media ?? event?.subject ?? data?.media?.id ?? events[0]?.subject ?? event?.job ?? data?.job?.id ?? '';
}

/** Reads the open callback again. @param {number} seq */
export async function readDetail(seq) {
  try {
    const found = await getCallback(seq);
    if (route.value.seq !== seq) return;
    batch(() => {
      detail.value = found;
      detailProblem.value = '';
    });
    await readMedia(mediaKey(found));
  } catch (problem) {
    if (route.value.seq !== seq) return;
    batch(() => {
      detail.value = null;
      detailProblem.value = problem instanceof Problem ? problem.message : String(problem);
    });
  }
}

/** @param {string} key */
export async function readMedia(key) {
  if (key === '') {
    media.value = null;
    return;
  }
  try {
    const found = await get(`/api/media/${key.split('/').map(encodeURIComponent).join('/')}`);
    batch(() => {
      media.value = found;
      mediaProblem.value = '';
    });
  } catch (problem) {
    batch(() => {
      media.value = null;
      mediaProblem.value = problem instanceof Problem ? problem.message : String(problem);
    });
  }
}

/** Follows the address from now on, and reads what it opens. */
export function start() {
  addEventListener('popstate', () => void follow());
  let before = /** @type {number | null} */ (null);
  effect(() => {
    const { name, seq, key } = route.value;
    if (name === 'callback' && seq !== null && seq !== before) void readDetail(seq);
    if (name === 'media') void readMedia(key);
    before = name === 'callback' ? seq : null;
  });
  return follow();
}
