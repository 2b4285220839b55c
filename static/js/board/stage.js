/**
 * The rows of the stage. A new ranking lands in two steps: the numbers at once, and half a second later, so that eyes
 * have found them, the rows move; what comes meanwhile moves with them. The order is the server's.
 */

import { Pages, PLACES } from "./pages.js";
import { Row } from "./row.js";

const MOVE_AFTER_MS = 500;
const BETWEEN_MOVES_MS = 1000;
const ROOMY = 8; // so many rows have room for the organisation below the name

export class Stage {
  #list;
  #texts;
  #language;
  #wide = matchMedia("(min-width: 1000px) and (min-height: 500px)"); // as in board.css
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #rows = new Map();
  #ranks = new Map();
  #teams = new Map();
  #lines = [];
  #minimum = 1;
  #timer = 0;
  #movedAt = 0;
  #pages = new Pages(() => this.#move());
  #settled;

  /**
   * @param {HTMLElement} list
   * @param {import("../lib/texts.js").Texts} texts
   * @param {string} language
   * @param {(page: {first: number, last: number, paged: boolean}, moves: Map<string, number>) => void} settled
   */
  constructor(list, texts, language, settled) {
    this.#list = list;
    this.#texts = texts;
    this.#language = language;
    this.#settled = settled;
    this.#wide.addEventListener("change", () => this.#move());
    addEventListener("resize", () => this.#fit());
    document.fonts.ready.then(() => this.#fit());
  }

  /**
   * Show a ranking.
   * @param {{teams: object[]}} roster
   * @param {{lines: Array, minimum_ballots: number}} standings
   */
  show(roster, standings) {
    const first = this.#lines.length === 0;
    this.#teams = new Map(roster.teams.map((team) => [team.key, team]));
    this.#minimum = standings.minimum_ballots;
    this.#lines = standings.lines.map(([team, rank, tied, total, ballots, awaiting, interval]) => ({
      ...{ team, rank, tied, total, ballots, awaiting, interval },
    }));
    for (const line of this.#lines) this.#rows.get(line.team)?.count(line, this.#minimum);
    if (first) this.#move();
    else if (this.#timer === 0) {
      const wait = Math.max(MOVE_AFTER_MS, this.#movedAt + BETWEEN_MOVES_MS - Date.now());
      this.#timer = setTimeout(() => this.#move(), wait);
    }
  }

  #move() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#movedAt = Date.now();
    const { seen, ...page } = this.#pages.choose(this.#lines, this.#wide.matches);
    const places = page.paged ? PLACES : Math.max(seen.length, 1);
    this.#list.style.setProperty("--places", String(places));
    this.#list.classList.toggle("roomy", this.#wide.matches && places <= ROOMY);
    const moves = this.#moves();
    const gone = new Set(this.#rows.keys());
    seen.forEach((line, place) => {
      gone.delete(line.team);
      const row = this.#rows.get(line.team) ?? this.#enter(line);
      row.settle(line, place, moves.get(line.team) ?? 0);
      if (moves.has(line.team) && this.#calm.matches) row.element.animate([{ opacity: 0.2 }, { opacity: 1 }], 150);
    });
    for (const team of gone) this.#leave(team);
    this.#fit();
    this.#settled(page, moves);
  }

  /** By how many ranks each team moved since the rows last moved. */
  #moves() {
    const moves = new Map();
    for (const { team, rank } of this.#lines) {
      const before = this.#ranks.get(team);
      if (rank !== null && before && rank !== before) moves.set(team, before - rank);
    }
    this.#ranks = new Map(this.#lines.map(({ team, rank }) => [team, rank]));
    return moves;
  }

  #enter(line) {
    const row = new Row(this.#texts);
    this.#rows.set(line.team, row);
    row.name(this.#teams.get(line.team), this.#language);
    row.count(line, this.#minimum);
    this.#list.append(row.element);
    return row;
  }

  #leave(team) {
    this.#rows.get(team).element.remove();
    this.#rows.delete(team);
  }

  /** Names change seldom, and so does the room for them. */
  #fit() {
    for (const [team, row] of this.#rows) row.name(this.#teams.get(team), this.#language);
    for (const row of this.#rows.values()) row.fit();
  }
}
