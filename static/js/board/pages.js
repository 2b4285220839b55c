/** Which lines are seen: all of them where they can be scrolled, else as many as fit, the top ones pinned. */

export const PLACES = 12; // rows on a stage
const PINNED = 3;
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
   * Choose the lines to be seen.
   * @template T
   * @param {T[]} lines
   * @param {boolean} stage whether there is room for a few lines only
   * @returns {{seen: T[], first: number, last: number, paged: boolean}} with the 1-based numbers of the turning lines
   */
  choose(lines, stage) {
    if (!stage || lines.length <= PLACES) {
      this.#count = 1;
      this.#page = 0;
      return { seen: lines, first: 1, last: lines.length, paged: false };
    }
    const room = PLACES - PINNED;
    this.#count = Math.ceil((lines.length - PINNED) / room);
    this.#page %= this.#count;
    const first = PINNED + this.#page * room;
    const last = Math.min(first + room, lines.length);
    return { seen: [...lines.slice(0, PINNED), ...lines.slice(first, last)], first: first + 1, last, paged: true };
  }
}
