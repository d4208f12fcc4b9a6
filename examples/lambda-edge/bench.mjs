// Measures the function in Node: cold start, time per event on the workloads of
// tests/data/workloads.json, memory. `node bench.mjs [seconds per workload]`

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const data = new URL('../../tests/data/workloads.json', import.meta.url);
const { config, workloads } = JSON.parse(readFileSync(data, 'utf8'));
const path = fileURLToPath(new URL(process.env.WASM ?? 'firstparty.wasm', import.meta.url));
const wasm = readFileSync(path);

const list = (pairs) => {
  const headers = {};
  for (const [key, value] of pairs) (headers[key.toLowerCase()] ??= []).push({ key, value });
  return headers;
};

const decode = ({ body = '', body_base64: base64 }) =>
  base64 === undefined ? Buffer.from(body) : Buffer.from(base64, 'base64');

const customHeaders = list(
  Object.entries(config)
    .filter(([name]) => name !== 'integration_version')
    .map(([name, value]) => [`fpjs_${name}`, String(value)]),
);

function toEvent({ method, uri, headers, client_ip: clientIp, ...rest }) {
  const [path, querystring = ''] = uri.split('?');
  const body = {
    inputTruncated: false,
    action: 'read-only',
    encoding: 'base64',
    data: decode(rest).toString('base64'),
  };
  const origin = { custom: { customHeaders } };
  const request = { clientIp, method, uri: path, querystring, headers: list(headers), body, origin };
  return { Records: [{ cf: { request } }] };
}

const toResponse = (upstream) => ({
  status: upstream.status,
  rawHeaders: upstream.headers.flat(),
  body: decode(upstream),
});

/** Processor time in milliseconds, which other programs on the machine hardly touch. */
function spent() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The median of several rounds, in nanoseconds of processor time a call. */
function measure(seconds, call) {
  let calls = 0;
  const warm = performance.now() + 300 * seconds;
  for (; performance.now() < warm; calls += 1) call();
  const perRound = Math.max(1, Math.round((calls / (0.3 * seconds)) * (seconds / 7)));
  const rounds = Array.from({ length: 7 }, () => {
    const start = spent();
    for (let left = perRound; left > 0; left -= 1) call();
    return ((spent() - start) / perRound) * 1e6;
  });
  return Math.round(rounds.sort((a, b) => a - b)[3]);
}

/** Instantiation and first event, each in a process of its own. */
function coldStart() {
  const module = fileURLToPath(new URL('boundary.mjs', import.meta.url));
  const script = `
    import { readFileSync } from 'node:fs';
    import { performance } from 'node:perf_hooks';
    const { Gateway } = await import(${JSON.stringify(module)});
    const event = JSON.parse(process.argv[1]);
    const response = JSON.parse(process.argv[2]);
    response.body = Buffer.from(response.body);
    const start = performance.now();
    const gateway = new Gateway(readFileSync(${JSON.stringify(path)}));
    const { ticket } = gateway.begin(event, 0);
    gateway.complete(ticket, response, 0);
    console.log(performance.now() - start);
  `;
  const [identification] = workloads;
  const { body, ...head } = toResponse(identification.upstream);
  const argument = [toEvent(identification.request), { ...head, body: [...body] }].map((value) =>
    JSON.stringify(value),
  );
  const times = Array.from({ length: 15 }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, [
      '--input-type=module', '--eval', script, ...argument,
    ]);
    if (stdout.length === 0) throw new Error(stderr.toString());
    return Number(stdout.toString());
  });
  times.sort((a, b) => a - b);
  return { best: times[0], median: times[7] };
}

const { Gateway } = await import('./boundary.mjs');
const seconds = Number(process.argv[2] ?? 3);
console.log(`Node ${process.version}, module ${wasm.length} bytes`);
const { best, median } = coldStart();
console.log(`cold start: ${median.toFixed(1)} ms, at best ${best.toFixed(1)} ms`);

// v4 off, so that workload E is refused.
const choices = { integration_version: config.integration_version, v4: false };
const gateway = new Gateway(wasm, choices);
const begin = (event) => gateway.begin(event, 0);
const times = {};
for (const { id, name, request, upstream } of workloads) {
  const event = toEvent(request);
  const response = upstream && toResponse(upstream);
  const whole = () => {
    const { ticket } = begin(event);
    if (ticket !== undefined) gateway.complete(ticket, response, 0);
  };
  times[id] = measure(seconds, whole);
  if (id === 'D') times.D -= measure(seconds, () => gateway.abandon(begin(event).ticket));
  console.log(`${id} ${String(times[id]).padStart(8)} ns  ${name}`);
}
const [, agent] = workloads;
const event = toEvent(agent.request);
for (const [what, body] of [
  ['text', Buffer.alloc(100_000, 'a')],
  ['binary', Buffer.alloc(100_000, 0xff)],
]) {
  const large = { ...toResponse(agent.upstream), body };
  const time = measure(seconds, () => gateway.complete(begin(event).ticket, large, 0));
  console.log(`B ${String(time).padStart(8)} ns  with a body of 100 KB, ${what}`);
}
console.log(`memory of the instance: ${gateway.memory} bytes`);
