// Shows that an instance's memory does not grow: a million events of every kind, good and bad.
// `node memory.mjs [events]` fails if memory grew after the first hundredth of them.

import { readFileSync } from 'node:fs';

import { Failure, Gateway } from './boundary.mjs';

const data = new URL('../../tests/data/workloads.json', import.meta.url);
const { workloads } = JSON.parse(readFileSync(data, 'utf8'));
const wasm = readFileSync(new URL('firstparty.wasm', import.meta.url));

const list = (pairs) => {
  const headers = {};
  for (const [key, value] of pairs) (headers[key.toLowerCase()] ??= []).push({ key, value });
  return headers;
};

const origin = { custom: { customHeaders: list([['FPJS_SECRET_NAME', 'settings']]) } };
const secret = '{"fpjs_agent_download_path":"agent","fpjs_get_result_path":"result"}';

const events = workloads.map(({ request }) => {
  const [uri, querystring = ''] = request.uri.split('?');
  const data = Buffer.from(request.body ?? '').toString('base64');
  const body = { inputTruncated: false, action: 'read-only', encoding: 'base64', data };
  const { method, client_ip: clientIp } = request;
  const headers = list(request.headers);
  const described = { clientIp, method, uri, querystring, headers, body, origin };
  return { Records: [{ cf: { request: described } }] };
});
// A field outside of ASCII makes an event cross whole; the response to it does, too.
for (const { Records } of [...events]) {
  const whole = structuredClone(Records);
  whole[0].cf.request.headers['x-name'] = list([['x-name', '\u00e4']])['x-name'];
  events.push({ Records: whole });
}
events.push(null, { Records: [] }, { Records: [{ cf: { request: { method: 1 } } }] });

const rawHeaders = ['content-type', 'text/javascript', 'cache-control', 'max-age=9999'];
const response = { status: 200, rawHeaders, body: Buffer.alloc(100, 'a') };

const gateway = new Gateway(wasm);
const total = Number(process.argv[2] ?? 1_000_000);
const hundredth = Math.ceil(total / 100);
let settled;
for (let count = 1; count <= total; count += 1) {
  // Time passes, so that documents are read again; some reads fail.
  const now = count * 1_000;
  let answer = gateway.begin(events[count % events.length], now);
  if (answer.document !== undefined) {
    answer = gateway.withDocument(answer, count % 7 === 0 ? undefined : secret, now);
  }
  if (answer.request !== undefined) {
    if (count % 3 === 0) gateway.fail(answer.ticket, Failure.timeout, now);
    else if (count % 5 === 0) gateway.abandon(answer.ticket);
    else gateway.complete(answer.ticket, response, now);
  }
  if (count === hundredth) settled = gateway.memory;
  if (count % (10 * hundredth) === 0) console.log(`${count} events: ${gateway.memory} bytes`);
}
if (gateway.memory !== settled) {
  console.error(`it grew: ${settled} bytes after ${hundredth} events`);
  process.exitCode = 1;
}
