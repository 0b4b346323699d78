// @ts-check
// What the page shows: the list's rows, the open callback, settings. Components read these signals; actions are in live.js and
// route.js.
import { computed, effect, signal } from '@preact/signals';

/**
 * @typedef {import('./types.js').Summary} Summary
 * @typedef {import('./types.js').Detail} Detail
 * @typedef {import('./types.js').Media} Media
 * @typedef {import('./types.js').Settings} Settings
 */

/** What is remembered of one browser: theme and whether single keys do something. */
const stored = (/** @type {string} */ name, /** @type {string} */ usual) => {
  try {
    return localStorage.getItem(name) ?? usual;
  } catch {
    return usual;
  }
};

/** @param {string} name @param {string} usual */
function preference(name, usual) {
  const value = signal(stored(name, usual));
  effect(() => {
    try {
      localStorage.setItem(name, value.value);
    } catch {
      // The browser keeps nothing: then it holds for this page only.
    }
  });
  return value;
}

/** `system`, `light` or `dark`. */
export const theme = preference('theme', 'system');
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

/** `on` or `off`: single keys that do something (WCAG 2.1.4). */
export const keys = preference('keys', 'on');

/** Where the page is: `/c/41` is the callback 41, its tab and field. */
export const route = signal(
  /** @type {{name: 'home' | 'callback' | 'media' | 'compare', seq: number | null, key: string, tab: string,
   *   field: string, event: number}} */ ({ name: 'home', seq: null, key: '', tab: 'became', field: '', event: 0 }),
);

/** The search, as it is in the address. */
export const query = signal('');

/** The search that the rows are of. */
export const searched = signal('');

/** Loaded rows, newest first. */
export const rows = signal(/** @type {Summary[]} */ ([]));
/** Rows that came while the list stood still. */
export const waiting = signal(/** @type {Summary[]} */ ([]));
/** All that match the search; those that are not loaded, too. */
export const total = signal(0);
/** Callbacks that have fallen out of the ring. */
export const dropped = signal(0);
export const counts = signal({ all: 0, failed: 0, refused: 0, unknown: 0, moderation: 0 });
/** The list has been loaded once. */
export const ready = signal(false);
export const listProblem = signal('');

/** `connecting`, `live`, or `reconnecting`, since when. */
export const stream = signal(
  /** @type {{state: 'connecting' | 'live' | 'reconnecting', since: number}} */ ({ state: 'connecting', since: Date.now() }),
);
export const paused = signal(false);

/** The open callback; its summary is there before the rest. */
export const detail = signal(/** @type {Detail | null} */ (null));
export const detailProblem = signal('');
/** The media of the open callback, or the one whose timeline is open. */
export const media = signal(/** @type {Media | null} */ (null));
export const mediaProblem = signal('');

/** Callbacks that are marked to be compared, at most two. */
export const marked = signal(/** @type {number[]} */ ([]));

export const settings = signal(/** @type {Settings | null} */ (null));

/** The dialog that is open. */
export const dialog = signal(/** @type {'' | 'send' | 'import' | 'settings' | 'keys'} */ (''));
/** What the send panel starts from: a callback, or nothing. */
export const sendFrom = signal(/** @type {number | null} */ (null));

/** A short message at the lower edge. */
export const toast = signal('');
/** What a screen reader is told of arrivals. */
export const announcement = signal('');

/** The row of the open callback, where it is loaded. */
export const selected = computed(() => {
  const { seq } = route.value;
  return seq === null ? null : (rows.value.find((row) => row.seq === seq) ?? null);
});

let toastTimer = 0;

/** @param {string} words */
export function say(words) {
  toast.value = words;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => (toast.value = ''), 6000);
}

/** Does what was asked for, and says so where it fails. @param {() => Promise<unknown>} action */
export async function attempt(action) {
  try {
    return await action();
  } catch (problem) {
    say(problem instanceof Error ? problem.message : String(problem));
    return undefined;
  }
}
