// Compares the function's two paths with the crate compiled natively.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { Failure, Gateway } from '../boundary.mjs';

const root = new URL('../../../', import.meta.url);
const wasm = readFileSync(new URL('../firstparty.wasm', import.meta.url));

/** Entropy is fixed on both sides. */
Math.random = () => 0;

/** What the crate makes of lines. */
export function native(lines) {
  const tool = ['--package', 'firstparty-lambda-edge', '--example', 'edge_event'];
  const output = execFileSync('cargo', ['run', '--quiet', ...tool], {
    cwd: root,
    input: lines.map((line) => JSON.stringify(line)).join('\n'),
    maxBuffer: 2 ** 30,
  });
  return output.toString().trim().split('\n');
}

/** The two paths, each with an instance for each set of choices. */
export class Paths {
  #instances = new Map();

  /** What each path makes of a line, as the native tool would write it. */
  answers({ event, choices, upstream }) {
    const key = JSON.stringify(choices);
    if (!this.#instances.has(key)) {
      const paths = [true, false].map((splits) => new Gateway(wasm, choices, { splits }));
      this.#instances.set(key, paths);
    }
    return this.#instances.get(key).map((gateway) => answer(gateway, event, upstream));
  }
}

function answer(gateway, event, upstream) {
  const begun = gateway.begin(event, 0);
  if (begun.document !== undefined) {
    gateway.abandon(begun.ticket);
    return { error: `the document ${begun.document} would be read` };
  }
  if (begun.request === undefined) {
    // What cannot be used is named in the log.
    return begun.log === '' ? { result: begun.result } : { error: begun.log };
  }
  const { method, host, path, headers, body } = begun.request;
  const pairs = Array.from({ length: headers.length / 2 }, (_, index) =>
    headers.slice(2 * index, 2 * index + 2),
  );
  const forward = { method, host, path, headers: pairs, body: body.toString('base64') };
  if (upstream === undefined) {
    return { forward, result: gateway.fail(begun.ticket, Failure.connect, 0).result };
  }
  const response = {
    status: upstream.status,
    rawHeaders: upstream.headers.flat().map((text) => Buffer.from(text).toString('latin1')),
    body: Buffer.from(upstream.body, 'base64'),
  };
  return { forward, result: gateway.complete(begun.ticket, response, 0).result };
}

/**
 * An answer as JSON. Fields of different names have no order (RFC 9110 §5.3), and a map from which
 * fields were removed has another than a list: they are sorted by name, repeats as they came.
 */
export function normal({ forward, result, ...rest }) {
  const byName = ([one], [other]) => (one < other ? -1 : one > other ? 1 : 0);
  const answer = { ...rest };
  if (forward !== undefined) answer.forward = { ...forward, headers: [...forward.headers].sort(byName) };
  if (result !== undefined) {
    const headers = Object.fromEntries(Object.entries(result.headers).sort(byName));
    answer.result = { ...result, headers };
  }
  return JSON.stringify(answer);
}

/** The first line for which the answers differ, with the answers. */
export function difference(paths, lines) {
  const theirs = native(lines);
  for (const [index, line] of lines.entries()) {
    const expected = normal(JSON.parse(theirs[index]));
    const [split, whole] = paths.answers(line).map(normal);
    if (split !== expected || whole !== expected) return { line, split, whole, native: expected };
  }
  return undefined;
}
