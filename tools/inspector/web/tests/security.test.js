// @ts-check
// What came in may make nobody run or fetch anything.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { newPage, startBrowser, startInspector } from './harness.js';

const EVIL = `"><script>window.ran = 1</script><img src="http://evil.example.com/x" onerror="window.ran = 1"><a href="javascript:window.ran=1">`;

/** The body with every text replaced. @param {any} value @returns {any} */
function poisoned(value) {
  if (typeof value === 'string') return EVIL;
  if (Array.isArray(value)) return value.map(poisoned);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => [[name, poisoned(one)], [name + EVIL, EVIL]]));
  }
  return value;
}

test('script in every field of a body runs nowhere and fetches nothing', async (context) => {
  const inspector = await startInspector();
  const browser = await startBrowser();
  context.after(async () => {
    await browser.close();
    await inspector.stop();
  });
  const { page, problems } = await newPage(browser);
  const event = {
    EventType: 'TranscodeComplete', EventTime: EVIL, MessageBody: poisoned({ Status: 'Success', JobId: '1', OutputUrl: 'u',
      OutFileMeta: { fileBasicInfo: { fileName: 'n', fileUrl: 'u' } }, UserData: '{}' }),
  };
  const kept = { ...event, MessageBody: { ...event.MessageBody, Status: 'Success' } };
  await inspector.send({ product: 'aliyun-ims', body: JSON.stringify(kept) });
  await inspector.send({ product: 'aliyun-ims', body: JSON.stringify(poisoned(kept)) });
  await inspector.send({ product: 'aliyun-ims', body: JSON.stringify(kept), forge: 'signature' });
  await inspector.send({ product: 'tencent-ci', body: `<Response><EventName>TaskFinish</EventName><x>${EVIL.replaceAll('<', '&lt;')}</x></Response>` });
  await inspector.send({ product: 'tencent-ci', body: EVIL });
  for (let seq = 1; seq <= 5; seq += 1) {
    for (const tab of ['became', 'sent', 'event', 'eventbridge', 'headers', 'consumer']) {
      await page.goto(`${inspector.page}/c/${seq}?tab=${tab}`);
      await page.locator('#tab-panel').waitFor();
    }
  }
  await page.getByRole('tab', { name: 'As sent' }).click();
  await page.getByLabel('Body as sent').getByText('window.ran').waitFor();
  await page.goto(`${inspector.page}/?compare=1/2`);
  await page.getByText('fields differ').waitFor();
  await page.goto(`${inspector.page}/m/${encodeURIComponent(EVIL)}`);
  await page.locator('#page h1').waitFor();
  await page.goto(`${inspector.page}/?q=${encodeURIComponent(EVIL)}`);
  await page.locator('.nothing, .row').first().waitFor();
  assert.equal(await page.evaluate('window.ran'), undefined);
  assert.equal(await page.locator('a[href^="javascript:"], img, iframe, object, script:not([src^="/assets/"])').count(), 0);
  // A key that nothing knows is answered 404, which the browser writes into its console.
  assert.deepEqual(problems.filter((problem) => !problem.includes('404')), []);
});

test('a page of another site reads nothing and changes nothing', async (context) => {
  const inspector = await startInspector();
  const browser = await startBrowser();
  const other = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>other</title>'));
  await new Promise((done) => other.listen(0, '127.0.0.1', () => done(undefined)));
  context.after(async () => {
    await browser.close();
    await inspector.stop();
    other.closeAllConnections();
    other.close();
  });
  await inspector.send({ product: 'aliyun-ims', sample: 'transcode-complete' });
  const { page } = await newPage(browser);
  const { port } = /** @type {import('node:net').AddressInfo} */ (other.address());
  await page.goto(`http://localhost:${port}/`);
  const reads = await page.evaluate(
    (url) => fetch(`${url}/api/callbacks`).then((response) => response.text(), () => 'refused'), inspector.page);
  assert.equal(reads, 'refused');
  for (const mode of /** @type {const} */ (['cors', 'no-cors'])) {
    await page.evaluate(
      ([url, how]) => fetch(`${url}/api/callbacks`, { method: how === 'cors' ? 'DELETE' : 'POST', mode: /** @type {any} */ (how), body: '{}' })
        .then(() => '', () => ''), [inspector.page, mode]);
  }
  await page.evaluate((url) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: `${url}/api/send`, enctype: 'text/plain', target: '_self' });
    const input = document.createElement('input');
    Object.assign(input, { name: '{"product":"aliyun-ims","sample":"transcode-complete","x":"', value: '"}' });
    form.append(input);
    document.body.append(form);
    form.submit();
  }, inspector.page);
  await page.waitForLoadState('load');
  const { total } = await inspector.api('GET', '/api/callbacks');
  assert.equal(total, 1);
});
