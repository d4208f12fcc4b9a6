// R2: which part of the integration a path belongs to.

const NOT_FOUND = { status: 404, error: 'not found' };
const RELATIVE = { status: 400, error: 'the request target has no path' };
const DOTS = { status: 400, error: 'the path has a dot segment' };

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** `{ kind, path }`, or a refusal. `path` is what upstream is asked for. */
export function findRoute(uri, settings) {
  if (!uri.startsWith('/')) return RELATIVE;
  if (DOT_SEGMENT.test(uri)) return DOTS;
  return settings.isAnywhere ? anywhere(uri, settings) : byDepth(uri, settings);
}

function byDepth(uri, settings) {
  const rest = uri === '/' && settings.depth === 1 ? uri : below(uri, settings.depth);
  return rest === undefined ? NOT_FOUND : (matchRoute(rest, settings) ?? toV4(rest, settings));
}

function anywhere(uri, settings) {
  for (let rest = uri; rest !== undefined; rest = below(rest, 1)) {
    const route = matchRoute(rest, settings);
    if (route !== undefined) return route;
  }
  return NOT_FOUND;
}

/** What follows the first segments of a path, if there are so many. */
function below(uri, depth) {
  let rest = uri;
  for (let left = depth; left > 0; left -= 1) {
    const start = rest.search(/[^/]/);
    if (start === -1) return undefined;
    const end = rest.indexOf('/', start);
    rest = end === -1 ? '' : rest.slice(end);
  }
  return rest;
}

function matchRoute(rest, { agentPath, resultPath }) {
  if (agentPath && /^\/*$/.test(after(rest, agentPath) ?? 'else')) return { kind: 'agent' };
  const suffix = resultPath && after(rest, resultPath);
  if (typeof suffix === 'string') return { kind: 'result', path: oneSlash(suffix) };
  // There is no status page here (R10).
  return /^\/+status\/*$/.test(rest) ? NOT_FOUND : undefined;
}

/** What follows a route at the start of a path, if it is there as whole segments. */
function after(rest, route) {
  const path = rest.replace(/^\/+/, '');
  if (!path.startsWith(route)) return undefined;
  const suffix = path.slice(route.length);
  return suffix === '' || suffix.startsWith('/') ? suffix : undefined;
}

function toV4(rest, { hasV4 }) {
  return hasV4 ? { kind: 'api', path: oneSlash(rest) } : NOT_FOUND;
}

function oneSlash(path) {
  return path.replace(/^\/*/, '/');
}
