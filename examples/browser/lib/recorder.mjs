// An HTTP/1.1 server on loopback that writes down what it is asked. Whoever starts it says what it
// answers, and may change that at any time.
import { EventEmitter, once } from 'node:events';
import http from 'node:http';

export class Recorder extends EventEmitter {
  requests = [];

  static async start(answer) {
    const recorder = new Recorder();
    recorder.answer = answer;
    recorder.server = http.createServer((incoming, response) => recorder.#take(incoming, response));
    // A test that stops at a head would make the next one wait.
    recorder.server.keepAliveTimeout = 60_000;
    await recorder.up();
    return recorder;
  }

  #take(incoming, response) {
    const request = new Recorded(incoming);
    this.requests.push(request);
    incoming.on('data', (chunk) => {
      request.pieces.push(chunk);
      this.emit('piece', request);
    });
    incoming.on('error', () => {});
    incoming.on('end', () => {
      request.complete = true;
      this.emit('request', request);
      this.answer(request, response);
    });
  }

  // The first complete request since the last `forget` that matches, now or when it comes.
  async request(matches) {
    return this.#await('request', (request) => request.complete && matches(request));
  }

  // The first request that matches, as soon as its body has got so far.
  async piece(matches, text) {
    return this.#await('piece', (request) => matches(request) && request.body.includes(text));
  }

  async #await(event, matches) {
    for (;;) {
      const found = this.requests.find(matches);
      if (found) return found;
      await once(this, event);
    }
  }

  forget() {
    this.requests = [];
  }

  // What was asked, a line each: method, host and target.
  lines() {
    return this.requests.map((request) => request.line);
  }

  get isUp() {
    return this.server.listening;
  }

  async up() {
    this.server.listen(this.port ?? 0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
  }

  // From now on connections are refused.
  async down() {
    if (!this.isUp) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

class Recorded {
  pieces = [];
  complete = false;

  constructor({ method, url, rawHeaders }) {
    this.method = method;
    this.target = url;
    this.path = url.split('?')[0];
    this.fields = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      this.fields.push([rawHeaders[at].toLowerCase(), rawHeaders[at + 1]]);
    }
  }

  get line() {
    return `${this.method} ${this.field('host')} ${this.target}`;
  }

  get body() {
    return Buffer.concat(this.pieces).toString();
  }

  // All values of a field, for it may come more than once.
  values(name) {
    return this.fields.filter(([field]) => field === name).map(([, value]) => value);
  }

  // The only value of a field, or nothing.
  field(name) {
    const values = this.values(name);
    if (values.length > 1) throw new Error(`${name} came ${values.length} times`);
    return values[0];
  }
}
