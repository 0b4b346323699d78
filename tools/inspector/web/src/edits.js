// @ts-check
// The bodies that were edited and sent last, one for each event of a vendor: as long as this tab of the browser is open.

/** @typedef {{product: string, name: string, body: string, at: number}} Edit */

const STORE = 'edits';
/** So many are remembered, of so many characters each. */
const MOST = 20;
const LONGEST = 200_000;

/** All that are remembered, the last first. @returns {Edit[]} */
export function edits() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? '[]');
  } catch {
    return [];
  }
}

/** Remembers a body in the place of the last one of the same event. @param {Edit} edit */
export function remember(edit) {
  if (edit.body.length > LONGEST) return;
  const others = edits().filter(({ product, name }) => product !== edit.product || name !== edit.name);
  try {
    sessionStorage.setItem(STORE, JSON.stringify([edit, ...others].slice(0, MOST)));
  } catch {
    // The browser keeps nothing, or no more: then it is not remembered.
  }
}
