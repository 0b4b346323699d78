// @ts-check
// JSON as lines: one for each member, with JSON inside of strings opened in place.
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';

import { Digits, parseJson } from './api.js';
import { counted } from './format.js';

/**
 * @typedef {{path: string, depth: number, name: string, kind: 'text' | 'number' | 'word' | 'object' | 'list', text: string,
 *   isOpened: boolean, leaves: number, parent: string}} Line
 */

/** Lines that are drawn at first; more on demand. */
const LINES = 1500;

/** @param {string} parent @param {string | number} name */
const join = (parent, name) =>
  typeof name === 'number' ? `${parent}[${name}]` : parent === '' ? name : `${parent}.${name}`;

/** JSON in a string, if it is an object or a list. @param {unknown} value */
function opened(value) {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return parseJson(value);
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
const isGroup = (value) => typeof value === 'object' && value !== null && !(value instanceof Digits);

/**
 * The lines of a value, in its order.
 *
 * @param {any} root
 * @returns {Line[]}
 */
export function linesOf(root) {
  /** @type {Line[]} */
  const lines = [];
  /** @param {any} value @param {string} path @param {string} parent @param {string} name @param {number} depth */
  function add(value, path, parent, name, depth) {
    const inside = opened(value);
    const shown = inside ?? value;
    const line = /** @type {Line} */ ({ path, parent, depth, name, isOpened: inside !== undefined, leaves: 0 });
    lines.push(line);
    if (isGroup(shown)) {
      line.kind = Array.isArray(shown) ? 'list' : 'object';
      line.text = line.kind === 'list' ? '[' : '{';
      line.leaves = addMembers(shown, path, depth + 1);
      if (line.leaves === 0) line.text = line.kind === 'list' ? '[ ]' : '{ }';
      return line.leaves;
    }
    line.kind = typeof shown === 'string' ? 'text' : typeof shown === 'number' || shown instanceof Digits ? 'number' : 'word';
    line.text = shown instanceof Digits ? shown.text : JSON.stringify(shown);
    return 1;
  }
  /** @param {any} group @param {string} path @param {number} depth */
  function addMembers(group, path, depth) {
    let leaves = 0;
    if (Array.isArray(group)) {
      group.forEach((value, at) => (leaves += add(value, join(path, at), path, `[${at}]`, depth)));
    } else {
      for (const [name, value] of Object.entries(group)) leaves += add(value, join(path, name), path, name, depth);
    }
    return leaves;
  }
  if (isGroup(root)) addMembers(root, '', 0);
  else if (root !== undefined) add(root, '', '', '', 0);
  return lines;
}

/** How many values and levels there are. @param {Line[]} lines */
export function extent(lines) {
  const leaves = lines.filter(({ kind }) => kind !== 'object' && kind !== 'list').length;
  const depth = lines.reduce((most, line) => Math.max(most, line.depth + 1), 0);
  return `${counted(leaves, 'field')}, ${depth} deep`;
}

/** The name and value of a line. @param {{line: Line, unit?: string}} props */
export const Member = ({ line, unit }) => html`
  <span class="name">${line.name}</span><span class="faint">: </span>
  <span class="value ${line.kind}">${line.text}</span>
  ${unit && html` <span class="unit">${unit}</span>`}
  ${line.isOpened && html`<span class="tag">JSON in a string</span>`}`;

/**
 * A value to read, without lines to another.
 *
 * @param {{value: any, label: string}} props
 */
export function Tree({ value, label }) {
  const [most, setMost] = useState(LINES);
  const lines = linesOf(value);
  return html`
    <div class="code" tabindex="0" role="region" aria-label=${label}>
      ${lines.slice(0, most).map(
        (line) => html`<div class="line" style=${{ paddingLeft: `${14 + line.depth * 14}px` }}><${Member} line=${line} /></div>`,
      )}
      <${More} lines=${lines.length} most=${most} onMore=${() => setMost(most + LINES)} />
    </div>`;
}

/** @param {{lines: number, most: number, onMore: () => void}} props */
export const More = ({ lines, most, onMore }) =>
  lines > most && html`
    <button type="button" class="button" onClick=${onMore}>Show ${counted(Math.min(LINES, lines - most), 'more line')}</button>`;
