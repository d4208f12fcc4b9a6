// Cold starts: fresh processes that load the function and answer their first event.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { workloads } from './inputs.mjs';
import { median } from './measure.mjs';
import { secretsManager, upstream } from './servers.mjs';

const entry = fileURLToPath(new URL('first.mjs', import.meta.url));

/** Milliseconds of set-up, of the first event, and of both, on the clock and of the processor. */
export async function coldStarts(processes) {
  const [{ event, response }] = workloads().workloads;
  const port = await upstream(response);
  const endpoint = `http://127.0.0.1:${await secretsManager()}`;
  const events = { 'with a secret': withSecret(event), 'without a secret': event };
  const times = {};
  for (let left = processes; left > 0; left -= 1) {
    for (const [kind, event] of Object.entries(events)) {
      (times[kind] ??= []).push(await start({ event, port }, endpoint));
    }
  }
  return Object.fromEntries(Object.entries(times).map(([kind, all]) => [kind, summary(all)]));
}

function withSecret(event) {
  const copy = structuredClone(event);
  copy.Records[0].cf.request.origin.custom.customHeaders = {
    fpjs_secret_name: [{ key: 'FPJS_SECRET_NAME', value: 'settings' }],
  };
  return copy;
}

async function start(given, endpoint) {
  const child = spawn(process.execPath, [entry, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  await once(child, 'close');
  return JSON.parse(output);
}

function summary(all) {
  const of = (name) => all.map((times) => times[name]);
  const entries = ['loading', 'answering', 'whole', 'processor'].map((name) => [
    name,
    { median: median(of(name)), least: Math.min(...of(name)) },
  ]);
  return Object.fromEntries(entries);
}
