// Which cookies of Fingerprint's answer end in the browser's jar, by policy (R8.1 to R8.7).
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { cors, identification } from '../lib/fingerprint.mjs';
import { MOUNT, SHOP } from '../lib/names.mjs';

const chain = await startChain();

// Of each kind one, named after it, in one answer. The browser's host is www.shop.example.com.
const KINDS = [
  'host_only=1; Path=/; Secure; HttpOnly',
  'own=1; Domain=www.shop.example.com; Path=/; Secure',
  'parent=1; Domain=.shop.example.com; Path=/; Secure',
  'registrable=1; Domain=example.com; Path=/; Secure',
  'suffix=1; Domain=com; Path=/; Secure',
  'sibling=1; Domain=metrics.shop.example.com; Path=/; Secure',
  'foreign=1; Domain=fpjs.io; Path=/; Secure; SameSite=Lax',
  '__Host-plain=1; Path=/; Secure',
  '__Host-foreign=1; Path=/; Secure; Domain=fpjs.io',
  '__Host-covered=1; Path=/; Secure; Domain=shop.example.com',
  '__Secure-foreign=1; Path=/; Secure; Domain=fpjs.io',
  'partitioned=1; Path=/; Secure; SameSite=None; Partitioned; Domain=fpjs.io',
  'no_path=1; Domain=fpjs.io; Secure',
  'twice=1; Path=/; Domain=example.com; Domain=fpjs.io',
];

// Each cookie in the jar with its domain, which has a dot in front unless it is for one host only.
const HOST_ONLY = { host_only: SHOP, '__Host-plain': SHOP };
// Chromium refuses these as upstream sent them (R8.7).
const FREED = { '__Host-foreign': SHOP, '__Host-covered': SHOP };
const COVERED = { own: `.${SHOP}`, parent: '.shop.example.com', registrable: '.example.com' };
const FOREIGN = ['suffix', 'sibling', 'foreign', '__Secure-foreign', 'partitioned', 'no_path', 'twice'];
const JARS = {
  preserve: { ...HOST_ONLY, ...COVERED },
  'first-party': { ...HOST_ONLY, ...COVERED, ...all(FOREIGN, SHOP), ...FREED },
  registrable: { ...HOST_ONLY, ...COVERED, ...all(FOREIGN, '.example.com'), ...FREED },
  map: {
    ...HOST_ONLY,
    ...COVERED,
    registrable: '.shop.example.com',
    sibling: SHOP,
    ...all(['foreign', '__Secure-foreign', 'partitioned', 'no_path', 'twice'], '.shop.example.com'),
    ...FREED,
  },
};
const MAP = [
  ['fpjs.io', 'shop.example.com'],
  ['example.com', 'shop.example.com'],
  ['metrics.shop.example.com', ''],
];

for (const [policy, jar] of Object.entries(JARS)) {
  test(`the jar under the policy ${policy}`, async () => {
    await chain.configure({ cookie_domain: policy === 'map' ? { map: MAP } : policy });
    chain.upstream.answer = (request, response) => identification(request, response, KINDS);
    const visitor = await chain.visitor();
    const page = await chain.open('', { visitor });
    // Of the site's own cookies there is nothing to say.
    await visitor.clearCookies();
    await ask(page, 'POST');
    const cookies = await visitor.cookies();
    assert.deepEqual(domains(cookies), sorted(jar));
    for (const { name, path, secure, partitionKey } of cookies) {
      assert.equal(partitionKey !== undefined, name === 'partitioned', `whether ${name} has a partition`);
      assert.equal(path, name === 'no_path' ? `/${MOUNT}` : '/', `the path of ${name}`);
      assert.equal(secure, name !== 'twice', `whether ${name} is for TLS only`);
    }
    assert.equal(cookies.find(({ name }) => name === 'host_only').httpOnly, true);
  });
}

test('what is not an identification sets no foreign cookie', async () => {
  await chain.configure({ cookie_domain: 'first-party' });
  chain.upstream.answer = (request, response) =>
    response.writeHead(200, { ...cors(request), 'set-cookie': KINDS }).end();
  const visitor = await chain.visitor();
  const page = await chain.open('', { visitor });
  await visitor.clearCookies();
  await ask(page, 'GET');
  assert.deepEqual(domains(await visitor.cookies()), sorted(JARS.preserve));
});

test('two cookies stay two fields, and only the named one goes back', async () => {
  const cookies = ['_iidt=a,b; Path=/; Secure', 'other=1; Path=/; Secure'];
  chain.upstream.answer = (request, response) => identification(request, response, cookies);
  const visitor = await chain.visitor();
  const page = await chain.open('', { visitor });
  await ask(page, 'POST');
  await ask(page, 'POST');
  const values = (await visitor.cookies()).map(({ name, value }) => `${name}=${value}`);
  assert.ok(values.includes('_iidt=a,b') && values.includes('other=1'), `the jar has ${values}`);
  assert.deepEqual(chain.upstream.requests.map((request) => request.values('cookie')), [[], ['_iidt=a,b']]);
});

test('upstream cannot clear the cookies of the site', async () => {
  chain.upstream.answer = (request, response) => {
    response.setHeader('clear-site-data', '"cookies", "storage"');
    identification(request, response);
  };
  const visitor = await chain.visitor();
  const page = await chain.open('', { visitor });
  await ask(page, 'POST');
  const names = (await visitor.cookies()).map(({ name }) => name);
  assert.deepEqual(names.sort(), ['_iidt', 'session', 'theme', 'x_iidt']);
});

function ask(page, method) {
  const body = method === 'POST' ? 'signals' : undefined;
  return page.evaluate(
    ([url, options]) => fetch(url, options).then((response) => response.text()),
    [`/${MOUNT}/?region=us`, { method, body }],
  );
}

function all(names, domain) {
  return Object.fromEntries(names.map((name) => [name, domain]));
}

function domains(cookies) {
  return sorted(Object.fromEntries(cookies.map(({ name, domain }) => [name, domain])));
}

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort());
}
