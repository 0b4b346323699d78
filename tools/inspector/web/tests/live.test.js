// @ts-check
// Links, a pause, and a server that is started again.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { newPage, startBrowser, startInspector } from './harness.js';

/** @param {import('node:test').TestContext} context */
async function started(context) {
  const inspector = await startInspector();
  const browser = await startBrowser();
  context.after(() => browser.close());
  const { page, problems } = await newPage(browser);
  return { inspector, page, problems };
}

test('links by event, job and media, and what the list says of arrivals', async (context) => {
  const { inspector, page, problems } = await started(context);
  context.after(() => inspector.stop());
  const ims = { product: 'aliyun-ims' };
  await inspector.send({ ...ims, sample: 'transcode-complete' });
  await inspector.send({ ...ims, sample: 'file-upload-complete' });
  const [upload, transcode] = (await inspector.api('GET', '/api/callbacks')).callbacks;
  await page.goto(`${inspector.page}/e/${transcode.events[0].id}`);
  await page.getByRole('heading', { name: 'media.transcode.succeeded' }).waitFor();
  assert.match(page.url(), /\/c\/1$/);
  await page.goto(`${inspector.page}/j/${transcode.events[0].job}`);
  await page.locator('.lane').filter({ hasText: 'transcode' }).waitFor();
  await page.goto(`${inspector.page}/m/${upload.events[0].media}`);
  await page.locator('.lane').filter({ hasText: 'upload' }).waitFor();
  await page.getByText('Other callbacks of this media appear here.').waitFor();

  await page.locator('.live.ok').waitFor();
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Paused. Go on' }).waitFor();
  await inspector.send({ ...ims, sample: 'create-audit-complete-blocked' });
  await page.locator('.pill').getByText('1 new').waitFor();
  assert.equal(await page.locator('#rows .row').count(), 2);
  await page.locator('[aria-live]').getByText('1 new callback. The newest: moderation blocked').waitFor({ state: 'attached' });
  await page.keyboard.press('p');
  await page.locator('#row-3').waitFor();

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'dark' }).click();
  await page.getByLabel('Single keys do what is listed').uncheck();
  await page.keyboard.press('Escape');
  await page.reload();
  await page.locator('#row-3').waitFor();
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
  await page.keyboard.press('n');
  assert.equal(await page.locator('dialog').count(), 0);
  assert.deepEqual(problems, []);
});

test('after a restart of the server the list has each callback once, in order', async (context) => {
  const { inspector, page } = await started(context);
  await inspector.send({ product: 'aliyun-ims', sample: 'transcode-complete', times: 3 });
  await page.goto(`${inspector.page}/`);
  await page.locator('#row-3').waitFor();
  await page.locator('.live.ok').waitFor();
  const port = (/** @type {string} */ url) => new URL(url).port;
  await inspector.stop();
  await page.getByRole('button', { name: /^Reconnecting since/ }).waitFor();
  const again = await startInspector(['--port', port(inspector.receivers), '--page-port', port(inspector.page)]);
  context.after(() => again.stop());
  await again.send({ product: 'aliyun-ims', sample: 'file-upload-complete', times: 2 });
  await page.locator('.live.ok').waitFor();
  await page.locator('#rows .row').filter({ hasText: 'upload' }).first().waitFor();
  await page.locator('#row-3').waitFor({ state: 'detached' });
  const ids = await page.locator('#rows .row').evaluateAll((rows) => rows.map((row) => row.id));
  assert.deepEqual(ids, ['row-2', 'row-1']);
});

test('a logged request is explained as of its own time', async (context) => {
  const { inspector, page, problems } = await started(context);
  context.after(() => inspector.stop());
  const logged = await readFile(new URL('../../../../events/aliyun-ims/transcode-complete.json', import.meta.url), 'utf8');
  await page.goto(`${inspector.page}/`);
  await page.getByRole('button', { name: 'Import a logged request' }).click();
  await page.getByLabel('Product').selectOption('aliyun-ims');
  await page.getByRole('textbox', { name: 'Request or body' }).fill(logged);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('heading', { name: '401, not shown to be the vendor’s' }).waitFor();
  await page.locator('.checks .failed').filter({ hasText: 'no token=' }).waitFor();
  await page.locator('.checks .failed').filter({ hasText: 'X-ICE-SIGNATURE' }).waitFor();
  await page.locator('#row-1').getByText('imported').waitFor();
  assert.deepEqual(problems, []);
});
