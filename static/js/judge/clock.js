const SAMPLES = 5;

/**
 * The server's time on a phone whose own clock may say anything: by the answer, of the last few, that took the shortest
 * way, since its middle is when the server looked at its clock.
 */
export class Clock {
  #samples = [];

  /** @param {number} [offset] ms by which the server was ahead when this phone last knew */
  constructor(offset = 0) {
    this.#samples = [{ took: Infinity, offset }];
  }

  /** How many ms the server is ahead of this phone. */
  get offset() {
    return this.#samples.reduce((best, each) => (each.took < best.took ? each : best)).offset;
  }

  /** The server's time now, ISO 8601. */
  get now() {
    return new Date(Date.now() + this.offset).toISOString();
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
    this.#samples = [{ took: heard - asked, offset: server - (asked + heard) / 2 }, ...this.#samples].slice(0, SAMPLES);
  }
}
