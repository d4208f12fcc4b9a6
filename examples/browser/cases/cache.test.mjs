// What the browser's cache keeps of an agent's script, and for how long (R7.1, R6.3, R7.5).
import assert from 'node:assert/strict';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { identifyByV3, identifyByV4 } from '../lib/entries.mjs';
import { agentOf, fingerprint, script } from '../lib/fingerprint.mjs';
import { zstd } from '../lib/zstd.mjs';

const chain = await startChain();
const { snippets } = chain.setup();
const V4 = identifyByV4(snippets.v4_npm);
const V3 = identifyByV3(snippets.v3_npm);

for (const [name, code] of [['v4', V4], ['v3', V3]]) {
  test(`three pages load agent ${name}, upstream is asked once`, async () => {
    await visit(code, 3);
    assert.equal(downloads().length, 1);
    assert.equal(identifications().length, 3);
  });

  test(`when agent ${name} has expired, the browser asks with its etag and is told 304`, async () => {
    const statuses = [];
    answerScripts((request, response, agent) => {
      const isKnown = request.field('if-none-match') === '"stand-in"';
      statuses.push(isKnown ? 304 : 200);
      if (isKnown) response.writeHead(304, { etag: '"stand-in"', date: ago(3700) }).end();
      else script(request, response, agent, { date: ago(3700) });
    });
    await visit(code, 3);
    assert.deepEqual(statuses, [200, 304, 304]);
    assert.equal(identifications().length, 3);
  });
}

// The browser counts from `date`: a week is allowed by upstream, an hour by the gateway.
test('a script is fresh for an hour, not for upstream’s week', async () => {
  for (const [seconds, expected] of [[3400, 1], [3700, 2]]) {
    chain.upstream.forget();
    answerScripts((request, response, agent) => script(request, response, agent, { date: ago(seconds) }));
    await visit(V4, 2);
    assert.equal(downloads().length, expected, `${seconds} s after upstream's answer`);
  }
});

test('the age of upstream’s edge does not make a script stale', async () => {
  answerScripts((request, response, agent) => script(request, response, agent, { age: '90000' }));
  await visit(V4, 2);
  assert.equal(downloads().length, 1);
});

test('identifications and answers of the browser cache are not mixed up', async () => {
  const stored = { 'cache-control': 'max-age=31536000, immutable, private' };
  chain.upstream.answer = (request, response) =>
    request.path === '/h1/h2' ? response.writeHead(200, stored).end('stored') : fingerprint(request, response);
  await visit(V3, 2);
  const kept = chain.upstream.requests.filter(({ path }) => path === '/h1/h2');
  assert.equal(kept.length, 1, 'upstream asked for it to be kept for a year');
  assert.equal(identifications().length, 2);
});

for (const [coding, compress] of Object.entries({ gzip: gzipSync, br: brotliCompressSync, zstd })) {
  test(`a script compressed by ${coding} arrives as it was sent`, async () => {
    answerScripts((request, response, agent) =>
      script(request, response, compress(Buffer.from(agent)), { 'content-encoding': coding, vary: 'accept-encoding' }),
    );
    const page = await chain.open(V4);
    const answered = await page.evaluate(() => window.visitor);
    assert.ok(answered.visitorId);
    const [download] = downloads();
    assert.ok(download.field('accept-encoding').split(', ').includes(coding), 'the browser asked for it');
  });
}

// Opens the page as often, as one visitor.
async function visit(code, times) {
  const visitor = await chain.visitor();
  for (let time = 0; time < times; time += 1) {
    const page = await chain.open(code, { visitor });
    await page.evaluate(() => window.visitor);
    await page.close();
  }
}

function answerScripts(answer) {
  chain.upstream.answer = (request, response) => {
    const agent = request.method === 'GET' && agentOf(request.path);
    if (agent) answer(request, response, agent);
    else fingerprint(request, response);
  };
}

function downloads() {
  return chain.upstream.requests.filter(({ path }) => path.startsWith('/web/'));
}

function identifications() {
  return chain.upstream.requests.filter(({ method }) => method === 'POST');
}

function ago(seconds) {
  return new Date(Date.now() - seconds * 1000).toUTCString();
}
