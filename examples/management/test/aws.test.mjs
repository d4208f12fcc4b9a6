// The AWS SDK's own clients against a server on loopback: what crosses the wire is what AWS's API
// takes, and errors have the names that the machine knows.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { awsPerformer } from '../lib/aws.mjs';
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

/** A server that answers as AWS does. `writes` are the answers to UpdateDistribution. */
async function aws(writes) {
  const seen = [];
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
      return code ? xml(code === 'PreconditionFailed' ? 412 : 400, failure(code)) : xml(200, '<Distribution/>');
    },
    'POST /2020-05-31/distribution/E1/invalidation': () => xml(201, '<Invalidation><Id>I</Id></Invalidation>'),
    'GET /2020-05-31/distribution/E1': () =>
      xml(200, `<Distribution><Id>E1</Id><Status>Deployed</Status><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><InProgressInvalidationBatches>0</InProgressInvalidationBatches>${config(2)}</Distribution>`),
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const route = `${request.method} ${request.url}`;
    seen.push({ route, headers: request.headers, body });
    const [status, headers, text] = (routes[route] ?? (() => xml(404, failure('NoSuchResource'))))();
    response.writeHead(status, headers).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const perform = awsPerformer({
    endpoint: `http://127.0.0.1:${server.address().port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  return { seen, perform, close: () => server.close().closeAllConnections() };
}

async function served(request, writes = []) {
  const cloud = await aws(writes);
  const sleeps = [];
  const sleep = async (milliseconds) => sleeps.push(milliseconds);
  const response = await serve(request, { module, variables, perform: cloud.perform, sleep, log: () => {} });
  cloud.close();
  return { ...cloud, sleeps, status: response.statusCode, body: JSON.parse(response.body) };
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
  assert.match(invalidation.body, /<CallerReference>edge-3<\/CallerReference>/);
});

test('R14.6: errors have the names that the machine knows', async () => {
  const names = ['InvalidLambdaFunctionAssociation', 'PreconditionFailed', 'InvalidIfMatchVersion'];
  const { sleeps, body } = await served(event('POST', '/update'), names);
  assert.deepEqual(body, { status: 'Update completed' });
  assert.deepEqual(sleeps, [3000]);
  const refused = await served(event('POST', '/update'), ['AccessDenied']);
  assert.deepEqual(refused.body, { status: 'Error occurred', errorCode: 'E2200' });
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
