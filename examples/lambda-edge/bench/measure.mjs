// Time of calls that take turns in one process.

const ROUNDS = 15;

/** Processor time in microseconds, which other programs on the machine hardly touch. */
export function spent() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Runs batches in turn for so many seconds of the processor in all. A batch makes that many calls
 * and gives the time they took. The result has the median of each in microseconds a call.
 */
export async function inTurn(seconds, batches) {
  const share = (1e6 * seconds) / batches.length;
  const counts = [];
  for (const batch of batches) counts.push(await warm(share / 2, batch));
  const times = batches.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, batch] of batches.entries()) {
      const count = Math.max(1, Math.round(counts[index] / ROUNDS));
      times[index].push((await batch(count)) / count);
    }
  }
  return times.map(median);
}

/** Calls until the compiler has settled, and says how many calls that were. */
async function warm(time, batch) {
  const end = spent() + time;
  let count = 0;
  for (let size = 1; spent() < end; size = Math.min(2 * size, 256)) {
    await batch(size);
    count += size;
  }
  return count;
}

export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
