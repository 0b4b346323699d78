// @ts-check
/**
 * What the API answers with.
 *
 * @typedef {{id: string, type: string, kind: string, outcome: string, subject: string | null, time: string,
 *   verdict: string | null, label: string | null, score?: number | null,
 *   media: string | null, file: string | null, job: string | null}} Event
 *
 * @typedef {{state: 'waiting' | 'done' | 'failed', status: number | null, millis: number | null}} Consumed
 *
 * @typedef {{seq: number, received: string, product: string, via: string, status: number, millis: number,
 *   reason: string | null, kept: boolean, title: string | null, size: number, format: string, name: string | null, events: Event[],
 *   repeats: number, consumer: Consumed | null, at?: number}} Summary
 *
 * @typedef {{check: string, passed: boolean, expected: string, found: string, hint: string | null}} Finding
 *
 * @typedef {{at: string, event: string, to: string, status: number | null, error: string | null, millis: number,
 *   body: string}} Delivery
 *
 * @typedef {{summary: Summary,
 *   request: {method: string, path: string, query: string, host: string, headers: [string, string][], at: string},
 *   answer: {status: number, body: string}, limit_ms: number | null, findings: Finding[], events: any[],
 *   before: any[] | null, deprecated: boolean[], invalid: string[][], vendor: any[], sizes: number[],
 *   deliveries: Delivery[], eventbridge: any[]}} Detail
 *
 * @typedef {{path: string, sources: string[], factor: number | null}} Field
 * @typedef {{fields: Field[], leaves: number, too_large: boolean}} Provenance
 *
 * @typedef {{seq: number, event: string, product: string, kind: string, type: string, outcome: string,
 *   verdict: string | null, http: number, time: string,
 *   started_at: string | null, finished_at: string | null, received: string, refused: boolean, repeats: number,
 *   steps_seen: number | null, steps: number | null}} MediaItem
 * @typedef {{key: string, title: string | null, items: MediaItem[], missing: string[]}} Media
 *
 * @typedef {{product: string, url: string, keys: number, tokens: number, callback_urls: string[],
 *   unsigned: boolean, state: string, reached_as: string | null, last_refusal: string | null, console: string,
 *   limit: string | null}} Receiver
 * @typedef {{receivers: Receiver[],
 *   consumer: {url: string | null, form: string, match: string, queue: number},
 *   faults: {status: number | null, remaining: number, delay_ms: number}, tolerance: number,
 *   keep: {file: string, problem: string | null} | null,
 *   limits: {callbacks: number, bytes: number, used: number}, pulls: any[]}} Settings
 */

export {};
