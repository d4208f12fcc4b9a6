// Ways in which a page sends: when it leaves, piece by piece, and through a service worker.
import assert from 'node:assert/strict';

import { test } from '../lib/case.mjs';
import { startChain } from '../lib/chain.mjs';
import { identifyByV4 } from '../lib/entries.mjs';
import { MOUNT, SHOP } from '../lib/names.mjs';

const chain = await startChain();
const TARGET = `/${MOUNT}/?region=us&way=`;

test('sendBeacon is an identification', async () => {
  const page = await chain.open('');
  const isQueued = await page.evaluate((url) => navigator.sendBeacon(url, 'signals'), `${TARGET}beacon`);
  assert.ok(isQueued);
  const beacon = await chain.upstream.request(isPost);
  assert.equal(beacon.body, 'signals');
  assert.equal(beacon.field('sec-fetch-mode'), 'no-cors');
});

test('a keepalive fetch arrives although the page has left', async () => {
  const page = await chain.open('');
  await page.evaluate((url) => {
    const options = { method: 'POST', body: 'signals', keepalive: true };
    addEventListener('pagehide', () => fetch(url, options));
  }, `${TARGET}keepalive`);
  await page.goto('about:blank');
  const post = await chain.upstream.request(isPost);
  assert.equal(post.body, 'signals');
});

test('an upload is streamed: upstream has the first piece before the page gives the second', async () => {
  const page = await chain.open('');
  await page.evaluate((url) => {
    const body = new ReadableStream({ start: (stream) => (window.stream = stream) });
    window.stream.enqueue(new TextEncoder().encode('first'));
    const headers = { 'content-type': 'application/octet-stream' };
    window.answer = fetch(url, { method: 'POST', body, headers, duplex: 'half' });
  }, `${TARGET}stream`);
  const post = await chain.upstream.piece(isPost, 'first');
  assert.equal(post.complete, false);
  await page.evaluate(() => {
    window.stream.enqueue(new TextEncoder().encode('second'));
    window.stream.close();
  });
  const answer = await page.evaluate(() => window.answer.then((response) => response.json()));
  assert.ok(answer.visitorId);
  assert.equal(post.body, 'firstsecond');
  assert.deepEqual(post.values('content-length'), []);
});

test('an answer is streamed: the page has the first piece before upstream gives the second', async () => {
  let response;
  chain.upstream.answer = (request, answering) => {
    response = answering;
    response.writeHead(200, { 'content-type': 'text/plain' }).write('first');
  };
  const page = await chain.open('');
  const first = await page.evaluate(async (url) => {
    const answer = await fetch(url, { method: 'POST', body: 'signals' });
    window.reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    return (await window.reader.read()).value;
  }, `${TARGET}answer`);
  assert.equal(first, 'first');
  response.end('second');
  assert.equal(await page.evaluate(async () => (await window.reader.read()).value), 'second');
});

test('a service worker that passes everything on changes nothing', async () => {
  const { snippets } = chain.setup();
  const code = identifyByV4(snippets.v4_npm);
  chain.site.file('/worker.js', 'text/javascript', `
    addEventListener('install', () => skipWaiting());
    addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
  `);
  const visitor = await chain.visitor();
  const first = await chain.open('', { visitor });
  await first.evaluate(async () => {
    const controlled = new Promise((resolve) => (navigator.serviceWorker.oncontrollerchange = resolve));
    await navigator.serviceWorker.register('/worker.js');
    await controlled;
  });
  const page = await chain.open(code, { visitor });
  assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null));
  await page.evaluate(() => window.visitor);
  const [download, post] = chain.upstream.requests;
  assert.equal(download.target, '/web/v4/PUBLIC_API_KEY?ci=jsl/4.1.5');
  assert.equal(post.body, 'signals');
  assert.equal(post.field('origin'), `https://${SHOP}`);
  assert.deepEqual(page.said, []);
});

function isPost({ method }) {
  return method === 'POST';
}
