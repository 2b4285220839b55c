/**
 * Finds a team of the list by what stands on its table, or by any of its names: as one types, the others are hidden.
 */
import { search } from "../lib/search.js";

const MANY = 5; // teams, that one looks through without this

const find = (id) => document.getElementById(id);

export class Finder {
  #texts;
  #field = find("find");

  /**
   * @param {import("../lib/texts.js").Texts} texts
   * @param {() => void} changed is called when something else is typed
   */
  constructor(texts, changed) {
    this.#texts = texts;
    this.#field.oninput = changed;
    const clear = () => {
      this.#field.value = "";
      changed();
      this.#field.focus();
    };
    find("find-clear").onclick = clear;
    this.#field.onkeydown = ({ key }) => {
      if (key === "Escape") clear();
    };
    find("finder").onsubmit = (event) => {
      event.preventDefault();
      if (this.active) document.querySelector("#teams > :not([hidden]) .stretched")?.click();
    };
  }

  /** Whether something is looked for. */
  get active() {
    return this.#field.value.trim() !== "";
  }

  /**
   * Give those of the teams that match, the best first, and say how many.
   * @param {object[]} assignments as the bundle has them
   * @returns {object[]}
   */
  find(assignments) {
    const typed = this.#field.value.trim();
    find("finder").hidden = assignments.length <= MANY;
    find("find-clear").hidden = !typed;
    const found = search(typed, assignments.map((each) => this.#readable(each))).map(({ assigned }) => assigned);
    const n = found.length;
    const words = n ? this.#texts.count("found", n, { shown: this.#texts.number(n) }) : this.#texts.say("none_found", { typed });
    if (find("found").textContent !== (typed && words)) find("found").textContent = typed && words; // not said again
    return found;
  }

  #readable(assigned) {
    const { team, table, name_en, name_ar, project_en, project_ar, organisation: of } = assigned;
    const texts = [name_en, name_ar, project_en, project_ar, of?.name_en, of?.name_ar].map((each) => each ?? "");
    return { assigned, marks: [team, ...(table ? [table, this.#texts.say("table", { table })] : [])], texts };
  }
}
