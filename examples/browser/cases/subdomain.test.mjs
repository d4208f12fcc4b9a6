// The integration on another host than the page, of the same site: CORS with credentials.
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { identifyByV3, identifyByV4 } from '../lib/entries.mjs';
import { METRICS, MOUNT, SHOP } from '../lib/names.mjs';

const chain = await startChain();
const { snippets } = chain.setup({ host: METRICS });

for (const [name, code] of [
  ['v4', identifyByV4(snippets.v4_npm)],
  ['v3', identifyByV3(snippets.v3_npm)],
]) {
  test(`agent ${name} identifies with credentials by a subdomain`, async () => {
    const visitor = await chain.visitor();
    for (const cookie of [undefined, '_iidt=c3RhbmQ']) {
      const page = await chain.open(code, { visitor });
      await page.evaluate(() => window.visitor);
      const post = chain.upstream.requests.at(-1);
      assert.equal(post.field('origin'), `https://${SHOP}`);
      assert.equal(post.field('fpjs-proxy-forwarded-host'), METRICS);
      assert.equal(post.field('cookie'), cookie);
      assert.deepEqual(page.said, []);
    }
    const [iidt] = (await visitor.cookies()).filter((cookie) => cookie.name === '_iidt');
    assert.equal(iidt.domain, METRICS);
  });
}

test('upstream answers a preflight, and the request follows', async () => {
  const page = await chain.open('');
  const answer = await page.evaluate(async (url) => {
    const headers = { 'content-type': 'application/json', 'x-of-the-page': '1' };
    const response = await fetch(url, { method: 'POST', body: '{}', headers, credentials: 'include' });
    return response.json();
  }, `https://${METRICS}/${MOUNT}/?region=us`);
  assert.ok(answer.visitorId);
  const [preflight, post] = chain.upstream.requests;
  assert.equal(preflight.line, 'OPTIONS api.fpjs.io /?region=us');
  assert.equal(preflight.field('origin'), `https://${SHOP}`);
  assert.equal(preflight.field('access-control-request-method'), 'POST');
  assert.equal(preflight.field('access-control-request-headers'), 'content-type,x-of-the-page');
  assert.equal(post.field('x-of-the-page'), '1');
  assert.equal(post.body, '{}');
  assert.deepEqual(page.said, []);
});
