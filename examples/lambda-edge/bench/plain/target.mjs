// R3, R4: host, path and query for upstream.

const REGIONS = ['us', 'eu', 'ap'];

const NO_KEY = { status: 400, error: 'the parameter apiKey is missing or empty' };
const DOT_KEY = { status: 400, error: 'the parameter apiKey is a dot segment' };
const CONTROL = { status: 400, error: 'a parameter for the path has a control character' };

/** `{ host, path }` with the query in the path, or a refusal. */
export function toTarget(route, querystring, settings, isAuthorised) {
  // With its own `?`, so that one in the query is not taken for it.
  const params = new URLSearchParams(`?${querystring}`);
  const fromCdn = route.kind === 'agent' && settings.fromCdn;
  const path = route.kind === 'agent' ? agentPath(params, fromCdn) : route.path;
  if (typeof path !== 'string') return path;
  const asked = params.get('region');
  const region = REGIONS.includes(asked) ? asked : 'us';
  const parts = [];
  if (querystring !== '') parts.push(fromCdn ? querystring : agree(querystring, params, region));
  if (fromCdn || isAuthorised) {
    const kind = fromCdn ? 'procdn' : 'ingress';
    parts.push(`ii=${encodeURIComponent(`${settings.integration}/${kind}`)}`);
  }
  const apiHost = region === 'us' ? settings.apiHost : `${region}.${settings.apiHost}`;
  const query = parts.length > 0 ? `?${parts.join('&')}` : '';
  return { host: fromCdn ? settings.cdnHost : apiHost, path: path + query };
}

/** R4.3 to R4.5: the path of a script, or a refusal. */
function agentPath(params, fromCdn) {
  const apiKey = params.get('apiKey');
  const version = params.get('version') || '3';
  const loaderVersion = params.get('loaderVersion');
  if (!apiKey) return NO_KEY;
  if (apiKey === '.' || apiKey === '..') return DOT_KEY;
  if (/\p{Cc}/u.test(apiKey + version + (loaderVersion ?? ''))) return CONTROL;
  const base = `${fromCdn ? '' : '/web'}/v${toSegment(version)}/${toSegment(apiKey)}`;
  return loaderVersion ? `${base}/loader_v${toSegment(loaderVersion)}.js` : base;
}

function toSegment(value) {
  const escape = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(value).replace(/[!'()*]/g, escape);
}

/** R3.4: every parameter `region` names the region; all others stay as they came. */
function agree(querystring, params, region) {
  if (params.getAll('region').every((value) => value === region)) return querystring;
  const agreed = (part) => {
    const [pair] = new URLSearchParams(`?${part}`);
    return pair?.[0] === 'region' && pair[1] !== region ? `region=${region}` : part;
  };
  return querystring.split('&').map(agreed).join('&');
}
