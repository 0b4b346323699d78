// @ts-check
// Pictures of the screens, light and dark, from callbacks whose times do not change from run to run:
// `node screens.js [folder]`. They are looked at, not compared.
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { newPage, SECRETS, startBrowser, startConsumer, startInspector } from './tests/harness.js';
import { imsEvent, post, signedByIms } from './tests/vendor.js';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const FOLDER = process.argv[2] ?? join(REPOSITORY, 'target/screens');
const HOST = 'media-kl.example.com';
/** The time that the page believes it is, and how long before it each callback came, in seconds: the newest first. */
const NOW = Date.parse('2026-01-02T14:32:50Z');
const AGES = [2, 9, 21, 43, 218, 240, 260, 381, 382, 467, 483, 520, 535];
const MEDIA = 'c321b3a0041a71eda1590674a2ce7f30';
const FILE = 'yinhuazengqinag0627001.mp4';

const { keys: [KEY = ''], tokens: [TOKEN = ''] } = SECRETS['aliyun-ims'];
const consumer = await startConsumer();
const inspector = await startInspector(['--forward', consumer.url]);

/** A callback of IMS as it comes through a tunnel. @param {string} body @param {string} [path] */
async function ims(body, path = '/aliyun-ims/') {
  const target = `${path}?token=${TOKEN}`;
  await post(inspector.receivers, { path: target, host: HOST, body, headers: signedByIms(`https://${HOST}${target}`, KEY) });
}

/** One of another product, as it comes through a tunnel. @param {string} product @param {string} body */
async function other(product, body) {
  const { url } = await inspector.api('GET', `/api/copy-url/${product}`);
  const { search } = new URL(url);
  await post(inspector.receivers, { path: `/${product}${search}`, host: HOST, body });
}

/** Waits until the consumer has answered for all. */
async function quiet() {
  do await new Promise((done) => setTimeout(done, 200));
  while ((await inspector.api('GET', '/api/callbacks?q=consumer:waiting')).total > 0);
}

/** @param {string} product @param {string} name */
const sample = async (product, name) =>
  bodyOf(JSON.parse(await readFile(join(REPOSITORY, 'events', product, `${name}.json`), 'utf8')));

/** @param {any} request a function URL request */
function bodyOf({ body, isBase64Encoded }) {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
}

await other('tencent-ci', '{"EventName":"TaskFinish"');
await other('aliyun-vod', await sample('aliyun-vod', 'transcode-complete-failed'));
await inspector.send({ product: 'tencent-vod', sample: 'new-file-upload', clock: -2000 });
await ims(imsEvent('MediaGenerationStage2', { MediaId: '71151b80f2d471ecb21b472190a98d3c' }, '2026-01-02T14:25:02Z'));
const upload = imsEvent('FileUploadComplete', { MediaId: MEDIA, Title: FILE, Size: '5510872', MediaType: 'video' });
await ims(upload);
await ims(upload);
await quiet();
Object.assign(consumer.answer, { status: 500, body: 'TypeError: events is not iterable\n    at handler (consumer.js:12:20)' });
await other('tencent-ci', await sample('tencent-ci', 'task-finish-transcode-xml'));
await quiet();
Object.assign(consumer.answer, { status: 204, body: '' });
await other('tencent-ci', await sample('tencent-ci', 'task-finish-snapshot-xml'));
await other('tencent-ci', await sample('tencent-ci', 'review-image-simple-block'));
const transcode = JSON.parse(await sample('aliyun-ims', 'transcode-complete'));
Object.assign(transcode, { EventTime: '2026-01-02T14:32:06Z' });
Object.assign(transcode.MessageBody, {
  FinishTime: '2026-01-02T14:32:06Z',
});
await ims(JSON.stringify(transcode));
const input = JSON.stringify({ type: 'Media', media: MEDIA });
const snapshot = { JobId: 'sn-0627001', Type: 'Sprite', Input: input, Count: 5, FinishTime: '2026-01-02T14:32:28Z' };
await ims(imsEvent('SnapshotComplete', snapshot, '2026-01-02T14:32:29Z'), '/aliyun-ims');
await ims(imsEvent('CreateAuditComplete', { MediaId: MEDIA, AuditStatus: 'Blocked', Reason: 'copyright' }, '2026-01-02T14:32:40Z'));
const activities = {
  Transcode: { Status: 'Succeed', ActivityId: 'Transcode', ActivityInstanceId: transcode.MessageBody.JobId, StartTime: '2026-01-02T14:28:43Z' },
  Snapshot: { Status: 'Succeed', ActivityId: 'Snapshot', ActivityInstanceId: 'sn-0627001' },
  Subtitle: { Status: 'Failed', ActivityId: 'Subtitle', ActivityInstanceId: 'st-0627001' },
};
await ims(imsEvent('WorkflowTaskComplete', {
  TaskInput: JSON.stringify({ Type: 'Media', Media: MEDIA }), TaskId: '82227', WorkflowId: 'SW-2022', Status: 'Succeed',
  CreateTime: '2026-01-02T14:26:31Z', FinishTime: '2026-01-02T14:32:46Z', ActivityResults: JSON.stringify(activities),
}, '2026-01-02T14:32:47Z'));
await quiet();

/** Puts fixed times and ports in place of those of this run. @param {any} value @param {number} last @returns {any} */
function fixed(value, last) {
  if (typeof value === 'string') {
    const now = new Date().toISOString().slice(0, 10);
    return value.replaceAll(/127\.0\.0\.1:\d+/g, (address) => (consumer.url.includes(address) ? '127.0.0.1:3000' : '127.0.0.1:4600')).replaceAll(new RegExp(`${now}T[\\d:.]+Z`, 'g'), '2026-01-02T14:32:28Z');
  }
  if (Array.isArray(value)) return value.map((one) => fixed(one, last));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fixed(one, last)]));
  if ('received' in copy) copy.received = new Date(NOW - 1000 * (AGES[last - copy.seq] ?? 900)).toISOString();
  if ('millis' in copy) copy.millis = 'state' in copy || 'to' in copy ? 18 : 1.1;
  return copy;
}

/** @type {{name: string, path: string, shown: string, width?: number, open?: string}[]} */
const SCREENS = [
  { name: 'receivers', path: '/', shown: '.receiver' },
  { name: 'became', path: '/c/10?field=outputs%5B0%5D.bitrate', shown: '.links path.on' },
  { name: 'refused', path: '/c/11', shown: '.verdict' },
  { name: 'media', path: `/m/${MEDIA}`, shown: '.lane' },
  { name: 'send', path: '/c/10', shown: '.strip', open: 'Edit and send' },
  { name: 'consumer', path: '/c/7?tab=consumer', shown: '.delivery' },
  { name: 'settings', path: '/', shown: '.receiver', open: 'Settings' },
  { name: 'narrow', path: '/c/10', shown: '.strip', width: 390 },
];

await mkdir(FOLDER, { recursive: true });
const browser = await startBrowser();
const { last } = await inspector.api('GET', '/api/health');
for (const { name, path, shown, width = 1440, open } of SCREENS) {
  const { page, context } = await newPage(browser, { viewport: { width, height: 900 } });
  await page.clock.setFixedTime(NOW);
  await page.route(/\/api\/(callbacks|media|settings)/, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const isJson = response.headers()['content-type']?.includes('json') && response.ok();
    await route.fulfill({ response, body: isJson ? JSON.stringify(fixed(JSON.parse(text), last)) : text });
  });
  await page.goto(inspector.page + path);
  await page.locator(shown).first().waitFor({ state: 'attached' });
  await page.locator('.live.ok').waitFor();
  if (open !== undefined) {
    await page.getByRole('button', { name: open }).click();
    await page.locator('dialog[open]').waitFor();
    await page.waitForTimeout(500);
  }
  await page.waitForTimeout(300);
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`) });
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await context.close();
}
await browser.close();
await inspector.stop();
await consumer.stop();
