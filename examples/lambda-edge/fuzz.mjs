// Compares what both paths and the native crate make of random events, for as long as is asked.
// `node fuzz.mjs [seconds] [seed]` prints the first line for which the answers differ.

import { Paths, difference } from './test/equal.mjs';
import { Lines } from './test/random.mjs';

const seconds = Number(process.argv[2] ?? 600);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
console.log(`seed ${seed}`);

const lines = new Lines(seed);
const paths = new Paths();
const end = Date.now() + 1_000 * seconds;
let count = 0;
let found;
while (found === undefined && Date.now() < end) {
  const batch = Array.from({ length: 2_000 }, () => lines.next());
  found = difference(paths, batch);
  count += batch.length;
}
console.log(`${count} events`);
if (found !== undefined) {
  console.error(JSON.stringify(found));
  process.exitCode = 1;
}
