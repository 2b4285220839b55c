const SAMPLES = 5;

/**
 * The server's time on a phone whose own clock may say anything: by the answer, of the last few, that took the shortest
 * way, since its middle is when the server looked at its clock, give or take half of the way.
 */
export class Clock {
  #samples = [];

  /** @param {{offset: number, error: number}} [known] what this phone last knew, in ms: see `known` */
  constructor(known = { offset: 0, error: 0 }) {
    this.#samples = [{ ...known, took: Infinity }];
  }

  /** How many ms the server is ahead of this phone, and by how many that may be wrong. */
  get known() {
    const { offset, error } = this.#samples.reduce((best, each) => (each.took < best.took ? each : best));
    return { offset, error };
  }

  /** The server's time now, ISO 8601. */
  get now() {
    return new Date(Date.now() + this.known.offset).toISOString();
  }

  /** The same at the earliest: a doubt must not make what was entered before a close come after it. */
  get earliest() {
    const { offset, error } = this.known;
    return new Date(Date.now() + offset - error).toISOString();
  }

  /**
   * Learn from an answer.
   * @param {number} asked when it was asked for, by this phone, in ms
   * @param {string | null} told the server's time in the answer
   */
  take(asked, told) {
    const server = Date.parse(told ?? "");
    if (Number.isNaN(server)) return;
    const heard = Date.now();
    const sample = { took: heard - asked, offset: server - (asked + heard) / 2, error: (heard - asked) / 2 };
    this.#samples = [sample, ...this.#samples].slice(0, SAMPLES);
  }
}
