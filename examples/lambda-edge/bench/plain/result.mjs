// R9, R13.4: results for CloudFront.

import { isUtf8 } from 'node:buffer';
import { STATUS_CODES } from 'node:http';

const REASONS = [
  'could not connect to upstream',
  'upstream did not answer in time',
  'upstream did not speak HTTP as expected',
];

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function result(status, headers, body) {
  return {
    status: String(status),
    statusDescription: STATUS_CODES[status] ?? '',
    headers,
    ...body,
  };
}

/** R13.4: text if it is UTF-8 and not encoded. */
export function toBody(status, headers, body) {
  if (status === 204 || status === 304) return {};
  return headers['content-encoding'] === undefined && isUtf8(body)
    ? { bodyEncoding: 'text', body: body.toString() }
    : { bodyEncoding: 'base64', body: body.toString('base64') };
}

/** R9.3: an answer that upstream did not cause. */
export function refused({ status, error, allow }, event) {
  return answer(status, JSON.stringify({ error }), event, allow && { allow });
}

/** R9.1, R9.2: an answer to a request that upstream did not answer. */
export function failed({ isAuthorised, event }, failure, now) {
  const message = REASONS[failure];
  if (!isAuthorised) return answer(500, JSON.stringify({ error: message }), event);
  const letter = () => LETTERS[Math.floor(Math.random() * LETTERS.length)];
  const requestId = `${now}.${Array.from({ length: 6 }, letter).join('')}`;
  const error = { code: 'IntegrationFailed', message };
  return answer(500, JSON.stringify({ v: '2', error, requestId, products: {} }), event);
}

function answer(status, body, { method, headers }, more) {
  const fields = { 'content-type': 'application/json', 'cache-control': 'no-store', ...more };
  const origins = headers.origin ?? [];
  if (origins.length === 1) {
    fields['access-control-allow-origin'] = origins[0].value;
    fields['access-control-allow-credentials'] = 'true';
    fields.vary = 'origin';
  }
  const lines = Object.entries(fields).map(([key, value]) => [key, [{ key, value }]]);
  const content = { bodyEncoding: 'text', body: method === 'HEAD' ? '' : body };
  return result(status, Object.fromEntries(lines), content);
}
