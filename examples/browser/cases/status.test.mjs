// The status page, as an operator sees it: nothing that Chromium complains of, in light and dark, on a
// screen as narrow as a small telephone. Pictures are left in the folder that FIRSTPARTY_PICTURES names.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { MOUNT, ROUTES, SECRET, SHOP } from '../lib/names.mjs';

const chain = await startChain();
const pictures = process.env.FIRSTPARTY_PICTURES;
mkdirSync(pictures, { recursive: true });

const WIDE = { width: 720, height: 840 };
const NARROW = { width: 320, height: 640 };
const LOOKS = [
  ['light', WIDE, 'light'],
  ['dark', WIDE, 'dark'],
  ['narrow', NARROW, 'light'],
  ['narrow-dark', NARROW, 'dark'],
];

for (const [name, viewport, colorScheme] of LOOKS) {
  test(`the status page, ${name}`, async () => {
    const { page, answer } = await openStatus({ viewport, colorScheme });
    assert.equal(answer.status(), 200);
    assert.deepEqual(page.said, []);
    assert.match(await page.innerText('body'), /^Ready: /m);
    const { wide, colour } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      colour: getComputedStyle(document.body).color,
    }));
    assert.ok(wide <= viewport.width, `${wide} px do not fit into ${viewport.width}`);
    const isLightText = colour.match(/\d+/g).every((part) => Number(part) > 127);
    assert.equal(isLightText, colorScheme === 'dark', `text is ${colour}`);
    await page.screenshot({ path: join(pictures, `status-${name}.png`), fullPage: true });
  });
}

test('the status page names the endpoint that the agents are told, and no value', async () => {
  const { page } = await openStatus();
  const html = await page.content();
  const [endpoint] = chain.setup().urls.v4_endpoint.split('?');
  assert.ok(html.includes(endpoint.replace('https:', '')), 'the v4 endpoint');
  for (const value of [SECRET, ROUTES.agent, ROUTES.result]) assert.ok(!html.includes(value), 'a value');
  assert.deepEqual(chain.upstream.lines(), []);
});

test('the status page may not run scripts', async () => {
  const { page } = await openStatus();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return window.ran === true;
  });
  assert.equal(ran, false);
});

async function openStatus(options) {
  const visitor = await chain.visitor(options);
  const page = await visitor.newPage();
  chain.listen(page);
  const answer = await page.goto(`https://${SHOP}/${MOUNT}/status`);
  return { page, answer };
}
