/** The ranking as a table, or a table for each group: what is read aloud, while the stage is looked at. */

import { groupWords } from "./heading.js";
import { span, write } from "./row.js";

const COLUMNS = 5;

export class Table {
  #body;
  #texts;
  #language;

  /**
   * @param {HTMLElement} body
   * @param {import("../lib/texts.js").Texts} texts
   * @param {string} language
   */
  constructor(body, texts, language) {
    this.#body = body;
    this.#texts = texts;
    this.#language = language;
  }

  /**
   * Show a ranking.
   * @param {{teams: object[]}} roster
   * @param {{lines: Array, decimals: number, groups: number, linkage: string}} standings
   */
  show(roster, { lines, decimals, groups, linkage }) {
    const teams = new Map(roster.teams.map((team) => [team.key, team]));
    const rows = [];
    let before;
    for (const line of lines) {
      const group = line[7];
      if (linkage === "apart" && group !== before) rows.push(this.#heading(group, groups));
      before = group;
      rows.push(this.#row(teams.get(line[0]), line, decimals));
    }
    this.#body.replaceChildren(...rows);
  }

  #heading(group, groups) {
    const row = document.createElement("tr");
    row.className = "group-row";
    const words = cell("th", groupWords(this.#texts, group, groups));
    words.colSpan = COLUMNS;
    words.scope = "rowgroup";
    row.append(words);
    return row;
  }

  #row(team, [, rank, tied, total, ballots, awaiting, interval], decimals) {
    const said = this.#texts;
    const row = document.createElement("tr");
    const place = rank === null ? "—" : (tied ? "=" : "") + said.number(rank);
    const key = awaiting ? "awaiting" : "ballots";
    const n = awaiting || ballots;
    const name = cell("th");
    name.scope = "row";
    write(name.firstChild, team.name, this.#language);
    const organisation = cell("td");
    write(organisation.firstChild, team.organisation, this.#language);
    const standing = cell("td", place);
    if (span(interval, said)) {
      const [first, last] = interval.map((of) => said.number(of));
      standing.append(` (${said.say("between", { first, last })})`);
    }
    row.append(
      standing,
      name,
      organisation,
      cell("td", said.count(key, n, { count: said.number(n) })),
      cell("td", total === null ? "—" : said.number(Number(total), decimals)),
    );
    return row;
  }
}

function cell(tag, text = "") {
  const element = document.createElement(tag);
  const value = document.createElement("bdi");
  value.textContent = text;
  element.append(value);
  return element;
}
