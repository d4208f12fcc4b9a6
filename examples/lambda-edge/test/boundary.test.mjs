// What no JSON has, and events that overlap: the two paths agree, and nothing is mixed up.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Failure, Gateway } from '../boundary.mjs';
import { FieldUses, UNKNOWN } from '../fields.mjs';
import { SETTINGS, deploy, event } from './support.mjs';

const wasm = readFileSync(new URL('../firstparty.wasm', import.meta.url));
const VARIABLES = { fpjs_agent_download_path: 'agent', fpjs_get_result_path: 'result' };
const FORWARDED = { method: 'POST', uri: '/fp/result', customHeaders: VARIABLES };

const both = (choices) => [true, false].map((splits) => new Gateway(wasm, choices, { splits }));
const response = (...rawHeaders) => ({ status: 200, rawHeaders, body: Buffer.from('{}') });
const sortedRequest = ({ headers, ...request }) => {
  const count = headers.length / 2;
  const pairs = Array.from({ length: count }, (_, at) => headers.slice(2 * at, 2 * at + 2));
  return { ...request, headers: pairs.sort() };
};

/** Fields of odd objects, which `JSON.stringify` looks through. */
const ODD = {
  'an inherited field': (headers) => {
    Object.setPrototypeOf(headers, { cookie: [{ key: 'cookie', value: 'a=1' }] });
  },
  'a list of lines with a gap': (headers) => {
    headers.accept = new Array(2);
  },
  'a thousand lines': (headers) => {
    headers.accept = Array(1_000).fill({ key: 'accept', value: 'a' });
  },
  'a line with a prototype': (headers) => {
    headers.accept = [Object.create({ value: 'a' }, { key: { value: 'accept' } })];
  },
  'a boxed value': (headers) => {
    headers.accept = [{ key: 'accept', value: new String('a') }];
  },
  'a value that is no text': (headers) => {
    headers.accept = [{ key: 'accept', value: 1 }];
  },
  'a proxy': (headers) => {
    headers.accept = new Proxy([{ key: 'accept', value: 'a' }], {});
  },
  'a field that is not enumerable': (headers) => {
    Object.defineProperty(headers, 'accept', { value: 1 });
  },
  'half of a pair of surrogates': (headers) => {
    headers.accept = [{ key: 'accept', value: '\ud800' }];
  },
  'no lines': (headers) => {
    headers.accept = [];
  },
  'an upper-case name': (headers) => {
    headers.Accept = [{ key: 'Accept', value: 'a' }];
  },
};

for (const [what, spoil] of Object.entries(ODD)) {
  test(`R13.1: ${what} gives the same answer through both paths`, () => {
    const [split, whole] = both().map((gateway) => {
      const spoilt = event(FORWARDED);
      spoil(spoilt.Records[0].cf.request.headers);
      const { request, ...answer } = gateway.begin(spoilt, 0);
      return request === undefined ? answer : { ...answer, request: sortedRequest(request) };
    });
    assert.deepEqual(JSON.stringify(split), JSON.stringify(whole));
  });
}

const REFUSED = { ...FORWARDED, uri: '/favicon.ico' };
for (const [what, headers] of Object.entries({
  'a cookie': { Cookie: 'session=1; _iidt=1' },
  'a cookie that HTTP does not allow': { Cookie: 'a=\x7f' },
  'two origins': { Origin: ['https://a.example', 'https://b.example'] },
  'a connection that names the origin': { Connection: 'origin, cookie', Cookie: 'a=1' },
  'a length that is none': { 'Content-Length': 'x', 'Transfer-Encoding': 'gzip' },
})) {
  test(`R2.9: a path that is refused, with ${what}, gives the same answer through both paths`, () => {
    const given = event({ ...REFUSED, headers });
    const answers = both({ v4: false }).map((gateway) => gateway.begin(given, 0));
    assert.equal(JSON.stringify(answers[0]), JSON.stringify(answers[1]));
    const isAllowed = headers.Cookie !== 'a=\x7f';
    assert.equal(answers[0].result.status, isAllowed ? '404' : '400');
  });
}

test('R13.1: an event that cannot be read to its end is answered 500, and leaves nothing', async (t) => {
  const { handler, requests } = await deploy(t, undefined, { readSecret: async () => SETTINGS });
  const broken = event({ ...FORWARDED, headers: { accept: 'first' } });
  Object.defineProperty(broken.Records[0].cf.request.headers, 'x-last', {
    enumerable: true,
    get: () => { throw new TypeError('gone'); },
  });
  assert.equal((await handler(broken)).status, '500');
  assert.equal((await handler(event(FORWARDED))).status, '200');
  assert.equal(requests[0].headers.accept, undefined);
});

test('R1.6: a response is fitted to the settings with which its event began', () => {
  const customHeaders = { fpjs_secret_name: 'settings' };
  const document = (secret) => JSON.stringify({ ...VARIABLES, fpjs_pre_shared_secret: secret });
  const results = both().map((gateway) => {
    const given = event({ ...FORWARDED, customHeaders });
    const later = 1e9;
    const begin = (secret, now) =>
      gateway.withDocument(gateway.begin(given, now), document(secret), now);
    const first = begin('first-secret-0123456', 0);
    const second = begin('other-secret-0123456', later);
    const secretOf = ({ request: { headers } }) =>
      headers[headers.indexOf('fpjs-proxy-secret') + 1];
    assert.equal(secretOf(first), 'first-secret-0123456');
    assert.equal(secretOf(second), 'other-secret-0123456');
    const upstream = response('Set-Cookie', 'a=1; Domain=fpjs.io', 'ETag', '"x"', 'NEL', '{}');
    return [first, second].map(({ ticket }) => gateway.complete(ticket, upstream, later).result);
  });
  const fields = results.flat().map(({ headers }) => ({ ...headers }));
  for (const others of fields) assert.deepEqual(others, fields[0]);
});

test('events that overlap in one instance keep their bodies, fields and origins apart', () => {
  const [gateway] = both();
  const given = (letter) => {
    const headers = { Origin: `https://${letter}.example.com`, 'x-own': letter };
    return event({ ...FORWARDED, headers, body: Buffer.alloc(3_000, letter) });
  };
  const letters = [...'abcdefgh'];
  const begun = letters.map((letter) => gateway.begin(given(letter), 0));
  for (const [index, { request }] of begun.entries()) {
    assert.deepEqual(request.body, Buffer.alloc(3_000, letters[index]));
    assert.equal(request.headers[request.headers.indexOf('x-own') + 1], letters[index]);
  }
  for (const index of [3, 0, 7, 1, 6, 2, 5, 4]) {
    const { result } = gateway.fail(begun[index].ticket, Failure.connect, 0);
    const [{ value }] = result.headers['access-control-allow-origin'];
    assert.equal(value, `https://${letters[index]}.example.com`);
  }
});

test('a message for which the memory grows crosses as it is', () => {
  const [gateway] = both();
  gateway.begin(event(FORWARDED), 0);
  const before = gateway.memory;
  const long = 'x'.repeat(4_000_000);
  const headers = { Cookie: `_iidt=${long}`, 'x-own': long };
  const { request } = gateway.begin(event({ ...FORWARDED, headers }), 0);
  assert.ok(gateway.memory > before);
  assert.equal(request.headers[request.headers.indexOf('cookie') + 1], `_iidt=${long}`);
  assert.equal(request.headers[request.headers.indexOf('x-own') + 1], long);
});

test('a name that lines cannot be found by, or that is not ASCII, is not asked for', () => {
  const uses = new FieldUses();
  for (const name of ['\u212aeep-alive', 'n\u00e4me', '__proto__', 'constructor', 'x'.repeat(129)]) {
    assert.equal(uses.of(name, () => assert.fail(`${name} was asked for`)).use, UNKNOWN);
  }
});
