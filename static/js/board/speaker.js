/** Says what happens to those who listen to the board; one line at a time, and never a flood. */

const BETWEEN_MS = 10_000;

export class Speaker {
  #element;
  #saidAt = -Infinity;
  #next = "";
  #timer = 0;

  /** @param {HTMLElement} element a live region */
  constructor(element) {
    this.#element = element;
  }

  /**
   * Say a line, as soon as one may be said again; a newer line takes its place until then.
   * @param {string} line
   */
  say(line) {
    this.#next = line;
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#saidAt = Date.now();
      this.#element.textContent = this.#next;
    }, Math.max(0, this.#saidAt + BETWEEN_MS - Date.now()));
  }
}
