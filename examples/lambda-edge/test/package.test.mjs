// The zip has every file that the function loads.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const zip = fileURLToPath(new URL('../../../target/lambda-edge/function.zip', import.meta.url));

test('the function and the AWS client load from the package alone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync('python3', ['-m', 'zipfile', '-e', zip, folder]);
  const load = (name) => import(pathToFileURL(join(folder, name)));
  assert.equal((await (await load('index.mjs')).handler(null)).status, '500');
  assert.equal(typeof (await load('aws-client.mjs')).SecretsManagerClient, 'function');
});
