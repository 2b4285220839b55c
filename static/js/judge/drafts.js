/**
 * Tells the server what is entered and not submitted, a moment after the last tap: it counts for nothing there, and is
 * not lost with the phone. What does not get through lies on this phone, and is told again with the next bundle.
 */
const ADDRESS = "/judge/drafts";
const IDLE = 1_500; // ms after the last tap
const TIMEOUT = 15_000; // ms for one try

export class Drafts {
  #judge;
  #untold = new Map();
  #timers = new Map();

  /** @param {string} judge whose pages these are */
  constructor(judge) {
    this.#judge = judge;
  }

  /**
   * Tell a draft soon; one without anything in it has the server forget it.
   * @param {{round: string, team: string}} draft
   */
  note(draft) {
    const place = JSON.stringify([draft.round, draft.team]);
    this.drop(draft);
    this.#untold.set(place, draft);
    this.#timers.set(place, setTimeout(() => this.#tell(place), IDLE));
  }

  /** Tell nothing any more of a team: its ballot was submitted. */
  drop({ round, team }) {
    const place = JSON.stringify([round, team]);
    clearTimeout(this.#timers.get(place));
    this.#untold.delete(place);
  }

  /** Whether the server has not heard the newest of a team. */
  owes({ round, team }) {
    return this.#untold.has(JSON.stringify([round, team]));
  }

  /** Try again: there is a connection. */
  again() {
    for (const place of this.#untold.keys()) this.#tell(place);
  }

  async #tell(place) {
    const draft = this.#untold.get(place);
    if (!draft) return;
    try {
      const answer = await fetch(ADDRESS, {
        method: "PUT",
        headers: { accept: "application/json", "content-type": "application/json", "scoreboard-judge": this.#judge },
        body: JSON.stringify(draft),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT),
      });
      // What the server will not have as a draft, it would not have again either.
      const heard = answer.status === 204 || (answer.status >= 400 && answer.status < 500 && answer.status !== 429);
      if (heard && this.#untold.get(place) === draft) this.#untold.delete(place);
    } catch {
      // no connection
    }
  }
}
