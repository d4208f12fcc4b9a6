// Crosses the boundary to the WebAssembly module. Only what the module reads crosses; the other
// fields are put together here as the module said of their names. What is unusual crosses whole.

import { isUtf8 } from 'node:buffer';

import { addLine, readDocument, readRequest, readResult } from './answer.mjs';
import { decode, isAscii, isLine, isOrigin, originTexts, requestOf } from './event.mjs';
import { FieldUses, FieldUsesByMethod, KEPT, READ, UNKNOWN } from './fields.mjs';
import { Split } from './split.mjs';
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

  /** Lets cross what is read of an event; nothing if it is unusual. */
  #beginSplit(event, now) {
    const request = requestOf(event);
    if (request === undefined || !this.#knowOrigin(request.origin)) return undefined;
    const { method, uri, querystring, clientIp, headers, body } = request;
    const decoded = decode(body);
    if (decoded === undefined) return undefined;
    const split = new Split(this.#wire);
    split.cross(method);
    split.cross(uri);
    split.cross(querystring);
    split.cross(clientIp);
    const kept = this.#splitRequest(split, method, headers, now);
    if (kept === undefined) return undefined;
    const size = split.write();
    const kind = this.#wasm.event(size, split.count, body.inputTruncated, decoded.length, now);
    return kind === WHOLE ? undefined : this.#answer(kind, event, decoded, kept);
  }

  /** Names and values of the fields that are kept. */
  #splitRequest(split, method, headers, now) {
    const kept = [];
    const fields = this.#requestFields.of(method);
    const ask = (name) => {
      const { at, size } = this.#wire.aside(name + method);
      return this.#wasm.request_field(at, name.length, size, now);
    };
    for (const name of Object.keys(headers)) {
      const lines = headers[name];
      const { name: lowerCase, use } = fields.of(name, ask);
      if (!Array.isArray(lines) || use === UNKNOWN || lowerCase !== name) return undefined;
      for (let index = 0; index < lines.length; index += 1) {
        const line = lines[index];
        if (!isLine(line) || split.isFull) return undefined;
        const { value } = line;
        if (use === READ) {
          split.cross(name);
          split.cross(value);
        } else {
          split.stay(value);
          if (use === KEPT) kept.push(name, value);
        }
      }
    }
    return kept.length > MOST_TEXTS ? undefined : kept;
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

  /** Lets cross what is read of a response; nothing if it is unusual. */
  #completeSplit(ticket, { status, rawHeaders, body, size = body.length }) {
    if (rawHeaders.length > MOST_TEXTS) return undefined;
    const split = new Split(this.#wire);
    const headers = {};
    const keptSize = this.#splitResponse(split, ticket, rawHeaders, headers);
    if (keptSize === undefined) return undefined;
    const written = split.write();
    const utf8 = isUtf8(body);
    const kind = this.#wasm.complete(ticket, written, split.count, status, size, utf8, keptSize);
    return kind === RESPOND ? readResult(this.#wire, body, headers) : undefined;
  }

  /** Adds the fields that are kept to `headers`, and gives their size. */
  #splitResponse(split, ticket, rawHeaders, headers) {
    let keptSize = 0;
    const fields = this.#responseFields;
    const ask = (name) => {
      const { at, size } = this.#wire.aside(name);
      return this.#wasm.response_field(ticket, at, size);
    };
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const { name, use } = fields.of(rawHeaders[index], ask);
      const value = rawHeaders[index + 1];
      if (use === UNKNOWN || split.isFull) return undefined;
      if (use === READ) {
        split.cross(name);
        split.cross(value);
      } else {
        split.stay(value);
        if (use === KEPT) {
          keptSize += name.length + value.length;
          addLine(headers, name, value);
        }
      }
    }
    return keptSize;
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
        return readResult(this.#wire, body, Object.create(null));
      case FORWARD:
        return readRequest(this.#wire, body, kept);
      case DOCUMENT:
        return readDocument(this.#wire, event);
      default:
        throw new TypeError(`the module gave an answer of kind ${kind}`);
    }
  }
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
