// Events and responses, made of the recorded requests and of the workloads in tests/data.

import { readFileSync } from 'node:fs';

const data = new URL('../../../tests/data/', import.meta.url);
const read = (name) => readFileSync(new URL(name, data), 'utf8');

/** The workloads, each with a fresh event, and for those that go upstream the response. */
export function workloads() {
  const { config, workloads: described } = JSON.parse(read('workloads.json'));
  return {
    version: config.integration_version,
    workloads: described.map(({ id, name, request, upstream }) => ({
      id,
      name,
      event: toEvent(request, config),
      response: upstream && toResponse(upstream),
    })),
  };
}

/** The recorded requests, as events. */
export function vectors() {
  const lines = read('cloudfront.jsonl').trim().split('\n');
  return lines.map((line) => {
    const { id, config, request, upstream } = JSON.parse(line);
    return {
      id,
      version: config.integration_version,
      event: toEvent(request, config),
      response: upstream?.status === undefined ? undefined : toResponse(upstream),
    };
  });
}

function toEvent({ method, uri, headers, client_ip: clientIp, ...rest }, config) {
  const [path, ...query] = uri.split('?');
  const { integration_version: _, ...variables } = config;
  const custom = Object.entries(variables)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [`fpjs_${name}`, String(value)]);
  const request = {
    clientIp,
    method,
    uri: path,
    querystring: query.join('?'),
    headers: toLines(headers),
    body: {
      inputTruncated: false,
      action: 'read-only',
      encoding: 'base64',
      data: toBuffer(rest).toString('base64'),
    },
    origin: { custom: { customHeaders: toLines(custom), domainName: 'fpcdn.io' } },
  };
  return { Records: [{ cf: { request } }] };
}

/** Upstream's response as `upstream.mjs` gives it: a character stands for an octet. */
function toResponse(upstream) {
  return {
    status: upstream.status,
    rawHeaders: upstream.headers.flat().map((text) => Buffer.from(text).toString('latin1')),
    body: toBuffer(upstream),
  };
}

function toBuffer({ body = '', body_base64: base64 }) {
  return base64 === undefined ? Buffer.from(body) : Buffer.from(base64, 'base64');
}

function toLines(pairs) {
  const lines = Object.create(null);
  for (const [key, value] of pairs) (lines[key.toLowerCase()] ??= []).push({ key, value });
  return lines;
}
