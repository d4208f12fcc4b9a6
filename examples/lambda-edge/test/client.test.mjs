// The bundled AWS client, against a Secrets Manager on the loopback interface.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';

import { SECRET, SETTINGS, deploy, event } from './support.mjs';

test('R13.2: the client reads the secret with the credentials of the environment', async (t) => {
  const calls = [];
  const server = http.createServer(async ({ headers }, response) => {
    calls.push(headers);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ Name: 'settings', SecretString: SETTINGS }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${server.address().port}`,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });

  const { handler, requests, log } = await deploy(t, undefined, { readSecret: undefined });
  const result = await handler(event({ method: 'POST', uri: '/fp/result' }));
  assert.deepEqual([result.status, log], ['200', []]);
  assert.equal(requests[0].headers['fpjs-proxy-secret'], SECRET);

  const [headers] = calls;
  assert.equal(headers['x-amz-target'], 'secretsmanager.GetSecretValue');
  assert.equal(headers['x-amz-security-token'], 'token');
  assert.match(headers.authorization, /AKIDEXAMPLE\/\d+\/us-east-1\/secretsmanager\/aws4_request/);
});

test('the licences name what is in the bundle', () => {
  const text = readFileSync(new URL('../licences.txt', import.meta.url), 'utf8');
  const { devDependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const name = '@aws-sdk/client-secrets-manager';
  assert.ok(text.includes(`${name} ${devDependencies[name]} (Apache-2.0)`));
  assert.match(text, /Apache License\s+Version 2\.0/);
  assert.match(text, /Copyright/);
});
