/**
 * The newest state that the server told of: names, ranking, and when it was last known to be true. States are whole;
 * what is older than what is held is ignored, and a gap is never drawn over but asked about.
 */

export class Snapshot {
  /** The names: {event, round_key, round, teams}. */
  roster = null;
  /** The ranking: {status, ..., lines: [[team, rank, tied, total, ballots, awaiting, interval, group], ...]}. */
  standings = null;
  /** ISO 8601, by the server's clock. */
  asOf = "";
  /** When `asOf` last moved on, by this device's clock. */
  freshAt = 0;
  #epoch = "";
  #version = 0;
  #rosterVersion = 0;

  /**
   * Take in a message.
   * @param {object} message
   * @returns {{changed: boolean, lost: boolean}} whether there is something to draw; whether the whole state is needed
   */
  take(message) {
    const known = message.epoch === this.#epoch;
    if (message.type === "heartbeat") {
      const current = known && message.version <= this.#version;
      if (current) this.#hold(message.as_of);
      return { changed: false, lost: !current };
    }
    if (known && message.version < (message.type === "roster" ? this.#rosterVersion : this.#version)) {
      return { changed: false, lost: false };
    }
    if (message.type === "roster") {
      this.roster = message.roster;
      this.#rosterVersion = message.version;
      if (!known) this.#version = 0;
      this.#epoch = message.epoch;
      return { changed: false, lost: false }; // the ranking that belongs to it comes next
    }
    if (message.type !== "standings") return { changed: false, lost: false };
    if (!known || message.roster_version !== this.#rosterVersion) return { changed: false, lost: true };
    this.standings = message.standings;
    this.#version = message.version;
    this.#hold(message.as_of);
    return { changed: true, lost: false };
  }

  /** What is held, as the server wants to know it from who has lost track. */
  resume() {
    return { type: "resume", epoch: this.#epoch, version: this.#version };
  }

  #hold(asOf) {
    if (asOf <= this.asOf) return;
    this.asOf = asOf;
    this.freshAt = Date.now();
  }
}
