import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../lib/serve.mjs';
import { ARN, TOKEN, distribution, event, fakeHost, module, named, straight } from '../fakes/host.mjs';

const UNAUTHORISED = {
  statusCode: 401,
  headers: { 'content-type': 'application/json' },
  body: '{"status":"Token is not specified or not valid"}',
};

async function update(changes = {}) {
  const host = fakeHost({ ...straight(), ...changes });
  const response = await serve(event('POST', '/update'), host);
  return { ...host, status: response.statusCode, body: JSON.parse(response.body) };
}

test('the machine can reach nothing but its memory', () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  const exports = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'function');
  assert.deepEqual(exports.map(({ name }) => name).sort(), ['input', 'poll', 'reply', 'start', 'waited']);
});

test('the package as it is deployed answers', async () => {
  const { handler } = await import('../dist/index.mjs');
  assert.deepEqual(await handler(event('POST', '/update', 'Basic eDp5')), UNAUTHORISED);
});

test('R14.4: an update, call by call', async () => {
  const { calls, sleeps, logs, status, body } = await update();
  assert.deepEqual([status, body], [200, { status: 'Update completed' }]);
  assert.deepEqual(calls, [
    ['GetSecretValue', { SecretId: 'settings' }],
    ['GetFunction', { FunctionName: 'edge' }],
    [
      'UpdateFunctionCode',
      {
        FunctionName: 'edge',
        S3Bucket: 'fingerprint-pro-cloudfront-integration',
        S3Key: 'v2/lambda_latest.zip',
        RevisionId: 'r1',
        Publish: true,
      },
    ],
    ['GetFunctionConfiguration', { FunctionName: 'edge', Qualifier: '3' }],
    ['GetDistributionConfig', { Id: 'E1' }],
    [
      'UpdateDistribution',
      { Id: 'E1', IfMatch: 'T1', DistributionConfig: distribution(3).DistributionConfig },
    ],
    [
      'CreateInvalidation',
      {
        DistributionId: 'E1',
        InvalidationBatch: { Paths: { Quantity: 1, Items: ['/fp/*'] }, CallerReference: 'edge-3-da8661e497241f29' },
      },
    ],
  ]);
  assert.deepEqual([sleeps, logs], [[], []]);
});

test('R14.5: nothing to do', async () => {
  const { body, operations } = await update({
    GetDistributionConfig: [distribution(3)],
    GetFunction: [{ Configuration: { RevisionId: 'r1', CodeSha256: 'new' } }],
    CreateInvalidation: [named('InvalidationBatchAlreadyExists')],
  });
  assert.deepEqual(body, { status: 'Update is not required' });
  assert.ok(!operations().includes('UpdateDistribution'));
});

test('R14.6: waits, retries and fresh entity tags', async () => {
  const { calls, sleeps, body } = await update({
    GetFunctionConfiguration: [{ State: 'Pending' }, { State: 'Pending' }, { State: 'Active' }],
    GetDistributionConfig: [distribution(2, 'T1'), distribution(1, 'T2')],
    UpdateDistribution: [named('InvalidLambdaFunctionAssociation'), named('PreconditionFailed'), {}],
  });
  assert.deepEqual(body, { status: 'Update completed' });
  assert.deepEqual(sleeps, [1000, 1000, 3000]);
  const writes = calls.filter(([operation]) => operation === 'UpdateDistribution');
  assert.deepEqual(writes.map(([, input]) => input.IfMatch), ['T1', 'T1', 'T2']);
  for (const [, input] of writes) {
    assert.deepEqual(input.DistributionConfig, distribution(3).DistributionConfig);
  }
});

test('R14.10: a busy function is waited for, and a conflict begins again', async () => {
  const { operations, sleeps, body } = await update({
    GetFunction: [
      { Configuration: { LastUpdateStatus: 'InProgress', RevisionId: 'r0', CodeSha256: 'old' } },
      { Configuration: { LastUpdateStatus: 'Successful', RevisionId: 'r1', CodeSha256: 'old' } },
    ],
    UpdateFunctionCode: [named('ResourceConflictException'), ...straight().UpdateFunctionCode],
  });
  assert.deepEqual(body, { status: 'Update completed' });
  assert.deepEqual(sleeps, [1000, 1000]);
  const begun = ['GetFunction', 'GetFunction', 'UpdateFunctionCode', 'GetFunction', 'UpdateFunctionCode'];
  assert.deepEqual(operations().slice(1, 6), begun);
});

test('R14.10: throttled calls are made again as they were', async () => {
  const throttled = named('TooManyRequestsException');
  const { calls, sleeps, body } = await update({
    GetSecretValue: [named('ThrottlingException'), ...straight().GetSecretValue],
    UpdateFunctionCode: [throttled, throttled, throttled, ...straight().UpdateFunctionCode],
    CreateInvalidation: [...Array(5).fill(named('TooManyInvalidationsInProgress')), {}],
  });
  assert.deepEqual(body, { status: 'Update completed' });
  assert.deepEqual(sleeps, [1000, 1000, 2000, 4000, 1000, 2000, 4000, 8000, 16000]);
  const invalidations = calls.filter(([operation]) => operation === 'CreateInvalidation');
  assert.equal(invalidations.length, 6);
  for (const call of invalidations) assert.deepEqual(call, invalidations[0]);
});

test('R14.4: versions are looked up page by page', async () => {
  const { calls, body } = await update({
    UpdateFunctionCode: [{ FunctionArn: ARN, Version: '$LATEST', RevisionId: 'r2', CodeSha256: 'new' }],
    ListVersionsByFunction: [
      { Versions: [], NextMarker: '50' },
      { Versions: [{ Version: '3', FunctionArn: `${ARN}:3`, CodeSha256: 'new' }] },
    ],
  });
  assert.deepEqual(body, { status: 'Update completed' });
  const pages = calls.filter(([operation]) => operation === 'ListVersionsByFunction');
  assert.deepEqual(pages.map(([, input]) => input), [
    { FunctionName: 'edge' },
    { FunctionName: 'edge', Marker: '50' },
  ]);
});

test('R14.8: errors become codes, and their messages stay in the log', async () => {
  for (const [operation, name, errorCode] of [
    ['GetFunction', 'ResourceNotFoundException', 'E2100'],
    ['GetFunction', 'AccessDeniedException', 'E2200'],
    ['UpdateFunctionCode', 'ResourceConflictException', 'E6000'],
    ['UpdateFunctionCode', 'TooManyRequestsException', 'E6000'],
    ['GetFunction', 'ThrottlingException', 'E1000'],
    ['GetDistributionConfig', 'Throttling', 'E1000'],
    ['UpdateDistribution', 'RequestLimitExceeded', 'E1000'],
    ['CreateInvalidation', 'TooManyInvalidationsInProgress', 'E1000'],
    ['GetDistributionConfig', 'NoSuchDistribution', 'E2100'],
    ['UpdateDistribution', 'AccessDenied', 'E2200'],
    ['CreateInvalidation', 'TimeoutError', 'E1000'],
  ]) {
    const { status, body, logs } = await update({ [operation]: [named(name)] });
    assert.deepEqual([status, body], [500, { status: 'Error occurred', errorCode }]);
    const end = logs.pop();
    assert.match(end, /^update failed: /);
    assert.doesNotMatch(end, /internals/);
    assert.ok(logs.length > 0);
    for (const message of logs) assert.match(message, /a message with internals/);
  }
});

test('R14.8: whatever is thrown or returned, there is a code', async () => {
  for (const odd of [undefined, null, 0, '', [], 'x', { Configuration: 1 }, { big: 1e308 }]) {
    const { status, body } = await update({ GetFunction: [odd] });
    assert.deepEqual([status, body.errorCode], [500, 'E3100']);
  }
  for (const thrown of [undefined, null, 'text', {}, { name: 7 }]) {
    const host = fakeHost(straight());
    const perform = async (operation, input) => {
      if (operation === 'GetFunction') throw thrown;
      return host.perform(operation, input);
    };
    const { body } = await serve(event('POST', '/update'), { ...host, perform });
    assert.equal(JSON.parse(body).errorCode, 'E1000');
  }
});

test('R14.1: malformed fields and events cost no call', async () => {
  const events = [null, undefined, 1, 'x', [], {}, { headers: { authorization: `mgmt-token ${TOKEN}` } }];
  for (const field of ['', TOKEN, `Bearer ${TOKEN}`, 'mgmt-token', 'mgmt-token ', 'mgmt-token \u00e9']) {
    events.push(event('POST', '/update', field));
  }
  for (const odd of events) {
    const host = fakeHost(straight());
    assert.deepEqual(await serve(odd, host), UNAUTHORISED);
    assert.deepEqual(host.calls, []);
    assert.equal(host.logs.length, 1);
    assert.match(host.logs[0], /^not authorised: the .*(event|`authorization`)/);
    assert.ok(!host.logs[0].includes(TOKEN));
  }
});

test('R14.1: one response to everyone else, the reason in the log, and the token in neither', async () => {
  for (const [secret, reason] of [
    [{ SecretString: JSON.stringify({ token: TOKEN }) }, 'the token is wrong'],
    [{ SecretString: 'no JSON' }, 'the settings secret has no token'],
    [{}, 'the settings secret has no token'],
    [named('AccessDeniedException'), 'the settings secret could not be read: access is denied'],
  ]) {
    const host = fakeHost({ ...straight(), GetSecretValue: [secret] });
    assert.deepEqual(await serve(event('POST', '/update', 'mgmt-token wrong'), host), UNAUTHORISED);
    assert.deepEqual(host.operations(), ['GetSecretValue']);
    assert.equal(host.logs.at(-1), `not authorised: ${reason}`);
    assert.ok(!host.logs.join().includes(TOKEN));
  }
});

test('R14.2, R14.3: routes and status', async () => {
  const answers = { ...straight(), GetDistribution: [named('AccessDenied')] };
  const status = await serve(event('GET', '/status/'), fakeHost(answers));
  assert.equal(status.statusCode, 200);
  assert.deepEqual(JSON.parse(status.body), { lambdaFunction: { functionName: 'edge' } });
  const elsewhere = await serve(event('GET', '/update'), fakeHost(straight()));
  assert.equal(elsewhere.statusCode, 404);
  const host = { ...fakeHost(straight()), variables: { SettingsSecretName: 'settings' } };
  const misconfigured = await serve(event('POST', '/update'), host);
  assert.equal(misconfigured.statusCode, 500);
  assert.equal(JSON.parse(misconfigured.body).error, 'CFDistributionId is not set');
});

test('R14.9: megabytes survive the border', async () => {
  const large = distribution(2);
  large.DistributionConfig.Unknown = Array.from({ length: 50_000 }, (_, at) => ({ at, text: 'é'.repeat(50) }));
  const { calls, body } = await update({ GetDistributionConfig: [large] });
  assert.deepEqual(body, { status: 'Update completed' });
  const [, written] = calls.find(([operation]) => operation === 'UpdateDistribution');
  assert.deepEqual(written.DistributionConfig.Unknown, large.DistributionConfig.Unknown);
});
