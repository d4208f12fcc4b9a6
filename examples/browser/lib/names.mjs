// Hosts, paths and the secret of the chain.
export const SHOP = 'www.shop.example.com';
export const METRICS = 'metrics.shop.example.com';
export const VENDOR = ['fpnpmcdn.net', 'api.fpjs.io'];
export const HOSTS = [SHOP, METRICS, ...VENDOR];

export const MOUNT = 'ore54guier';
export const ROUTES = { agent: 'vbcnkxb654', result: '5yt489hgfj' };
export const SECRET = 'a-secret-of-the-test';
// What the integration calls itself, and what is therefore appended to an identification (R3.5).
export const INTEGRATION = { integration_name: 'shop', integration_version: '7.8' };
export const MONITORING = 'ii=shop%2F7.8%2Fingress';
