// R5.5, R8.2: cookies on both ways.

/** The pairs that identify a browser to Fingerprint. */
export function onlyIdentifying(lines) {
  const parts = lines.flatMap((line) => line.split(';'));
  const isKept = (part) => part.includes('=') && part.split('=', 1)[0].trim() === '_iidt';
  return parts.filter(isKept).map((part) => part.trim()).join('; ');
}

/** A cookie without a `Domain` that does not cover the host. */
export function firstParty(cookie, host) {
  const [pair, ...attributes] = cookie.split(';');
  const isDomain = (attribute) => attribute.split('=', 1)[0].trim().toLowerCase() === 'domain';
  const domain = attributes.filter(isDomain).at(-1);
  if (domain === undefined) return cookie;
  const isHostCookie = pair.trimStart().toLowerCase().startsWith('__host-');
  if (!isHostCookie && covers(domain.slice(domain.indexOf('=') + 1), host)) return cookie;
  return [pair, ...attributes.filter((attribute) => !isDomain(attribute))].join(';');
}

function covers(attribute, host) {
  const domain = attribute.trim().toLowerCase().replace(/^\./, '');
  return domain === host || (domain.includes('.') && host.endsWith(`.${domain}`));
}
