// What is done with a field, as far as its name tells. The module says it, once for each name.

import { isAscii } from './event.mjs';

/** Passes as it is: it stays on this side. */
export const KEPT = 0;
/** Does not pass. */
export const DROPPED = 1;
/** Has to cross. */
export const READ = 2;
/** Not a name that a message can be split by: the message crosses whole. */
export const UNKNOWN = 3;

/** Browsers choose names. Those beyond the limits are asked for each time, or not at all. */
const MOST_NAMES = 1_000;
const LONGEST_NAME = 128;

const MOST_METHODS = 16;

/** Tables for requests: the method counts, too. */
export class FieldUsesByMethod {
  #tables = new Map();

  of(method) {
    return this.#tables.get(method) ?? this.#add(method);
  }

  #add(method) {
    const table = new FieldUses();
    if (this.#tables.size < MOST_METHODS) this.#tables.set(method, table);
    return table;
  }
}

/** A table for one origin and one settings document. */
export class FieldUses {
  #uses = new Map();

  /** `ask(lowerCaseName)` gives the use of a name that is not in the table. */
  of(name, ask) {
    return this.#uses.get(name) ?? this.#learn(name, ask);
  }

  #learn(name, ask) {
    const lowerCase = name.toLowerCase();
    // What every object inherits would be found in an object of lines without being there, and
    // outside of ASCII two names can be the same in lower case.
    const isOdd =
      name.length > LONGEST_NAME || lowerCase in Object.prototype || !isAscii(name);
    const entry = { name: lowerCase, use: isOdd ? UNKNOWN : ask(lowerCase) };
    if (entry.use !== UNKNOWN && this.#uses.size < MOST_NAMES) this.#uses.set(name, entry);
    return entry;
  }
}
