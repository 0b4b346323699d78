// @ts-check
// Links, a pause, a server that is started again, and what holds for one run.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { newPage, startBrowser, startConsumer, startInspector } from './harness.js';

/** @param {import('node:test').TestContext} context @param {string[]} [options] */
async function started(context, options) {
  const inspector = await startInspector(options);
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

test('what came is there after a restart, and says what has changed and what is gone', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'mediahook-keep-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'callbacks.ndjson');
  const { inspector, page, problems } = await started(context, ['--keep', file]);
  const ims = { product: 'aliyun-ims', sample: 'file-upload-complete' };
  await inspector.send({ ...ims });
  await inspector.send({ ...ims, forge: 'signature' });
  await inspector.stop();
  // As a build wrote it that called an upload something else.
  const [first = '', ...others] = (await readFile(file, 'utf8')).split('\n');
  const older = first.replaceAll('media.upload.succeeded', 'media.asset.succeeded');
  assert.notEqual(older, first);
  await writeFile(file, [older, ...others].join('\n'));

  const again = await startInspector(['--keep', file]);
  context.after(() => again.stop());
  await page.goto(`${again.page}/?q=is:changed`);
  await page.getByText('1 callback found').waitFor();
  await page.locator('#row-1').click();
  await page.getByText('decodes differently now').waitFor();
  await page.getByRole('tab', { name: 'CloudEvent' }).click();
  const difference = page.locator('.differences tr').filter({ hasText: 'event.type' });
  await difference.getByText('media.asset.succeeded').waitFor();
  await difference.getByText('media.upload.succeeded').waitFor();
  await page.goto(`${again.page}/c/2`);
  await page.getByRole('heading', { name: '401, not shown to be the vendor’s' }).waitFor();
  await page.getByText('was kept without its secrets').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Send again as received' }).count(), 0);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText(`Kept over a restart in ${file}`).waitFor();
  assert.deepEqual(problems, []);
});

test('what the vendor deprecates, and that an event is valid', async (context) => {
  const { inspector, page, problems } = await started(context);
  context.after(() => inspector.stop());
  await inspector.send({ product: 'aliyun-ims', sample: 'transcode-complete' });
  await inspector.send({ product: 'aliyun-ims', sample: 'snapshot-complete' });
  await page.goto(`${inspector.page}/c/1?tab=event`);
  await page.getByText('deprecated by the vendor').waitFor();
  await page.getByText('valid by its schema', { exact: true }).waitFor();
  // What is not valid is listed.
  await page.route(/\/api\/callbacks\/2$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), invalid: [['/id: "x" is no id']] } });
  });
  await page.goto(`${inspector.page}/c/2?tab=event`);
  await page.getByText('not valid by its schema').waitFor();
  await page.getByText('/id: "x" is no id').waitFor();
  assert.equal(await page.getByText('deprecated by the vendor').count(), 0);
  assert.deepEqual(problems, []);
});

test('keys and tokens are added, dropped as a file, and taken away; the consumer gets what it asks for', async (context) => {
  const consumer = await startConsumer();
  const { inspector, page, problems } = await started(context, ['--forward', consumer.url, '--match', 'type:media.upload.*']);
  context.after(async () => {
    await inspector.stop();
    await consumer.stop();
  });
  await page.goto(`${inspector.page}/`);
  await page.getByRole('button', { name: 'Settings' }).click();
  const chip = (/** @type {string} */ what) => page.getByRole('button', { name: `Take ${what} of aliyun-ims away` });
  await chip('key 2').waitFor();
  await chip('key 2').click();
  await chip('key 2').waitFor({ state: 'detached' });
  await page.getByLabel('Product').selectOption('aliyun-ims');
  const value = page.getByLabel('Value, which is never shown again');
  await page.evaluate(`
    const files = new DataTransfer();
    files.items.add(new File(['{"tokens": ["dropped-token-0123456789"]}'], 'secret.json', { type: 'application/json' }));
    document.querySelector('.settings input[type=password]').dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true }));
  `);
  await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector('.settings input[type=password]')).value !== '');
  assert.equal(await page.getByLabel('Kind').inputValue(), 'secret');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await chip('token 2').waitFor();
  assert.equal(await value.inputValue(), '');
  assert.ok(!(await page.content()).includes('dropped-token'));

  await inspector.send({ product: 'aliyun-ims', sample: 'snapshot-complete' });
  await inspector.send({ product: 'aliyun-ims', sample: 'file-upload-complete' });
  await inspector.api('GET', '/api/wait?q=consumer:2xx&after=0&timeout=10');
  await page.getByLabel('Only events that this search finds').fill('');
  await page.getByRole('button', { name: 'Set', exact: true }).first().click();
  await page.getByText('New events go there from now on').waitFor();
  await inspector.send({ product: 'aliyun-ims', sample: 'transcode-complete' });
  await inspector.api('GET', '/api/wait?q=consumer:2xx%20kind:transcode&after=0&timeout=10');
  assert.deepEqual(consumer.received.map((event) => event['detail-type']), ['media.upload.succeeded', 'media.transcode.succeeded']);
  assert.deepEqual(problems, []);
});

test('the body that was edited last is there again', async (context) => {
  const { inspector, page, problems } = await started(context);
  context.after(() => inspector.stop());
  await inspector.send({ product: 'tencent-ci', sample: 'task-finish-snapshot-xml' });
  await page.goto(`${inspector.page}/c/1`);
  await page.getByRole('heading', { name: 'media.snapshot.succeeded' }).waitFor();
  const body = page.getByRole('textbox', { name: 'Body' });
  const bodyHas = (/** @type {string} */ words) => page.waitForFunction(
    (part) => /** @type {HTMLTextAreaElement | null} */ (document.querySelector('dialog textarea'))?.value.includes(part), words);
  await page.keyboard.press('e');
  await page.getByText('becomes media.snapshot.succeeded').waitFor();
  const edited = (await body.inputValue()).replace('<JobId>', '<JobId>edited-');
  await body.fill(edited);
  await page.getByText('becomes media.snapshot.succeeded').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('#row-2').waitFor();
  await page.reload();
  await page.locator('#row-2').waitFor();
  await page.keyboard.press('n');
  await bodyHas('edited-');
  assert.equal(await body.inputValue(), edited);
  const [product, from] = [page.locator('dialog select').first(), page.locator('dialog select').nth(1)];
  assert.equal(await product.inputValue(), 'tencent-ci');
  // From a callback it is offered, and not put in its place.
  await page.keyboard.press('Escape');
  await page.locator('#row-1').click();
  await page.keyboard.press('e');
  await bodyHas('<JobId>');
  assert.ok(!(await body.inputValue()).includes('edited-'));
  await from.selectOption('edited:TaskFinish/Snapshot');
  await bodyHas('edited-');
  assert.deepEqual(problems, []);
});
