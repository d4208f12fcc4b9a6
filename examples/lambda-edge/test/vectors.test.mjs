// The recorded CloudFront cases: the module and the crate compiled natively give the same bytes.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Failure, Gateway } from '../boundary.mjs';

const root = new URL('../../../', import.meta.url);
const wasm = readFileSync(new URL('../firstparty.wasm', import.meta.url));
const vectors = readFileSync(new URL('tests/data/cloudfront.jsonl', root), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

const bodyOf = ({ body, body_base64: base64 }) =>
  base64 === undefined ? Buffer.from(body ?? '') : Buffer.from(base64, 'base64');

function toLine({ config, request, upstream }) {
  const { integration_version: integrationVersion, integration_path_depth: _, ...variables } = config;
  const headers = Object.create(null);
  for (const [key, value] of request.headers) (headers[key.toLowerCase()] ??= []).push({ key, value });
  const customHeaders = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value !== null) customHeaders[`fpjs_${name}`] = [{ key: name, value }];
  }
  const [uri, ...query] = request.uri.split('?');
  const event = {
    clientIp: request.client_ip,
    method: request.method,
    uri,
    querystring: query.join('?'),
    headers,
    body: {
      inputTruncated: false,
      action: 'read-only',
      encoding: 'base64',
      data: bodyOf(request).toString('base64'),
    },
    origin: { custom: { customHeaders } },
  };
  return {
    event: { Records: [{ cf: { request: event } }] },
    choices: {
      integration_version: integrationVersion,
      mount: 'anywhere',
      agent_origin: 'cdn',
    },
    ...(upstream?.status !== undefined && {
      upstream: {
        status: upstream.status,
        headers: upstream.headers,
        body: bodyOf(upstream).toString('base64'),
      },
    }),
  };
}

/** What the module makes of a line, as the native tool would write it. */
function answer({ event, choices, upstream }) {
  const gateway = new Gateway(wasm, choices);
  const begun = gateway.begin(event, 0);
  if (begun.request === undefined) return { result: begun.result, log: begun.log };
  const { method, host, path, headers, body } = begun.request;
  const pairs = Array.from({ length: headers.length / 2 }, (_, index) =>
    headers.slice(2 * index, 2 * index + 2),
  );
  const forward = { method, host, path, headers: pairs, body: body.toString('base64') };
  if (upstream === undefined) {
    return { forward, result: gateway.fail(begun.ticket, Failure.connect, 0, 0).result };
  }
  const response = {
    status: upstream.status,
    rawHeaders: upstream.headers.flat().map((text) => Buffer.from(text).toString('latin1')),
    body: Buffer.from(upstream.body, 'base64'),
  };
  return { forward, result: gateway.complete(begun.ticket, response, 0).result };
}

test('R13: the module does what the crate does, byte for byte', () => {
  const lines = vectors.map(toLine);
  const tool = ['--package', 'firstparty-lambda-edge', '--example', 'edge_event'];
  const output = execFileSync('cargo', ['run', '--quiet', ...tool], {
    cwd: root,
    input: lines.map((line) => JSON.stringify(line)).join('\n'),
    maxBuffer: 1 << 26,
  });
  const native = output.toString().trim().split('\n');
  assert.equal(native.length, 443);
  let refused = 0;
  vectors.forEach(({ id }, index) => {
    const ours = answer(lines[index]);
    const theirs = JSON.parse(native[index]);
    if (theirs.error !== undefined) {
      // Settings that cannot be used: the module says so in its log.
      assert.equal(ours.log, theirs.error, id);
      assert.equal(ours.result.body, '{"error":"the settings are not valid"}', id);
      refused += 1;
    } else {
      const { log: _, ...answered } = ours;
      assert.equal(JSON.stringify(answered), native[index], id);
    }
  });
  assert.equal(refused, 16);
});
