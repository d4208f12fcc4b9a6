// The bodies, `fetch` and its limits: bytes and timers stay in JavaScript, and only heads go to Rust.

// In milliseconds, from the end of the upload to the head of the answer. `fetch` does not tell when a connection
// is made.
const FIRST_BYTE = 15_000;
// How long either side of a body may be silent.
const IDLE = 10_000;
// How much of a body is on its way at a time.
const PIECE = 64 * 1024;

// The response of upstream, asked for once. Otherwise throws the reason in one word, which `upstream.rs` knows.
export async function send(url, method, headers, browser, length) {
  const limits = new Limits();
  const init = { method, headers, redirect: 'manual', encodeResponseBody: 'manual', signal: limits.signal };
  // `fetch` takes no body with these methods.
  if (browser && method !== 'GET' && method !== 'HEAD') {
    const upload = pipe(length);
    init.body = upload.readable;
    // Where upstream reads no more, its answer may be on the way.
    pump(browser, upload.writable, limits).finally(() => limits.start(FIRST_BYTE, 'timeout'));
  } else {
    limits.start(FIRST_BYTE, 'timeout');
  }
  try {
    const response = await fetch(url, init);
    // The runtime takes an interim response for the final one.
    if (response.status < 200 || response.status > 599) limits.abort('protocol');
    limits.signal.throwIfAborted();
    return response;
  } catch {
    throw limits.signal.aborted ? limits.signal.reason : 'protocol';
  } finally {
    // An upload may go on.
    limits.end();
  }
}

// A response whose body is handed on as it comes, with the coding that it has.
export function respond(status, headers, body) {
  if ([204, 205, 304].includes(status)) body = null;
  if (body instanceof ReadableStream) {
    const limits = new Limits();
    const download = pipe(headers.get('content-length') ?? undefined);
    pump(body, download.writable, limits).finally(() => limits.end());
    body = download.readable;
  }
  return new Response(body, { status, headers, encodeBody: 'manual' });
}

// The site's answer to what is not the gateway's.
export function passOn(request) {
  return fetch(request);
}

function pipe(length) {
  return length === undefined ? new IdentityTransformStream() : new FixedLengthStream(BigInt(length));
}

// Hands a body through. Where it breaks off or somebody falls silent, both sides are told, so that nobody takes a part
// for the whole (R16.2). The reasons are those of an upload; of a download nobody asks.
async function pump(from, to, limits) {
  const reader = from.getReader({ mode: 'byob' });
  const writer = to.getWriter();
  const end = () => Promise.allSettled([writer.abort('the body broke off'), reader.cancel()]);
  const broke = (error) => {
    limits.abort('browser_broke');
    throw error;
  };
  limits.signal.addEventListener('abort', end);
  let memory = new Uint8Array(PIECE);
  try {
    for (;;) {
      limits.start(IDLE, 'browser_silent');
      const { value, done } = await reader.read(memory).catch(broke);
      limits.start(IDLE, 'timeout');
      if (done) return await writer.close();
      await writer.write(value);
      // Used again, so that a large body leaves no heap behind.
      memory = new Uint8Array(value.buffer);
    }
  } catch {
    end();
  }
}

// At most one limit at a time, and none after the end.
class Limits extends AbortController {
  start(milliseconds, reason) {
    clearTimeout(this.timer);
    if (this.ended || this.signal.aborted) return;
    this.timer = setTimeout(() => this.abort(reason), milliseconds);
  }

  end() {
    clearTimeout(this.timer);
    this.ended = true;
  }
}
