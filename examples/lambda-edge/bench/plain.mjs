// The other side of the bench: the same function in plain JavaScript, as one writes it by hand.
// It keeps R2 to R9 and R13 of the contract; test/plain.test.mjs says where it falls short.

import { findRoute } from './plain/route.mjs';
import { forwardedFields, refusedFields, returnedFields, toOctets } from './plain/fields.mjs';
import { failed, refused, result, toBody } from './plain/result.mjs';
import { toTarget } from './plain/target.mjs';
import { isMalformed } from './plain/valid.mjs';

const METHODS = 'GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH';
const WITH_BODY = ['POST', 'PUT', 'PATCH'];

const MALFORMED = { status: 400, error: 'the request is malformed' };
const METHOD = { status: 405, error: 'the method is not forwarded', allow: METHODS };
const TOO_LONG = { status: 414, error: 'the request target is too long' };
const CUT = { status: 413, error: 'the request body is too large' };
const STATUS = {
  status: 502,
  error: 'upstream answered with a status that cannot be passed on',
};
const TOO_LARGE = { status: 502, error: "upstream's response is too large to be passed on" };

/** A function with the methods of `Gateway` that the bench calls, and with its choices. */
export function createPlain(choices) {
  return {
    begin: (event) => begin(event.Records[0].cf.request, choices),
    complete: (ticket, response) => complete(ticket, response),
    fail: (ticket, failure, now) => ({ result: failed(ticket, failure, now) }),
  };
}

/** Maps an event to the request for upstream, or to a result where it is not forwarded. */
function begin(event, choices) {
  const settings = settingsOf(event, choices);
  const decision = decide(event, settings);
  if (decision.error !== undefined) return { result: refused(decision, event) };
  const { host, path, isAuthorised } = decision;
  const body = toBuffer(event.body);
  const headers = forwardedFields(event, settings, isAuthorised);
  headers.host = host;
  if (body.length > 0 || WITH_BODY.includes(event.method)) {
    headers['content-length'] = body.length;
  }
  const ticket = { ...decision, event };
  return { ticket, request: { method: event.method, host, path: toOctets(path), headers, body } };
}

/** What goes upstream and where to, or why not, in the order of R2.9. */
function decide(event, settings) {
  if (isMalformed(event)) return MALFORMED;
  const { method, uri, querystring } = event;
  if (method === 'CONNECT' || method === 'TRACE') return METHOD;
  const route = findRoute(uri, settings);
  if (route.error !== undefined) return route;
  const isAuthorised = method === 'POST' && !(route.kind === 'agent' && settings.fromCdn);
  const target = toTarget(route, querystring, settings, isAuthorised);
  if (target.error !== undefined) return target;
  if (Buffer.byteLength(target.path) > 65_534) return TOO_LONG;
  const refusal = refusedFields(event, settings);
  if (refusal !== undefined) return refusal;
  if (event.body?.inputTruncated) return CUT;
  return { route, isAuthorised, ...target };
}

/** Maps upstream's response to a result. */
function complete(ticket, { status, rawHeaders, body }) {
  const { event, route, isAuthorised } = ticket;
  if (status < 200 || status > 599) return { result: refused(STATUS, event) };
  const headers = returnedFields(rawHeaders, { event, route, isAuthorised, status });
  const mapped = result(status, headers, toBody(status, headers, body));
  return { result: sizeOf(mapped) > 1_048_576 ? refused(TOO_LARGE, event) : mapped };
}

function sizeOf({ headers, body = '', bodyEncoding }) {
  let size = bodyEncoding === 'base64' ? body.length : Buffer.byteLength(body);
  for (const name in headers) {
    for (const { value } of headers[name]) size += name.length + Buffer.byteLength(value);
  }
  return size;
}

function toBuffer(body) {
  if (!body) return Buffer.alloc(0);
  return Buffer.from(body.data, body.encoding === 'base64' ? 'base64' : 'utf8');
}

/** The variables that CloudFront sends as custom headers of the origin. */
function settingsOf({ origin }, { integration_version: version, mount, agent_origin: from, v4 }) {
  const { customHeaders, domainName } = origin.custom ?? origin.s3;
  const variable = (name) => customHeaders[`fpjs_${name}`]?.[0]?.value || undefined;
  const path = (name) => variable(name)?.replace(/^\/+|\/+$/g, '');
  return {
    agentPath: path('agent_download_path'),
    resultPath: path('get_result_path'),
    secret: variable('pre_shared_secret'),
    depth: Number(variable('integration_path_depth') ?? 1),
    apiHost: variable('ingress_base_host') ?? 'api.fpjs.io',
    cdnHost: variable('cdn_url') ?? 'fpcdn.io',
    originHost: domainName,
    integration: `fingerprintjs-pro-cloudfront/${version}`,
    isAnywhere: mount === 'anywhere',
    hasV4: v4 !== false && mount !== 'anywhere',
    fromCdn: from === 'cdn',
  };
}
