// Performs the machine's calls with the AWS SDK, version 3, which the Lambda runtime brings along.

import * as cloudfront from '@aws-sdk/client-cloudfront';
import * as lambda from '@aws-sdk/client-lambda';
import * as secrets from '@aws-sdk/client-secrets-manager';
import { complete } from './complete.mjs';

// Lambda@Edge functions live there, and so does the stack.
const REGION = 'us-east-1';

// How long a call may take, in milliseconds: until it is connected, and until its reply is complete.
const LIMITS = { connection: 5_000, call: 30_000 };

/**
 * @param {object} [options] of every client
 * @param {{ connection: number, call: number }} [limits]
 * @returns {(operation: string, input: object) => Promise<object>}
 */
export function awsPerformer(options = {}, limits = LIMITS) {
  // Lambda freezes this process between two events. A connection that was kept would be dead by then.
  const agent = { keepAlive: false };
  const requestHandler = { connectionTimeout: limits.connection, httpAgent: agent, httpsAgent: agent };
  // Each call is performed once: the machine knows what may be repeated, and how.
  const configured = { region: REGION, maxAttempts: 1, requestHandler, ...options };
  // The handler's own time-out ends with the head of a reply. This one covers the body, too.
  const send = (client, command) =>
    client.send(command, { abortSignal: AbortSignal.timeout(limits.call) });
  const services = [
    [new secrets.SecretsManagerClient(configured), secrets, ['GetSecretValue']],
    [
      new lambda.LambdaClient(configured),
      lambda,
      ['GetFunction', 'UpdateFunctionCode', 'ListVersionsByFunction', 'GetFunctionConfiguration'],
    ],
    [
      new cloudfront.CloudFrontClient(configured),
      cloudfront,
      ['GetDistribution', 'GetDistributionConfig', 'UpdateDistribution', 'CreateInvalidation'],
    ],
  ];
  const operations = new Map(
    services.flatMap(([client, sdk, names]) =>
      names.map((name) => [name, (input) => send(client, command(sdk, name, input))]),
    ),
  );

  return async (operation, input) => {
    const { $metadata, SecretBinary, ...output } = await operations.get(operation)(input);
    // The machine reads the secret as text.
    if (SecretBinary) output.SecretString = new TextDecoder().decode(SecretBinary);
    return output;
  };
}

function command(sdk, name, input) {
  const command = new sdk[`${name}Command`](input);
  if (name === 'GetDistributionConfig') complete(command, 'DistributionConfig');
  return command;
}
