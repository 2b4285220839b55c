/**
 * Finds a team of the list by what stands on its table, or by any of its names: as one types, the others are hidden.
 */
import { search } from "../lib/search.js";

const MANY = 5; // teams, that one looks through without this

export class Finder {
  #texts;
  #changed;
  #form = document.getElementById("finder");
  #field = document.getElementById("find");
  #clear = document.getElementById("find-clear");
  #said = document.getElementById("found");
  #found = [];

  /**
   * @param {import("../lib/texts.js").Texts} texts
   * @param {() => void} changed is called when something else is typed
   */
  constructor(texts, changed) {
    this.#texts = texts;
    this.#changed = changed;
    this.#field.addEventListener("input", changed);
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#empty();
    });
    this.#clear.addEventListener("click", () => this.#empty());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.active || this.#found.length === 0) return;
      document.querySelector(`#teams [data-team="${CSS.escape(this.#found[0].team)}"] .stretched`).click();
    });
  }

  /** Whether something is looked for. */
  get active() {
    return !this.#form.hidden && this.#field.value.trim() !== "";
  }

  /**
   * Give those of the teams that match, the best first, and say how many.
   * @param {object[]} assignments as the bundle has them
   * @returns {object[]}
   */
  find(assignments) {
    this.#form.hidden = assignments.length <= MANY;
    this.#clear.hidden = this.#field.value === "";
    const things = assignments.map((assigned) => ({ assigned, ...this.#readable(assigned) }));
    this.#found = this.active ? search(this.#field.value, things).map(({ assigned }) => assigned) : assignments;
    const words = this.active ? this.#words(this.#found.length) : "";
    if (this.#said.textContent !== words) this.#said.textContent = words;
    return this.#found;
  }

  #words(n) {
    if (n === 0) return this.#texts.say("none_found", { typed: this.#field.value.trim() });
    return this.#texts.count("found", n, { shown: this.#texts.number(n) });
  }

  #readable({ team, table, name_en, name_ar, project_en, project_ar, organisation }) {
    const names = [name_en, name_ar, project_en, project_ar, organisation?.name_en, organisation?.name_ar];
    const marks = table ? [team, table, this.#texts.say("table", { table })] : [team];
    return { marks, texts: names.filter(Boolean) };
  }

  #empty() {
    this.#field.value = "";
    this.#changed();
    this.#field.focus();
  }
}
