// The parts of an event of the usual shape. What has another shape is judged by the module, as JSON.

const NO_BODY = Buffer.alloc(0);
const POOL = 65_536;

/** The request of an event, whose members have the right types but for the fields. */
export function requestOf(event) {
  try {
    const record = event.Records[0];
    const { request } = record.cf;
    const { clientIp, method, uri, querystring, headers, body, origin } = request;
    const isUsual =
      isPlain(event) &&
      Array.isArray(event.Records) &&
      isPlain(record) &&
      isPlain(record.cf) &&
      isPlain(request) &&
      isText(clientIp) &&
      isText(method) &&
      isText(uri) &&
      isText(querystring) &&
      isPlain(headers) &&
      isPlain(body) &&
      isWhole(body.action) &&
      typeof body.inputTruncated === 'boolean';
    return isUsual && isPlain(origin) ? request : undefined;
  } catch {
    return undefined;
  }
}

/** The decoded body, if the data are what an encoder writes; Node's decoder takes more. */
export function decode({ data, encoding }) {
  if (encoding !== 'base64' || !isText(data)) return undefined;
  if (data === '') return NO_BODY;
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  const size = (data.length / 4) * 3 - padding;
  if (!Number.isInteger(size) || !isAscii(data) || data.includes('-') || data.includes('_')) {
    return undefined;
  }
  const decoded = room(size);
  if (decoded.base64Write(data, 0, size) !== size) return undefined;
  const isWhole = padding === 0 || data.endsWith(decoded.base64Slice(size - 3 + padding, size));
  return isWhole ? decoded : undefined;
}

let pool = NO_BODY;

/** Room for a body. Small ones share memory, because to allocate it takes longer than to decode. */
function room(size) {
  if (size > POOL / 4) return Buffer.allocUnsafeSlow(size);
  if (pool.length < size) pool = Buffer.allocUnsafeSlow(POOL);
  const part = pool.subarray(0, size);
  pool = pool.subarray(size);
  return part;
}

/** Whether an origin has these texts, in the order of `originTexts`. */
export function isOrigin({ custom, s3 }, texts) {
  const origin = custom ?? s3;
  if (custom !== undefined && s3 !== undefined || !isPlain(origin)) return false;
  const { customHeaders, domainName = '' } = origin;
  if (domainName !== texts[0] || !isPlain(customHeaders)) return false;
  let at = 1;
  for (const name of Object.keys(customHeaders)) {
    const lines = customHeaders[name];
    if (!Array.isArray(lines)) return false;
    for (let index = 0; index < lines.length; index += 1) {
      const line = lines[index];
      if (!isLine(line) || texts[at] !== name || texts[at + 1] !== line.value) return false;
      at += 2;
    }
  }
  return at === texts.length;
}

/** Domain name of the origin, then names and values of its custom headers. */
export function originTexts({ custom, s3 }) {
  const origin = custom ?? s3;
  if (custom !== undefined && s3 !== undefined || !isPlain(origin)) return undefined;
  const { customHeaders, domainName = '' } = origin;
  if (!isText(domainName) || !isPlain(customHeaders)) return undefined;
  const texts = [domainName];
  for (const name of Object.keys(customHeaders)) {
    const lines = customHeaders[name];
    if (!Array.isArray(lines)) return undefined;
    for (const line of lines) {
      if (!isLine(line)) return undefined;
      texts.push(name, line.value);
    }
  }
  return texts;
}

/** A line of a field. Its members are looked at first: the engine then knows its prototype. */
export function isLine(line) {
  if (typeof line !== 'object' || line === null) return false;
  const { key, value } = line;
  const prototype = Object.getPrototypeOf(line);
  return isWhole(key) && isText(value) && (prototype === Object.prototype || prototype === null);
}

/** Text that JSON can have: no half of a pair of surrogates. */
function isWhole(value) {
  return typeof value === 'string' && value.isWellFormed();
}

/** Whether UTF-8 has an octet for each character. */
export function isAscii(text) {
  return Buffer.byteLength(text) === text.length;
}

function isText(value) {
  return typeof value === 'string';
}

/** An object whose members are its own, as those that were JSON. */
function isPlain(value) {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
