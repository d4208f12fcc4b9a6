// The loop: does what the machine wants until it is done.

import { setTimeout } from 'node:timers/promises';
import { Machine } from './machine.mjs';

/**
 * @typedef {object} Host
 * @property {WebAssembly.Module} module the compiled machine
 * @property {Record<string, string | undefined>} variables the environment's settings
 * @property {(operation: string, input: object) => Promise<object>} perform performs a call once
 * @property {(milliseconds: number) => Promise<unknown>} [sleep]
 * @property {(message: string) => void} [log] gets no secret, and nothing of the event
 */

/**
 * Serves one event of the function's URL.
 *
 * @param {unknown} event
 * @param {Host} host
 */
export async function serve(event, { module, variables, perform, sleep = setTimeout, log = console.error }) {
  const machine = new Machine(module, { variables, event: event ?? null });
  for (;;) {
    const step = machine.poll();
    if (step.done) {
      if (step.log) log(step.log);
      return step.done;
    }
    if (step.call) {
      machine.reply(await outcome(step.call, perform, log));
    } else {
      await sleep(step.wait);
      machine.waited();
    }
  }
}

/**
 * An error goes in by its name only: its message stays in the log. That of the secret's call does not
 * even get there: where a reply cannot be read, the message may quote it.
 */
async function outcome(call, perform, log) {
  const [[operation, input]] = Object.entries(call);
  try {
    return { ok: (await perform(operation, input)) ?? null };
  } catch (error) {
    const message = operation === 'GetSecretValue' ? '' : `: ${error?.message}`;
    log(`${operation}: ${error?.name}${message}`);
    return { error: String(error?.name) };
  }
}
