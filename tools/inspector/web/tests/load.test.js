// @ts-check
// Ten thousand callbacks, one of 6 MB, and ten thousand more, while the page is open: all are answered, memory has a bound, few
// rows are in the page, and the list, the search and links go on working.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { test } from 'node:test';

import { newPage, startBrowser, startInspector } from './harness.js';

const CALLBACKS = 10_000;
const SENDERS = 8;
/** About 30 rows, and headings. */
const DRAWN = 45;
/** What the inspector takes at most, in KB: 256 MB of callbacks are a part of it. */
const MEMORY = 300 * 1024;

/** A callback of so many bytes. @param {number} number @param {number} [bytes] */
function body(number, bytes = 4000) {
  const job = { Code: 'Success', State: 'Success', Tag: 'Snapshot', JobId: `job-${number}`, Padding: '' };
  const text = JSON.stringify({ EventName: 'TaskFinish', JobsDetail: job });
  return text.replace('"Padding":""', `"Padding":"${'x'.repeat(bytes - text.length)}"`);
}

/** The most memory that a process has taken, in KB. @param {number | undefined} process */
async function peak(process) {
  const status = await readFile(`/proc/${process}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
}

test('10,000 callbacks, one of 6 MB, and 10,000 more', async (context) => {
  const inspector = await startInspector();
  const browser = await startBrowser();
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  context.after(async () => {
    agent.destroy();
    await browser.close();
    await inspector.stop();
  });
  const { page, problems } = await newPage(browser);
  await page.goto(`${inspector.page}/`);
  await page.locator('.live.ok').waitFor();
  await page.evaluate(`
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    }).observe({ type: 'longtask' });
  `);
  const { search } = new URL((await inspector.api('GET', '/api/copy-url/tencent-ci')).url);
  const { hostname, port } = new URL(inspector.receivers);

  /** The status with which a callback is answered, and after how many milliseconds. @param {string} text @returns {Promise<[number, number]>} */
  const post = (text) => new Promise((done, failed) => {
    const started = performance.now();
    const headers = { 'content-type': 'application/json', 'content-length': text.length };
    const sent = request({ method: 'POST', hostname, port, path: `/tencent-ci${search}`, agent, headers }, (response) => {
      response.resume();
      response.on('end', () => done([response.statusCode ?? 0, performance.now() - started]));
    });
    sent.on('error', failed);
    sent.end(text);
  });
  /** Sends so many from all senders at once, and says within which time 99 of 100 are answered. @param {number} first */
  async function flood(first) {
    /** @type {number[]} */
    const times = [];
    const senders = Array.from({ length: SENDERS }, async (_, sender) => {
      for (let number = first + sender; number < first + CALLBACKS; number += SENDERS) {
        const [status, time] = await post(body(number));
        assert.equal(status, 200);
        times.push(time);
      }
    });
    await Promise.all(senders);
    times.sort((one, other) => one - other);
    return times[Math.floor(times.length * 0.99)]?.toFixed(1);
  }
  const all = page.getByRole('button', { name: /^All/ });
  const drawn = async () => assert.ok((await page.locator('#rows > li').count()) <= DRAWN, 'only rows in view are in the page');

  context.diagnostic(`99 of 100 are answered within ${await flood(0)} ms`);
  await page.waitForFunction(() => /\d,\d{3}/.test(document.querySelector('.chip')?.textContent ?? ''));
  await drawn();
  const [large] = await post(body(CALLBACKS, 6_000_000));
  assert.equal(large, 200);
  context.diagnostic(`then, with one of 6 MB before, within ${await flood(CALLBACKS + 1)} ms`);
  const settled = `q=job:job-${2 * CALLBACKS}&after=0&timeout=60`;
  await inspector.api('GET', `/api/wait?${settled}`);

  const { callbacks, bytes } = await inspector.api('GET', '/api/health');
  const { limits } = await inspector.api('GET', '/api/settings');
  const list = await inspector.api('GET', '/api/callbacks?limit=1');
  assert.equal(list.last, 2 * CALLBACKS + 1);
  assert.equal(list.total + list.dropped, list.last);
  assert.ok(callbacks <= limits.callbacks && bytes <= limits.bytes, `${callbacks} callbacks of ${bytes} bytes are kept`);
  // The one of 6 MB has fallen out, and has left room.
  assert.ok(callbacks === limits.callbacks || bytes > 0.8 * limits.bytes, `it is full: ${callbacks} callbacks, ${bytes} bytes`);
  const memory = await peak(inspector.process.pid);
  context.diagnostic(`${callbacks} callbacks are kept; ${Math.round(memory / 1024)} MB at most were taken`);
  assert.ok(memory <= MEMORY, `${memory} KB are taken`);

  const count = callbacks.toLocaleString('en');
  await page.waitForFunction((words) => document.querySelector('.chip')?.textContent?.includes(words), count);
  await drawn();
  const rows = page.locator('#rows');
  const oldest = list.dropped + 1;
  const top = await rows.locator('.row').first().getAttribute('id');
  await rows.evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await page.locator(`#row-${oldest}`).waitFor();
  await drawn();
  assert.equal(await page.locator(`#row-${oldest}`).getAttribute('aria-posinset'), String(callbacks));

  // What arrives while one reads further down moves nothing.
  const place = await rows.evaluate((box) => box.scrollTop);
  await inspector.send({ product: 'tencent-ci', body: body(3 * CALLBACKS) });
  await page.locator('.pill').getByText('1 new').waitFor();
  assert.equal(await rows.evaluate((box) => box.scrollTop), place);
  await page.locator('.pill').click();
  await page.waitForFunction((before) => document.querySelector('#rows .row')?.id !== before, top);

  await rows.evaluate((box) => box.scrollTo(0, box.scrollHeight / 2));
  await page.locator('#search').fill(`job:job-${CALLBACKS + 7000}`);
  await page.getByText('1 callback found').waitFor();
  await page.locator('.row').first().waitFor();
  assert.equal(await rows.evaluate((box) => box.scrollTop), 0, 'a search begins at the top');
  await all.click();
  context.diagnostic(`longest task of the page: ${await page.evaluate('longest')} ms`);
  await page.goto(`${inspector.page}/c/${oldest + 2000}`);
  await page.getByRole('heading', { name: 'media.snapshot.succeeded' }).waitFor();
  assert.deepEqual(problems, []);
});
