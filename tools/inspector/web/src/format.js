// @ts-check
// Words for what the API says in numbers and names.

/** @typedef {import('./types.js').Summary} Summary */

/** @type {Record<string, {vendor: string, company: string, name: string, long: string}>} */
const PRODUCTS = {
  'aliyun-vod': { vendor: 'ali', company: 'Alibaba', name: 'VOD', long: 'Alibaba Cloud VOD' },
  'aliyun-ims': { vendor: 'ali', company: 'Alibaba', name: 'IMS', long: 'Alibaba Cloud IMS' },
  'tencent-ci': { vendor: 'ten', company: 'Tencent', name: 'CI', long: 'Tencent Cloud Infinite' },
  'tencent-vod': { vendor: 'ten', company: 'Tencent', name: 'VOD', long: 'Tencent Cloud VOD' },
};

/** The products' slugs. */
export const SLUGS = Object.keys(PRODUCTS);

/** @param {string} slug */
export const product = (slug) => PRODUCTS[slug] ?? { vendor: '', company: '', name: slug, long: slug };

/** @param {number} count @param {string} what @param {string} [many] */
export const counted = (count, what, many = `${what}s`) => `${grouped(count)} ${count === 1 ? what : many}`;

/** A number with its thousands apart. @param {number} number */
export const grouped = (number) => number.toLocaleString('en');

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return counted(bytes, 'byte');
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} KB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {number} milliseconds */
export function duration(milliseconds) {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return span(milliseconds / 1000);
}

/** A length of time, in its two largest units. @param {number} seconds */
export function span(seconds) {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = units.findIndex(([length]) => whole >= Number(length));
  const parts = [];
  let rest = whole;
  for (const [length, name] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / Number(length));
    rest -= count * Number(length);
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

/** The time of day, on this computer's clock. @param {string | number | Date} time */
export const clock = (time) => CLOCK.format(new Date(time));

/** @param {string | number | Date} time */
export const date = (time) => DATE.format(new Date(time));

/** What a status of HTTP says in a class: `ok` or `bad`. @param {number | null} status */
export const good = (status) => status !== null && status >= 200 && status < 300;

/** Whether it was refused: not only answered 503 on purpose. @param {Summary} row */
export const isRefused = ({ status, reason }) => status >= 400 && reason !== 'not-stored';

/**
 * How a row shows itself: an icon, a colour and words.
 *
 * @param {Summary} row
 * @returns {{icon: string, tone: 'ok' | 'bad' | 'warn' | 'run' | 'mute', first: string, second: string}}
 */
export function face(row) {
  const event = row.events[0];
  if (row.status === 401) return { icon: 'refused', tone: 'bad', first: '401', second: row.title ?? 'refused' };
  if (row.reason === 'not-stored') return { icon: event?.kind ?? 'unknown', tone: 'bad', first: String(row.status), second: row.title ?? '' };
  if (row.status >= 400) return { icon: 'unreadable', tone: 'bad', first: String(row.status), second: row.title ?? 'refused' };
  if (event === undefined) return { icon: 'unknown', tone: 'mute', first: 'no event', second: row.title ?? '' };
  const { kind, outcome } = event;
  if (kind === 'unreadable') return { icon: kind, tone: 'bad', first: kind, second: row.title ?? 'kept as it came' };
  if (kind === 'unknown') return { icon: kind, tone: 'mute', first: kind, second: 'no name here yet' };
  if (kind === 'probe') return { icon: kind, tone: 'mute', first: kind, second: 'test of the vendor’s console' };
  if (event.verdict === 'block' || event.verdict === 'review') {
    const verdict = event.verdict === 'block' ? 'blocked' : 'needs a review';
    return { icon: kind, tone: 'warn', first: kind, second: [verdict, [event.label, event.score].filter((part) => part != null).join(' ')].filter(Boolean).join(', ') };
  }
  /** @type {Record<string, 'ok' | 'bad' | 'warn' | 'run'>} */
  const tones = { succeeded: 'ok', failed: 'bad', partial: 'warn', canceled: 'warn', running: 'run' };
  const words = event.verdict === 'pass' ? 'passed' : outcome;
  return { icon: kind, tone: tones[outcome] ?? 'mute', first: kind, second: row.title ? `${words}, ${row.title}` : words };
}

/** What a row is about: file, media or job. @param {Summary} row */
export function about(row) {
  const event = row.events[0];
  if (event === undefined) return size(row.size);
  return event.file ?? event.media ?? event.subject ?? event.job ?? size(row.size);
}

/** How a callback came, where that is worth a word. @type {Record<string, string>} */
export const VIA = { sent: 'sent here', replayed: 'replayed', pulled: 'pulled', imported: 'imported' };

/** One line for the live region. @param {Summary} row */
export function spoken(row) {
  const { first, second } = face(row);
  return `${first} ${second}, ${product(row.product).long}, ${row.name ?? ''}`;
}

/** A name for a file: `TranscodeComplete` becomes `transcode-complete`. @param {string} name */
export const kebab = (name) =>
  name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase();

/** In what form the consumer gets events. @type {Record<string, string>} */
export const FORMS = { eventbridge: 'as EventBridge hands events to a target', cloudevents: 'as CloudEvents' };
