// `Set-Cookie` fields at random, with what is known of each: valid ones, malformed ones, and those that a
// browser refuses.
import { SHOP } from './names.mjs';

// Seen from www.shop.example.com.
const DOMAINS = [
  SHOP, `.${SHOP}`, 'WWW.Shop.Example.COM', 'shop.example.com', '.shop.example.com', 'example.com', '.EXAMPLE.com',
  'com', 'COM', '.Com', 'fpjs.io', '.fpjs.io', 'FPJS.io', 'metrics.shop.example.com', 'a.www.shop.example.com',
  'xshop.example.com', 'shop.example.com.', 'localhost', '127.0.0.1', '[::1]', '', '.', '..example.com', 'a..b',
  '"example.com"', 'example.com:443', 'example', 'shop.example.com/', 'exa mple.com',
];
const NAMES = ['', '', '', '', '__Host-', '__host-', '__Secure-', '__HOST-'];
const PATHS = ['/', '/', '/ore54guier', 'relative', ''];
const LIVES = ['Max-Age=3600', 'max-age=60', 'Expires=Fri, 31 Dec 2077 23:59:59 GMT', 'Max-Age=soon', 'Max-Age=0'];
const FLAGS = [
  'Secure', 'secure', 'SECURE', 'HttpOnly', 'SameSite=Lax', 'samesite=strict', 'SameSite=None', 'Partitioned',
  'Priority=High', 'Unknown=1', 'flag',
];
const VALUES = ['1', 'a=b', '"quoted"', 'a b', 'a,b', '%7B%22', '', '=', 'Domain=fpjs.io'];
const SPACES = ['', ' ', ' ', '  ', '\t'];

// Numbers that a seed decides (mulberry32).
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// A cookie of this number: its name, the field, and the same field without any `Domain`.
export function cookie(number, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const name = `${pick(NAMES)}c${number}`;
  const attributes = [];
  // Most cookies are such that a browser could take them.
  if (random() < 0.8) attributes.push('Secure');
  if (random() < 0.8) attributes.push(`Path=${pick(PATHS)}`);
  if (random() < 0.3) attributes.push(pick(LIVES));
  while (random() < 0.4) attributes.push(pick(FLAGS));
  while (random() < (attributes.some(isDomain) ? 0.15 : 0.85)) {
    const spelling = pick(['Domain', 'Domain', 'domain', 'DOMAIN']);
    const place = Math.floor(random() * (attributes.length + 1));
    attributes.splice(place, 0, `${spelling}${pick(SPACES)}=${pick(SPACES)}${pick(DOMAINS)}`);
  }
  const [pair, space] = [`${name}=${pick(VALUES)}`, pick(SPACES)];
  const field = (kept) => [pair, ...kept.map((attribute) => space + attribute)].join(';');
  const bare = field(attributes.filter((attribute) => !isDomain(attribute)));
  return { name, field: field(attributes), bare, domain: lastDomain(attributes) };
}

function isDomain(attribute) {
  return /^domain/i.test(attribute);
}

// The value that counts, as it is compared: without a dot in front (RFC 6265bis §5.6.3).
function lastDomain(attributes) {
  const last = attributes.filter(isDomain).at(-1);
  return last?.slice(last.indexOf('=') + 1).trim().replace(/^\./, '').toLowerCase();
}
