// The server in front: over HTTP/1.1 as over HTTP/2, and whose address Fingerprint is told.
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { identifyByV3, identifyByV4 } from '../lib/entries.mjs';
import { OWN_ADDRESS } from '../lib/front.mjs';
import { MOUNT } from '../lib/names.mjs';
import { VISITOR_ADDRESS } from '../lib/rules.mjs';

const chain = await startChain({ version: 1 });
const { snippets } = chain.setup();

for (const [name, code] of [
  ['v4', identifyByV4(snippets.v4_npm)],
  ['v3', identifyByV3(snippets.v3_npm)],
]) {
  test(`over HTTP/1.1 an identification by ${name} is the same`, async () => {
    const page = await chain.open(code);
    await page.evaluate(() => window.visitor);
    const versions = chain.front.asked.map(({ version }) => version);
    assert.deepEqual([...new Set(versions)], ['1.1']);
    assert.equal(chain.upstream.requests.at(-1).method, 'POST');
    assert.deepEqual(page.said, []);
  });
}

test('upstream is told the address of the visitor, whatever a page claims', async () => {
  const page = await chain.open('');
  await page.evaluate(async (mount) => {
    const headers = { 'x-forwarded-for': '203.0.113.9', 'fpjs-proxy-client-ip': '203.0.113.9' };
    await fetch(`/${mount}/?region=us&x`, { method: 'POST', body: 'signals', headers });
  }, MOUNT);
  const [post] = chain.upstream.requests;
  assert.equal(post.field('fpjs-proxy-client-ip'), VISITOR_ADDRESS);
  assert.equal(post.field('x-forwarded-for'), `203.0.113.9, ${VISITOR_ADDRESS}`);
  assert.notEqual(VISITOR_ADDRESS, OWN_ADDRESS, 'the front has an address of its own');
});
