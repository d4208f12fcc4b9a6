// Bundles what the function uses of the AWS SDK into aws-client.mjs, and writes the licences of
// what is in it beside it.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));

const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ['client/entry.mjs'],
  outfile: 'aws-client.mjs',
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // The SDK's ES modules: only of these can esbuild leave out what is not used.
  mainFields: ['module', 'main'],
  conditions: ['module'],
  alias: {
    '@aws-sdk/credential-provider-node': './client/credentials.mjs',
    'node:process': './client/process.mjs',
  },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(join(folder, 'licences.txt'), licences(bundled(metafile)));

/** The folders of the packages of which something is in the bundle. */
function bundled({ outputs: { 'aws-client.mjs': bundle } }) {
  const packages = Object.entries(bundle.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(packages)].filter((path) => path !== undefined).sort();
}

/** Each text once, below the packages that are under it. */
function licences(packages) {
  const texts = new Map();
  for (const path of packages) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, path, 'package.json'), 'utf8'),
    );
    const text = notices(join(folder, path));
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...texts].map(([text, names]) => `${names.join('\n')}\n\n${text.trim()}\n`);
  const line = `\n${'-'.repeat(72)}\n\n`;
  return `aws-client.mjs holds parts of these packages:\n\n${sections.join(line)}`;
}

function notices(path) {
  const names = readdirSync(path).filter((name) => /^(?:licen[cs]e|notice)/i.test(name)).sort();
  if (names.length === 0) throw new Error(`${path} has no licence`);
  return names.map((name) => readFileSync(join(path, name), 'utf8')).join('\n');
}
