// @ts-check
// axe on every screen, light and dark, at three widths.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';

import { newPage, startBrowser, startConsumer, startInspector } from './harness.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspector;
/** @type {Awaited<ReturnType<typeof startInspector>>} */
let empty;
/** @type {Awaited<ReturnType<typeof startConsumer>>} */
let consumer;

before(async () => {
  browser = await startBrowser();
  consumer = await startConsumer();
  inspector = await startInspector(['--forward', consumer.url]);
  empty = await startInspector();
  const ims = { product: 'aliyun-ims' };
  await inspector.send({ ...ims, sample: 'transcode-complete' });
  await inspector.send({ ...ims, sample: 'transcode-complete', forge: 'signature' });
  await inspector.send({ ...ims, sample: 'create-audit-complete-blocked', times: 2 });
  await inspector.send({ product: 'tencent-ci', sample: 'task-finish-several-xml' });
  await inspector.send({ ...ims, body: '{"EventType":"NobodyKnows"}' });
  await inspector.send({ product: 'tencent-ci', body: '{"broken' });
});
after(async () => {
  await browser.close();
  await inspector.stop();
  await empty.stop();
  await consumer.stop();
});

/** @typedef {import('playwright-core').Page} Page */
/** @type {{name: string, path: string, shown: string, isEmpty?: boolean, isChanged?: boolean, then?: (page: Page) => Promise<unknown>}[]} */
const SCREENS = [
  { name: 'empty', path: '/', shown: '.receiver', isEmpty: true },
  { name: 'list', path: '/', shown: '.row, .receiver' },
  { name: 'nothing found', path: '/?q=nobody+knows+this', shown: '.nothing' },
  { name: 'what became of it', path: '/c/1?field=outputs%5B0%5D.bitrate', shown: '.event-side .on' },
  { name: 'as sent', path: '/c/1?tab=sent', shown: 'pre' },
  { name: 'event', path: '/c/1?tab=event', shown: '.code' },
  { name: 'EventBridge', path: '/c/1?tab=eventbridge', shown: '.code' },
  { name: 'headers', path: '/c/1?tab=headers', shown: 'table' },
  { name: 'consumer', path: '/c/1?tab=consumer', shown: '.delivery' },
  { name: 'event that is not valid, and was another before', path: '/c/1?tab=event', shown: '.differences', isChanged: true },
  { name: 'several events', path: '/c/5', shown: '.event-side' },
  { name: 'refusal', path: '/c/2', shown: '.verdict' },
  { name: 'not there', path: '/c/99999', shown: '[role=alert]' },
  { name: 'timeline', path: '/m/71151b80f2d471ecb21b472190a98d3c', shown: '.lane' },
  { name: 'comparison', path: '/?compare=1/3', shown: 'tbody tr' },
  { name: 'send', path: '/c/1', shown: '.event-side', then: (page) => page.keyboard.press('e') },
  { name: 'import', path: '/', shown: '.receiver', isEmpty: true,
    then: (page) => page.getByRole('button', { name: 'Import a logged request' }).click() },
  { name: 'settings', path: '/', shown: '.receiver, .row', then: (page) => page.getByRole('button', { name: 'Settings' }).click() },
  { name: 'keys', path: '/c/2', shown: '.verdict', then: (page) => page.keyboard.press('?') },
];

for (const { name, path, shown, isEmpty, isChanged, then } of SCREENS) {
  test(`axe finds nothing: ${name}`, async () => {
    const { page } = await newPage(browser);
    if (isChanged) {
      await page.route(/\/api\/callbacks\/1$/, async (route) => {
        const response = await route.fetch();
        const open = await response.json();
        await route.fulfill({ response, json: { ...open, before: [{ ...open.events[0], type: 'x' }], invalid: [['/type: "x" is no type']] } });
      });
    }
    await page.goto((isEmpty ? empty.page : inspector.page) + path);
    await page.locator(shown).locator('visible=true').first().waitFor();
    if (then !== undefined) {
      await then(page);
      await page.locator('dialog[open]').waitFor();
    }
    await page.evaluate(axe.source);
    for (const width of [1440, 900, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
        await page.emulateMedia({ colorScheme });
        const { violations } = /** @type {axe.AxeResults} */ (await page.evaluate("axe.run({ resultTypes: ['violations'] })"));
        const words = violations.map(({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`);
        assert.deepEqual(words, [], `${width} px, ${colorScheme}`);
      }
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      assert.equal(overflow, 0, `at ${width} px the page is wider than the window`);
    }
    await page.context().close();
  });
}
