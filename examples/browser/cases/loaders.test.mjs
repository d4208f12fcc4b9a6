// The vendor's published packages, and what Fingerprint is asked by each: target and query to the byte.
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { identifyByV3, identifyByV4, WRAPPERS } from '../lib/entries.mjs';
import { VISITOR } from '../lib/fingerprint.mjs';
import { MONITORING, SHOP } from '../lib/names.mjs';

const chain = await startChain();
const { snippets } = chain.setup();
const QUERY = 'q=%7B+a;b%zz&empty=&bare';

const V4_AGENT = 'GET api.fpjs.io /web/v4/PUBLIC_API_KEY?ci=jsl/4.1.5';
const V4_POST = `POST api.fpjs.io /?region=us&ci=stand-in/4&${QUERY}&${MONITORING}`;
const V4 = [V4_AGENT, V4_POST];
const V4_IMPORT = ['GET api.fpjs.io /web/v4/PUBLIC_API_KEY', V4_POST];

const V3_QUERY = 'apiKey=PUBLIC_API_KEY&version=3&loaderVersion=3.12.15';
const V3_REST = [
  'GET api.fpjs.io /h1/h2?region=us&q=stored',
  `POST api.fpjs.io /?region=us&ci=stand-in/3&${QUERY}&${MONITORING}`,
];
const V3 = [`GET api.fpjs.io /web/v3/PUBLIC_API_KEY/loader_v3.12.15.js?${V3_QUERY}`, ...V3_REST];
const V3_IMPORT = ['GET api.fpjs.io /web/v3/PUBLIC_API_KEY?apiKey=PUBLIC_API_KEY', ...V3_REST];

const CASES = [
  ['@fingerprint/agent, the snippet for npm', identifyByV4(snippets.v4_npm), V4],
  ['agent v4, the snippet that imports', identifyByV4(snippets.v4_import), V4_IMPORT],
  ['@fingerprint/react', WRAPPERS.v4React(snippets.v4_npm), V4],
  ['@fingerprintjs/fingerprintjs-pro, the snippet for npm', identifyByV3(snippets.v3_npm), V3],
  ['agent v3, the snippet that imports', identifyByV3(snippets.v3_import), V3_IMPORT],
  ['@fingerprintjs/fingerprintjs-pro-spa', WRAPPERS.v3Spa(snippets.v3_npm), V3],
  ['@fingerprintjs/fingerprintjs-pro-react', WRAPPERS.v3React(snippets.v3_npm), V3],
];

for (const [name, code, expected] of CASES) {
  test(`${name}: Fingerprint is asked exactly this`, async () => {
    const page = await chain.open(code);
    const { visitorId } = await page.evaluate(() => window.visitor);
    assert.equal(visitorId, VISITOR.visitorId);
    assert.deepEqual(chain.upstream.lines(), expected);
    assert.deepEqual(page.said, []);
    const post = chain.upstream.requests.at(-1);
    assert.equal(post.field('fpjs-proxy-forwarded-host'), SHOP);
    assert.equal(post.body, 'signals');
    assert.equal(post.field('origin'), `https://${SHOP}`);
    assert.match(post.field('user-agent'), /Chrome/);
  });
}

test('a region decides the host, also of the browser cache', async () => {
  const { snippets } = chain.setup({ region: 'eu' });
  const page = await chain.open(identifyByV3(snippets.v3_npm));
  await page.evaluate(() => window.visitor);
  const expected = V3_REST.map((line) => line.replaceAll(/(?=api\.)/g, 'eu.').replace('=us', '=eu'));
  assert.deepEqual(chain.upstream.lines().slice(1), expected);
});

test('_iidt is set, sent back by the browser, and forwarded', async () => {
  const visitor = await chain.visitor();
  for (const cookie of [undefined, '_iidt=c3RhbmQ']) {
    const page = await chain.open(identifyByV4(snippets.v4_npm), { visitor });
    await page.evaluate(() => window.visitor);
    assert.equal(chain.upstream.requests.at(-1).field('cookie'), cookie);
  }
  const [iidt] = (await visitor.cookies()).filter(({ name }) => name === '_iidt');
  assert.equal(iidt.domain, SHOP, 'only this host gets it');
  assert.equal(iidt.httpOnly, true);
  // The browser did have cookies of the site to send.
  const names = (await visitor.cookies()).map(({ name }) => name);
  assert.deepEqual(names.sort(), ['_iidt', 'session', 'theme', 'x_iidt']);
});
