// What the tests share: events, and an upstream on the loopback interface.

import { once } from 'node:events';
import http from 'node:http';

import { createHandler } from '../index.mjs';
import { createSender } from '../upstream.mjs';

export const SECRET = 'proxy-secret-0123456789';

export const SETTINGS = JSON.stringify({
  fpjs_agent_download_path: 'agent',
  fpjs_get_result_path: 'result',
  fpjs_pre_shared_secret: SECRET,
});

/** An event as CloudFront sends it, for a function with a secret. */
export function event({
  method = 'GET',
  uri = '/fp/agent',
  querystring = '',
  headers = {},
  body = Buffer.alloc(0),
  inputTruncated = false,
  customHeaders = { FPJS_SECRET_NAME: 'settings' },
} = {}) {
  return {
    Records: [
      {
        cf: {
          config: { distributionId: 'EDFDVBD6EXAMPLE', eventType: 'origin-request' },
          request: {
            clientIp: '203.0.113.178',
            method,
            uri,
            querystring,
            headers: fields({
              Host: 'www.example.com',
              Origin: 'https://www.example.com',
              Via: '2.0 d2cae44c4b89b0c714ea9853797014de.cloudfront.net (CloudFront)',
              'X-Amz-Cf-Id': 'orNoBXKGup5oY==',
              ...headers,
            }),
            body: {
              inputTruncated,
              action: 'read-only',
              encoding: 'base64',
              data: body.toString('base64'),
            },
            origin: { custom: { domainName: 'fpcdn.io', customHeaders: fields(customHeaders) } },
          },
        },
      },
    ],
  };
}

function fields(headers) {
  const entries = Object.entries(headers).map(([key, values]) => [
    key.toLowerCase(),
    [values].flat().map((value) => ({ key, value })),
  ]);
  return Object.fromEntries(entries);
}

/** The values of a field of a result. */
export function values(result, name) {
  return (result.headers[name] ?? []).map(({ value }) => value);
}

/**
 * An upstream that answers as told, a function that uses it, and what both saw. The test's end
 * closes it.
 */
export async function deploy(t, answer = (_, response) => response.end(), options = {}) {
  const requests = [];
  const log = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    request.on('error', () => {});
    request.on('data', (chunk) => chunks.push(chunk));
    await once(request, 'end');
    const { method, url, headers, rawHeaders } = request;
    const seen = { method, url, headers, rawHeaders, body: Buffer.concat(chunks) };
    requests.push(seen);
    answer(seen, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const connectTo = `http://127.0.0.1:${server.address().port}`;
  const { timeouts, ...others } = options;
  const handler = createHandler({
    readSecret: async () => SETTINGS,
    send: createSender({ connectTo, timeouts }),
    log: (line) => log.push(line),
    ...others,
  });
  return { handler, requests, log };
}
