// @ts-check
// What people do with the page, from the first callback to a media's timeline.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { newPage, SECRETS, startBrowser, startConsumer, startInspector } from './harness.js';
import { imsEvent, post, signedByIms } from './vendor.js';

const HOST = 'media-kl.example.com';
const { keys: [KEY = ''], tokens: [TOKEN = ''] } = SECRETS['aliyun-ims'];
const MEDIA = 'c321b3a0041a71eda1590674a2ce7f30';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspector;
/** @type {Awaited<ReturnType<typeof startConsumer>>} */
let consumer;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let problems;

before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());
beforeEach(async () => {
  consumer = await startConsumer();
  inspector = await startInspector(['--forward', consumer.url]);
  ({ page, problems } = await newPage(browser));
  await page.goto(`${inspector.page}/`);
  await page.locator('.live.ok').waitFor();
});
afterEach(async () => {
  const html = await page.content();
  for (const secret of Object.values(SECRETS).flatMap(({ keys, tokens }) => [...keys, ...tokens])) {
    assert.ok(!html.includes(secret), 'a secret is in the page');
  }
  await page.context().close();
  await inspector.stop();
  await consumer.stop();
  assert.deepEqual(problems, []);
});

const rows = () => page.locator('#rows .row');
const row = (/** @type {string | RegExp} */ words) => rows().filter({ hasText: words });
const card = (/** @type {string} */ product) => page.locator('.receiver').filter({ hasText: product });

test('the first callback: its URL, a refusal without a token, and the first that is right', async () => {
  await page.getByRole('heading', { name: 'Waiting for the first callback' }).waitFor();
  assert.equal(await page.locator('.receiver').count(), 4);
  await card('tencent-ci').getByText('nothing yet').waitFor();

  await page.getByRole('button', { name: 'Copy URL of tencent-ci' }).click();
  await page.getByText('Copied: the callback URL of tencent-ci').waitFor();
  const url = new URL(await page.evaluate('navigator.clipboard.readText()'));
  assert.match(url.searchParams.get('token') ?? '', /^\w{16,}$/);
  await page.evaluate('navigator.clipboard.writeText("")');

  const body = '{"EventName":"TaskFinish","JobsDetail":{"Code":"Success","State":"Success","Tag":"Snapshot","JobId":"j1"}}';
  assert.equal(await post(inspector.receivers, { path: '/tencent-ci', host: HOST, body }), 401);
  await row('401').waitFor();
  await card('tencent-ci').getByText(`reached as ${HOST}`).waitFor();
  await page.locator('header').getByText(`reached as ${HOST}`).waitFor();

  assert.equal(await post(inspector.receivers, { path: url.pathname + url.search, host: HOST, body }), 200);
  await row('snapshot succeeded').click();
  await page.getByRole('heading', { name: 'media.snapshot.succeeded' }).waitFor();
  await page.getByText('Your consumer 204', { exact: true }).waitFor();
  assert.equal(consumer.received.length, 1);
});

test('why 401: both URLs with the slash marked, and accepting the one that was signed', async () => {
  const path = `/aliyun-ims?token=${TOKEN}`;
  const headers = signedByIms(`https://${HOST}${path}`, KEY);
  const body = imsEvent('FileUploadComplete', { MediaId: MEDIA });
  assert.equal(await post(inspector.receivers, { path, host: HOST, body, headers }), 401);

  await row('401').click();
  await page.getByRole('heading', { name: '401, not shown to be the vendor’s' }).waitFor();
  const urls = page.locator('.urls');
  await urls.getByText('IMS signed').waitFor();
  assert.equal(await urls.locator('mark').textContent(), '');
  assert.equal(await urls.locator('ins').textContent(), '/');
  await page.locator('.verdict').getByText('no slash at the end of its path').first().waitFor();
  await page.locator('.checks .failed').getByText(/^key 1 over/).waitFor();
  assert.equal(await page.locator('.checks .passed').filter({ hasText: 'token 1' }).count(), 1);
  await page.getByText('What it would have become').waitFor();
  assert.equal(consumer.received.length, 0);

  await page.getByRole('button', { name: 'Accept this URL from now on' }).click();
  await page.getByText('Accepted from now on').waitFor();
  await page.locator('.verdict').getByRole('button', { name: 'Send again as received' }).click();
  await page.getByRole('heading', { name: 'media.upload.succeeded' }).waitFor();
  await page.getByText('Answered 200', { exact: true }).waitFor();
});

test('what a body becomes: the line from a field to its source, and the request as a sample', async () => {
  await inspector.send({ product: 'aliyun-ims', sample: 'transcode-complete' });
  await row('transcode succeeded').click();
  await page.getByText(/\d+ of \d+ fields are used/).waitFor();
  await page.locator('.event-side [data-path="outputs[0].bitrate"]').hover();
  const source = page.locator('.vendor-side .line.on');
  assert.match((await source.textContent()) ?? '', /bitrate\s*: "319"/);
  await page.locator('.event-side .line.on').getByText('× 1,000: kbit/s → bit/s').waitFor();
  assert.equal(await page.locator('.links path.on').count(), 1);
  assert.match(page.url(), /field=outputs/);
  assert.ok((await page.locator('.vendor-side .line.unused').count()) > 5, 'fields that nothing uses are dim');

  const before = await page.locator('.vendor-side .line').count();
  await page.getByLabel('Only mapped fields').check();
  await page.getByText(/more fields?$/).first().waitFor();
  assert.ok((await page.locator('.vendor-side .line').count()) < before);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as sample' }).click();
  const saved = await download;
  assert.equal(saved.suggestedFilename(), 'transcode-complete.json');
  const request = JSON.parse(await readFile(await saved.path(), 'utf8'));
  assert.equal(request.requestContext.http.method, 'POST');
  assert.match(request.body, /TranscodeComplete/);

  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await page.locator('.event-side .line.on').getByText('× 1,000').waitFor();
});

test('does the consumer cope: its answer, an edited body, and a receiver that answers 503', async () => {
  Object.assign(consumer.answer, { status: 500, body: 'no handler for this event' });
  await inspector.send({ product: 'aliyun-ims', sample: 'transcode-complete-failed' });
  await row('transcode failed').click();
  await page.getByText('Your consumer 500', { exact: true }).waitFor();
  await page.keyboard.press('6');
  await page.getByText('no handler for this event').waitFor();
  Object.assign(consumer.answer, { status: 204, body: '' });
  await page.keyboard.press('r');
  await page.getByText('Your consumer 204', { exact: true }).waitFor();

  await inspector.send({ product: 'aliyun-ims', body: imsEvent('SnapshotComplete', { JobId: 'edited-job' }) });
  await row('snapshot succeeded').click();
  await page.getByRole('heading', { name: 'media.snapshot.succeeded' }).waitFor();
  await page.keyboard.press('e');
  const body = page.getByRole('textbox', { name: 'Body' });
  await page.getByText('becomes media.snapshot.succeeded').waitFor();
  await body.fill((await body.inputValue()).replace('"Success"', '"Fail"'));
  await page.getByText('becomes media.snapshot.failed').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: 'media.snapshot.failed' }).waitFor();

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Answer 503 to the next').fill('2');
  await page.getByRole('button', { name: 'Set', exact: true }).nth(1).click();
  await page.getByText('The next 2 are answered 503').waitFor();
  await page.keyboard.press('Escape');
  const { seqs } = await inspector.send({ product: 'aliyun-ims', sample: 'file-upload-complete', times: 3 });
  const { events } = await inspector.api('GET', `/api/callbacks/${seqs[0]}`);
  await page.locator('#search').fill(`id:${events[0].id}`);
  await page.getByText('3 callbacks found').waitFor();
  assert.equal(await row('503').count(), 2);
  assert.equal(await row('upload succeeded').count(), 1);
});

test('what happened to a video, by keyboard alone', async () => {
  const send = (/** @type {any} */ what) => inspector.send({ product: 'aliyun-ims', ...what });
  await send({ body: imsEvent('FileUploadComplete', { MediaId: MEDIA }, '2026-01-02T14:26:29Z') });
  const input = JSON.stringify({ type: 'Media', media: MEDIA });
  await send({ body: imsEvent('SnapshotComplete', { JobId: 'sn-1', Input: input }, '2026-01-02T14:32:29Z'), forge: 'signature' });
  await send({ body: imsEvent('CreateAuditComplete', { MediaId: MEDIA, AuditStatus: 'Blocked' }, '2026-01-02T14:32:41Z') });
  await row('moderation blocked').waitFor();

  const focused = () => page.evaluate('document.activeElement.textContent + (document.activeElement.id || "")');
  const press = async (/** @type {string[]} */ ...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('/');
  assert.match(String(await focused()), /search/);
  await page.keyboard.type(`media:${MEDIA}`);
  await page.getByText('3 callbacks found').waitFor();
  await press('Escape', 'j');
  assert.match(String(await focused()), /rows/);
  await page.getByRole('heading', { name: 'media.moderation.succeeded' }).waitFor();
  await press('j', 'j', 'k', 'Enter');
  await page.getByRole('heading', { name: '401, not shown to be the vendor’s' }).waitFor();
  assert.match(String(await focused()), /page$/);

  await page.getByText('This media').waitFor();
  await press('m');
  const lanes = page.locator('.lane');
  await lanes.filter({ hasText: 'refused, so lost' }).waitFor();
  await lanes.filter({ hasText: 'blocked' }).waitFor();
  await lanes.filter({ hasText: 'missing' }).first().waitFor();
  const isAtMark = () => page.evaluate("document.activeElement.matches('.lane.bad a')");
  for (let at = 0; at < 30 && !(await isAtMark()); at += 1) await press('Tab');
  await press('Enter');
  await page.getByRole('heading', { name: '401, not shown to be the vendor’s' }).waitFor();
  await page.getByText('This media').waitFor();
  await press(']');
  await page.getByRole('heading', { name: 'media.moderation.succeeded' }).waitFor();

  await press('?');
  await page.getByRole('heading', { name: 'Keys' }).waitFor();
  await press('Escape', 'x', '[', 'x');
  await page.getByRole('heading', { name: 'Two callbacks compared' }).waitFor();
  await press('Escape');
  await page.getByRole('heading', { name: '401, not shown to be the vendor’s' }).waitFor();
});
