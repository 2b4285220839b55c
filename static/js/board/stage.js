/**
 * The rows of the stage. A new ranking lands in two steps: the numbers at once, and half a second later, so that eyes
 * have found them, the rows move; what comes meanwhile moves with them. The order is the server's.
 */

import { groupWords, heading } from "./heading.js";
import { layOut } from "./layout.js";
import { Pages } from "./pages.js";
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
  #headings = [];
  #stood = new Map(); // where each team stood when rows last moved
  #teams = new Map();
  #lines = [];
  #minimum = 1;
  #decimals = 1;
  #groups = 0;
  #timer = 0;
  #movedAt = 0;
  #pages = new Pages(() => this.#move());
  #settled;

  /**
   * @param {HTMLElement} list
   * @param {import("../lib/texts.js").Texts} texts
   * @param {string} language
   * @param {(page: object, moves: Map<string, number>) => void} settled told the page, as `Pages` chose it
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
   * @param {{lines: Array, minimum_ballots: number, decimals: number, groups: number}} standings
   */
  show(roster, standings) {
    const first = this.#lines.length === 0;
    this.#teams = new Map(roster.teams.map((team) => [team.key, team]));
    this.#minimum = standings.minimum_ballots;
    this.#decimals = standings.decimals;
    this.#groups = standings.groups;
    this.#lines = standings.lines.map(([team, rank, tied, total, ballots, awaiting, interval, group]) => ({
      ...{ team, rank, tied, total, ballots, awaiting, interval, group },
    }));
    for (const line of this.#lines) this.#rows.get(line.team)?.count(line, this.#minimum, this.#decimals);
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
    const page = this.#pages.choose(layOut(this.#lines, this.#wide.matches));
    this.#list.style.setProperty("--places", String(page.places));
    this.#list.classList.toggle("roomy", this.#wide.matches && page.places <= ROOMY && page.columns === 1);
    this.#list.classList.toggle("columns", page.columns > 1);
    this.#list.classList.toggle("apart", page.entries.some(({ group }) => group !== undefined));
    const moves = this.#moves();
    const gone = new Set(this.#rows.keys());
    for (const { line, place, column } of page.entries.filter((entry) => entry.line)) {
      gone.delete(line.team);
      const row = this.#rows.get(line.team) ?? this.#enter(line);
      row.settle(line, place, column, moves.get(line.team) ?? 0);
      if (moves.has(line.team) && this.#calm.matches) row.element.animate([{ opacity: 0.2 }, { opacity: 1 }], 150);
    }
    for (const team of gone) this.#leave(team);
    this.#head(page.entries.filter(({ group }) => group !== undefined));
    this.#fit();
    this.#settled(page, moves);
  }

  /** Write the headings of the groups that are seen; they stand still, so nothing of them is kept. */
  #head(entries) {
    for (const before of this.#headings) before.remove();
    this.#headings = entries.map(({ group, place, column }) =>
      heading(groupWords(this.#texts, group, this.#groups), place, column),
    );
    this.#list.append(...this.#headings);
  }

  /** By how many ranks each team moved since the rows last moved; from one table into another is no move. */
  #moves() {
    const moves = new Map();
    for (const { team, rank, group } of this.#lines) {
      const before = this.#stood.get(team);
      if (before?.rank && rank !== null && rank !== before.rank && group === before.group) {
        moves.set(team, before.rank - rank);
      }
    }
    this.#stood = new Map(this.#lines.map(({ team, rank, group }) => [team, { rank, group }]));
    return moves;
  }

  #enter(line) {
    const row = new Row(this.#texts);
    this.#rows.set(line.team, row);
    row.name(this.#teams.get(line.team), this.#language);
    row.count(line, this.#minimum, this.#decimals);
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
