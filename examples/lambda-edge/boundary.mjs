// Crosses the boundary to the WebAssembly module: numbers, lengths and texts, as src/wire.rs
// describes them. Nothing is decided here.

import { isUtf8 } from 'node:buffer';

const RESPOND = 0;
const FORWARD = 1;
const DOCUMENT = 2;
const UNREADABLE = 3;

/** How upstream failed. */
export const Failure = Object.freeze({ connect: 0, timeout: 1, protocol: 2 });

const NO_BODY = Buffer.alloc(0);
const ENTROPY = 2 ** 48;

/** An instance of the module. It is used again for every event. */
export class Gateway {
  #module;
  #choices;
  #wasm;
  #bytes;
  #view;

  constructor(wasm, choices = {}) {
    this.#module = new WebAssembly.Module(wasm);
    this.#choices = JSON.stringify(choices);
    this.restart();
  }

  /** Begins anew with an empty instance; the compiled module stays. */
  restart() {
    this.#wasm = new WebAssembly.Instance(this.#module).exports;
    this.#look();
    if (!this.#wasm.configure(this.#write([], [], this.#choices))) {
      throw new TypeError('the choices are not valid');
    }
  }

  /** How many bytes the instance takes. */
  get memory() {
    return this.#wasm.memory.buffer.byteLength;
  }

  /** Begins an event. The answer is a result, a request, or the name of a document. */
  begin(event, now) {
    const flat = flatten(event);
    if (flat === undefined) {
      const size = this.#write([], [], toJson(event));
      return this.#answer(this.#wasm.event_json(size, now), NO_BODY);
    }
    const size = this.#write(flat.numbers, flat.texts, flat.texts.join(''));
    return this.#answer(this.#wasm.event(size, now), flat.body);
  }

  /** Goes on with an event whose document was read; without one, it could not be. */
  withDocument({ ticket, body }, document, now) {
    const size = this.#write([], [], document ?? '');
    return this.#answer(this.#wasm.document(ticket, size, document !== undefined, now), body);
  }

  /** Turns upstream's response into the result. */
  complete(ticket, { status, rawHeaders, body, size = body.length }, now) {
    const numbers = [status, size, isUtf8(body) ? 1 : 0, rawHeaders.length / 2];
    const written = this.#write(numbers, rawHeaders, rawHeaders.join(''));
    const kind = this.#wasm.complete(ticket, written);
    return kind === UNREADABLE
      ? this.fail(ticket, Failure.protocol, now)
      : this.#answer(kind, body);
  }

  /** The result when upstream gave no response. */
  fail(ticket, failure, now, entropy = Math.floor(Math.random() * ENTROPY)) {
    return this.#answer(this.#wasm.fail(ticket, failure, now, entropy), NO_BODY);
  }

  /** Forgets an event that will not be finished. */
  abandon(ticket) {
    this.#wasm.abandon(ticket);
  }

  /** Views of the memory; they have to be made again when it has grown. */
  #look() {
    const { buffer } = this.#wasm.memory;
    if (this.#bytes?.buffer !== buffer) {
      this.#bytes = Buffer.from(buffer);
      this.#view = new DataView(buffer);
    }
  }

  #write(numbers, texts, text) {
    const numbersSize = 4 * (numbers.length + texts.length);
    // A UTF-16 unit takes three bytes in UTF-8, at most.
    const most = typeof text === 'string' ? 3 * text.length : text.length;
    const start = this.#wasm.input(numbersSize + most);
    this.#look();
    let at = start;
    for (const number of numbers) {
      this.#view.setUint32(at, number, true);
      at += 4;
    }
    for (const { length } of texts) {
      this.#view.setUint32(at, length, true);
      at += 4;
    }
    if (typeof text !== 'string') {
      this.#bytes.set(text, at);
      return numbersSize + text.length;
    }
    return numbersSize + this.#bytes.write(text, at, 'utf8');
  }

  #answer(kind, body) {
    this.#look();
    const output = new Reader(this.#bytes, this.#view, this.#wasm.output());
    switch (kind) {
      case RESPOND:
        return respond(output, body);
      case FORWARD:
        return forward(output, body);
      case DOCUMENT:
        return document(output, body);
      default:
        throw new TypeError(`the module gave an answer of kind ${kind}`);
    }
  }
}

/** Reads an answer: numbers, then texts whose lengths come first. */
class Reader {
  #bytes;
  #view;
  #at;
  #text;
  #from = 0;

  constructor(bytes, view, at) {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
  }

  number() {
    const number = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return number;
  }

  /** Makes `count` texts of `size` bytes ready to be read. */
  texts(count, size, encoding) {
    const start = this.#at + 4 * count;
    let units = 0;
    for (let at = this.#at; at < start; at += 4) units += this.#view.getUint32(at, true);
    // As many units as bytes: ASCII, which is read fastest as Latin 1.
    const isLatin = encoding === 'latin1' || units === size;
    this.#text = this.#bytes.toString(isLatin ? 'latin1' : 'utf8', start, start + size);
  }

  text() {
    const from = this.#from;
    this.#from += this.number();
    return this.#text.slice(from, this.#from);
  }
}

function respond(output, body) {
  const size = output.number();
  const kind = output.number();
  const status = output.number();
  const fields = output.number();
  output.texts(3 + 2 * fields, size, 'utf8');
  const log = output.text();
  const result = { status: String(status), statusDescription: output.text(), headers: undefined };
  const inside = output.text();
  // Without prototype: a field may have any name.
  const headers = Object.create(null);
  for (let left = fields; left > 0; left -= 1) {
    const key = output.text();
    const line = { key, value: output.text() };
    const lines = headers[key];
    if (lines === undefined) headers[key] = [line];
    else lines.push(line);
  }
  result.headers = headers;
  if (kind !== 0) {
    result.bodyEncoding = kind === 2 ? 'base64' : 'text';
    result.body = kind === 3 ? inside : body.toString(kind === 2 ? 'base64' : 'utf8');
  }
  return { log, result };
}

function forward(output, body) {
  const size = output.number();
  const ticket = output.number();
  const fields = output.number();
  output.texts(5 + 2 * fields, size, 'latin1');
  const log = output.text();
  const method = output.text();
  const host = output.text();
  const path = output.text();
  const inside = output.text();
  const headers = new Array(2 * fields);
  for (let index = 0; index < headers.length; index += 1) headers[index] = output.text();
  const sent = inside === '' ? body : Buffer.from(inside, 'latin1');
  return { log, ticket, request: { method, host, path, headers, body: sent } };
}

function document(output, body) {
  const size = output.number();
  const ticket = output.number();
  output.texts(1, size, 'utf8');
  return { log: '', ticket, document: output.text(), body };
}

/** The flat form of an event; nothing for anything unusual, which the module judges as JSON. */
function flatten(event) {
  try {
    const { clientIp, method, uri, querystring, headers, body, origin } =
      event.Records[0].cf.request;
    const { customHeaders, domainName = '' } = origin.custom ?? origin.s3;
    const texts = [method, uri, querystring, clientIp, domainName];
    const fields = pushFields(texts, headers);
    const custom = pushFields(texts, customHeaders);
    const decoded = decode(body);
    const isUsual =
      texts.every(isText) && isText(body.action) && typeof body.inputTruncated === 'boolean';
    const numbers = [body.inputTruncated ? 1 : 0, decoded.length, fields, custom];
    return isUsual ? { numbers, texts, body: decoded } : undefined;
  } catch {
    return undefined;
  }
}

function pushFields(texts, headers) {
  if (typeof headers !== 'object' || Array.isArray(headers)) throw new TypeError('no fields');
  const before = texts.length;
  for (const name of Object.keys(headers)) {
    const lines = headers[name];
    if (!Array.isArray(lines)) throw new TypeError('no lines');
    for (const { key, value } of lines) {
      if (!isText(key)) throw new TypeError('no key');
      texts.push(name, value);
    }
  }
  return (texts.length - before) / 2;
}

function isText(value) {
  return typeof value === 'string';
}

/** Decodes a body, which stays on this side. Node passes over what is not base64, or for URLs. */
function decode({ data, encoding }) {
  if (encoding !== 'base64') throw new TypeError('unusual encoding');
  if (data.includes('-') || data.includes('_')) throw new TypeError('base64 for URLs');
  const decoded = Buffer.from(data, 'base64');
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  if (decoded.length !== (data.length / 4) * 3 - padding) throw new TypeError('not base64');
  return decoded;
}

/** JSON, or null for what has none. */
function toJson(value) {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return 'null';
  }
}
