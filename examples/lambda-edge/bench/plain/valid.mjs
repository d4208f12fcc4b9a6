// R5.6, R5.7, R13.3: what is well-formed.

import { isIPv4, isIPv6 } from 'node:net';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Tab is the only control character of a value.
const VALUE = /^[^\0-\x08\x0a-\x1f\x7f]*$/;
const PATH = /^[!"$%&'()*+,./0-9:;=@A-Z[\\\]^_a-z{|}~\x80-\u{10ffff}-]*$/u;
const QUERY = /^[!$%&'()*+,./0-9:;=?@A-Z[\\\]^_`a-z{|}~\x80-\u{10ffff}-]*$/u;

/** R13.3: whether HTTP could not hold the request. */
export function isMalformed({ method, uri, querystring, headers }) {
  if (!TOKEN.test(method) || !PATH.test(uri) || !QUERY.test(querystring)) return true;
  for (const [name, lines] of Object.entries(headers)) {
    if (!TOKEN.test(name)) return true;
    for (const { value } of lines) if (!VALUE.test(value)) return true;
  }
  return false;
}

/** R5.7: whether a `host` field names a host. */
export function isHost(value) {
  const [, address, port = ''] = /^\[([^\]]*)\](?::(\d*))?$/.exec(value) ?? [];
  if (address !== undefined) return isIPv6(address) && port <= 65_535;
  return /^[A-Za-z0-9._~-]+(?::\d*)?$/.test(value);
}

/** The host of a `host` field, without port and in lower case. */
export function hostOf(value) {
  return value.replace(/:\d*$/, '').toLowerCase();
}

/** R5.6: an address as RFC 5952 writes it, if it is one. */
export function canonicalAddress(address) {
  if (isIPv4(address)) return address;
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
  if (high === undefined) return canonical;
  const [left, right] = [parseInt(high, 16), parseInt(low, 16)];
  return [left >> 8, left & 255, right >> 8, right & 255].join('.');
}
