// A stand-in for agent v3. The loader of the NPM package takes it from `window` (`__fpjs_p_l_b`).
const defaultEndpoint = { default: 'endpoint' };
const FINGERPRINT = 'https://api.fpjs.io/?region=';

async function load({ endpoint, region = 'us' }) {
  const isDefault = (one) => one.default === defaultEndpoint.default;
  const all = [endpoint].flat().map((one) => (isDefault(one) ? FINGERPRINT + region : one));
  return { get: () => identify(all) };
}

async function identify(endpoints) {
  let failure;
  for (const endpoint of endpoints) {
    try {
      await helper(endpoint);
      return await post(`${endpoint}&ci=stand-in/3&q=%7B+a;b%zz&empty=&bare`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

// What the browser cache keeps is asked for below the endpoint.
async function helper(endpoint) {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/h1/h2`;
  await fetch(`${url}&q=stored`, { credentials: 'include' });
}

async function post(url) {
  const response = await fetch(url, { method: 'POST', body: 'signals', credentials: 'include' });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}
