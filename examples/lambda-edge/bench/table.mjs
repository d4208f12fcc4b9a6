// The figures as the README has them.

import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

import { median } from './measure.mjs';

const readme = new URL('../README.md', import.meta.url);
const BEGIN = '<!-- figures -->\n';
const END = '<!-- end of figures -->';

/** Processes that run or wait to, from which on no time is shown that they lengthen. */
const MOST_LOAD = 3;

const NAMES = {
  A: 'A, identification',
  B: 'B, agent',
  'B text': 'B with a body of 100 KB, as text',
  'B binary': 'B with a body of 100 KB, as base64',
  C: 'C, browser cache',
  D: 'D, response mapping of A',
  E: 'E, refused',
};

/** Ratio and times over several runs: the median, and the ratio's range. */
export function overRuns(runs, id, form) {
  const figures = runs.map((run) => run[id]?.[form]);
  if (figures[0] === undefined) return undefined;
  const ratios = figures.map(({ ours, plain }) => ours / plain);
  return {
    ours: median(figures.map(({ ours }) => ours)),
    plain: median(figures.map(({ plain }) => plain)),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
  };
}

export function render({ runs, cold, goals }) {
  // Beside other work, times on the clock are of no use, and those of the processor hardly.
  const isBusy = os.loadavg()[0] >= MOST_LOAD;
  const time = (text) => (isBusy ? '–' : text);
  const ratios = Object.entries(NAMES).map(([id, name]) => {
    const forms = ['mapping', 'json', 'client'].map((form) => overRuns(runs, id, form));
    const [{ ours, plain }] = forms;
    const goal = goals.ratios[id]?.toFixed(2) ?? '–';
    const times = [ours, plain].map((value) => time(value.toFixed(1)));
    return row([name, ...times, ...forms.map(ratio), goal]);
  });
  const starts = Object.entries(cold).map(([kind, { loading, answering, whole, processor }]) => {
    const times = [loading, answering, whole].map((figures) => time(milliseconds(figures)));
    return row([kind, ...times, milliseconds(processor), goals.cold[kind]]);
  });
  return [
    `Node ${process.version} on ${process.arch}; runs: ${runs.length}${isBusy ? `; ${load()}` : ''}.`,
    '',
    '| workload | ours, µs | plain, µs | ours/plain: mapping | with JSON | with a client | goal |',
    '|---|---|---|---|---|---|---|',
    ...ratios,
    '',
    '| cold start, ms | set-up | first event | together | processor time | goal |',
    '|---|---|---|---|---|---|',
    ...starts,
    '',
  ].join('\n');
}

/** What else the machine did. */
function load() {
  return `load ${os.loadavg()[0].toFixed(1)} on ${os.availableParallelism()} processors`;
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

function ratio(figures) {
  if (figures === undefined) return '–';
  const [low, high] = figures.range.map((value) => value.toFixed(2));
  return `${figures.ratio.toFixed(2)} (${low} to ${high})`;
}

function milliseconds({ median: middle, least }) {
  return `${middle.toFixed(1)} (at best ${least.toFixed(1)})`;
}

/** Renews the tables in the README. */
export function write(tables) {
  const text = readFileSync(readme, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error('README.md has no place for the figures');
  writeFileSync(readme, text.slice(0, begin + BEGIN.length) + tables + text.slice(end));
}
