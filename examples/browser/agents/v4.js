// A stand-in for agent v4: the module that the loader imports.
const FINGERPRINT = 'https://api.fpjs.io/?region=us';
const KIND = 'withoutDefault';

export function withoutDefault(value) {
  return { __type__: KIND, value };
}

export async function start({ endpoints }) {
  const hasDefault = endpoints?.__type__ !== KIND;
  const own = [hasDefault ? (endpoints ?? []) : endpoints.value].flat();
  const all = hasDefault ? [...own, FINGERPRINT] : own;
  return { get: () => identify(all) };
}

async function identify(endpoints) {
  let failure;
  for (const endpoint of endpoints) {
    try {
      return await post(`${endpoint}&ci=stand-in/4&q=%7B+a;b%zz&empty=&bare`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function post(url) {
  const response = await fetch(url, { method: 'POST', body: 'signals', credentials: 'include' });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}
