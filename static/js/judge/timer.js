/**
 * The timer of a visit: kept on this phone, by the server's clock. It says the last minute and the end once, and touches
 * nothing that is entered.
 */
import { countdown } from "./countdown.js";

const BUZZ = 200; // ms
const ORDER = ["on", "last", "over"];

export class Timer {
  #element = document.getElementById("timer");
  #place;
  #store;
  #clock;
  #texts;
  #waiting = 0;

  /**
   * @param {{round: string, team: string}} page
   * @param {import("./store.js").Store} store
   * @param {import("./clock.js").Clock} clock
   * @param {import("../lib/texts.js").Texts} texts
   */
  constructor({ round, team }, store, clock, texts) {
    this.#place = [round, team];
    this.#store = store;
    this.#clock = clock;
    this.#texts = texts;
    if (!this.#element) return; // visits of this round take as long as they take
    for (const start of this.#element.querySelectorAll("[data-start]")) start.addEventListener("click", () => this.#begin());
    this.#part("stop").addEventListener("click", () => this.#stop());
    document.addEventListener("visibilitychange", () => this.draw());
    this.draw();
  }

  async #begin() {
    await this.#store.noteVisit(...this.#place, { began: this.#clock.now, said: undefined });
    this.#part("said").textContent = "";
    this.draw();
    this.#part("stop").focus({ preventScroll: true });
  }

  async #stop() {
    await this.#store.noteVisit(...this.#place, { began: undefined, said: undefined });
    this.draw();
    this.#part("start").focus({ preventScroll: true });
  }

  #part(name) {
    return this.#element.querySelector(`[data-${name}]`);
  }

  draw() {
    clearTimeout(this.#waiting);
    if (!this.#element) return;
    const { began } = this.#store.visit(...this.#place);
    const minutes = Number(this.#element.dataset.minutes);
    const stands = began ? countdown(Date.parse(began), minutes, Date.parse(this.#clock.now)) : null;
    this.#element.dataset.phase = stands?.phase ?? "";
    this.#part("running").hidden = !stands;
    this.#part("start").hidden = Boolean(stands);
    if (!stands) return void (this.#part("said").textContent = "");
    const { phase, left, over } = stands;
    this.#part("left").textContent = over > 0 ? `+${this.#texts.duration(over)}` : this.#texts.duration(left);
    this.#part("words").textContent = phase === "on" ? "" : this.#texts.say(`visit_${phase}`);
    this.#part("course").value = left;
    // Read by whoever asks for it; it changes once a minute.
    const read = phase === "over" ? this.#texts.say("visit_over") : this.#texts.say("minutes_left", { n: this.#texts.number(stands.minutes) });
    if (this.#part("read").textContent !== read) this.#part("read").textContent = read;
    this.#tell(phase);
    this.#waiting = setTimeout(() => this.draw(), stands.next);
  }

  /** Say where it stands, if that was not said yet. */
  async #tell(phase) {
    const { said = "on" } = this.#store.visit(...this.#place);
    if (document.visibilityState === "hidden" || ORDER.indexOf(said) >= ORDER.indexOf(phase)) return;
    this.#part("said").textContent = this.#texts.say(`visit_${phase}`);
    if (phase === "last") navigator.vibrate?.(BUZZ);
    await this.#store.noteVisit(...this.#place, { said: phase });
  }
}
