// What holds for every request that Fingerprint sees, whatever the test.
import assert from 'node:assert/strict';

import { MONITORING, SECRET } from './names.mjs';

const IDENTITY = ['fpjs-proxy-secret', 'fpjs-proxy-client-ip', 'fpjs-proxy-forwarded-host'];
export const VISITOR_ADDRESS = '127.0.0.1';

// R5.3, R5.5, R5.6, R3.5: identity goes with identifications only, and no cookie but `_iidt` ever.
export function assertPrivate(request) {
  const identity = request.fields.filter(([name]) => name.startsWith('fpjs-proxy-'));
  if (request.method !== 'POST') {
    assert.deepEqual(identity, [], `${request.line} has identity fields`);
    assert.deepEqual(request.values('cookie'), [], `${request.line} has cookies`);
    assert.doesNotMatch(request.target, /[?&]ii=/);
    return;
  }
  assert.deepEqual(identity.map(([name]) => name).sort(), [...IDENTITY].sort());
  assert.equal(request.field('fpjs-proxy-secret'), SECRET);
  assert.equal(request.field('fpjs-proxy-client-ip'), VISITOR_ADDRESS, 'the address of the visitor');
  assert.ok(request.target.endsWith(`&${MONITORING}`), `${request.target} does not end with ii`);
  const cookies = request.field('cookie')?.split('; ') ?? [];
  for (const cookie of cookies) assert.match(cookie, /^_iidt=/, 'a cookie of the site went upstream');
}
