// The function: reads the secret, sends the request, and leaves everything else to the gateway.

import { readFileSync } from 'node:fs';

import { Failure, Gateway } from './boundary.mjs';
import { createSender } from './upstream.mjs';
import { warm } from './warm.mjs';

/**
 * A handler for origin-request events with their body.
 *
 * `readSecret` gives the text of a secret by its name, `send` an upstream response. `choices` are
 * the gateway's, as JSON: `integration_version`, `mount`, `agent_origin`, `v4`.
 */
export function createHandler({
  readSecret = readFromSecretsManager,
  send = createSender(),
  choices = {},
  now = Date.now,
  log = console.error,
} = {}) {
  const gateway = new Gateway(readFileSync(new URL('firstparty.wasm', import.meta.url)), choices);
  warm(gateway);
  const tell = (answer) => {
    if (answer.log !== '') log(answer.log);
    return answer;
  };

  const settings = async (answer) => {
    let secret;
    try {
      secret = await readSecret(answer.document);
    } catch (error) {
      // Not the message: it is not ours, and may hold anything.
      log(`the secret could not be read: ${error?.name}`);
    }
    return gateway.withDocument(answer, secret, now());
  };

  const upstream = async ({ ticket, request }) => {
    let response;
    try {
      response = await send(request);
    } catch (failure) {
      const known = Object.values(Failure).includes(failure) ? failure : Failure.protocol;
      return gateway.fail(ticket, known, now());
    }
    return gateway.complete(ticket, response, now());
  };

  return async (event) => {
    try {
      let answer = tell(gateway.begin(event, now()));
      if (answer.document !== undefined) answer = tell(await settings(answer));
      if (answer.request !== undefined) answer = tell(await upstream(answer));
      return answer.result;
    } catch (error) {
      log(`the gateway broke: ${error?.name}`);
      gateway.restart();
      return gateway.begin(null, now()).result;
    }
  };
}

let client;

async function readFromSecretsManager(name) {
  // A function without a secret does without the client.
  const { GetSecretValueCommand, SecretsManagerClient } = await import('./aws-client.mjs');
  client ??= new SecretsManagerClient({ region: 'us-east-1' });
  const command = new GetSecretValueCommand({ SecretId: name });
  const secret = await client.send(command, { abortSignal: AbortSignal.timeout(3_000) });
  return secret.SecretString ?? Buffer.from(secret.SecretBinary);
}

export const handler = createHandler();
