// A thousand cookies at random, judged by the browser's jar: what the gateway keeps a browser takes, and what
// it takes away a browser would have refused, or sent elsewhere (R8.1 to R8.5, R8.7).
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { cookie, generator } from '../lib/cookies.mjs';
import { identification } from '../lib/fingerprint.mjs';
import { MOUNT, SHOP } from '../lib/names.mjs';

const chain = await startChain();
const seed = Number(process.env.COOKIE_SEED ?? 1);
// A jar takes 180 cookies of a site, and a head 100 fields.
const [ROUNDS, EACH] = [5, 50];
const MAP = [
  ['fpjs.io', 'shop.example.com'],
  ['example.com', ''],
  ['metrics.shop.example.com', SHOP],
];
const MAPPED = new Map(MAP);

// Where a cookie ends that Chromium refuses as Fingerprint sent it, but takes without its `Domain`.
const POLICIES = {
  preserve: () => undefined,
  'first-party': () => SHOP,
  registrable: ({ name, domain }) => (isHost(name) || domain === '' ? SHOP : '.example.com'),
  map: ({ name, domain }) => (isHost(name) ? SHOP : mapped(domain)),
};

for (const [number, [policy, freed]] of Object.entries(POLICIES).entries()) {
  test(`the jar has what the policy ${policy} promises, seed ${seed}`, async () => {
    await chain.configure({ cookie_domain: policy === 'map' ? { map: MAP } : policy });
    const random = generator(seed * 4 + number);
    const visitor = await chain.visitor();
    const page = await chain.open('', { visitor });
    const seen = { kept: 0, edited: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const cookies = Array.from({ length: EACH }, (_, place) => cookie(round * EACH + place, random));
      const fields = (kind) => cookies.map((one) => one[kind]);
      chain.upstream.answer = (request, response) => identification(request, response, fields('field'));
      const raw = await jarOfSite(visitor, page, fields('field'));
      const bare = await jarOfSite(visitor, page, fields('bare'));
      const edited = await jar(visitor, page, `/${MOUNT}/?region=us`);
      for (const one of cookies) {
        const expected = expect(policy, one, raw, bare, freed);
        const why = `${one.field} is in the jar as ${show(edited.get(one.name))}, not as ${show(expected)}`;
        assert.deepEqual(edited.get(one.name), expected, why);
        seen[expected === undefined ? 'refused' : raw.has(one.name) ? 'kept' : 'edited'] += 1;
      }
    }
    // No kind is missing, or nothing would have been asked.
    assert.ok(seen.kept > 30 && seen.refused > 20 && (seen.edited > 20) === (policy !== 'preserve'), show(seen));
  });
}

// What the jar has to hold of a cookie in the end, by what it holds of it as it was sent and without its `Domain`.
function expect(policy, one, raw, bare, freed) {
  const sent = raw.get(one.name);
  if (policy === 'map' && sent && MAPPED.has(one.domain)) return { ...sent, domain: mapped(one.domain) };
  if (sent) return sent;
  const alone = bare.get(one.name);
  const domain = freed(one);
  return alone && domain && { ...alone, domain };
}

function mapped(domain) {
  const target = MAPPED.get(domain);
  return target === undefined ? undefined : target === '' ? SHOP : `.${target}`;
}

function isHost(name) {
  return name.toLowerCase().startsWith('__host-');
}

// What the browser takes of these fields when the site's own server sends them.
async function jarOfSite(visitor, page, fields) {
  const path = `/cookies-${(chain.site.count += 1)}`;
  chain.site.files.set(path, { fields: { 'set-cookie': fields }, body: '' });
  return jar(visitor, page, path);
}

async function jar(visitor, page, path) {
  await visitor.clearCookies();
  const post = (url) => fetch(url, { method: 'POST', body: 'signals' }).then((response) => response.text());
  await page.evaluate(post, path);
  const cookies = await visitor.cookies();
  return new Map(cookies.map((one) => [one.name, facts(one)]));
}

// Without the path, which depends on the URL where the cookie names none, and to the minute of its end.
function facts({ domain, value, secure, httpOnly, sameSite, partitionKey, expires }) {
  const minutes = expires < 0 ? 'session' : Math.round((expires - Date.now() / 1000) / 60);
  return { domain, value, secure, httpOnly, sameSite, partitionKey, minutes };
}

function show(value) {
  return JSON.stringify(value) ?? 'refused';
}
