// The bench compares like with like: the plain function answers the recorded requests as the module
// does, but for those that are listed here.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { vectors, workloads } from '../bench/inputs.mjs';
import { createPlain } from '../bench/plain.mjs';
import { Failure, Gateway } from '../boundary.mjs';

const wasm = readFileSync(new URL('../firstparty.wasm', import.meta.url));

/** What the plain function does not do, with the requests that show it. */
const SHORTCOMINGS = {
  'R1.3: it believes its settings': [
    'cf-0107', 'cf-0108', 'cf-0109', 'cf-0111', 'cf-0112', 'cf-0117', 'cf-0118', 'cf-0121',
    'cf-0122', 'cf-0126', 'cf-0127', 'cf-0129', 'cf-0220', 'cf-0222', 'cf-0564', 'cf-0566',
  ],
  'R10: it has no status page': [
    'cf-0019', 'cf-0138', 'cf-0142', 'cf-0146', 'cf-0569', 'cf-0570', 'cf-0572',
  ],
};

/** What a function makes of an event and a response, in a form that can be compared. */
function answer(subject, { event, response }) {
  const { ticket, request, result } = subject.begin(event, 0);
  if (request === undefined) return { result: sorted(result) };
  const ended =
    response === undefined
      ? subject.fail(ticket, Failure.connect, 0, 0)
      : subject.complete(ticket, response, 0);
  return { forward: forwarded(request), result: sorted(ended.result) };
}

function forwarded({ method, host, path, headers, body }) {
  return { method, host, path, headers: listed(headers), body: body.toString('base64') };
}

/** Fields in order of their names, whether they come as pairs or as an object of lists. */
function listed(headers) {
  const fields = new Map();
  const pairs = Array.isArray(headers)
    ? Array.from({ length: headers.length / 2 }, (_, at) => headers.slice(2 * at, 2 * at + 2))
    : Object.entries(headers);
  for (const [name, value] of pairs) fields.set(name, [...(fields.get(name) ?? []), value].flat());
  return [...fields].map(([name, values]) => [name, values.map(String)]).sort();
}

function sorted({ status, statusDescription, headers, bodyEncoding, body }) {
  const fields = Object.entries(headers).sort();
  // It has entropy in it.
  const settled = body?.replace(/"requestId":"[^"]*"/, '"requestId":""');
  return { status, statusDescription, fields, bodyEncoding, body: settled };
}

/** Compares both functions, made with the same choices. */
function comparison(choices) {
  const [ours, plain] = [new Gateway(wasm, choices), createPlain(choices)];
  const json = (subject, given) => JSON.stringify(answer(subject, given), null, 1);
  return (given) => assert.equal(json(plain, given), json(ours, given));
}

test('the plain function answers the recorded requests as the module does', () => {
  const all = vectors();
  const [{ version }] = all;
  const choices = { integration_version: version, mount: 'anywhere', agent_origin: 'cdn' };
  const compare = comparison(choices);
  const expected = Object.values(SHORTCOMINGS).flat();
  for (const { id, ...given } of all) {
    if (expected.includes(id)) assert.throws(() => compare(given), { code: 'ERR_ASSERTION' }, id);
    else assert.doesNotThrow(() => compare(given), id);
  }
  assert.deepEqual([all.length, expected.length], [443, 23]);
});

test('the plain function answers the workloads as the module does', () => {
  const { version, workloads: all } = workloads();
  const compare = comparison({ integration_version: version, v4: false });
  for (const given of all) compare(given);
});
