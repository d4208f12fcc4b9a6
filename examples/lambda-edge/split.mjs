// Sorts the fields of a message: some cross, and the others stay here.

import { MOST_TEXTS } from './wire.mjs';

/** What crosses of a message. */
export class Split {
  #wire;
  #crossing = '';
  #staying = '';
  /** How many texts cross. */
  count = 0;

  constructor(wire) {
    this.#wire = wire;
  }

  /** Whether there is no room for another field. */
  get isFull() {
    return this.count + 2 > MOST_TEXTS;
  }

  cross(text) {
    this.#wire.length(this.count, text.length);
    this.count += 1;
    this.#crossing += text;
  }

  /** A value that stays goes along only to be looked at: it may be one that HTTP does not allow. */
  stay(value) {
    this.#staying += value;
  }

  /** Writes the message, and gives its size. */
  write() {
    return this.#wire.texts(this.count, this.#crossing + this.#staying);
  }
}
