// Performs the machine's calls with the AWS SDK, version 3, which the Lambda runtime brings along.

import * as cloudfront from '@aws-sdk/client-cloudfront';
import * as lambda from '@aws-sdk/client-lambda';
import * as secrets from '@aws-sdk/client-secrets-manager';
import { complete } from './complete.mjs';

// Lambda@Edge functions live there, and so does the stack.
const REGION = 'us-east-1';

/**
 * @param {object} [options] of every client
 * @returns {(operation: string, input: object) => Promise<object>}
 */
export function awsPerformer(options = {}) {
  // Each call is performed once: the machine knows what may be repeated, and how.
  const configured = { region: REGION, maxAttempts: 1, ...options };
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
      names.map((name) => [name, (input) => client.send(command(sdk, name, input))]),
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
