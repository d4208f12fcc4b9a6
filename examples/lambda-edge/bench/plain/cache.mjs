// R7: how long a script may be kept.

const MAX_AGE = 3600;
const S_MAXAGE = 60;
const RESTRICTED = ['no-store', 'no-cache', 'private'];
const SCRIPTS = ['text/javascript', 'application/javascript'];

/** Fields that certain caches obey rather than `cache-control` (R7.5). */
export const TARGETED = new Set([
  'cdn-cache-control', 'cloudflare-cdn-cache-control', 'edge-control', 'netlify-cdn-cache-control',
  'surrogate-control', 'vercel-cdn-cache-control',
]);

/** R7.1: whether the response is a script whose ages are capped. */
export function isCapped(fields, { route, status }) {
  if (route.kind === 'result' || (status !== 200 && status !== 304)) return false;
  const type = fields['content-type']?.[0];
  if (type !== undefined) return SCRIPTS.includes(type.split(';')[0].trim().toLowerCase());
  return status === 304 && (route.kind === 'agent' || /^\/web(?:\/|$)/.test(route.path));
}

/** The lines of `cache-control` with both ages capped. */
export function capped(lines, hasExpires) {
  const parsed = lines.map(directivesOf);
  const names = parsed.flat().map((directive) => directive.split('=')[0].trim().toLowerCase());
  const ages = [];
  const limited = parsed.map((directives) => directives.map((directive) => cap(directive, ages)));
  const last = limited.findLast((directives) => directives.some((text) => text.trim() !== ''));
  if (last !== undefined && !RESTRICTED.some((name) => names.includes(name))) {
    last.push(...missing(names, ages, hasExpires));
  }
  return limited.map((directives) => directives.join(','));
}

/** The directives that are added. */
function missing(names, ages, hasExpires) {
  const hasAge = names.includes('max-age');
  if (!hasAge && hasExpires) return [];
  const added = hasAge ? [] : [` max-age=${MAX_AGE}`];
  if (!names.includes('s-maxage')) added.push(` s-maxage=${Math.min(S_MAXAGE, ...ages)}`);
  return added;
}

/** The members of a list, in which a quoted string may have commas. An empty end is left out. */
function directivesOf(line) {
  const directives = line.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  return directives.at(-1)?.trim() === '' ? directives.slice(0, -1) : directives;
}

/** A directive whose age is no more than its cap; `ages` gets those of `max-age`. */
function cap(directive, ages) {
  const [name, ...rest] = directive.split('=').map((part) => part.trim());
  const isAge = name.toLowerCase() === 'max-age';
  if (!isAge && name.toLowerCase() !== 's-maxage') return directive;
  const number = /^"?(\d+)"?$/.exec(rest.join('='))?.[1];
  const age = Math.min(Number(number ?? 0), isAge ? MAX_AGE : S_MAXAGE);
  if (isAge) ages.push(age);
  return age === Number(number) ? directive : directive.replace(/(?:=.*)?$/, `=${age}`);
}
