// What `ClientSetup` tells a site's JavaScript: the agents are configured with nothing else.
import { execFileSync } from 'node:child_process';

// `program` is the example `setup`, which prints it.
export function clientSetup({ program, site, mount, agent, result, region = 'us' }) {
  const paths = ['--integration-path', mount, '--agent-path', agent, '--result-path', result];
  const given = ['--site', site, '--region', region, '--v3', ...paths, '--json'];
  const { urls, scripts } = JSON.parse(execFileSync(program, given, { encoding: 'utf8' }));
  const snippets = (hasFallback) => {
    const wanted = scripts.filter((script) => script.has_fallback === hasFallback);
    return Object.fromEntries(wanted.map(({ name, code }) => [name, code]));
  };
  return { urls, snippets: snippets(true), snippetsWithoutFallback: snippets(false) };
}

// The options within a snippet, as JavaScript: for what wraps the agent and takes the same ones.
export function optionsOf(snippet) {
  const [, options] = /\.(?:load|start)\((\{.*\})\);\n$/s.exec(snippet);
  return options;
}
