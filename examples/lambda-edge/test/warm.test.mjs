// What runs while the instance is set up leaves no trace.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Gateway } from '../boundary.mjs';
import { createHandler } from '../index.mjs';
import { warm } from '../warm.mjs';
import { event } from './support.mjs';

const wasm = readFileSync(new URL('../firstparty.wasm', import.meta.url));

/** Events before and after a document was read, and the tickets that they got. */
function walk(gateway) {
  const customHeaders = { FPJS_SECRET_NAME: 'warm' };
  const asked = gateway.begin(event({ customHeaders }), 0);
  const refused = gateway.withDocument(asked, '{"fpjs_agent_download_path":"other"}', 0);
  const forwarded = gateway.begin(event({ uri: '/fp/v4', customHeaders: {} }), 0);
  return { asked, refused, forwarded, memory: gateway.memory };
}

test('R1.6: no settings, no ticket and no log line stay of the events that warm the module', () => {
  const warmed = new Gateway(wasm);
  warm(warmed);
  assert.deepEqual(walk(warmed), walk(new Gateway(wasm)));
});

test('every event that warms the module is forwarded', () => {
  const gateway = new Gateway(wasm);
  const asked = [];
  warm({
    begin: (...given) => gateway.begin(...given),
    withDocument: (...given) => gateway.withDocument(...given),
    complete: (...given) => asked.push(gateway.complete(...given).result.status),
    restart: () => asked.push('restart'),
  });
  assert.deepEqual(asked, ['200', '200', 'restart']);
});

test('the functions that usual events need are warmed', (t) => {
  const called = new Set();
  const { Instance } = WebAssembly;
  t.after(() => {
    WebAssembly.Instance = Instance;
  });
  WebAssembly.Instance = function CountedInstance(module) {
    const { exports } = new Instance(module);
    const note = ([name, member]) =>
      typeof member === 'function'
        ? [name, (...given) => (called.add(name), member(...given))]
        : [name, member];
    return { exports: Object.fromEntries(Object.entries(exports).map(note)) };
  };
  warm(new Gateway(wasm));
  const usual = ['origin', 'request_field', 'event', 'document', 'response_field', 'complete'];
  for (const name of usual) assert.ok(called.has(name), name);
  for (const name of ['event_json', 'complete_whole', 'fail']) assert.ok(!called.has(name), name);
});

test('to set a function up logs nothing, reads no secret and sends no request', () => {
  const seen = [];
  const note = (what) => async () => seen.push(what);
  createHandler({ readSecret: note('secret'), send: note('request'), log: note('log') });
  assert.deepEqual(seen, []);
});
