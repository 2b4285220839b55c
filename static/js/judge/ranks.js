/**
 * The list in the judge's own order: a place in front of each team that is scored, buttons that move it, and a question
 * beside two teams that stand against their totals.
 */
import { named } from "../lib/names.js";
import { ownOrder } from "./hindsight.js";
import { arranged, contradictions, moved, placesIn } from "./ranking.js";
import { cardOf, standing } from "./view.js";

const LEAST = 2; // scored teams, from which on there is an order
const GLIDE = { duration: 160, easing: "ease-out" }; // ms

const find = (id) => document.getElementById(id);
const piece = (id) => find(id).content.firstElementChild.cloneNode(true);

export class Ranks {
  #language;
  #texts;
  #store;
  #redraw;
  #told;
  #order = []; // what is scored, as it is shown
  #places = new Map();
  #names = new Map();
  #doubts = new Map(); // pieces of the page, by their two teams

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
    find("views").addEventListener("click", ({ target }) => {
      if (target.dataset.view) this.#keep({ view: target.dataset.view });
    });
    find("by-totals").addEventListener("click", () => {
      this.#keep({ teams: [] });
      this.#say(texts.say("by_totals"));
      find("views").querySelector("[data-view=own]").focus();
    });
    find("teams").addEventListener("click", ({ target }) => {
      const button = target.closest("[data-step]");
      if (button && button.getAttribute("aria-disabled") !== "true") this.#move(button);
    });
  }

  /**
   * Give the teams in the order in which the list shows them, those that are not scored last.
   * @param {object} told the bundle
   * @param {Array<{team: string, total: number}>} own ballots
   * @returns {object[]} assignments
   */
  order(told, own) {
    this.#told = told;
    this.#names = new Map(told.assignments.map((each) => [each.team, named(this.#language, each.name_en, each.name_ar).textContent]));
    const { view, teams } = this.#kept;
    const ranked = own.length >= LEAST && view === "own";
    const byTotal = ownOrder(own);
    this.#order = ranked ? arranged(teams, byTotal) : [];
    this.#places = placesIn(this.#order);
    find("views").hidden = own.length < LEAST;
    for (const button of find("views").children) button.setAttribute("aria-pressed", String((button.dataset.view === "own") === ranked));
    find("ranking").hidden = !ranked;
    find("by-totals").disabled = this.#order.every(({ team }, index) => team === byTotal[index].team);
    const assigned = new Map(told.assignments.map((each) => [each.team, each]));
    return [...this.#order.map(({ team }) => assigned.get(team)), ...told.assignments.filter(({ team }) => !this.#places.has(team))];
  }

  /**
   * Draw a team's place, and the buttons that move it.
   * @param {HTMLElement} row
   * @param {boolean} movable
   */
  drawRow(row, movable) {
    const { team } = row.dataset;
    const place = this.#places.get(team);
    row.classList.toggle("ranked", place !== undefined);
    if (place === undefined) {
      for (const old of row.querySelectorAll(".rank, .moves")) old.remove();
      return;
    }
    if (!row.querySelector(".rank")) row.prepend(piece("rank"));
    if (!row.querySelector(".moves")) row.append(piece("moves"));
    row.querySelector("[data-place]").textContent = this.#texts.number(place);
    row.querySelector(".moves").hidden = !movable;
    const ends = { "-1": this.#order[0].team, 1: this.#order.at(-1).team };
    for (const button of row.querySelectorAll("[data-step]")) {
      const { step } = button.dataset;
      button.setAttribute("aria-label", this.#texts.say(step === "1" ? "move_down" : "move_up", { team: this.#names.get(team) }));
      button.setAttribute("aria-disabled", String(ends[step] === team)); // one that keeps the focus
    }
  }

  /**
   * Put the questions between the rows that they ask about.
   * @param {HTMLElement[]} rows
   * @returns {HTMLElement[]}
   */
  withDoubts(rows) {
    const found = new Map(this.#contradictions().map((pair) => [pair.upper.team, pair]));
    return rows.flatMap((row) => (found.has(row.dataset.team) ? [row, this.#drawDoubt(found.get(row.dataset.team))] : [row]));
  }

  /** What is worth a question, while a score can be corrected. */
  #contradictions() {
    return ["open", "paused"].includes(standing(this.#told)) ? contradictions(this.#order) : [];
  }

  #drawDoubt(pair) {
    const key = JSON.stringify([pair.upper.team, pair.lower.team]);
    if (!this.#doubts.has(key)) this.#doubts.set(key, piece("doubt"));
    const item = this.#doubts.get(key);
    item.querySelector("[data-words]").textContent = this.#words(pair);
    for (const which of ["upper", "lower"]) {
      const link = item.querySelector(`[data-${which}]`);
      link.href = cardOf(this.#told, pair[which].team);
      link.replaceChildren(this.#names.get(pair[which].team));
    }
    return item;
  }

  #words({ upper, lower }) {
    const names = { upper: this.#names.get(upper.team), lower: this.#names.get(lower.team) };
    const totals = { less: this.#texts.number(upper.total, 1), more: this.#texts.number(lower.total, 1) };
    return this.#texts.say("doubt", { ...names, ...totals });
  }

  #move(button) {
    const row = button.closest(".team");
    const { team } = row.dataset;
    const order = moved(this.#order.map((each) => each.team), team, Number(button.dataset.step));
    glide(find("teams"), () => {
      this.#keep({ teams: order });
      button.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    });
    const position = this.#texts.number(order.indexOf(team) + 1);
    const asked = this.#contradictions().filter(({ upper, lower }) => upper.team === team || lower.team === team);
    const where = this.#texts.say("moved", { team: this.#names.get(team), position, of: this.#texts.number(order.length) });
    this.#say([where, ...asked.map((pair) => this.#words(pair))].join(" "));
  }

  get #kept() {
    return this.#store.order(this.#told.round?.key ?? "");
  }

  #keep(change) {
    this.#store.keepOrder({ ...this.#kept, ...change });
    this.#redraw();
  }

  #say(words) {
    find("moved").textContent = words;
  }
}

/** Have rows glide to where a change puts them, unless the person wants no motion. */
function glide(list, change) {
  const before = new Map([...list.children].map((each) => [each, each.offsetTop]));
  change();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const ways = [...list.children].map((each) => [each, (before.get(each) ?? each.offsetTop) - each.offsetTop]);
  for (const [each, way] of ways) if (way) each.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], GLIDE);
}
