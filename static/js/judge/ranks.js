/**
 * The list in the judge's own order: a place for each team that is scored, buttons that move it, and a question beside
 * two teams that stand against their totals.
 */
import { named } from "../lib/names.js";
import { ownOrder, placed } from "./hindsight.js";
import { arranged, contradictions, moved } from "./ranking.js";
import { cardOf, standing } from "./view.js";

const LEAST = 2; // scored teams, from which on there is an order

const find = (id) => document.getElementById(id);
const piece = (id) => find(id).content.firstElementChild.cloneNode(true);

export class Ranks {
  #language;
  #texts;
  #store;
  #redraw;
  #told;
  #order = []; // what is scored, as it is shown
  #doubts = new Map(); // pieces of the page, by the upper team

  /**
   * @param {string} language
   * @param {import("../lib/texts.js").Texts} texts
   * @param {import("./store.js").Store} store
   * @param {() => void} redraw draws the list
   */
  constructor(language, texts, store, redraw) {
    this.#language = language;
    this.#texts = texts;
    this.#store = store;
    this.#redraw = redraw;
    find("views").onclick = ({ target: { dataset } }) => {
      if (dataset.view) this.#keep({ view: dataset.view });
    };
    find("by-totals").onclick = ({ target }) => {
      this.#keep({ teams: [] });
      find("moved").textContent = target.textContent;
      find("views").lastElementChild.focus();
    };
    find("teams").onclick = ({ target }) => {
      const button = target.closest("[data-step]");
      if (button?.ariaDisabled === "false") this.#move(button);
    };
  }

  /**
   * Give the teams in the order in which the list shows them, those that are not scored last.
   * @param {object} told the bundle
   * @param {Array<{team: string, total: number}>} own ballots
   * @returns {object[]} assignments
   */
  order(told, own) {
    this.#told = told;
    const { view, teams } = this.#kept;
    const ranked = own.length >= LEAST && view === "own";
    const byTotal = ownOrder(own);
    this.#order = ranked ? placed(arranged(teams, byTotal)) : [];
    find("views").hidden = own.length < LEAST;
    for (const button of find("views").children) {
      button.disabled = false;
      button.ariaPressed = (button.dataset.view === "own") === ranked;
    }
    find("ranking").hidden = !ranked;
    find("by-totals").disabled = this.#order.every(({ team }, index) => team === byTotal[index].team);
    const first = this.#order.map(({ team }) => told.assignments.find((each) => each.team === team));
    return [...first, ...told.assignments.filter((each) => !first.includes(each))];
  }

  /**
   * Draw a team's place, and the buttons that move it.
   * @param {HTMLElement} row
   * @param {boolean} movable
   */
  drawRow(row, movable) {
    const { team } = row.dataset;
    const at = this.#order.findIndex((each) => each.team === team);
    let ranks = row.querySelector(".ranks");
    if (at < 0) return ranks?.remove();
    if (!ranks) row.append((ranks = piece("ranks")));
    ranks.querySelector("[data-place]").textContent = this.#texts.number(this.#order[at].place);
    const [up, down] = ranks.querySelectorAll("button");
    up.parentNode.hidden = !movable;
    up.ariaLabel = this.#texts.say("move_up", { team: this.#name(team) });
    down.ariaLabel = this.#texts.say("move_down", { team: this.#name(team) });
    up.ariaDisabled = at === 0; // and not disabled, which would lose the focus
    down.ariaDisabled = at === this.#order.length - 1;
    return ranks;
  }

  /**
   * Put the questions between the rows that they ask about.
   * @param {HTMLElement[]} rows
   * @returns {HTMLElement[]}
   */
  withDoubts(rows) {
    const found = this.#contradictions();
    return rows.flatMap((row) => [row, ...found.filter(({ upper }) => upper.team === row.dataset.team).map((pair) => this.#doubt(pair))]);
  }

  /** What is worth a question, while a score can be corrected. */
  #contradictions() {
    return ["open", "paused"].includes(standing(this.#told)) ? contradictions(this.#order) : [];
  }

  #doubt(pair) {
    const item = this.#doubts.get(pair.upper.team) ?? piece("doubt");
    this.#doubts.set(pair.upper.team, item);
    item.firstElementChild.textContent = this.#words(pair);
    for (const [index, link] of item.querySelectorAll("a").entries()) {
      const { team } = index ? pair.lower : pair.upper;
      link.href = cardOf(this.#told, team);
      link.textContent = this.#name(team);
    }
    return item;
  }

  #words({ upper, lower }) {
    const [less, more] = [upper, lower].map(({ total }) => this.#texts.number(total, 1));
    return this.#texts.say("doubt", { upper: this.#name(upper.team), lower: this.#name(lower.team), less, more });
  }

  #move(button) {
    const row = button.closest(".team");
    const { team } = row.dataset;
    const teams = moved(this.#order.map((each) => each.team), team, Number(button.dataset.step));
    glide(find("teams"), () => {
      this.#keep({ teams });
      button.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    });
    const position = this.#texts.number(teams.indexOf(team) + 1);
    const where = this.#texts.say("moved", { team: this.#name(team), position, of: this.#texts.number(teams.length) });
    const asked = this.#contradictions().filter(({ upper, lower }) => upper.team === team || lower.team === team);
    find("moved").textContent = [where, ...asked.map((pair) => this.#words(pair))].join(" ");
  }

  #name(team) {
    const { name_en, name_ar } = this.#told.assignments.find((each) => each.team === team);
    return named(this.#language, name_en, name_ar).textContent;
  }

  get #kept() {
    return this.#store.order(this.#told.round?.key ?? "");
  }

  #keep(change) {
    this.#store.keepOrder({ ...this.#kept, ...change });
    this.#redraw();
  }
}

/** Have rows glide to where a change puts them, unless the person wants no motion. */
function glide(list, change) {
  const before = new Map([...list.children].map((each) => [each, each.offsetTop]));
  change();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const each of list.children) {
    const way = before.get(each) - each.offsetTop;
    if (way) each.animate([{ transform: `translateY(${way}px)` }, {}], { duration: 160, easing: "ease-out" });
  }
}
