// R5, R6, R12: which fields pass, and what becomes of those that are changed.

import { TARGETED, capped, isCapped } from './cache.mjs';
import { firstParty, onlyIdentifying } from './cookies.mjs';
import { canonicalAddress, hostOf, isHost } from './valid.mjs';

// What AWS restricts on edge functions, and what belongs to one connection.
const EDGE = [
  'age', 'cache-tag', 'cdn-loop', 'connection', 'content-length', 'expect', 'http2-settings',
  'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection',
  'strict-transport-security', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'via',
  'x-accel-buffering', 'x-accel-charset', 'x-accel-limit-rate', 'x-accel-redirect', 'x-amzn-auth',
  'x-amzn-cf-billing', 'x-amzn-cf-id', 'x-amzn-cf-xff', 'x-amzn-errortype', 'x-amzn-fle-profile',
  'x-amzn-header-count', 'x-amzn-header-order', 'x-amzn-lambda-integration-tag',
  'x-amzn-requestid', 'x-cache', 'x-forwarded-proto', 'x-real-ip',
];
const REQUEST = new Set([...EDGE, 'authorization']);
const RESPONSE = new Set([
  ...EDGE, 'accept-encoding', 'alt-svc', 'clear-site-data', 'edge-cache-tag', 'expect-ct',
  'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'nel',
  'public-key-pins', 'public-key-pins-report-only', 'report-to', 'reporting-endpoints',
  'secure-session-registration', 'service-worker-allowed', 'service-worker-navigation-preload',
  'set-login', 'surrogate-key', 'use-as-dictionary', 'x-lighttpd-send-file', 'x-sendfile',
]);
const EDGE_PREFIX = /^x-(?:edge|amz-cf)-/;
const IDENTITY = /^fpjs[-_.]proxy[-_.]/;

const MOST_NAMES = 100;
const CONNECTION = { status: 400, error: 'the connection field names too many fields' };
const CODING = { status: 501, error: 'the transfer coding is not implemented' };
const LENGTH = { status: 400, error: 'the content-length is malformed or ambiguous' };
const HOST = { status: 400, error: 'the host is missing, malformed or ambiguous' };
const UPSTREAM = {
  status: 400,
  error:
    "the host is upstream's own: the edge in front hides the browser's; " +
    'forward it (on CloudFront by the origin request policy)',
};

/** R5.1, R5.2, R5.7: why the fields of a request do not let it pass, if so. */
export function refusedFields({ headers }, { apiHost, cdnHost, originHost }) {
  if (namedBy(linesOf(headers, 'connection')).length > MOST_NAMES) return CONNECTION;
  const codings = linesOf(headers, 'transfer-encoding');
  if (codings.length > 0 && codings.join().toLowerCase() !== 'chunked') return CODING;
  const lengths = linesOf(headers, 'content-length').flatMap((line) => line.split(','));
  const isLength = (length) => /^[ \t]*\d{1,19}[ \t]*$/.test(length) && +length === +lengths[0];
  if (codings.length === 0 && !lengths.every(isLength)) return LENGTH;
  const hosts = linesOf(headers, 'host');
  if (hosts.length !== 1 || !isHost(hosts[0])) return HOST;
  const host = hostOf(hosts[0]).replace(/\.$/, '');
  const own = [apiHost, `eu.${apiHost}`, `ap.${apiHost}`, cdnHost, originHost?.toLowerCase()];
  return own.includes(host) ? UPSTREAM : undefined;
}

/** The fields for upstream, each with a list of values. */
export function forwardedFields({ headers, clientIp }, { secret }, isAuthorised) {
  const named = namedBy(linesOf(headers, 'connection'));
  const forwarded = Object.create(null);
  for (const [name, lines] of Object.entries(headers)) {
    if (REQUEST.has(name) || EDGE_PREFIX.test(name) || IDENTITY.test(name)) continue;
    if (name === 'cookie' || named.includes(name)) continue;
    forwarded[name] = lines.map(({ value }) => toOctets(value));
  }
  if (!isAuthorised) return forwarded;
  const cookies = named.includes('cookie') ? '' : onlyIdentifying(linesOf(headers, 'cookie'));
  if (cookies !== '') forwarded.cookie = toOctets(cookies);
  if (secret !== undefined) forwarded['fpjs-proxy-secret'] = secret;
  const address = canonicalAddress(clientIp);
  if (address !== undefined) forwarded['fpjs-proxy-client-ip'] = address;
  forwarded['fpjs-proxy-forwarded-host'] = hostOf(headers.host[0].value);
  return forwarded;
}

/** The fields for the browser, as a result has them. */
export function returnedFields(rawHeaders, exchange) {
  const fields = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const key = rawHeaders[index].toLowerCase();
    (fields[key] ??= []).push(toText(rawHeaders[index + 1]));
  }
  const named = namedBy(fields.connection ?? []).slice(0, MOST_NAMES);
  const cap = isCapped(fields, exchange);
  const returned = Object.create(null);
  for (const [key, values] of Object.entries(fields)) {
    if (RESPONSE.has(key) || EDGE_PREFIX.test(key) || IDENTITY.test(key)) continue;
    if (key.startsWith('x-accel-') || named.includes(key) || (cap && TARGETED.has(key))) continue;
    let kept = values;
    if (key === 'set-cookie' && exchange.isAuthorised) {
      const host = hostOf(exchange.event.headers.host[0].value);
      kept = values.map((cookie) => firstParty(cookie, host));
    } else if (key === 'cache-control' && cap) {
      kept = capped(values, fields.expires !== undefined);
    }
    returned[key] = kept.map((value) => ({ key, value }));
  }
  return returned;
}

function linesOf(headers, name) {
  return (headers[name] ?? []).map(({ value }) => value);
}

/** The fields that `connection` names (R5.1). */
function namedBy(lines) {
  const names = lines.flatMap((line) => line.split(',')).map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && name !== 'host' && name !== 'content-length');
}

/** Node writes characters as octets, and reads octets as characters. */
export function toOctets(value) {
  return /^[\0-\x7f]*$/.test(value) ? value : Buffer.from(value).toString('latin1');
}

function toText(value) {
  return /^[\0-\x7f]*$/.test(value) ? value : Buffer.from(value, 'latin1').toString();
}
