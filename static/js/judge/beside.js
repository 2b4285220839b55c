/**
 * What stands on a card beside the question of the moment: the judge's own earlier scores, one of the judge's other
 * teams for comparison, and what is worth asking before the ballot is submitted.
 */
import { isolated, named } from "../lib/names.js";
import { earlier, questions } from "./hindsight.js";
import { ownBallots } from "./own.js";

export class Beside {
  #page;
  #texts;
  #names = new Map();
  #others = [];
  #panel = document.getElementById("beside");
  #asked = document.getElementById("asked");

  /**
   * @param {object} page as the server describes it
   * @param {import("../lib/texts.js").Texts} texts
   */
  constructor(page, texts) {
    this.#page = page;
    this.#texts = texts;
    this.#panel.querySelector("select").addEventListener("change", () => this.#drawPair());
  }

  /**
   * Draw anew what follows from other ballots.
   * @param {object | undefined} told the bundle
   * @param {import("./store.js").Store} store
   */
  learn(told, store) {
    if (told?.round?.key !== this.#page.round) return;
    const { language, rubric, team } = this.#page;
    this.#names = new Map(told.assignments.map((each) => [each.team, named(language, each.name_en, each.name_ar)]));
    this.#others = ownBallots(told, store, rubric).filter((ballot) => ballot.team !== team);
    for (const { key } of rubric) this.#drawEarlier(key);
    this.#drawChoice();
  }

  /**
   * Draw what follows from what is entered.
   * @param {Record<string, string>} scores
   * @param {number | null} total null while they are not complete
   * @param {boolean} ask whether the ballot has not been submitted like this
   */
  draw(scores, total, ask) {
    this.#mine = { scores, total };
    this.#drawPair();
    const { rubric } = this.#page;
    const found = ask && total !== null ? questions(scores, total, rubric, this.#others) : [];
    this.#asked.hidden = found.length === 0;
    const words = found.map((question) => this.#words(question));
    const list = this.#asked.querySelector("ul");
    if (words.join("\n") === [...list.children].map((item) => item.textContent).join("\n")) return; // not said again
    list.replaceChildren(...words.map((each) => Object.assign(document.createElement("li"), { textContent: each })));
  }

  #mine = { scores: {}, total: null };

  #words({ code, criterion, value, mean }) {
    const name = criterion && document.querySelector(`#legend-${CSS.escape(criterion)} .asked`).textContent;
    const places = { criterion: name, value: this.#number(value), mean: mean === undefined ? "" : this.#texts.number(mean, 1) };
    if (code === "far") places.value = this.#texts.number(value, 1);
    return this.#texts.say(`asked_${code}`, places);
  }

  #number(value) {
    return value === undefined ? "—" : this.#texts.number(Number(value));
  }

  #drawEarlier(key) {
    const element = document.querySelector(`#q-${CSS.escape(key)} [data-earlier]`);
    const found = earlier(this.#others, key);
    element.hidden = found.length === 0;
    const all = found.flatMap(({ value, teams }) => teams.map(() => this.#number(value)));
    element.querySelector("[data-values]").textContent = all.join(" · ");
    element.querySelector("dl").replaceChildren(
      ...found.map(({ value, teams }) => {
        const line = document.createElement("div");
        const [term, words] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = this.#number(value);
        words.append(...teams.flatMap((team, index) => [...(index ? [" · "] : []), this.#name(team)]));
        line.append(term, words);
        return line;
      }),
    );
  }

  #name(team) {
    return this.#names.get(team)?.cloneNode(true) ?? isolated(team);
  }

  /** The teams to compare with; the one that was chosen stays so. */
  #drawChoice() {
    this.#panel.hidden = this.#others.length === 0;
    const select = this.#panel.querySelector("select");
    const chosen = select.value;
    const option = ({ team }) => Object.assign(document.createElement("option"), { value: team, textContent: this.#name(team).textContent });
    const first = select.options[0];
    select.replaceChildren(first, ...this.#others.map(option));
    if (this.#others.some(({ team }) => team === chosen)) select.value = chosen;
    this.#drawPair();
  }

  #drawPair() {
    const select = this.#panel.querySelector("select");
    const other = this.#others.find(({ team }) => team === select.value);
    const table = this.#panel.querySelector("table");
    table.hidden = !other;
    if (!other) return;
    table.querySelector("[data-name]").replaceChildren(this.#name(other.team));
    for (const row of table.querySelectorAll("[data-criterion]")) {
      const { criterion } = row.dataset;
      fill(row, this.#number(this.#mine.scores[criterion]), this.#number(other.scores[criterion]));
    }
    const total = (value) => (value === null ? "—" : this.#texts.number(value, 1));
    fill(table.querySelector("[data-sum]"), total(this.#mine.total), total(other.total));
  }
}

function fill(row, mine, theirs) {
  row.querySelector("[data-mine]").textContent = mine;
  row.querySelector("[data-other]").textContent = theirs;
}
