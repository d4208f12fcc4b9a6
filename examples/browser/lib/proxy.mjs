// The example proxy, as a process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

let started = 0;

// `settings` is what the proxy reads as its settings document.
export async function startProxy({ program, directory, upstream, hosts, settings }) {
  const document = join(directory, `settings-${(started += 1)}.json`);
  writeFileSync(document, JSON.stringify(settings));
  const options = { listen: '127.0.0.1:0', 'connect-to': `127.0.0.1:${upstream}`, config: document };
  const site = { hosts: hosts.join(','), 'trusted-address': 'x-forwarded-for:1' };
  const given = Object.entries({ ...options, ...site }).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(program, given, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const proxy = new Proxy(child);
  await proxy.listening();
  return proxy;
}

class Proxy {
  log = '';

  constructor(child) {
    this.child = child;
    this.ended = once(child, 'exit');
    child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
  }

  async listening() {
    for await (const line of createInterface({ input: this.child.stdout })) {
      const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? [];
      if (port) {
        this.port = Number(port);
        this.child.stdout.resume();
        return;
      }
    }
    throw new Error(`the proxy does not start:\n${this.log}`);
  }

  kill() {
    this.child.kill('SIGKILL');
  }

  async stop() {
    this.kill();
    await this.ended;
  }
}
