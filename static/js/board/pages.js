/** Turns pages, where there are several. */

const DWELL_MS = 12_000;

export class Pages {
  #page = 0;
  #count = 1;

  /**
   * Turn the page every so often.
   * @param {() => void} turned called after a page was turned
   */
  constructor(turned) {
    setInterval(() => {
      if (this.#count < 2) return;
      this.#page = (this.#page + 1) % this.#count;
      turned();
    }, DWELL_MS);
  }

  /**
   * Choose the page to be seen.
   * @template Page
   * @param {Page[]} pages one at least
   * @returns {Page & {number: number, count: number}} with its number, 1-based
   */
  choose(pages) {
    this.#count = pages.length;
    this.#page %= this.#count;
    return { ...pages[this.#page], number: this.#page + 1, count: this.#count };
  }
}
