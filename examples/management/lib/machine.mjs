// The machine in WebAssembly: one instance, one request.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export class Machine {
  #exports;

  /**
   * @param {WebAssembly.Module} module
   * @param {{ variables: Record<string, string | undefined>, event: unknown }} request
   */
  constructor(module, request) {
    // No imports: the machine can reach nothing but its own memory.
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#write(request);
    this.#exports.start();
  }

  /** What the machine wants now: `{ call }`, `{ wait }` or `{ done, log }`. */
  poll() {
    const place = this.#exports.poll();
    const start = Number(place >> 32n);
    const length = Number(place & 0xffffffffn);
    // The buffer is taken anew each time: it is detached whenever memory grows.
    return JSON.parse(decoder.decode(new Uint8Array(this.#exports.memory.buffer, start, length)));
  }

  /** @param {{ ok: unknown } | { error: string }} outcome */
  reply(outcome) {
    this.#write(outcome);
    this.#exports.reply();
  }

  waited() {
    this.#exports.waited();
  }

  #write(value) {
    const bytes = encoder.encode(JSON.stringify(value));
    // A pointer is signed here.
    const start = this.#exports.input(bytes.length) >>> 0;
    new Uint8Array(this.#exports.memory.buffer, start, bytes.length).set(bytes);
  }
}
