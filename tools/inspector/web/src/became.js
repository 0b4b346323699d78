// @ts-check
// What became of a callback: the vendor's event beside ours, with a line from each field to what it was made from.
import { signal } from '@preact/signals';
import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import { get } from './api.js';
import { grouped } from './format.js';
import { within } from './route.js';
import { route } from './state.js';
import { linesOf, Member, More } from './tree.js';

/**
 * @typedef {import('./types.js').Field} Field
 * @typedef {import('./types.js').Provenance} Provenance
 * @typedef {import('./tree.js').Line} Line
 */

/** Only fields that are used are shown. It stays so from one callback to the next. */
export const isShort = signal(false);

/** Units of the event's fields, as the model fixes them. @type {Record<string, string>} */
const UNITS = { size: 'bytes', duration: 's', bitrate: 'bit/s', width: 'px', height: 'px', fps: 'fps', progress: '%' };

/** Field names of an event that the vendor's event has no source for: the receiver knows them. */
const CONSTANT = new Set(['product', 'vendor']);

/** What a factor means for a field. @type {Record<string, string>} */
const CONVERSIONS = {
  'bitrate×1000': 'kbit/s → bit/s',
  'duration×0.001': 'ms → s',
  'size×1024': 'KiB → bytes',
  'size×1000': 'KB → bytes',
};

/** @param {string} path @param {number} factor */
function factorWords(path, factor) {
  const words = factor >= 1 ? `× ${grouped(factor)}` : `÷ ${grouped(Math.round(1 / factor))}`;
  const conversion = CONVERSIONS[`${path.split('.').at(-1)}×${factor}`];
  return conversion === undefined ? words : `${words}: ${conversion}`;
}

/** What is said at the field that is looked at. @param {Field} field */
function note({ path, sources, factor }) {
  const parts = [];
  if (factor !== null && factor !== 1) parts.push(factorWords(path, factor));
  if (sources.length > 1) parts.push(`from ${sources.length} fields`);
  return parts.join(', ');
}

/**
 * Of a vendor's event with many fields those that are used, with the number of others between them.
 *
 * @param {Line[]} lines
 * @param {Set<string>} used
 * @param {boolean} short
 * @returns {(Line | {hidden: number, depth: number, path: string})[]}
 */
function shortened(lines, used, short) {
  if (!short) return lines;
  const kept = new Set();
  const byPath = new Map(lines.map((line) => [line.path, line]));
  for (const path of used) {
    for (let line = byPath.get(path); line !== undefined && !kept.has(line.path); line = byPath.get(line.parent)) {
      kept.add(line.path);
    }
  }
  const shown = [];
  let hidden = 0;
  let first = /** @type {Line | undefined} */ (undefined);
  const flush = () => {
    if (first !== undefined) shown.push({ hidden, depth: first.depth, path: `${first.path}…` });
    hidden = 0;
    first = undefined;
  };
  for (const line of lines) {
    if (kept.has(line.path)) {
      flush();
      shown.push(line);
    } else {
      first ??= line;
      if (line.kind !== 'object' && line.kind !== 'list') hidden += 1;
    }
  }
  flush();
  return shown;
}

/**
 * One side. The arrow keys go from field to field.
 *
 * @param {{id: string, label: string, lines: any[], linked: Map<string, any>, active: Set<string>, units?: boolean,
 *   notes?: Map<string, string>, onLook: (path: string) => void, onScroll: () => void}} props
 */
function Side({ id, label, lines, linked, active, units, notes, onLook, onScroll }) {
  const [most, setMost] = useState(1500);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const current = lines.findIndex((line) => active.has(line.path));
  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const stops = lines.filter((line) => linked.has(line.path));
    const at = stops.findIndex((line) => active.has(line.path));
    const next = stops[at < 0 ? 0 : Math.min(Math.max(at + by, 0), stops.length - 1)];
    if (next === undefined) return;
    onLook(next.path);
    document.getElementById(`${id}-${lines.indexOf(next)}`)?.scrollIntoView({ block: 'nearest' });
    event.preventDefault();
  }
  return html`
    <div
      class="code ${id}"
      ref=${box}
      role="listbox"
      tabindex="0"
      aria-label=${label}
      aria-activedescendant=${current < 0 ? undefined : `${id}-${current}`}
      onScroll=${onScroll}
      onKeyDown=${onKeyDown}
    >
      ${lines.length === 0 && html`<div class="line" role="option" aria-selected="false">nothing</div>`}
      ${lines.slice(0, most).map((line, at) => {
        const style = { paddingLeft: `${14 + line.depth * 14}px` };
        if (line.hidden !== undefined) {
          return html`
            <div key=${line.path} class="line faint" role="option" aria-selected="false" style=${style}>
              ${line.hidden === 1 ? '1 more field' : `${line.hidden} more fields`}
            </div>`;
        }
        const isLinked = linked.has(line.path);
        const isOn = active.has(line.path);
        const isGroup = line.kind === 'object' || line.kind === 'list';
        const words = isOn ? notes?.get(line.path) : undefined;
        return html`
          <div
            key=${line.path}
            id=${`${id}-${at}`}
            class="line ${isLinked || isGroup ? '' : 'unused'} ${isOn ? 'on' : ''}"
            role="option"
            aria-selected=${isOn}
            style=${style}
            data-path=${isLinked ? line.path : undefined}
            onPointerEnter=${isLinked ? () => onLook(line.path) : undefined}
            onClick=${isLinked ? () => onLook(line.path) : undefined}
          >
            <${Member} line=${line} unit=${units && line.kind === 'number' ? UNITS[line.name] : undefined} />
            ${words && html`<span class="note">${words}</span>`}
          </div>`;
      })}
      <${More} lines=${lines.length} most=${most} onMore=${() => setMost(most + 1500)} />
    </div>`;
}

/**
 * The lines between the sides, drawn anew when something moves.
 *
 * @param {HTMLElement} box
 * @param {SVGSVGElement} picture
 * @param {Field[]} fields
 * @param {string} looked the event's field that is looked at
 */
function draw(box, picture, fields, looked) {
  const frame = box.getBoundingClientRect();
  const [left, right] = ['vendor-side', 'event-side'].map((name) => box.querySelector(`.${name}`));
  if (!left || !right) return;
  const [leftBox, rightBox] = [left.getBoundingClientRect(), right.getBoundingClientRect()];
  /** @param {Element} side */
  const placed = (side) => new Map(
    [...side.querySelectorAll('[data-path]')].map((line) => [line.getAttribute('data-path'), line.getBoundingClientRect()]),
  );
  const [sources, targets] = [placed(left), placed(right)];
  const paths = [];
  const isSideBySide = rightBox.left >= leftBox.right;
  for (const field of isSideBySide ? fields : []) {
    const target = targets.get(field.path);
    if (target === undefined || target.top < rightBox.top || target.bottom > rightBox.bottom) continue;
    for (const path of field.sources) {
      const source = sources.get(path);
      if (source === undefined || source.top < leftBox.top || source.bottom > leftBox.bottom) continue;
      const [x, y] = [leftBox.right - frame.left, source.top + source.height / 2 - frame.top];
      const [toX, toY] = [rightBox.left - frame.left, target.top + target.height / 2 - frame.top];
      const half = (toX - x) / 2;
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      line.setAttribute('d', `M${x} ${y}C${x + half} ${y} ${toX - half} ${toY} ${toX} ${toY}`);
      if (field.path === looked) line.setAttribute('class', 'on');
      paths.push(line);
    }
  }
  picture.replaceChildren(...paths);
}

/** Scrolls a side to its first line that is looked at, unless that is in view. @param {Element} side */
function reveal(side) {
  const line = side.querySelector('.line.on');
  if (line === null) return;
  const [frame, place] = [side.getBoundingClientRect(), line.getBoundingClientRect()];
  if (place.top >= frame.top && place.bottom <= frame.bottom) return;
  side.scrollTop += place.top - frame.top - frame.height / 2;
}

/** Where the fields come from, read when it is wanted. @param {number} seq */
function useProvenance(seq) {
  const [found, setFound] = useState(
    /** @type {{seq: number, events: Provenance[], problem: string} | null} */ (null),
  );
  useEffect(() => {
    let isWanted = true;
    get(`/api/callbacks/${seq}/provenance`).then(
      ({ events }) => isWanted && setFound({ seq, events, problem: '' }),
      (problem) => isWanted && setFound({ seq, events: [], problem: problem.message }),
    );
    return () => {
      isWanted = false;
    };
  }, [seq]);
  return found?.seq === seq ? found : null;
}

/** @param {{seq: number, vendor: any, event: any, number: number}} props */
export function Became({ seq, vendor, event, number }) {
  const found = useProvenance(seq);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const picture = useRef(/** @type {SVGSVGElement | null} */ (null));
  const provenance = found?.events[number];
  const fields = provenance?.fields ?? [];
  const { vendor: _, ...data } = event?.data ?? {};

  const bySource = new Map(/** @type {[string, string][]} */ ([]));
  for (const { path, sources } of fields) {
    for (const source of sources) if (!bySource.has(source)) bySource.set(source, path);
  }
  const byTarget = new Map(fields.map((field) => [field.path, field]));
  const vendorLines = linesOf(vendor);
  const eventLines = linesOf(event?.data === undefined ? withoutBody(event) : data);
  const used = new Set(bySource.keys());
  const looked = byTarget.get(route.value.field);
  const redraw = () => {
    if (box.current && picture.current) draw(box.current, picture.current, fields, route.peek().field);
  };
  useLayoutEffect(() => {
    for (const side of box.current?.querySelectorAll('.code') ?? []) reveal(side);
  }, [looked?.path, vendorLines.length]);
  useLayoutEffect(redraw);
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new ResizeObserver(redraw);
    observer.observe(box.current);
    return () => observer.disconnect();
  });
  const shown = shortened(vendorLines, used, isShort.value && provenance !== undefined);
  const look = (/** @type {string} */ field) => route.peek().field !== field && within({ field });
  const leaves = provenance?.leaves ?? 0;
  const summary =
    found === null ? 'looking where the fields come from…'
    : found.problem !== '' ? found.problem
    : provenance?.too_large ? 'too large to trace'
    : provenance ? html`${used.size} of ${leaves} fields are used; all are kept in <code>vendor</code>`
    : '';
  return html`
    <div class="became">
      <div class="map" ref=${box}>
        <div class="card">
          <h2>Vendor’s event <small>${summary}</small></h2>
          <${Side} id="vendor-side" label="Vendor’s event" lines=${shown} linked=${bySource}
            active=${new Set(looked?.sources ?? [])} onScroll=${redraw}
            onLook=${(/** @type {string} */ path) => look(bySource.get(path) ?? '')} />
        </div>
        <div class="card">
          <h2>Event <small>${event?.dataschema ?? event?.type ?? ''}</small></h2>
          <${Side} id="event-side" label="Event" units lines=${eventLines}
            linked=${new Map([...byTarget].filter(([path]) => !CONSTANT.has(path)))}
            active=${new Set(looked ? [looked.path] : [])}
            notes=${new Map(looked ? [[looked.path, note(looked)]] : [])} onScroll=${redraw} onLook=${look} />
        </div>
        <svg class="links" ref=${picture} aria-hidden="true"></svg>
      </div>
      <p class="hidden" aria-live="polite">
        ${looked ? `${looked.path} comes from ${looked.sources.join(' and ')} ${note(looked)}` : ''}
      </p>
    </div>`;
}

/** An event without data: its envelope. @param {any} event */
function withoutBody(event) {
  if (event === undefined) return {};
  const { data_base64: body, ...envelope } = event;
  return body === undefined ? envelope : { ...envelope, data_base64: `${body.slice(0, 40)}…` };
}
