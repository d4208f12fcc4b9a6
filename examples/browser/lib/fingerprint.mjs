// What Fingerprint answers, as far as a browser can tell: scripts, identifications, preflights. The
// agents are stand-ins.
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../agents/${name}`, import.meta.url), 'utf8');
const V3 = read('v3.js');

// The agent for the loader is a classic script; what a page imports itself is a module.
const AGENTS = {
  classic: `(() => {\n${V3}\nwindow.__fpjs_p_l_b = { load };\n})();\n`,
  v3: `${V3}\nexport { defaultEndpoint, load };\n`,
  v4: read('v4.js'),
};
export const COOKIE = '_iidt=c3RhbmQ; Path=/; Domain=fpjs.io; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax';
export const VISITOR = { visitorId: 'a1b2c3d4e5f6g7h8i9j0' };

export function fingerprint(request, response) {
  if (request.method === 'OPTIONS') return preflight(request, response);
  if (request.method === 'POST') return identification(request, response);
  const agent = agentOf(request.path);
  if (agent) return script(request, response, agent);
  response.writeHead(200, { ...cors(request), 'content-type': 'text/plain' }).end('stored');
}

export function agentOf(path) {
  if (/\/v3\/.*loader_v/.test(path)) return AGENTS.classic;
  if (/\/v[34]\//.test(path)) return AGENTS[/\/(v[34])\//.exec(path)[1]];
}

export function cors(request) {
  const origin = request.field('origin');
  if (origin === undefined) return {};
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'origin' };
}

function preflight(request, response) {
  const methods = request.field('access-control-request-method');
  const fields = request.field('access-control-request-headers') ?? '';
  const allowed = { 'access-control-allow-methods': methods, 'access-control-allow-headers': fields };
  response.writeHead(204, { ...cors(request), ...allowed }).end();
}

export function identification(request, response, cookies = [COOKIE]) {
  const fields = { ...cors(request), 'content-type': 'application/json', 'set-cookie': cookies };
  response.writeHead(200, fields).end(JSON.stringify(VISITOR));
}

export function script(request, response, agent, fields = {}) {
  const usual = { 'content-type': 'text/javascript; charset=utf-8', 'access-control-allow-origin': '*' };
  const ages = { 'cache-control': 'public, max-age=604800, s-maxage=604800', etag: '"stand-in"' };
  response.writeHead(200, { ...usual, ...ages, ...fields }).end(agent);
}
