// Upstream does not answer, or not well: what a page can read of it (R9.1, R9.2), and where the loaders
// turn then.
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { identifyByV3, identifyByV4, WRAPPERS } from '../lib/entries.mjs';
import { METRICS, MOUNT, SHOP } from '../lib/names.mjs';

const chain = await startChain();
const { snippets, snippetsWithoutFallback: alone } = chain.setup();
const QUERY = 'q=%7B+a;b%zz&empty=&bare';

for (const host of [SHOP, METRICS]) {
  test(`upstream is dead: a page can read it on ${host}`, async () => {
    await chain.upstream.down();
    const page = await chain.open('');
    const failed = await read(page, host, { method: 'POST', body: 'signals' });
    assert.equal(failed.status, 500);
    assert.equal(failed.type, 'application/json');
    assert.equal(failed.body.v, '2');
    assert.equal(failed.body.error.code, 'IntegrationFailed');
    assert.match(failed.body.requestId, /^\d{13}\.[A-Za-z0-9]{6}$/);
    assert.deepEqual(failed.body.products, {});

    const plain = await read(page, host, {});
    assert.equal(plain.status, 500);
    assert.deepEqual(Object.keys(plain.body), ['error']);
  });
}

test('upstream hangs up before it answers: the same', async () => {
  chain.upstream.answer = (request, response) => response.destroy();
  const page = await chain.open('');
  const failed = await read(page, METRICS, { method: 'POST', body: 'signals' });
  assert.equal(failed.status, 500);
  assert.equal(failed.body.error.code, 'IntegrationFailed');
  assert.equal(chain.upstream.requests.length, 1, 'an identification is sent once');
});

test('upstream hangs up within its answer: the page does not take that for a whole one', async () => {
  chain.upstream.answer = (request, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('{"part":', () => response.destroy());
  };
  const page = await chain.open('');
  await assert.rejects(read(page, SHOP, { method: 'POST', body: 'signals' }), /Failed to fetch|network error/);
});

test('an error of Fingerprint’s own passes as it is', async () => {
  const error = { v: '2', error: { code: 'TooManyRequests' } };
  chain.upstream.answer = (request, response) =>
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' }).end(JSON.stringify(error));
  const page = await chain.open('');
  const answer = await read(page, SHOP, { method: 'POST', body: 'signals' });
  assert.equal(answer.status, 429);
  assert.deepEqual(answer.body, error);
});

const FALLBACKS = [
  ['@fingerprint/agent', identifyByV4(snippets.v4_npm), 'GET fpnpmcdn.net /v4/PUBLIC_API_KEY?ci=jsl/4.1.5', 4],
  ['@fingerprint/react', WRAPPERS.v4React(snippets.v4_npm), 'GET fpnpmcdn.net /v4/PUBLIC_API_KEY?ci=jsl/4.1.5', 4],
  [
    '@fingerprintjs/fingerprintjs-pro',
    identifyByV3(snippets.v3_npm),
    'GET fpnpmcdn.net /v3/PUBLIC_API_KEY/loader_v3.12.15.js',
    3,
  ],
];

for (const [name, code, script, version] of FALLBACKS) {
  test(`upstream is dead: ${name} turns to the vendor's own hosts`, async () => {
    chain.maySeeVendor = true;
    await chain.upstream.down();
    const page = await chain.open(code);
    const { visitorId } = await page.evaluate(() => window.visitor);
    assert.ok(visitorId);
    const post = `POST api.fpjs.io /?region=us&ci=stand-in/${version}&${QUERY}`;
    const asked = chain.vendor.lines();
    assert.equal(asked[0], script);
    assert.equal(asked.at(-1), post);
    const own = chain.front.asked.filter(({ line }) => line.includes(`${SHOP} /${MOUNT}/`));
    assert.ok(own.length >= 2, 'the site was asked first');
  });
}

for (const [name, code] of [
  ['@fingerprint/agent', identifyByV4(alone.v4_npm)],
  ['@fingerprint/react', WRAPPERS.v4React(alone.v4_npm)],
  ['@fingerprintjs/fingerprintjs-pro', identifyByV3(alone.v3_npm)],
]) {
  test(`upstream is dead: ${name} without a fallback gives up, and asks nobody else`, async () => {
    await chain.upstream.down();
    const page = await chain.open(code);
    const why = await page.evaluate(() => window.visitor.then(() => 'it did not', (error) => error.message));
    assert.equal(why, 'Failed to load the JS script of the agent');
  });
}

// A fetch with credentials, and what the page sees of its answer.
function read(page, host, options) {
  return page.evaluate(
    async ([url, options]) => {
      const answer = await fetch(url, { ...options, credentials: 'include' });
      return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
    },
    [`https://${host}/${MOUNT}/?region=us`, options],
  );
}
