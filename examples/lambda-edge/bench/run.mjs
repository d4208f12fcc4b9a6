// One run: every workload, the module and the plain function in turn. bench.mjs starts it as a
// process of its own and reads the figures from its output.

import { readFileSync } from 'node:fs';

import { Gateway } from '../boundary.mjs';
import { createSender } from '../upstream.mjs';
import { workloads } from './inputs.mjs';
import { inTurn, spent } from './measure.mjs';
import { createPlain } from './plain.mjs';

const { seconds, ports, wasm } = JSON.parse(process.argv[2]);

const { version, workloads: all } = workloads();
// v4 off, so that workload E is refused.
const choices = { integration_version: version, v4: false };
const subjects = [new Gateway(readFileSync(wasm), choices), createPlain(choices)];

// The compiler sees every workload before the first is measured.
for (const workload of all) await compare((subject) => mapping(subject, workload));

const figures = {};
for (const workload of all) {
  const { id } = workload;
  figures[id] = {
    mapping: await compare((subject) => mapping(subject, workload)),
    json: await compare((subject) => withJson(subject, workload)),
    ...(ports[id] && { client: await compare((subject) => withClient(subject, workload)) }),
  };
}
for (const [kind, byte] of Object.entries({ text: 'a', binary: 0xff })) {
  const agent = all.find(({ id }) => id === 'B');
  const response = { ...agent.response, body: Buffer.alloc(100_000, byte) };
  const large = { ...agent, response };
  figures[`B ${kind}`] = { mapping: await compare((subject) => mapping(subject, large)) };
}
console.log(JSON.stringify(figures));
process.exit();

async function compare(toBatch) {
  const [ours, plain] = await inTurn(seconds, subjects.map(toBatch));
  return { ours, plain };
}

/** The event to the request, and the response to the result. D is the latter alone. */
function mapping(subject, { id, event, response }) {
  if (id === 'D') return completing(subject, event, response, (result) => result);
  return timed(() => {
    const { ticket } = subject.begin(event, 0);
    return ticket === undefined || subject.complete(ticket, response, 0);
  });
}

/** The same with what Lambda's runtime does: the event comes as JSON, and so goes the result. */
function withJson(subject, { id, event, response }) {
  if (id === 'D') return completing(subject, event, response, JSON.stringify);
  const text = JSON.stringify(event);
  return timed(() => {
    const { ticket, result } = subject.begin(JSON.parse(text), 0);
    return JSON.stringify(result ?? subject.complete(ticket, response, 0).result);
  });
}

/** The same with a request to an upstream on the loopback interface. */
function withClient(subject, { id, event }) {
  const send = createSender({ connectTo: `http://127.0.0.1:${ports[id]}` });
  const text = JSON.stringify(event);
  return async (count) => {
    const start = spent();
    for (let left = count; left > 0; left -= 1) {
      const { ticket, request } = subject.begin(JSON.parse(text), 0);
      JSON.stringify(subject.complete(ticket, await send(request), 0).result);
    }
    return spent() - start;
  };
}

function timed(call) {
  return (count) => {
    const start = spent();
    for (let left = count; left > 0; left -= 1) call();
    return spent() - start;
  };
}

/** Many events begin, outside the time; then their responses are mapped. */
function completing(subject, event, response, end) {
  return (count) => {
    let time = 0;
    for (let left = count; left > 0; left -= 64) {
      const tickets = Array.from({ length: Math.min(left, 64) }, () => subject.begin(event, 0));
      const start = spent();
      for (const { ticket } of tickets) end(subject.complete(ticket, response, 0).result);
      time += spent() - start;
    }
    return time;
  };
}
