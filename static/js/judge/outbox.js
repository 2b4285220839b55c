/**
 * Sends what was submitted until the server has it: in order, one at a time for each ballot, for as long as it takes.
 *
 * Only an answer that is JSON and names the ballot counts as received; a page of the hall's network does not. A ballot
 * keeps its uuid over all tries, so one that arrives twice is stored once.
 */

const ADDRESS = "/judge/ballots/";
const TIMEOUT = 15_000; // ms for one try
const FIRST_WAIT = 1_000; // ms before the second try; doubles
const LONGEST_WAIT = 30_000; // ms

export const SENDING = "sending";
export const WAITING = "waiting";
export const SIGNED_OUT = "signed_out";

export class Outbox extends EventTarget {
  /** What it is doing: SENDING, or why it is not: WAITING for a connection, SIGNED_OUT. */
  state = WAITING;
  #store;
  #judge;
  #running = null;
  #again = false;
  #timer = 0;
  #wait = FIRST_WAIT;

  /**
   * @param {import("./store.js").Store} store
   * @param {string} judge whose pages these are; the server refuses them when another judge has signed in meanwhile
   */
  constructor(store, judge) {
    super();
    this.#store = store;
    this.#judge = judge;
  }

  /** Send what waits, now and whenever there may be a connection again. */
  start() {
    const wake = () => {
      if (document.visibilityState === "visible") this.flush();
    };
    window.addEventListener("online", wake);
    window.addEventListener("pageshow", wake);
    document.addEventListener("visibilitychange", wake);
    this.flush();
  }

  /** Try to send all that waits. Resolves when there is nothing left to try just now. */
  async flush() {
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#again) this.flush();
    });
    return this.#running;
  }

  async #run() {
    clearTimeout(this.#timer);
    while (this.#again) {
      this.#again = false;
      await this.#store.refresh();
      const outcomes = await Promise.all(this.#ballots().map((items) => this.#sendInOrder(items)));
      if (outcomes.includes(WAITING)) this.#later();
      else this.#wait = FIRST_WAIT;
      this.#say(outcomes.includes(SIGNED_OUT) ? SIGNED_OUT : WAITING);
    }
  }

  /** What waits, for each ballot in order. A refused submission holds up those after it. */
  #ballots() {
    const ballots = new Map();
    for (const item of this.#store.items) {
      const place = JSON.stringify([item.round, item.team]);
      ballots.set(place, [...(ballots.get(place) ?? []), item]);
    }
    return [...ballots.values()].filter((items) => !items[0].refused);
  }

  async #sendInOrder(items) {
    for (const item of items) {
      this.#say(SENDING);
      const outcome = await this.#send(item);
      if (outcome.answer) {
        await this.#store.received(item, outcome.answer.revision);
        this.dispatchEvent(new CustomEvent("received", { detail: { item, answer: outcome.answer } }));
      } else if (outcome.refused) {
        await this.#store.refuse(item, outcome.refused);
        return null;
      } else {
        return outcome.held;
      }
    }
    return null;
  }

  /** One try: {answer}, {refused} or {held: why}. */
  async #send(item) {
    const { uuid, round, team, base_revision, scores, comment, note, entered_at } = item;
    try {
      const response = await fetch(ADDRESS + uuid, {
        method: "PUT",
        headers: { "content-type": "application/json", accept: "application/json", "scoreboard-judge": this.#judge },
        body: JSON.stringify({ round, team, base_revision, scores, comment, note, entered_at }),
        redirect: "error",
        cache: "no-store",
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const said = await response.json();
      if (response.ok) return said?.uuid === uuid && said.revision > 0 ? { answer: said } : { held: WAITING };
      if (response.status === 401) return { held: SIGNED_OUT };
      if (response.status >= 500 || response.status === 429 || typeof said?.code !== "string") return { held: WAITING };
      return { refused: { code: said.code, message: said.message, current: said.current } };
    } catch {
      // No connection, none in time, or an answer that is no JSON: the server may or may not have it.
      return { held: WAITING };
    }
  }

  #say(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  /** Try again later: not all phones of a hall at the same moment. */
  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
  }
}
