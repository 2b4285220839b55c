/** The ranking as a table: what is read aloud, while the stage is looked at. */

import { span, write } from "./row.js";

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
   * @param {{lines: Array}} standings
   */
  show(roster, standings) {
    const teams = new Map(roster.teams.map((team) => [team.key, team]));
    this.#body.replaceChildren(...standings.lines.map((line) => this.#row(teams.get(line[0]), line)));
  }

  #row(team, [, rank, tied, total, ballots, awaiting, interval]) {
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
      cell("td", total === null ? "—" : said.number(Number(total), 1)),
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
