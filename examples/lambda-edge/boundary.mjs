// Crosses the boundary to the WebAssembly module. Only what the module reads crosses; the other
// fields are put together here as the module said of their names. What is unusual crosses whole.

import { isUtf8 } from 'node:buffer';

import { decode, isAscii, isLine, isOrigin, originTexts, requestOf } from './event.mjs';
import { FieldUses, FieldUsesByMethod, KEPT, READ, UNKNOWN } from './fields.mjs';
import { MOST_TEXTS, Wire } from './wire.mjs';

const RESPOND = 0;
const FORWARD = 1;
const DOCUMENT = 2;
const UNREADABLE = 3;
const WHOLE = 4;
const DONE = 5;

/** How upstream failed. */
export const Failure = Object.freeze({ connect: 0, timeout: 1, protocol: 2 });

const NO_BODY = Buffer.alloc(0);
const NO_ORIGIN = Object.freeze([]);
const ENTROPY = 2 ** 48;

/** An instance of the module. It is used again for every event. */
export class Gateway {
  #module;
  #choices;
  #splits;
  #wasm;
  #wire;
  #origin;
  #requestFields;
  #responseFields;

  /** With `splits: false`, every message crosses whole: for tests. */
  constructor(wasm, choices = {}, { splits = true } = {}) {
    this.#module = new WebAssembly.Module(wasm);
    this.#choices = JSON.stringify(choices);
    this.#splits = splits;
    this.restart();
  }

  /** Begins anew with an empty instance; the compiled module stays. */
  restart() {
    this.#wasm = new WebAssembly.Instance(this.#module).exports;
    this.#wire = new Wire(this.#wasm);
    this.#origin = NO_ORIGIN;
    this.#forgetFields();
    if (!this.#wasm.configure(this.#wire.texts(0, this.#choices))) {
      throw new TypeError('the choices are not valid');
    }
  }

  /** How many bytes the instance takes. */
  get memory() {
    return this.#wasm.memory.buffer.byteLength;
  }

  /** Begins an event. The answer is a result, a request, or the name of a document. */
  begin(event, now) {
    const answer = this.#splits ? this.#beginSplit(event, now) : undefined;
    return answer ?? this.#beginWhole(event, now);
  }

  #beginSplit(event, now) {
    const request = requestOf(event);
    if (request === undefined || !this.#knowOrigin(request.origin)) return undefined;
    const { method, uri, querystring, clientIp, headers, body } = request;
    const decoded = decode(body);
    if (decoded === undefined) return undefined;
    const wire = this.#wire;
    wire.length(0, method.length);
    wire.length(1, uri.length);
    wire.length(2, querystring.length);
    wire.length(3, clientIp.length);
    let crossing = method + uri + querystring + clientIp;
    let count = 4;
    let staying = '';
    const kept = [];
    const fields = this.#requestFields.of(method);
    const ask = (name) => {
      const { at, size } = wire.aside(name + method);
      return this.#wasm.request_field(at, name.length, size, now);
    };
    for (const name of Object.keys(headers)) {
      const lines = headers[name];
      const { name: lowerCase, use } = fields.of(name, ask);
      if (!Array.isArray(lines) || use === UNKNOWN || lowerCase !== name) return undefined;
      for (let index = 0; index < lines.length; index += 1) {
        const line = lines[index];
        if (!isLine(line)) return undefined;
        const { value } = line;
        if (use === READ) {
          if (count === MOST_TEXTS) return undefined;
          wire.length(count, name.length);
          wire.length(count + 1, value.length);
          count += 2;
          crossing += name + value;
        } else {
          staying += value;
          if (use === KEPT) kept.push(name, value);
        }
      }
    }
    if (kept.length > MOST_TEXTS) return undefined;
    const size = wire.texts(count, crossing + staying);
    const kind = this.#wasm.event(size, count, body.inputTruncated, decoded.length, now);
    return kind === WHOLE ? undefined : this.#answer(kind, event, decoded, kept);
  }

  /** Makes the module know the origin, if it has changed. */
  #knowOrigin(origin) {
    if (isOrigin(origin, this.#origin)) return true;
    const texts = originTexts(origin);
    if (texts === undefined || !texts.every(isAscii)) return false;
    this.#origin = NO_ORIGIN;
    this.#forgetFields();
    if (this.#wasm.origin(this.#wire.list(texts), texts.length) !== DONE) return false;
    this.#origin = texts;
    return true;
  }

  #forgetFields() {
    this.#requestFields = new FieldUsesByMethod();
    this.#responseFields = new FieldUses();
  }

  #beginWhole(event, now) {
    const size = this.#wire.texts(0, toJson(event));
    return this.#answer(this.#wasm.event_json(size, now), event, NO_BODY, []);
  }

  /** Goes on with an event whose document was read; without one, it could not be. */
  withDocument({ ticket, event }, document, now) {
    const isText = typeof document === 'string' || document === undefined;
    const size = isText ? this.#wire.texts(0, document ?? '') : this.#wire.bytes(document);
    const kind = this.#wasm.document(ticket, size, document !== undefined, now);
    this.#forgetFields();
    return kind === DONE ? this.begin(event, now) : this.#answer(kind, event, NO_BODY, []);
  }

  /** Turns upstream's response into the result. */
  complete(ticket, response, now) {
    const answer = this.#splits ? this.#completeSplit(ticket, response) : undefined;
    return answer ?? this.#completeWhole(ticket, response, now);
  }

  #completeSplit(ticket, { status, rawHeaders, body, size = body.length }) {
    const wire = this.#wire;
    let crossing = '';
    let count = 0;
    let staying = '';
    let keptSize = 0;
    const headers = {};
    const fields = this.#responseFields;
    const ask = (name) => {
      const { at, size } = wire.aside(name);
      return this.#wasm.response_field(ticket, at, size);
    };
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const { name, use } = fields.of(rawHeaders[index], ask);
      const value = rawHeaders[index + 1];
      if (use === READ) {
        if (count === MOST_TEXTS) return undefined;
        wire.length(count, name.length);
        wire.length(count + 1, value.length);
        count += 2;
        crossing += name + value;
      } else if (use === UNKNOWN) {
        return undefined;
      } else {
        staying += value;
        if (use === KEPT) {
          keptSize += name.length + value.length;
          addLine(headers, name, value);
        }
      }
    }
    if (rawHeaders.length > MOST_TEXTS) return undefined;
    const written = wire.texts(count, crossing + staying);
    const utf8 = isUtf8(body);
    const kind = this.#wasm.complete(ticket, written, count, status, size, utf8, keptSize);
    return kind === RESPOND ? respond(wire, body, headers) : undefined;
  }

  #completeWhole(ticket, { status, rawHeaders, body, size = body.length }, now) {
    if (!rawHeaders.every(isLatin1)) return this.fail(ticket, Failure.protocol, now);
    const count = rawHeaders.length;
    const written = this.#wire.list(rawHeaders, 'latin1');
    const utf8 = isUtf8(body);
    const kind = this.#wasm.complete_whole(ticket, written, count, status, size, utf8);
    return kind === UNREADABLE
      ? this.fail(ticket, Failure.protocol, now)
      : this.#answer(kind, undefined, body, []);
  }

  /** The result when upstream gave no response. */
  fail(ticket, failure, now, entropy = Math.floor(Math.random() * ENTROPY)) {
    const kind = this.#wasm.fail(ticket, failure, now, entropy);
    return this.#answer(kind, undefined, NO_BODY, []);
  }

  /** Forgets an event that will not be finished. */
  abandon(ticket) {
    this.#wasm.abandon(ticket);
  }

  #answer(kind, event, body, kept) {
    switch (kind) {
      case RESPOND:
        // Without prototype: a field may have any name.
        return respond(this.#wire, body, Object.create(null));
      case FORWARD:
        return forward(this.#wire, body, kept);
      case DOCUMENT:
        return document(this.#wire, event);
      default:
        throw new TypeError(`the module gave an answer of kind ${kind}`);
    }
  }
}

/** A result. It has the fields in `headers`, too, unless it is an answer that the module made. */
function respond(wire, body, headers) {
  const answer = wire.answer(4);
  const kind = answer.number(1);
  const fields = answer.number(3);
  answer.texts(3 + 2 * fields, 'utf8');
  const log = answer.text();
  const statusDescription = answer.text();
  const inside = answer.text();
  const all = kind === 3 ? {} : headers;
  for (let left = fields; left > 0; left -= 1) addLine(all, answer.text(), answer.text());
  const result = { status: String(answer.number(2)), statusDescription, headers: all };
  if (kind !== 0) {
    result.bodyEncoding = kind === 2 ? 'base64' : 'text';
    result.body = kind === 3 ? inside : body.toString(kind === 2 ? 'base64' : 'utf8');
  }
  return { log, result };
}

function addLine(headers, key, value) {
  const lines = headers[key];
  if (lines === undefined) headers[key] = [{ key, value }];
  else lines.push({ key, value });
}

/** A request for upstream: what crossed, then the fields that were kept. */
function forward(wire, body, kept) {
  const answer = wire.answer(3);
  const ticket = answer.number(1);
  const fields = answer.number(2);
  answer.texts(5 + 2 * fields, 'latin1');
  const log = answer.text();
  const method = answer.text();
  const host = answer.text();
  const path = answer.text();
  const inside = answer.text();
  const headers = [];
  for (let left = 2 * fields; left > 0; left -= 1) headers.push(answer.text());
  for (let index = 0; index < kept.length; index += 1) headers.push(kept[index]);
  const sent = inside === '' ? body : Buffer.from(inside, 'latin1');
  return { log, ticket, request: { method, host, path, headers, body: sent } };
}

function document(wire, event) {
  const answer = wire.answer(2);
  answer.texts(1, 'utf8');
  return { log: '', ticket: answer.number(1), document: answer.text(), event };
}

function isLatin1(text) {
  return /^[\0-\xff]*$/.test(text);
}

/** JSON, or null for what has none. */
function toJson(value) {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return 'null';
  }
}
