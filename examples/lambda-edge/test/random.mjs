// Random events and responses: what browsers and upstream send, and what nobody should.

import { readFileSync } from 'node:fs';

const data = new URL('../../../tests/data/workloads.json', import.meta.url);
const { workloads } = JSON.parse(readFileSync(data, 'utf8'));

/** Numbers from 0 to 1, the same for the same seed (splitmix32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** What a function is set up with, beside its variables. */
const CHOICES = [
  {},
  { v4: false, integration_version: '1.2.3' },
  { mount: 'anywhere', agent_origin: 'cdn' },
];

const ROUTES = { fpjs_agent_download_path: 'agent', fpjs_get_result_path: 'result' };
const ORIGINS = [
  { ...ROUTES, fpjs_pre_shared_secret: 'proxy-secret-0123456789' },
  { ...ROUTES, fpjs_region: 'eu', 'x-other': 'ä' },
  { FPJS_GET_RESULT_PATH: 'other' },
  {},
  { fpjs_secret_name: 'settings' },
  { fpjs_cdn_url: 'no host' },
];

const METHODS = ['GET', 'GET', 'POST', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'get', 'P T', ''];
const PATHS = [
  '/fp/agent', '/fp/result', '/fp/result/a/b', '/fp/', '/fp/web/v4/key', '/fp/status', '/fp', '/',
  '/fp/status/x', '/fp/../agent', '/fp/%2e/agent', '*', '', '/fp/\u00e4', '/fp/a?b', '/fp/a#b',
  '//fp//agent', '/fp/other', '/fp/"x"', '/fp/a b',
];
const QUERIES = [
  '', 'apiKey=k', 'apiKey=k&version=3&loaderVersion=3.8.0', 'region=eu', 'region=xx&%zz', 'a=1&',
  'format=json', 'apiKey=..', 'q=\u00e4', 'a#b', 'apiKey=%00', 'a b',
];
const ADDRESSES = ['203.0.113.178', '2001:db8::1', '[2001:db8::1]:443', 'unknown', '', '\u00e4'];
const HOSTS = [
  'www.example.com', 'WWW.Example.com:8443', 'fpcdn.io', 'api.fpjs.io', 'origin.example.com',
  'no host', '[2001:db8::1]', '', 'www.example.com.',
];
const CONNECTIONS = [
  'keep-alive', 'close', 'Keep-Alive, close', 'x-custom', 'user-agent, via', '', 'close, cookie',
  'content-encoding, set-cookie', 'etag', 'a b', 'keep-alive,', 'host', `${'te,'.repeat(101)}te`,
];
const NAMES = [
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'X-Upper', 'bad name', '', 'n\u00e4me',
  'a'.repeat(200), 'fpjs-proxy-secret', 'fpjs_proxy.client-ip', 'x-amz-cf-new', 'x-edge-1', '123', '0',
  'x-custom', 'close', 'authorization', 'te', 'expect', 'content-length', 'transfer-encoding',
  'cdn-loop', 'x-real-ip', 'strict-transport-security', 'cookie', 'host', 'origin', 'accept',
  'x:y', 'length', 'toJSON', 'http2-settings', 'x-forwarded-host',
];
const RESPONSE_NAMES = [
  ...NAMES, 'Set-Cookie', 'Age', 'Expires', 'Cache-Control', 'CDN-Cache-Control', 'Content-Encoding',
  'Content-Type', 'Alt-Svc', 'NEL', 'Surrogate-Key', 'Via', 'X-Cache', 'ETag', 'Vary', 'X-Accel-Foo',
  'Warning', 'Accept-Encoding', 'Keep-Alive', 'Location',
];
const VALUES = [
  '', 'x', ' x ', 'a\tb', 'a\nb', 'a\r\nb: c', '\0', '\x7f', '\x1f', '\u00e4', '\u20ac', '\u{1f980}',
  '\u0080', 'chunked', '5', '5, 5', 'gzip', 'max-age=99999', 'no-store', 'text/javascript', 'a=1; Domain=fpjs.io',
  '_iidt=1; Domain=example.com; Secure', 'b=2; _iidt=3', 'x'.repeat(3_000), '~', '"',
];
const WRONG = [null, 1, true, 'text', [], {}, undefined];
const STATUSES = [200, 200, 200, 200, 204, 205, 304, 301, 403, 404, 500, 599, 600, 199, 100, 99, 1000, 299];
const BASE64 = ['A', 'AA', 'AAA', 'AA=A', '-_-_', 'QQ==', 'QR==', 'QUI=', 'QUJD\n', ' QUJD', 'QUJD=', '====', 'Q\u00e4==', '\u0141\u0141\u0141\u0141'];

/** Makes lines as the native tool reads them. The event stays an object, which JSON may not be. */
export class Lines {
  #random;
  #origin = 0;

  constructor(seed) {
    this.#random = randomNumbers(seed);
  }

  next() {
    if (this.#chance(0.02)) this.#origin = this.#below(ORIGINS.length);
    const line = { event: this.#event(), choices: this.#pick(CHOICES) };
    if (this.#chance(0.75)) line.upstream = this.#upstream();
    return line;
  }

  #below(limit) {
    return Math.floor(this.#random() * limit);
  }

  #chance(probability) {
    return this.#random() < probability;
  }

  #pick(list) {
    return list[this.#below(list.length)];
  }

  /** The usual, which stands first, or any other. */
  #mostly(list) {
    return this.#chance(0.8) ? list[0] : this.#pick(list);
  }

  #event() {
    const { request: usual } = this.#pick(workloads);
    const [uri, querystring = ''] = usual.uri.split('?');
    const isUsual = this.#chance(0.4);
    const headers = toLines(usual.headers.filter(() => !this.#chance(0.05)));
    headers.host = [{ key: 'Host', value: this.#mostly(HOSTS) }];
    const data = Buffer.alloc(this.#chance(0.4) ? this.#below(3_000) : 0, 'ab\xff').toString('base64');
    const domainName = this.#pick(['origin.example.com', 'fpcdn.io', '', undefined]);
    const origin = { domainName, customHeaders: toLines(Object.entries(ORIGINS[this.#origin])) };
    const request = {
      clientIp: this.#mostly(ADDRESSES),
      method: isUsual ? usual.method : this.#pick(METHODS),
      uri: isUsual ? uri : this.#pick(PATHS),
      querystring: isUsual ? querystring : this.#pick(QUERIES),
      headers,
      body: { inputTruncated: this.#chance(0.03), action: 'read-only', encoding: 'base64', data },
      origin: this.#chance(0.9) ? { custom: origin } : { s3: origin },
    };
    if (domainName === undefined) delete origin.domainName;
    const event = { Records: [{ cf: { request } }] };
    while (this.#chance(0.35)) this.#spoilFields(headers);
    if (this.#chance(0.08)) this.#spoilShape(event, request);
    return event;
  }

  #spoilFields(headers) {
    const name = this.#chance(0.5) ? this.#pick(NAMES) : this.#pick(Object.keys(headers));
    const line = (value) => ({ key: name, value });
    const add = (name, lines) => {
      Object.defineProperty(headers, name, { value: lines, enumerable: true, writable: true, configurable: true });
    };
    switch (this.#below(7)) {
      case 0:
        return add(name, [line(this.#pick(VALUES))]);
      case 1:
        return add(name, [line(this.#pick(VALUES)), line(this.#pick(VALUES))]);
      case 2:
        return add('connection', [line(this.#pick(CONNECTIONS))]);
      case 3:
        return add(name, Object.hasOwn(headers, name) ? [...headers[name], line('again')] : []);
      case 4:
        return add(`x-${this.#below(3_000)}`, [line('y')]);
      case 5:
        return delete headers[name];
      default:
        // Seldom, because it is much.
        if (this.#chance(0.05)) {
          const count = this.#pick([100, 130, 300]);
          for (let left = count; left > 0; left -= 1) add(`x-many-${left}`, [line('z')]);
        }
        return undefined;
    }
  }

  #spoilShape(event, request) {
    const record = event.Records[0];
    const { headers, body, origin } = request;
    const place = origin.custom ?? origin.s3;
    const owners = [event, record, record.cf, request, body, origin, place, headers, place.customHeaders];
    const anyLines = this.#pick(Object.values(headers).filter((lines) => lines.length > 0)) ?? [{}];
    switch (this.#below(9)) {
      case 0: {
        const owner = this.#pick(owners);
        return delete owner[this.#pick(Object.keys(owner))];
      }
      case 1: {
        const owner = this.#pick(owners);
        const member = this.#pick(Object.keys(owner));
        if (member !== undefined) owner[member] = this.#pick(WRONG);
        return undefined;
      }
      case 2:
        body.data = this.#pick(BASE64);
        return undefined;
      case 3:
        body.encoding = this.#pick(['text', 'other', 'BASE64']);
        return undefined;
      case 4:
        return this.#chance(0.5) ? delete anyLines[0].value : delete anyLines[0].key;
      case 5:
        anyLines[this.#pick([0, 2])] = this.#pick(WRONG);
        return undefined;
      case 6:
        // JSON has only what is an object's own.
        anyLines[0] = Object.create({ value: 'inherited' }, Object.getOwnPropertyDescriptors({ key: 'k' }));
        return undefined;
      case 7:
        anyLines[0][this.#pick(['key', 'value'])] = this.#pick([...WRONG, '\ud800']);
        return undefined;
      default:
        origin.s3 = origin.custom ?? null;
        return undefined;
    }
  }

  #upstream() {
    const { upstream: usual } = this.#pick(workloads.filter(({ upstream }) => upstream));
    const headers = usual.headers.filter(() => !this.#chance(0.05)).map((pair) => [...pair]);
    while (this.#chance(0.4)) {
      const pair = [this.#pick(RESPONSE_NAMES), this.#pick(VALUES)];
      headers.splice(this.#below(headers.length + 1), 0, pair);
    }
    if (this.#chance(0.1)) headers.push(['Connection', this.#pick(CONNECTIONS)]);
    if (this.#chance(0.005)) for (let left = 150; left > 0; left -= 1) headers.push([`x-${left}`, '1']);
    const status = this.#mostly(STATUSES.slice(this.#below(STATUSES.length)));
    return { status, headers, body: this.#body(headers).toString('base64') };
  }

  #body(headers) {
    if (this.#chance(0.001)) {
      // About as much as CloudFront takes.
      const fields = headers.flat().join('').length;
      return Buffer.alloc(1_048_576 - fields + this.#pick([0, 1, 200, -1_000, 500]), 'a');
    }
    return Buffer.alloc(this.#below(2_000), this.#pick(['a', 'a\u00e4', '\xff', '{"a":1}']), this.#pick(['utf8', 'latin1']));
  }
}

function toLines(pairs) {
  const lines = {};
  for (const [key, value] of pairs) (lines[key.toLowerCase()] ??= []).push({ key, value });
  return lines;
}
