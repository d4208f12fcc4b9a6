// The AWS SDK's own clients against a server on loopback: what crosses the wire is what AWS's API
// takes, and errors have the names that the machine knows.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { awsPerformer } from '../lib/aws.mjs';
import { loss, parse } from '../lib/complete.mjs';
import { serve } from '../lib/serve.mjs';
import { ARN, TOKEN, event, module, variables } from '../fakes/host.mjs';

const associations = (arn) =>
  '<LambdaFunctionAssociations><Quantity>1</Quantity><Items><LambdaFunctionAssociation>' +
  `<LambdaFunctionARN>${arn}</LambdaFunctionARN><EventType>origin-request</EventType>` +
  '<IncludeBody>true</IncludeBody></LambdaFunctionAssociation></Items></LambdaFunctionAssociations>';

const behaviour = (pattern, arn) =>
  `<CacheBehavior><PathPattern>${pattern}</PathPattern><TargetOriginId>fp</TargetOriginId>` +
  '<ViewerProtocolPolicy>https-only</ViewerProtocolPolicy><Compress>true</Compress>' +
  `${associations(arn)}<CachePolicyId>c</CachePolicyId></CacheBehavior>`;

const config = (version) =>
  '<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">' +
  '<CallerReference>r</CallerReference><Aliases><Quantity>1</Quantity><Items><CNAME>shop.example</CNAME></Items></Aliases>' +
  '<Origins><Quantity>1</Quantity><Items><Origin><Id>fp</Id><DomainName>fpcdn.io</DomainName>' +
  '<OriginPath></OriginPath><CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader>' +
  '<HeaderName>fpjs_pre_shared_secret</HeaderName><HeaderValue>&lt;a&amp;b&gt;</HeaderValue>' +
  '</OriginCustomHeader></Items></CustomHeaders><ConnectionAttempts>3</ConnectionAttempts></Origin></Items></Origins>' +
  '<DefaultCacheBehavior><TargetOriginId>shop</TargetOriginId>' +
  '<ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy><MinTTL>0</MinTTL></DefaultCacheBehavior>' +
  `<CacheBehaviors><Quantity>2</Quantity><Items>${behaviour('fp/*', `${ARN}:${version}`)}` +
  `${behaviour('x/*', `${ARN}-of-someone:${version}`)}</Items></CacheBehaviors>` +
  '<Comment></Comment><PriceClass>PriceClass_All</PriceClass><Enabled>true</Enabled></DistributionConfig>';

/** Elements with their text, in any order. */
const elements = (xml) => (xml.replace(/<\?.*?\?>/, '').match(/<[^>]+>[^<]*/g) ?? []).map(spelt).sort();
/** An empty element has two spellings. */
const spelt = (element) => element.replace(/^<([^ />]+)\/>$/, '<$1>');

const failure = (code) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

/** A status or a body that never comes. */
const NEVER = Symbol('never');

/** A server that answers as AWS does. `writes` are the answers to UpdateDistribution. */
async function aws(writes, { answers = {}, options = {}, limits } = {}) {
  const seen = [];
  const sockets = new Set();
  const json = (value) => [200, { 'content-type': 'application/json' }, JSON.stringify(value)];
  const xml = (status, body, headers = {}) => [status, { 'content-type': 'text/xml', ...headers }, body];
  const routes = {
    'POST /': () => json({ SecretString: JSON.stringify({ token: TOKEN }) }),
    'GET /2015-03-31/functions/edge': () =>
      json({ Configuration: { FunctionName: 'edge', RevisionId: 'r1', CodeSha256: 'old' } }),
    'PUT /2015-03-31/functions/edge/code': () =>
      json({ FunctionArn: ARN, Version: '$LATEST', RevisionId: 'r2', CodeSha256: 'new' }),
    'GET /2015-03-31/functions/edge/versions': () =>
      json({ Versions: [{ Version: '3', FunctionArn: `${ARN}:3`, CodeSha256: 'new' }], NextMarker: null }),
    'GET /2015-03-31/functions/edge/configuration?Qualifier=3': () => json({ State: 'Active' }),
    'GET /2020-05-31/distribution/E1/config': () => xml(200, config(2), { etag: 'T1' }),
    'PUT /2020-05-31/distribution/E1/config': () => {
      const code = writes.shift();
      return code
        ? xml(code === 'PreconditionFailed' ? 412 : 400, failure(code))
        : xml(200, '<Distribution/>', { etag: 'T2' });
    },
    'POST /2020-05-31/distribution/E1/invalidation': () => xml(201, '<Invalidation><Id>I</Id></Invalidation>'),
    'GET /2020-05-31/distribution/E1': () =>
      xml(200, `<Distribution><Id>E1</Id><Status>Deployed</Status><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><InProgressInvalidationBatches>0</InProgressInvalidationBatches>${config(2)}</Distribution>`),
    ...answers,
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const route = `${request.method} ${request.url}`;
    seen.push({ route, headers: request.headers, body });
    sockets.add(request.socket);
    const [status, headers, text] = (routes[route] ?? (() => xml(404, failure('NoSuchResource'))))();
    if (status === NEVER) return;
    response.writeHead(status, headers);
    if (text === NEVER) response.flushHeaders();
    else response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const configured = {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    ...options,
  };
  const perform = awsPerformer(configured, limits);
  return { seen, sockets, perform, close: () => server.close().closeAllConnections() };
}

async function served(request, writes = [], changes = {}) {
  const cloud = await aws(writes, changes);
  const sleeps = [];
  const logs = [];
  const sleep = async (milliseconds) => sleeps.push(milliseconds);
  const log = (message) => logs.push(message);
  const response = await serve(request, { module, variables, perform: cloud.perform, sleep, log });
  cloud.close();
  return { ...cloud, sleeps, logs, status: response.statusCode, body: JSON.parse(response.body) };
}

test('R14.4, R14.9: a whole update on the wire', async () => {
  const { seen, body } = await served(event('POST', '/update'));
  assert.deepEqual(body, { status: 'Update completed' });
  const [secret, , code] = seen;
  assert.equal(secret.headers['x-amz-target'], 'secretsmanager.GetSecretValue');
  assert.deepEqual(JSON.parse(code.body).Publish, true);
  const write = seen.find(({ route }) => route === 'PUT /2020-05-31/distribution/E1/config');
  assert.equal(write.headers['if-match'], 'T1');
  const expected = config(2).replace(`${ARN}:2`, `${ARN}:3`);
  assert.deepEqual(elements(write.body), elements(expected));
  const invalidation = seen.at(-1);
  assert.match(invalidation.body, /<Path>\/fp\/\*<\/Path>/);
  assert.match(invalidation.body, /<CallerReference>edge-3-da8661e497241f29<\/CallerReference>/);
});

test('R14.6: errors have the names that the machine knows', async () => {
  const names = ['InvalidLambdaFunctionAssociation', 'PreconditionFailed', 'InvalidIfMatchVersion'];
  const { sleeps, body } = await served(event('POST', '/update'), names);
  assert.deepEqual(body, { status: 'Update completed' });
  assert.deepEqual(sleeps, [3000]);
  const refused = await served(event('POST', '/update'), ['AccessDenied']);
  assert.deepEqual(refused.body, { status: 'Error occurred', errorCode: 'E2200' });
});

test('R14.10: a conflict and throttled calls have the names that the machine knows', async () => {
  const code = 'PUT /2015-03-31/functions/edge/code';
  const invalidation = 'POST /2020-05-31/distribution/E1/invalidation';
  const refusal = (status, name) => [
    status,
    { 'content-type': 'application/json', 'x-amzn-errortype': name },
    JSON.stringify({ message: 'no' }),
  ];
  const updated = { FunctionArn: `${ARN}:3`, Version: '3', RevisionId: 'r2', CodeSha256: 'new' };
  const codes = [
    refusal(409, 'ResourceConflictException'),
    refusal(412, 'PreconditionFailedException'),
    refusal(429, 'TooManyRequestsException'),
    [200, { 'content-type': 'application/json' }, JSON.stringify(updated)],
  ];
  const invalidations = [
    [400, { 'content-type': 'text/xml' }, failure('TooManyInvalidationsInProgress')],
    [400, { 'content-type': 'text/xml' }, failure('Throttling')],
    [409, { 'content-type': 'text/xml' }, failure('InvalidationBatchAlreadyExists')],
  ];
  const answers = { [code]: () => codes.shift(), [invalidation]: () => invalidations.shift() };
  const { body, sleeps } = await served(event('POST', '/update'), [], { answers });
  assert.deepEqual(body, { status: 'Update completed' });
  assert.deepEqual(sleeps, [1000, 2000, 1000, 1000, 2000]);
  assert.deepEqual([codes.length, invalidations.length], [0, 0]);
});

test('R14.3: status on the wire', async () => {
  const { body } = await served(event('GET', '/status'));
  assert.deepEqual(body, {
    lambdaFunction: { functionName: 'edge' },
    cloudFrontDistribution: {
      id: 'E1',
      enabled: true,
      status: 'Deployed',
      lastModifiedTime: '2026-01-01T00:00:00.000Z',
      inProgressInvalidationBatches: 0,
      cacheBehaviorsWithFingerprintFunction: 1,
    },
  });
});

const CONFIG = 'GET /2020-05-31/distribution/E1/config';
const WRITE = 'PUT /2020-05-31/distribution/E1/config';

test('R14.9: a configuration that the SDK does not know whole is not written back', async () => {
  const value = '<Future><Deep>s3cret</Deep></Future>';
  for (const [before, lost] of [
    ['<Comment>', 'DistributionConfig/Future'],
    ['<TargetOriginId>', 'DistributionConfig/DefaultCacheBehavior/Future'],
    ['<OriginPath>', 'DistributionConfig/Origins/Items/Origin/Future'],
    ['<IncludeBody>', '/LambdaFunctionAssociations/Items/LambdaFunctionAssociation/Future'],
  ]) {
    for (const unknown of [value, '<Future/>', '<Future a="b">1</Future>']) {
      const body = config(2).replace(before, unknown + before);
      const answers = { [CONFIG]: () => [200, { 'content-type': 'text/xml', etag: 'T1' }, body] };
      const { seen, logs, ...end } = await served(event('POST', '/update'), [], { answers });
      assert.deepEqual(end.body, { status: 'Error occurred', errorCode: 'E1000' }, lost);
      assert.ok(seen.some(({ route }) => route === CONFIG));
      assert.ok(!seen.some(({ route }) => route === WRITE));
      assert.ok(logs.some((message) => message.includes(`${lost}:`)), `${lost} is not in ${logs}`);
      assert.ok(!logs.join().includes('s3cret'));
    }
  }
});

test('R14.9: lists of every kind, empty ones included, are known whole', async () => {
  const more =
    '<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses>' +
    '<OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>g</Id><FailoverCriteria><StatusCodes>' +
    '<Quantity>2</Quantity><Items><StatusCode>500</StatusCode><StatusCode>502</StatusCode></Items>' +
    '</StatusCodes></FailoverCriteria><Members><Quantity>2</Quantity><Items>' +
    '<OriginGroupMember><OriginId>fp</OriginId></OriginGroupMember>' +
    '<OriginGroupMember><OriginId>b</OriginId></OriginGroupMember></Items></Members></OriginGroup></Items></OriginGroups>' +
    '<Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction></Restrictions>';
  const body = `<?xml version="1.0"?>\n<!-- a comment -->\n${config(2).replace('<Comment>', `${more}\n  <Comment>`)}`;
  const answers = { [CONFIG]: () => [200, { 'content-type': 'text/xml', etag: 'T1' }, body] };
  const { seen, ...end } = await served(event('POST', '/update'), [], { answers });
  assert.deepEqual(end.body, { status: 'Update completed' });
  const written = seen.find(({ route }) => route === WRITE).body;
  assert.ok(elements(more).every((element) => elements(written).includes(element)));
});

test('R14.9: losses are found wherever they are, and named without values', () => {
  const lost = (xml, value) => loss(parse(xml), value);
  assert.equal(lost('<a><b>1</b><c/></a>', { b: 1, c: '' }), undefined);
  assert.equal(lost('<a><b>1</b><c/></a>', { b: 1 }), 'a/c');
  assert.equal(lost('<a><b>x</b><b>y</b></a>', ['x', 'y']), undefined);
  assert.equal(lost('<a><b>x</b><b>y</b></a>', ['x']), 'a/b');
  assert.equal(lost('<a><b>x</b><b>y</b></a>', { b: 'y' }), 'a/b');
  assert.equal(lost('<a/>', undefined), 'a');
  for (const broken of ['', 'x', '<a>', '<a></a></a>']) assert.throws(() => parse(broken));
});

test('R14.6: a call is performed once, as the machine repeats what may be repeated', async () => {
  const answers = { [WRITE]: () => [503, { 'content-type': 'text/xml' }, failure('ServiceUnavailable')] };
  const { seen, body } = await served(event('POST', '/update'), [], { answers });
  assert.deepEqual(body, { status: 'Error occurred', errorCode: 'E1000' });
  assert.equal(seen.filter(({ route }) => route === WRITE).length, 1);
});

test('R14.8: a call whose reply does not come, or not to its end, fails', async () => {
  for (const answer of [[NEVER], [200, { 'content-type': 'text/xml', etag: 'T1' }, NEVER]]) {
    const changes = { answers: { [CONFIG]: () => answer }, limits: { connection: 5_000, call: 100 } };
    const { body, logs } = await served(event('POST', '/update'), [], changes);
    assert.deepEqual(body, { status: 'Error occurred', errorCode: 'E1000' });
    assert.match(logs[0], /^GetDistributionConfig: /);
  }
});

test('no connection is kept, as it may be dead when the next event comes', async () => {
  const { seen, sockets } = await served(event('POST', '/update'));
  assert.equal(sockets.size, seen.length);
});

test('R14.1: a secret whose reply is broken is not quoted in the log', async () => {
  // A parser's message quotes the text around what it stumbles over.
  const broken = `{"SecretString":${TOKEN}`;
  const answers = { 'POST /': () => [200, { 'content-type': 'application/json' }, broken] };
  const { status, logs } = await served(event('GET', '/status'), [], { answers });
  assert.equal(status, 401);
  assert.match(logs[0], /^GetSecretValue: [A-Za-z]+$/);
  assert.ok(!logs.join().includes('s3cret'), logs.join());
});

test('R14.1: a secret that is binary is read as text', async () => {
  const SecretBinary = Buffer.from(JSON.stringify({ token: TOKEN })).toString('base64');
  const answers = { 'POST /': () => [200, {}, JSON.stringify({ SecretBinary })] };
  const { status, seen } = await served(event('GET', '/status'), [], { answers });
  assert.equal(status, 200);
  assert.equal(seen.length, 3);
});

test('the region is that of Lambda@Edge, whatever the environment says, unless it is given', async () => {
  const region = async (options) => {
    const { seen } = await served(event('GET', '/status'), [], { options });
    return seen[0].headers.authorization.match(/Credential=a\/\d+\/([^/]+)\/secretsmanager\//)[1];
  };
  process.env.AWS_REGION = 'eu-west-3';
  assert.equal(await region({}), 'us-east-1');
  assert.equal(await region({ region: 'us-west-2' }), 'us-west-2');
});
