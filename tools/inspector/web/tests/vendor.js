// @ts-check
// What a vendor posts, for callbacks that the inspector itself would not send: to another URL, without a token.
import { createHash } from 'node:crypto';
import { request } from 'node:http';

/**
 * Posts a body as a tunnel brings it.
 *
 * @param {string} receivers the receivers' address
 * @param {{path: string, host: string, body: string, headers?: Record<string, string>}} what
 * @returns {Promise<number>} the status
 */
export const post = (receivers, { path, host, body, headers = {} }) =>
  new Promise((done, failed) => {
    const { hostname, port } = new URL(receivers);
    const options = { method: 'POST', hostname, port, path, headers: { host, 'content-type': 'application/json', ...headers } };
    const sent = request(options, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode ?? 0));
    });
    sent.on('error', failed);
    sent.end(body);
  });

/**
 * The headers with which IMS signs.
 *
 * @param {string} url
 * @param {string} key
 */
export function signedByIms(url, key) {
  const time = String(Math.floor(Date.now() / 1000));
  const digest = createHash('md5').update(`${url}|${time}|${key}`).digest('hex');
  return { 'X-ICE-TIMESTAMP': time, 'X-ICE-SIGNATURE': digest };
}

/** @param {string} name @param {Record<string, unknown>} message @param {string} [time] */
export const imsEvent = (name, message, time = '2026-01-02T14:26:29Z') =>
  JSON.stringify({ EventType: name, UserId: 1833220977564128, EventTime: time, MessageBody: { Status: 'Success', ...message } });
