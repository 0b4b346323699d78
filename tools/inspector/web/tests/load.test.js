// @ts-check
// Ten thousand callbacks: few rows in the page, and the list, the search and links go on working.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newPage, startBrowser, startInspector } from './harness.js';

const CALLBACKS = 10_000;
/** About 30 rows, and headings. */
const DRAWN = 45;

test('10,000 callbacks while the page is open', async (context) => {
  const inspector = await startInspector();
  const browser = await startBrowser();
  context.after(async () => {
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
  const body = (/** @type {number} */ number) => JSON.stringify({
    EventName: 'TaskFinish', JobsDetail: { Code: 'Success', State: 'Success', Tag: 'Snapshot', JobId: `job-${number}`, Padding: 'x'.repeat(3800) },
  });
  await inspector.send({ product: 'tencent-ci', body: body(0) });
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let at = 1 + sender; at < CALLBACKS / 20; at += 8) await inspector.send({ product: 'tencent-ci', body: body(at), times: 20 });
  });
  await Promise.all(senders);
  const left = CALLBACKS - (await inspector.api('GET', '/api/callbacks?limit=1')).total;
  if (left > 0) await inspector.send({ product: 'tencent-ci', body: body(1_000_000), times: left });

  const drawn = async () => assert.ok((await page.locator('#rows > li').count()) <= DRAWN, 'only rows in view are in the page');
  const all = page.getByRole('button', { name: /^All/ });
  await page.waitForFunction(() => document.querySelector('.chip')?.textContent?.includes('10,000'));
  await drawn();
  const list = page.locator('#rows');
  const top = await list.locator('.row').first().getAttribute('id');
  await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await page.locator('#row-1').waitFor();
  await drawn();
  assert.equal(await page.locator('#row-1').getAttribute('aria-posinset'), String(CALLBACKS));

  // What arrives while one reads further down moves nothing.
  const place = await list.evaluate((box) => box.scrollTop);
  await inspector.send({ product: 'tencent-ci', body: body(2_000_000) });
  await page.locator('.pill').getByText('1 new').waitFor();
  assert.equal(await list.evaluate((box) => box.scrollTop), place);
  await page.locator('.pill').click();
  await page.waitForFunction((before) => document.querySelector('#rows .row')?.id !== before, top);

  await list.evaluate((box) => box.scrollTo(0, box.scrollHeight / 2));
  await page.locator('#search').fill('job:job-7');
  await page.getByText('20 callbacks found').waitFor();
  await page.locator('.row').first().waitFor();
  assert.equal(await list.evaluate((box) => box.scrollTop), 0, 'a search begins at the top');
  await all.click();
  context.diagnostic(`longest task of the page: ${await page.evaluate('longest')} ms`);
  await page.goto(`${inspector.page}/c/5000`);
  await page.getByRole('heading', { name: 'media.snapshot.succeeded' }).waitFor();
  assert.deepEqual(problems, []);
});
