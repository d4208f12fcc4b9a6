// What the function uses of the AWS SDK.

export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
