// @ts-check
// Single keys. None does anything in a field, in a dialog or with Ctrl, Alt or ⌘; a switch turns them off.
import { copyLink, mark, move, openSend, replayOpen } from './actions.js';
import { show } from './live.js';
import { go, mediaKey, open, TABS, within } from './route.js';
import { detail, dialog, keys, media, paused, route, say } from './state.js';

/** Key, as it is shown, and what it does. */
export const KEYS = [
  { keys: ['J', 'K'], does: 'select the next, the previous callback' },
  { keys: ['Enter'], does: 'go from the list to the selected callback' },
  { keys: ['1', '…', '6'], does: 'show a tab of the callback' },
  { keys: ['/'], does: 'search' },
  { keys: ['R'], does: 'replay: to your consumer, else to the receiver' },
  { keys: ['E'], does: 'edit the callback and send it' },
  { keys: ['N'], does: 'send a new callback' },
  { keys: ['M'], does: 'show the timeline of this media' },
  { keys: ['X'], does: 'mark the callback; two that are marked are compared' },
  { keys: ['[', ']'], does: 'the callback before, after this one of the same media' },
  { keys: ['P'], does: 'pause the list, or go on' },
  { keys: ['C'], does: 'copy a link to what is shown' },
  { keys: ['Esc'], does: 'go back' },
  { keys: ['?'], does: 'show all keys' },
];

export const focusList = () => document.getElementById('rows')?.focus();
export const focusMain = () => document.getElementById('page')?.focus();

function openMedia() {
  const key = detail.value === null ? '' : mediaKey(detail.value);
  if (route.value.name !== 'callback' || key === '') say('This callback names no media and no job');
  else go({ name: 'media', key });
}

/** The callback before or after the open one, of the same media. @param {number} by */
function neighbour(by) {
  const seqs = [...new Set(media.value?.items.map((item) => item.seq))].sort((one, other) => one - other);
  const next = seqs[seqs.indexOf(route.value.seq ?? -1) + by];
  if (next === undefined || !seqs.includes(route.value.seq ?? -1)) say('No further callback of this media');
  else open(next);
}

function back() {
  const { name } = route.value;
  if (name === 'home') return;
  if (name === 'callback') {
    go({});
    focusList();
  } else if (history.state?.isWithin) {
    history.back();
  } else {
    go({});
  }
}

/** @type {Record<string, () => unknown>} */
const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  '/': () => document.getElementById('search')?.focus(),
  r: replayOpen,
  e: () => (route.value.seq === null ? say('Select a callback to edit it') : openSend(route.value.seq)),
  n: () => openSend(null),
  m: openMedia,
  x: mark,
  '[': () => neighbour(-1),
  ']': () => neighbour(1),
  p: () => {
    paused.value = !paused.value;
    if (!paused.value) show();
  },
  c: copyLink,
  '?': () => (dialog.value = 'keys'),
};

/** @param {KeyboardEvent} event */
function onKey(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  // The signal follows the dialog only when the browser has told that it is closed.
  if (document.querySelector('dialog[open]') !== null) return;
  if (target.closest('input, textarea, select, [contenteditable]')) {
    if (event.key === 'Escape') focusList();
    return;
  }
  if (event.key === 'Escape') {
    back();
    return;
  }
  if (event.key === 'Enter' && target.id === 'rows') {
    if (route.value.name !== 'callback') move(0);
    focusMain();
    event.preventDefault();
    return;
  }
  if (keys.value === 'off') return;
  const key = event.key.toLowerCase();
  const tab = TABS[Number(key) - 1];
  const action = ACTIONS[key];
  if (tab !== undefined && route.value.name === 'callback') {
    within({ tab: tab.id });
  } else if (action !== undefined) {
    void action();
  } else {
    return;
  }
  event.preventDefault();
}

export const listen = () => document.addEventListener('keydown', onKey);
