// Stands in for the SDK's chain of credential providers. Lambda gives credentials in the
// environment; what looks for them elsewhere is a good part of the SDK.

export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
