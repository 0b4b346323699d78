// @ts-check
// Keeps the list as the server has it: pages of rows, what arrives, and what the consumer answers.
import { batch, effect } from '@preact/signals';

import { get, withQuery } from './api.js';
import { counted, spoken } from './format.js';
import { readDetail, readMedia } from './route.js';
import {
  announcement, counts, dropped, listProblem, paused, query, ready, route, rows, searched, settings, stream, total, waiting,
} from './state.js';

/** @typedef {import('./types.js').Summary} Summary */

/** Rows of one request, and the most that the API gives. */
const PAGE = 500;
/** Rows are drawn at most 5 times a second. */
const REDRAW = 200;
/** A screen reader hears of arrivals at most so often. */
const SPEAK = 5000;
/** Rows stand still while the mouse has moved over them in this time. */
const STILL = 1000;

/** Whether the list is at its top. Set by the list. */
export const place = { isTop: true, pointed: 0 };

/** Counts the searches, so that a late answer to an earlier one is dropped. */
let generation = 0;
let isLoading = false;

/** @param {any} found */
function take(found) {
  // The list groups the rows by time, and does not parse it each time.
  for (const row of found.callbacks) row.at = Date.parse(row.received);
  total.value = found.total;
  dropped.value = found.dropped;
  counts.value = found.counts;
}

/** Reads the list from its top. */
export async function reload() {
  generation += 1;
  const mine = generation;
  const q = query.value;
  try {
    const found = await get(withQuery('/api/callbacks', { q, limit: PAGE }));
    if (mine !== generation) return;
    batch(() => {
      take(found);
      searched.value = q;
      rows.value = found.callbacks;
      waiting.value = [];
      listProblem.value = '';
      ready.value = true;
    });
    // What has arrived during the reading is not among the rows.
    soon();
  } catch (problem) {
    if (mine !== generation) return;
    listProblem.value = problem instanceof Error ? problem.message : String(problem);
    ready.value = true;
  }
}

/** Reads older rows until the list has `count`. @param {number} count */
export async function need(count) {
  if (isLoading) return;
  isLoading = true;
  const mine = generation;
  try {
    while (mine === generation && rows.value.length < Math.min(count, total.value - waiting.value.length)) {
      const before = rows.value.at(-1)?.seq;
      const found = await get(withQuery('/api/callbacks', { q: searched.value, limit: PAGE, before }));
      if (mine !== generation || found.callbacks.length === 0) break;
      take(found);
      rows.value = [...rows.value, ...found.callbacks];
    }
  } catch {
    // The rows are read when they are next scrolled to.
  } finally {
    isLoading = false;
  }
}

/** Reads what is newer than the newest row. */
async function catchUp() {
  const mine = generation;
  const newest = waiting.value[0]?.seq ?? rows.value[0]?.seq ?? 0;
  const found = await get(withQuery('/api/callbacks', { q: searched.value, limit: PAGE, after: newest })).catch(() => null);
  if (found === null || mine !== generation) return;
  if (found.callbacks.length >= PAGE) {
    // There are more than one page: the rows would have a gap.
    await (place.isTop && !paused.value ? reload() : gather(found));
    return;
  }
  await gather(found);
}

/** @param {any} found */
async function gather(found) {
  batch(() => {
    take(found);
    if (found.callbacks.length === 0) return;
    waiting.value = [...found.callbacks, ...waiting.value];
    announce(found.callbacks);
    if (place.isTop && !paused.value) show();
  });
}

/** Shows the rows that have waited. */
export function show() {
  batch(() => {
    if (waiting.value.length >= PAGE) {
      void reload();
      return;
    }
    rows.value = [...waiting.value, ...rows.value].slice(0, Math.max(total.value, 1));
    waiting.value = [];
  });
}

let unspoken = 0;
let newest = /** @type {Summary | undefined} */ (undefined);
let speakAt = 0;
let speakTimer = 0;

/** @param {Summary[]} arrived */
function announce(arrived) {
  unspoken += arrived.length;
  newest = arrived[0];
  clearTimeout(speakTimer);
  speakTimer = window.setTimeout(() => {
    if (newest === undefined) return;
    announcement.value = `${counted(unspoken, 'new callback')}. The newest: ${spoken(newest)}`;
    unspoken = 0;
    speakAt = Date.now();
  }, Math.max(0, speakAt + SPEAK - Date.now()));
}

let drawTimer = 0;
let isReading = false;
/** Something has arrived since the last reading began. */
let isDue = false;

/** Reads soon what has arrived, and once for all that arrives until then. */
function soon() {
  isDue = true;
  if (drawTimer !== 0 || isReading) return;
  const still = place.isTop ? Math.max(0, place.pointed + STILL - Date.now()) : 0;
  drawTimer = window.setTimeout(async () => {
    drawTimer = 0;
    isDue = false;
    isReading = true;
    await catchUp();
    isReading = false;
    if (isDue) soon();
    readSettings();
    const { name, key } = route.value;
    if (name === 'media') void readMedia(key);
  }, Math.max(REDRAW, still));
}

let settingsTimer = 0;

/** Reads the settings, at most once a second. */
export function readSettings() {
  if (settingsTimer !== 0) return;
  settingsTimer = window.setTimeout(async () => {
    settingsTimer = 0;
    settings.value = await get('/api/settings').catch(() => settings.value);
  }, settings.value === null ? 0 : 1000);
}

/** A row that has changed: its consumer has answered. @param {Summary} row */
function replace(row) {
  const at = rows.value.findIndex(({ seq }) => seq === row.seq);
  if (at >= 0) rows.value = rows.value.with(at, { ...rows.value[at], ...row });
  if (route.value.seq === row.seq) void readDetail(row.seq);
}

/** @type {EventSource | null} */
let source = null;

function connect() {
  const events = new EventSource('/api/stream');
  source = events;
  events.onopen = () => {
    stream.value = { state: 'live', since: Date.now() };
    soon();
  };
  events.onerror = () => {
    if (stream.value.state !== 'reconnecting') stream.value = { state: 'reconnecting', since: Date.now() };
    // The browser tries again by itself, but not after an answer that is no stream.
    if (events.readyState === EventSource.CLOSED && source === events) window.setTimeout(connect, 2000);
  };
  events.addEventListener('callback', soon);
  events.addEventListener('delivery', (event) => replace(JSON.parse(event.data)));
  events.addEventListener('state', () => void readSettings());
  events.addEventListener('reset', () => {
    void reload();
    const { seq } = route.value;
    if (seq !== null) void readDetail(seq);
  });
}

/** Reads the list, and keeps it from then on. */
export function start() {
  readSettings();
  connect();
  // A search resets the list, and waits until one has stopped typing.
  let timer = 0;
  let isFirst = true;
  effect(() => {
    void query.value;
    clearTimeout(timer);
    timer = window.setTimeout(() => void reload(), isFirst ? 0 : 120);
    isFirst = false;
  });
  effect(() => {
    if (!paused.value && place.isTop && waiting.peek().length > 0) show();
  });
}
