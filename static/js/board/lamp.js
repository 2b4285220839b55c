/** The connection as the hall sees it: nothing when all is well, then a dot, then a sentence, then a loud one. */

const QUIET_MS = 10_000; // without a connection, until it is said in words
const SILENT_MS = 13_000; // with one, but without news that the state is current
const LOUD_MS = 30_000;

export class Lamp {
  #element;
  #words;
  #texts;
  #connected = true;
  #road = "socket";

  /**
   * @param {HTMLElement} element whose data-connection is fine, reconnecting, stale or lost
   * @param {HTMLElement} words
   * @param {import("../lib/texts.js").Texts} texts
   */
  constructor(element, words, texts) {
    this.#element = element;
    this.#words = words;
    this.#texts = texts;
  }

  /**
   * @param {boolean} connected
   * @param {"socket" | "stream" | "asking"} road by which news comes
   */
  connected(connected, road) {
    this.#connected = connected;
    this.#road = road;
  }

  /**
   * Show how old the state is.
   * @param {{asOf: string, freshAt: number}} snapshot
   */
  show({ asOf, freshAt }) {
    const age = Date.now() - freshAt;
    const stale = age > (this.#connected ? SILENT_MS : QUIET_MS);
    const state = stale ? (age > LOUD_MS ? "lost" : "stale") : this.#connected ? "fine" : "reconnecting";
    const said = stale ? "stale" : this.#road === "asking" ? "asking" : "as_of";
    const words = this.#texts.say(said, { time: this.#texts.clock(asOf) });
    this.#element.dataset.road = this.#road;
    if (this.#element.dataset.connection !== state) this.#element.dataset.connection = state;
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.#element.title = state === "reconnecting" ? this.#texts.say("reconnecting") : "";
  }
}
