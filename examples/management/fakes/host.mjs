// A host whose cloud is a table of answers: for each operation a list, used up one by one, whose
// last answer stays. An answer is a value, or an error to throw.

import { readFileSync } from 'node:fs';

export const TOKEN = 's3cret-t0ken';
export const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:edge';

export const module = new WebAssembly.Module(
  // Made by build.sh.
  readFileSync(new URL('../dist/management.wasm', import.meta.url)),
);

export const variables = {
  SettingsSecretName: 'settings',
  CFDistributionId: 'E1',
  LambdaFunctionName: 'edge',
};

export function event(method, path, authorization = `mgmt-token ${TOKEN}`) {
  return {
    version: '2.0',
    rawPath: path,
    headers: { authorization, host: 'x.lambda-url.us-east-1.on.aws' },
    requestContext: { http: { method, path } },
  };
}

export function named(name) {
  return Object.assign(new Error(`${name}: a message with internals`), { name });
}

export function distribution(version, etag = 'T1') {
  const associations = (arn) => ({
    Quantity: 1,
    Items: [{ LambdaFunctionARN: arn, EventType: 'origin-request', IncludeBody: true }],
  });
  return {
    ETag: etag,
    DistributionConfig: {
      Comment: 'Müller & Søn',
      Enabled: true,
      Origins: { Quantity: 1, Items: [{ Id: 'fp', DomainName: 'fpcdn.io' }] },
      DefaultCacheBehavior: { TargetOriginId: 'shop' },
      CacheBehaviors: {
        Quantity: 2,
        Items: [
          {
            PathPattern: 'fp/*',
            TargetOriginId: 'fp',
            LambdaFunctionAssociations: associations(`${ARN}:${version}`),
          },
          {
            PathPattern: 'other/*',
            TargetOriginId: 'fp',
            LambdaFunctionAssociations: associations(`${ARN}-of-someone:1`),
          },
        ],
      },
    },
  };
}

/** Answers under which an update goes straight to its end. */
export function straight() {
  return {
    GetSecretValue: [{ SecretString: JSON.stringify({ token: TOKEN }) }],
    GetFunction: [{ Configuration: { FunctionName: 'edge', RevisionId: 'r1', CodeSha256: 'old' } }],
    UpdateFunctionCode: [
      { FunctionArn: `${ARN}:3`, Version: '3', RevisionId: 'r2', CodeSha256: 'new' },
    ],
    GetFunctionConfiguration: [{ State: 'Active' }],
    GetDistributionConfig: [distribution(2)],
    UpdateDistribution: [{ ETag: 'T2' }],
    CreateInvalidation: [{}],
  };
}

export function fakeHost(answers) {
  const calls = [];
  const sleeps = [];
  const logs = [];
  return {
    calls,
    sleeps,
    logs,
    operations: () => calls.map(([operation]) => operation),
    module,
    variables,
    perform: async (operation, input) => {
      calls.push([operation, input]);
      const list = answers[operation] ?? [named('NotExpected')];
      const answer = list.length > 1 ? list.shift() : list[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    sleep: async (milliseconds) => sleeps.push(milliseconds),
    log: (message) => logs.push(message),
  };
}
