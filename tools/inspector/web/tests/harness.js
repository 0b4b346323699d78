// @ts-check
// The real inspector and a real browser, and what both have complained about.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

const REPOSITORY = resolve(import.meta.dirname, '../../../..');

/** The binary with the page in it. */
const MEDIAHOOK = process.env.MEDIAHOOK ?? join(REPOSITORY, 'target/debug/mediahook');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Keys and tokens of the tests. None may ever be seen in the page. */
export const SECRETS = {
  'aliyun-ims': {
    keys: ['imsKeyOne1', 'imsKeyTwo2'],
    tokens: ['ims-token-0123456789abcdef'],
    callback_urls: ['https://media-kl.example.com/aliyun-ims/?token=ims-token-0123456789abcdef'],
  },
  'tencent-vod': { keys: ['vodKeyOne1'], tokens: ['vod-token-0123456789abcdef'] },
};

/**
 * Starts `mediahook dev` on ports of its own.
 *
 * @param {string[]} [options]
 */
export async function startInspector(options = []) {
  const folder = await mkdtemp(join(tmpdir(), 'mediahook-'));
  const secrets = [];
  for (const [product, secret] of Object.entries(SECRETS)) {
    await writeFile(join(folder, product), JSON.stringify(secret));
    secrets.push('--secret', `${product}=${join(folder, product)}`);
  }
  const port = options.includes('--port') ? [] : ['--port', '0'];
  const server = spawn(MEDIAHOOK, ['dev', ...port, ...secrets, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  // A test that is stopped leaves none behind.
  const kill = () => server.kill();
  process.once('exit', kill);
  let errors = '';
  server.stderr.on('data', (data) => (errors += data));
  const lines = createInterface({ input: server.stdout });
  const { page, receivers } = await new Promise((found, failed) => {
    const addresses = { page: '', receivers: '' };
    server.once('error', failed);
    server.once('exit', (code) => failed(new Error(`mediahook dev ended with ${code}: ${errors}`)));
    lines.on('line', (line) => {
      addresses.page = /inspector\s+(http:\S+?)\/?(\s|$)/.exec(line)?.[1] ?? addresses.page;
      addresses.receivers = /receivers\s+(http:\/\/[^/\s]+)/.exec(line)?.[1] ?? addresses.receivers;
      if (addresses.page !== '' && addresses.receivers !== '') found(addresses);
    });
  });
  server.removeAllListeners('exit');
  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  async function api(method, path, body) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(page + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
  return {
    page,
    receivers,
    process: server,
    api,
    /** @param {any} what */
    send: (what) => api('POST', '/api/send', { clock: 0, times: 1, ...what }),
    async stop() {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill();
      process.off('exit', kill);
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** A consumer that answers what it is told to. */
export async function startConsumer() {
  const answer = { status: 204, body: '' };
  /** @type {any[]} */
  const received = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      received.push(JSON.parse(body));
      response.writeHead(answer.status, { 'content-type': 'text/plain' }).end(answer.status === 204 ? undefined : answer.body);
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    answer,
    received,
    url: `http://127.0.0.1:${address.port}/events`,
    stop: () => new Promise((done) => {
      server.closeAllConnections();
      server.close(done);
    }),
  };
}

export const startBrowser = () =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });

/**
 * A page that says what went wrong in it: errors, reports of the policy, requests to other hosts.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 }, timezoneId: 'UTC', locale: 'en-GB', reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'], ...options,
  });
  const page = await context.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!['blob:', 'data:'].includes(protocol) && hostname !== '127.0.0.1') problems.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, context, problems };
}
