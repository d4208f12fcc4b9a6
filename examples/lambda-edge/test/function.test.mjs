// The function as CloudFront runs it, against an upstream on the loopback interface.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { SECRET, SETTINGS, deploy, event, values } from './support.mjs';

const FORWARDED = { method: 'POST', uri: '/fp/result', querystring: 'region=eu' };

test('R4.3: an agent download is plain and its ages are capped', async (t) => {
  const { handler, requests } = await deploy(t, (_, response) => {
    response.writeHead(200, {
      'content-type': 'text/javascript',
      'cache-control': 'public, max-age=40400, s-maxage=1000',
      'strict-transport-security': 'max-age=1',
      age: '5',
    });
    response.end('export {}');
  });
  const querystring = 'apiKey=k&version=3&loaderVersion=3.8.0';
  const result = await handler(event({ querystring, headers: { Cookie: '_iidt=1' } }));
  const [{ method, url, headers }] = requests;
  assert.equal(`${method} ${url}`, `GET /web/v3/k/loader_v3.8.0.js?${querystring}`);
  assert.equal(headers.host, 'api.fpjs.io');
  for (const name of ['cookie', 'fpjs-proxy-secret', 'via', 'x-amz-cf-id', 'content-length']) {
    assert.equal(headers[name], undefined, name);
  }
  assert.deepEqual(values(result, 'cache-control'), ['public, max-age=3600, s-maxage=60']);
  for (const name of ['age', 'strict-transport-security', 'content-length', 'connection']) {
    assert.deepEqual(values(result, name), [], name);
  }
  assert.deepEqual([result.status, result.bodyEncoding, result.body], ['200', 'text', 'export {}']);
});

test('R5.6, R13.5: an identification request is authorised, its binary body intact', async (t) => {
  const answer = randomBytes(3000);
  const { handler, requests } = await deploy(t, (_, response) => {
    response.setHeader('set-cookie', ['_iidt=2; Domain=fpjs.io; Secure', 'a=1']);
    response.end(answer);
  });
  const body = randomBytes(5000);
  const headers = { Cookie: 'session=1; _iidt=1', 'fpjs-proxy-secret': 'forged' };
  const result = await handler(event({ ...FORWARDED, headers, body }));
  const [request] = requests;
  assert.equal(request.headers.host, 'eu.api.fpjs.io');
  assert.equal(request.headers['fpjs-proxy-secret'], SECRET);
  assert.equal(request.headers['fpjs-proxy-client-ip'], '203.0.113.178');
  assert.equal(request.headers['fpjs-proxy-forwarded-host'], 'www.example.com');
  assert.equal(request.headers.cookie, '_iidt=1');
  assert.equal(request.headers['content-length'], '5000');
  assert.equal(request.headers['transfer-encoding'], undefined);
  assert.match(request.url, /^\/\?region=eu&ii=fingerprintjs-pro-cloudfront%2F[^/]+%2Fingress$/);
  assert.deepEqual(request.body, body);
  assert.deepEqual(values(result, 'set-cookie'), ['_iidt=2; Secure', 'a=1']);
  assert.equal(result.bodyEncoding, 'base64');
  assert.deepEqual(Buffer.from(result.body, 'base64'), answer);
});

test('R2.2: a browser cache request and a v4 request', async (t) => {
  const { handler, requests } = await deploy(t);
  await handler(event({ uri: '/fp/result/a/b', querystring: 'x=%zz&y' }));
  await handler(event({ uri: '/fp/web/v4/k', querystring: 'region=ap' }));
  await handler(event({ uri: '/fp/', method: 'OPTIONS' }));
  const seen = requests.map(({ method, url, headers }) => `${method} ${headers.host}${url}`);
  assert.deepEqual(seen, [
    'GET api.fpjs.io/a/b?x=%zz&y',
    'GET ap.api.fpjs.io/web/v4/k?region=ap',
    'OPTIONS api.fpjs.io/',
  ]);
});

test('R10: the status page shows what is set, and no value', async (t) => {
  const { handler, requests } = await deploy(t);
  const html = await handler(event({ uri: '/fp/status' }));
  const json = await handler(event({ uri: '/fp/status', querystring: 'format=json' }));
  for (const { status, body } of [html, json]) {
    assert.equal(status, '200');
    assert.match(body, /fpjs_pre_shared_secret/);
    assert.ok(!body.includes(SECRET));
  }
  assert.match(html.body, /set by settings document/);
  const { envInfo } = JSON.parse(json.body);
  const [secret] = envInfo.filter(({ envVarName }) => envVarName === 'fpjs_pre_shared_secret');
  assert.equal(secret.value, '********');
  assert.equal(requests.length, 0);
});

test('R13.3: a cut body is answered 413 and not forwarded', async (t) => {
  const { handler, requests } = await deploy(t);
  const result = await handler(event({ ...FORWARDED, inputTruncated: true }));
  assert.equal(result.status, '413');
  assert.deepEqual(values(result, 'access-control-allow-origin'), ['https://www.example.com']);
  assert.equal(requests.length, 0);
});

test('R13.4: a response that CloudFront would not take is answered 502', async (t) => {
  const sizes = { '/fit': 1_000_000, '/binary': 800_000, '/huge': 50_000_000 };
  const { handler } = await deploy(t, ({ url }, response) => {
    const path = url.split('?')[0];
    response.end(Buffer.alloc(sizes[path], path === '/binary' ? 0xff : 'a'));
  });
  for (const [path, status] of [
    ['/fit', '200'],
    ['/binary', '502'],
    ['/huge', '502'],
  ]) {
    const result = await handler(event({ ...FORWARDED, uri: `/fp/result${path}` }));
    assert.equal(result.status, status, path);
    if (status === '502') assert.match(result.body, /^\{"error":/);
  }
});

test('R9.1, R9.2: an upstream that breaks off, stalls, or is not there', async (t) => {
  const broken = {
    '/reset': (response) => response.socket.destroy(),
    '/half': (response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half');
      setTimeout(() => response.socket.destroy(), 20);
    },
    '/silence': () => {},
    '/stall': (response) => {
      response.writeHead(200);
      response.write('half');
    },
    '/junk': (response) => response.socket.end('no http\r\n\r\n'),
    '/upgrade': (response) => {
      response.socket.write('HTTP/1.1 101 Other\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    },
    '/coded': (response) => {
      response.socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n');
    },
  };
  const timeouts = { firstByte: 100, idle: 100 };
  const { handler, requests, log } = await deploy(
    t,
    ({ url }, response) => broken[url.split('?')[0]](response),
    { timeouts },
  );
  const words = { '/silence': 'did not answer in time', '/stall': 'did not answer in time' };
  for (const path of Object.keys(broken)) {
    const result = await handler(event({ ...FORWARDED, uri: `/fp/result${path}` }));
    assert.equal(result.status, '500', path);
    const { error, requestId } = JSON.parse(result.body);
    assert.equal(error.code, 'IntegrationFailed');
    assert.match(error.message, new RegExp(words[path] ?? 'did not speak HTTP'), path);
    assert.match(requestId, /^\d{13}\.[A-Za-z0-9]{6}$/);
    assert.deepEqual(values(result, 'access-control-allow-origin'), ['https://www.example.com']);

    const plain = await handler(event({ uri: `/fp/result${path}` }));
    assert.deepEqual(Object.keys(JSON.parse(plain.body)), ['error'], path);
  }
  // R16.1: each went upstream once.
  assert.equal(requests.length, 2 * Object.keys(broken).length);
  assert.equal(log.length, requests.length);
  assert.ok(log.every((line) => line.includes('"failure":') && !line.includes(SECRET)));

  const { handler: alone } = await deploy(t, undefined, { send: () => Promise.reject(0) });
  const result = await alone(event(FORWARDED));
  assert.match(JSON.parse(result.body).error.message, /could not connect/);
});

test('R16.1: a GET is repeated once over a kept connection that broke, a POST never', async (t) => {
  for (const [method, breaks, expected, sent] of [
    ['GET', 1, '200', 2],
    ['GET', 2, '500', 2],
    ['POST', 1, '500', 1],
  ]) {
    let left = 0;
    const { handler, requests } = await deploy(t, (_, response) => {
      if (left-- > 0) response.socket.destroy();
      else response.end('{}');
    });
    const first = await handler(event({ ...FORWARDED, method: 'GET', uri: '/fp/v4' }));
    assert.equal(first.status, '200');
    left = breaks;
    const result = await handler(event({ ...FORWARDED, method, uri: '/fp/v4' }));
    assert.equal(result.status, expected, `${method} ${breaks}`);
    assert.equal(requests.length - 1, sent, `${method} ${breaks}`);
  }
});

test('R1.6: a rotated secret is used when the old one is too old', async (t) => {
  let time = 1_767_225_600_000;
  let secret = 'first';
  let reads = 0;
  const { handler, requests, log } = await deploy(t, undefined, {
    now: () => time,
    readSecret: async (name) => {
      assert.equal(name, 'settings');
      reads += 1;
      if (secret === undefined) throw new Error(`no ${SECRET} here`);
      return Buffer.from(SETTINGS.replace(SECRET, secret));
    },
  });
  const steps = [
    [0, 'first', 'first', 1],
    [300_000, 'second', 'first', 1],
    [1, 'second', 'second', 2],
    // The refresh fails: the last good secret stays, and is asked for again after five seconds.
    [300_001, undefined, 'second', 3],
    [5_000, undefined, 'second', 3],
    [1, 'third', 'third', 4],
    // So it is with one that cannot be used.
    [300_001, 'broken"', 'third', 5],
  ];
  for (const [passed, current, expected, expectedReads] of steps) {
    time += passed;
    secret = current;
    await handler(event(FORWARDED));
    assert.equal(requests.at(-1).headers['fpjs-proxy-secret'], expected);
    assert.equal(reads, expectedReads);
  }
  assert.equal(log.length, 3);
  assert.ok(log.every((line) => !line.includes(SECRET) && !line.includes('broken')), log.join());
});

test('R13.2: without the secret, what the custom headers say', async (t) => {
  const { handler, requests, log } = await deploy(t, undefined, {
    readSecret: async () => Promise.reject(new Error(SECRET)),
  });
  const customHeaders = { FPJS_SECRET_NAME: 'settings', FPJS_GET_RESULT_PATH: 'other' };
  const result = await handler(event({ ...FORWARDED, uri: '/fp/other/x', customHeaders }));
  assert.equal(result.status, '200');
  assert.match(requests[0].url, /^\/x\?/);
  assert.equal(requests[0].headers['fpjs-proxy-secret'], undefined);
  assert.deepEqual(log, [
    'the secret could not be read: Error',
    'the settings document could not be read',
  ]);
});

test("R5.7: the origin's own host is refused, however the event crosses", async (t) => {
  const { handler, requests } = await deploy(t);
  for (const uri of ['/fp/agent', '/fp/v4']) {
    const hidden = event({ ...FORWARDED, uri, headers: { Host: 'fpcdn.io' } });
    assert.equal((await handler(hidden)).status, '400');
    const origin = event({ ...FORWARDED, uri, headers: { Host: 'Origin.example.com' } });
    origin.Records[0].cf.request.origin.custom.domainName = 'origin.example.com';
    assert.equal((await handler(origin)).status, '400');
    // Without a body, the event crosses as JSON.
    delete origin.Records[0].cf.request.body;
    assert.equal((await handler(origin)).status, '400');
  }
  assert.equal(requests.length, 0);
});

test('R1.3: custom headers that cannot be used are answered 500, and named in the log', async (t) => {
  const { handler, log } = await deploy(t);
  const customHeaders = { FPJS_CDN_URL: `${SECRET} x` };
  const result = await handler(event({ customHeaders }));
  assert.equal(result.body, '{"error":"the settings are not valid"}');
  assert.match(log.join(), /^fpjs_cdn_url: expected a host name/);
  assert.ok(!log.join().includes(SECRET));
});

test('R13.1: what is no event is answered 500, and the instance lives on', async (t) => {
  const { handler, requests, log } = await deploy(t);
  const circular = {};
  circular.self = circular;
  const broken = (change) => {
    const whole = event({ ...FORWARDED, headers: { 'x-secret': SECRET } });
    change(whole.Records[0].cf.request);
    return whole;
  };
  const junk = [
    undefined,
    null,
    42,
    SECRET,
    [],
    {},
    circular,
    { Records: [] },
    { Records: [{ cf: { request: 1n } }] },
    JSON.stringify(event()).slice(0, -9),
    'x'.repeat(1_000_000),
    { Records: Array(300_000).fill(SECRET) },
    broken((request) => delete request.method),
    broken((request) => (request.uri = 1)),
    broken((request) => (request.headers['x-secret'] = SECRET)),
    broken((request) => (request.headers['x-secret'] = [SECRET])),
    broken((request) => (request.headers['x-secret'] = [{ key: SECRET, value: 1 }])),
    broken((request) => (request.body.data = 'A')),
    broken((request) => (request.body.data = '-_-_')),
    broken((request) => delete request.body.action),
    broken((request) => delete request.headers.host[0].key),
    broken((request) => (request.headers = 5)),
    broken((request) => (request.headers = [])),
    broken((request) => (request.headers.host = '')),
    broken((request) => (request.origin.custom.customHeaders = 5)),
    broken((request) => (request.body.inputTruncated = 'false')),
    broken((request) => delete request.origin),
  ];
  for (const something of junk) {
    const result = await handler(something);
    assert.equal(result.status, '500');
    assert.equal(result.body, '{"error":"the event could not be read"}');
    assert.deepEqual(values(result, 'cache-control'), ['no-store']);
  }
  assert.equal(log.length, junk.length);
  assert.ok(log.every((line) => line.startsWith('not an origin-request event: ')), log.join('\n'));
  assert.ok(!log.join().includes(SECRET));
  assert.match(log[12], /method: missing/);
  assert.match(log[13], /uri: expected a string/);
  assert.match(log[17], /body\.data: expected base64/);

  await handler(event(FORWARDED));
  assert.equal(requests.length, 1);
});

test('unusual events are read, too: a body of text, or none', async (t) => {
  const { handler, requests } = await deploy(t);
  const text = event(FORWARDED);
  const body = { inputTruncated: false, action: 'read-only', encoding: 'text', data: 'aä' };
  text.Records[0].cf.request.body = body;
  const none = event(FORWARDED);
  delete none.Records[0].cf.request.body;
  await handler(text);
  await handler(none);
  assert.deepEqual(
    requests.map(({ body, headers }) => [body.toString(), headers['content-length']]),
    [
      ['aä', '3'],
      ['', '0'],
    ],
  );
});

test('R6.4: no field of a response is left out, however many there are', async (t) => {
  const { handler } = await deploy(t, (_, response) => {
    for (let number = 0; number < 1500; number += 1) response.setHeader(`x-${number}`, '1');
    response.setHeader('x-last', '1');
    response.end();
  });
  const result = await handler(event(FORWARDED));
  assert.deepEqual([values(result, 'x-1499'), values(result, 'x-last')], [['1'], ['1']]);
});

test('values that are not ASCII arrive octet by octet', async (t) => {
  const { handler, requests } = await deploy(t, (_, response) => {
    response.socket.end(
      Buffer.from('HTTP/1.1 200 OK\r\nx-utf8: \u00c3\u00a4\r\nx-latin: \u00e4\r\ncontent-length: 0\r\n\r\n', 'latin1'),
    );
  });
  const result = await handler(event({ ...FORWARDED, headers: { 'X-Own': ['ä€', '\u{1f980}', 'b'] } }));
  const sent = requests[0].rawHeaders.filter((_, index, all) => all[index - 1] === 'x-own');
  assert.deepEqual(
    sent.map((value) => Buffer.from(value, 'latin1').toString()),
    ['ä€', '\u{1f980}', 'b'],
  );
  assert.deepEqual([values(result, 'x-utf8'), values(result, 'x-latin')], [['ä'], ['ä']]);
});

test('fields may have any name, and many events may be under way', async (t) => {
  const { handler, requests } = await deploy(t, ({ url }, response) => {
    response.setHeader('__proto__', '1');
    response.setHeader('constructor', '2');
    setTimeout(() => response.end(url), Math.random() * 20);
  });
  const many = Array.from({ length: 50 }, (_, index) =>
    handler(event({ uri: `/fp/result/${index}`, headers: { __proto__: null, constructor: 'c' } })),
  );
  const results = await Promise.all(many);
  results.forEach((result, index) => {
    assert.equal(result.body, `/${index}`);
    assert.deepEqual(values(result, '__proto__'), ['1']);
    assert.deepEqual(values(result, 'constructor'), ['2']);
  });
  assert.equal(requests.length, 50);
});

test('R16.6: a function in debug logs its reports, which hold no field', async (t) => {
  const { handler, log } = await deploy(t, (_, response) => response.writeHead(403).end(), {
    readSecret: async () => SETTINGS.replace('{', '{"fpjs_debug":"true",'),
  });
  await handler(event(FORWARDED));
  const report = JSON.parse(log[0]);
  assert.deepEqual([report.route, report.status, report.secret_suspect], ['result', 403, true]);
  assert.ok(!log[0].includes(SECRET) && !log[0].includes('example.com'));
});
