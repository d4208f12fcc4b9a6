// A page that may load nothing but what is its own.
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { identifyByV3, identifyByV4, WRAPPERS } from '../lib/entries.mjs';

const chain = await startChain();
const { snippets } = chain.setup();
const fields = { 'content-security-policy': "default-src 'self'" };

for (const [name, code] of [
  ['@fingerprint/agent', identifyByV4(snippets.v4_npm)],
  ['agent v4, imported', identifyByV4(snippets.v4_import)],
  ['@fingerprint/react', WRAPPERS.v4React(snippets.v4_npm)],
  ['@fingerprintjs/fingerprintjs-pro', identifyByV3(snippets.v3_npm)],
]) {
  test(`${name} works under default-src 'self'`, async () => {
    const page = await chain.open(code, { fields });
    const { visitorId } = await page.evaluate(() => window.visitor);
    assert.ok(visitorId);
    assert.deepEqual(page.said, [], 'the policy forbade something');
  });
}

test('the policy does forbid what is not of the site', async () => {
  const page = await chain.open('', { fields });
  const forbidden = page.waitForEvent('console', (message) => /Content Security Policy/.test(message.text()));
  await page.evaluate(() => fetch('https://api.fpjs.io/').catch(() => {}));
  await forbidden;
});
