// Measures the function in Node, beside a plain function in JavaScript: time per event on the
// workloads of tests/data/workloads.json, cold start, memory.
//
//   node bench.mjs              all, three minutes
//   node bench.mjs --write      the same, and renews the tables in README.md
//   node bench.mjs --check      the same, and fails where a goal is missed by more than a tenth
//   node bench.mjs --seconds 0.01 --runs 1 --processes 1
//                               shows in seconds that everything runs
//
// `--wasm FILE` measures another build of the module, but for the cold starts.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { coldStarts } from './bench/cold.mjs';
import { workloads } from './bench/inputs.mjs';
import { upstream } from './bench/servers.mjs';
import { overRuns, render, write } from './bench/table.mjs';
import { Gateway } from './boundary.mjs';

const GOALS = {
  // Ours to plain, mapping alone.
  ratios: { A: 0.45, B: 0.4, C: 0.55, D: 0.6, E: 0.75 },
  // Milliseconds to the first answer.
  cold: { 'with a secret': 25, 'without a secret': 13 },
};
// Another layout of the compiled code alone moves a ratio by this much.
const TOLERANCE = 1.1;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    runs: { type: 'string', default: '5' },
    processes: { type: 'string', default: '20' },
    wasm: { type: 'string', default: here('firstparty.wasm') },
    write: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});

const runs = await measured(Number(options.runs));
const cold = await coldStarts(Number(options.processes));
const tables = render({ runs, cold, goals: GOALS });
console.log(tables);
const { memory } = new Gateway(readFileSync(options.wasm));
console.log(`memory of a new instance: ${memory} bytes`);
if (options.write) write(tables);
if (options.check) {
  const missed = [...missedRatios(), ...missedStarts()];
  for (const line of missed) console.error(line);
  process.exitCode = missed.length > 0 ? 1 : 0;
}

/** The figures of several runs, each in a process of its own: compiled code is laid out anew. */
async function measured(count) {
  const ports = {};
  for (const { id, response } of workloads().workloads) {
    // D maps a response alone, and E is refused.
    if (['A', 'B', 'C'].includes(id)) ports[id] = await upstream(response);
  }
  const given = { seconds: Number(options.seconds), ports, wasm: options.wasm };
  const figures = [];
  for (let left = count; left > 0; left -= 1) {
    const run = [here('bench/run.mjs'), JSON.stringify(given)];
    const { stdout } = await promisify(execFile)(process.execPath, run);
    figures.push(JSON.parse(stdout));
  }
  return figures;
}

function missedRatios() {
  return Object.entries(GOALS.ratios).flatMap(([id, goal]) => {
    const { ratio } = overRuns(runs, id, 'mapping');
    return ratio > TOLERANCE * goal ? [`${id}: ${ratio.toFixed(2)} instead of ${goal}`] : [];
  });
}

function missedStarts() {
  return Object.entries(GOALS.cold).flatMap(([kind, goal]) => {
    const { median } = cold[kind].whole;
    return median > TOLERANCE * goal ? [`${kind}: ${median.toFixed(1)} ms, not ${goal}`] : [];
  });
}
