// What `ClientSetup` tells a site's JavaScript: the agents are configured with nothing else.
import { execFileSync } from 'node:child_process';

export function clientSetup({ program, site, mount, agent, result, region = 'us' }) {
  const given = [site, mount, '--agent-path', agent, '--result-path', result, '--region', region];
  return JSON.parse(execFileSync(program, given, { encoding: 'utf8' }));
}

// The options within a snippet, as JavaScript: for what wraps the agent and takes the same ones.
export function optionsOf(snippet) {
  const [, options] = /\.(?:load|start)\((\{.*\})\);\n$/s.exec(snippet);
  return options;
}
