// @ts-check
// The inspector's HTTP API, as docs/dev.md describes it.

/** An answer that is not what was asked for. Its message is for people. */
export class Problem extends Error {
  /**
   * @param {number} status 0 where the server cannot be reached
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** A number with more digits than a double holds, or written in another way: its text is kept. */
export class Digits {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  toJSON() {
    const { rawJSON } = /** @type {any} */ (JSON);
    return rawJSON ? rawJSON(this.text) : this.text;
  }
}

/**
 * JSON, with every digit of its numbers.
 *
 * @param {string} text
 * @returns {any}
 */
export function parseJson(text) {
  /** @type {any} */
  const exact = (/** @type {string} */ _, /** @type {any} */ value, /** @type {{source?: string}} */ context) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? new Digits(context.source)
      : value;
  return JSON.parse(text, exact);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] sent as JSON
 * @returns {Promise<Response>}
 */
async function request(method, path, body) {
  /** @type {RequestInit} */
  const options = { method };
  if (method !== 'GET') {
    options.headers = { 'content-type': 'application/json' };
    if (body !== undefined) options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem(0, 'mediahook dev does not answer: is it still running?');
  }
  if (response.ok) return response;
  const text = await response.text();
  let words = text;
  try {
    words = JSON.parse(text).error ?? text;
  } catch {
    // It is no JSON: then the text itself says it.
  }
  throw new Problem(response.status, words.slice(0, 300) || `the server answers ${response.status}`);
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export const get = async (path) => (await request('GET', path)).json();

/**
 * A callback, with every digit of the numbers that the vendor sent.
 *
 * @param {number} seq
 * @returns {Promise<import('./types.js').Detail>}
 */
export async function getCallback(seq) {
  const text = await (await request('GET', `/api/callbacks/${seq}`)).text();
  const { events, before, vendor, eventbridge } = parseJson(text);
  return { ...JSON.parse(text), events, before, vendor, eventbridge };
}

/** @param {string} path */
export const getText = async (path) => (await request('GET', path)).text();

/** @param {string} path */
export const getBytes = async (path) => new Uint8Array(await (await request('GET', path)).arrayBuffer());

/**
 * A change. The answer may be empty.
 *
 * @param {'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} path
 * @param {unknown} [body]
 */
export async function change(method, path, body = {}) {
  const response = await request(method, path, body);
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

/**
 * The path with its parameters; those that are null or empty are left out.
 *
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} parameters
 */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
