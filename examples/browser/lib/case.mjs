// A test that gives up, so that a request that never comes ends one case only.
import nodeTest from 'node:test';

export function test(name, body) {
  nodeTest(name, { timeout: 30_000 }, body);
}
