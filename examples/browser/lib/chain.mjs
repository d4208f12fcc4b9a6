// The whole chain: browser → front with TLS → example proxy → stand-in for Fingerprint, and beside
// them the site and the vendor's own hosts. Everything is on loopback and ends with the test file.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach } from 'node:test';

import { startBrowser } from './browser.mjs';
import { certificate } from './certificate.mjs';
import { fingerprint } from './fingerprint.mjs';
import { Front } from './front.mjs';
import { HOSTS, INTEGRATION, METRICS, MOUNT, ROUTES, SECRET, SHOP, VENDOR } from './names.mjs';
import { startProxy } from './proxy.mjs';
import { Recorder } from './recorder.mjs';
import { assertPrivate } from './rules.mjs';
import { clientSetup } from './setup.mjs';
import { Site } from './site.mjs';

const SETTINGS = {
  ...INTEGRATION,
  fpjs_route_prefix: MOUNT,
  fpjs_agent_download_path: ROUTES.agent,
  fpjs_get_result_path: ROUTES.result,
  fpjs_pre_shared_secret: SECRET,
};

// One for a test file. What each test saw upstream is checked when it ends.
export async function startChain(options = {}) {
  const chain = new Chain();
  after(() => chain.stop());
  afterEach(() => chain.check());
  await chain.start(options);
  return chain;
}

class Chain {
  ends = [];
  contexts = [];
  // Whether the test is about a loader's fallback.
  maySeeVendor = false;

  async start({ version }) {
    const directory = mkdtempSync(join(tmpdir(), 'firstparty-browser-'));
    this.directory = directory;
    // However the process ends; Playwright sees to the browser.
    process.once('exit', () => {
      this.proxy?.kill();
      rmSync(directory, { recursive: true, force: true });
    });
    const tls = certificate(directory, HOSTS);
    this.site = new Site();
    this.upstream = await this.#recorder(fingerprint);
    this.vendor = await this.#recorder(fingerprint);
    this.pages = await this.#recorder((request, response) => this.site.answer(request, response));
    this.front = await Front.start(tls, (host, path) => this.#portOf(host, path));
    this.ends.push(() => this.front.stop());
    await this.configure({});
    this.ends.push(() => this.proxy.stop());
    const program = process.env.CHROMIUM;
    this.browser = await startBrowser({ program, port: this.front.port, hosts: HOSTS, hash: tls.hash, version });
    this.ends.push(() => this.browser.close());
  }

  // Ends everything, the last one first, also if the start broke off.
  async stop() {
    for (const end of this.ends.reverse()) await end();
  }

  // Starts the proxy with these settings beside the usual ones, in the place of the last proxy.
  async configure(settings) {
    this.isUsual = Object.keys(settings).length === 0;
    await this.proxy?.stop();
    this.proxy = await startProxy({
      program: process.env.FIRSTPARTY_PROXY,
      directory: this.directory,
      upstream: this.upstream.port,
      hosts: [SHOP, METRICS],
      settings: { ...SETTINGS, ...settings },
    });
  }

  // What the agents are told, for the integration on one host of the site.
  setup({ host = SHOP, region } = {}) {
    const program = process.env.FIRSTPARTY_SETUP;
    return clientSetup({ program, site: `https://${host}`, mount: MOUNT, ...ROUTES, region });
  }

  // A visitor of his own: nothing is in his cache and no cookie in his jar.
  async visitor(options = {}) {
    const context = await this.browser.newContext(options);
    this.contexts.push(context);
    return context;
  }

  // Opens a page of the site that runs the code.
  async open(code, { visitor, fields } = {}) {
    const path = await this.site.page(code, fields);
    const page = await (visitor ?? (await this.visitor())).newPage();
    this.listen(page);
    await page.goto(`https://${SHOP}${path}`);
    return page;
  }

  // Keeps what the page says on its console.
  listen(page) {
    page.said = [];
    page.on('console', (message) => page.said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => page.said.push(`error: ${error}`));
  }

  // Ends a test: its visitors leave, and what upstream was asked is looked through.
  async check() {
    for (const context of this.contexts.splice(0)) await context.close();
    const [requests, past, isAllowed] = [this.upstream.requests, this.vendor.lines(), this.maySeeVendor];
    await this.#restore();
    for (const request of requests) assertPrivate(request);
    // A loader that turned to the vendor's hosts would hide what failed.
    if (!isAllowed) assert.deepEqual(past, [], 'the vendor was asked past the integration');
  }

  async #restore() {
    for (const recorder of [this.upstream, this.vendor, this.pages]) recorder.forget();
    this.front.asked = [];
    this.maySeeVendor = false;
    this.upstream.answer = fingerprint;
    if (!this.upstream.isUp) await this.upstream.up();
    if (!this.isUsual) await this.configure({});
  }

  async #recorder(answer) {
    const recorder = await Recorder.start(answer);
    this.ends.push(() => recorder.down());
    return recorder;
  }

  #portOf(host, path) {
    if (VENDOR.includes(host)) return this.vendor.port;
    const isMounted = path === `/${MOUNT}` || path.startsWith(`/${MOUNT}/`);
    return isMounted ? this.proxy.port : this.pages.port;
  }
}
