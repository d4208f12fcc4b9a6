// R13: random events give the same answer through both paths, and from the crate compiled natively.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Paths, difference } from './equal.mjs';
import { Lines } from './random.mjs';

const COUNT = Number(process.env.EVENTS ?? 20_000);
const SEED = Number(process.env.SEED ?? 1);

test(`R13: ${COUNT} random events, seed ${SEED}, give equal answers`, () => {
  const lines = new Lines(SEED);
  const paths = new Paths();
  for (let left = COUNT; left > 0; left -= 2_000) {
    const batch = Array.from({ length: Math.min(left, 2_000) }, () => lines.next());
    const found = difference(paths, batch);
    assert.equal(found, undefined, JSON.stringify(found, undefined, 1));
  }
});
