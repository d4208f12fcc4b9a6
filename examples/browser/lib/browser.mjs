// Headless Chromium that finds every host on loopback, and nothing else.
import { chromium } from 'playwright-core';

const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const ALONE = ['--disable-component-update', '--disable-sync', '--no-sandbox'];

// The certificate is trusted by its key: what comes behind an ignored error is not cached.
export function startBrowser({ program, port, hosts, hash, version = 2 }) {
  const rules = [...hosts.map((host) => `MAP ${host}:443 127.0.0.1:${port}`), 'MAP * ~NOTFOUND'];
  const network = [`--host-resolver-rules=${rules.join(',')}`, `--ignore-certificate-errors-spki-list=${hash}`];
  const versions = version === 1 ? ['--disable-http2'] : [];
  const args = [...QUIET, ...ALONE, ...network, ...versions];
  return chromium.launch({ executablePath: program, headless: true, args, timeout: 60_000 });
}
