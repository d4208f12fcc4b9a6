// What the function talks to, on the loopback interface: Fingerprint and AWS Secrets Manager.

import { once } from 'node:events';
import http from 'node:http';

const SETTINGS = JSON.stringify({
  fpjs_agent_download_path: 'agent',
  fpjs_get_result_path: 'result',
  fpjs_pre_shared_secret: 'proxy-secret-0123456789',
});

/** An upstream that always gives the same response; the result is its port. */
export function upstream({ status, rawHeaders, body }) {
  return listen((response) => {
    response.writeHead(status, rawHeaders);
    response.end(body);
  });
}

/** A Secrets Manager that knows one secret. */
export function secretsManager() {
  return listen((response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ Name: 'settings', SecretString: SETTINGS }));
  });
}

async function listen(answer) {
  const server = http.createServer((request, response) => {
    request.resume();
    request.once('end', () => answer(response));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The bench ends although they listen.
  server.unref();
  return server.address().port;
}
