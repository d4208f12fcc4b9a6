// The recorded CloudFront cases: the module and the crate compiled natively give the same bytes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Gateway } from '../boundary.mjs';
import { Paths, native, normal } from './equal.mjs';

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

test('R13: both paths of the module do what the crate does, byte for byte', () => {
  const lines = vectors.map(toLine);
  const theirs = native(lines);
  assert.equal(theirs.length, 443);
  const paths = new Paths();
  let refused = 0;
  vectors.forEach(({ id }, index) => {
    const expected = normal(JSON.parse(theirs[index]));
    for (const answer of paths.answers(lines[index])) assert.equal(normal(answer), expected, id);
    const { error } = JSON.parse(theirs[index]);
    if (error === undefined) return;
    // Settings that cannot be used: the module says so in its log.
    const { event, choices } = lines[index];
    const { log, result } = new Gateway(wasm, choices).begin(event, 0);
    assert.equal(log, error, id);
    assert.equal(result.body, '{"error":"the settings are not valid"}', id);
    refused += 1;
  });
  assert.equal(refused, 16);
});
