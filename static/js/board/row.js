/** One team on the stage. Texts change in place; where the row stands is one custom property, moved by the style. */

const MARK_MS = 5000; // how long a change stays marked
const DOTS = 7; // a minimum of more ballots than this is told in words alone

/**
 * Give a text in the page's language, or in the other one where it has none.
 * @param {{en: string, ar: string}} name
 * @param {string} language
 * @returns {{text: string, language: string}}
 */
export function choose(name, language) {
  const other = language === "ar" ? "en" : "ar";
  return name[language] ? { text: name[language], language } : { text: name[other], language: other };
}

/**
 * Write a name into an element, with its language.
 * @param {HTMLElement} element
 * @param {{en: string, ar: string}} name
 * @param {string} language
 */
export function write(element, name, language) {
  const chosen = choose(name, language);
  if (element.textContent !== chosen.text) element.textContent = chosen.text;
  element.lang = chosen.language;
}

/**
 * Give the ranks that a team may have as a span, or nothing where its rank is sure or nothing is known.
 * @param {[number, number] | null} interval
 * @param {import("../lib/texts.js").Texts} texts
 */
export function span(interval, texts) {
  if (interval === null || interval[0] === interval[1]) return "";
  return interval.map((rank) => texts.number(rank)).join("–");
}

export class Row {
  element = part("li", "team-row");
  #rank = part("bdi", "rank");
  #interval = part("bdi", "interval");
  #mark = part("bdi", "mark");
  #name = part("bdi", "name");
  #organisation = part("bdi", "organisation");
  #dots = part("span", "dots");
  #behind = part("span", "behind");
  #total = part("bdi", "total");
  #texts;
  #markTimer = 0;
  #shown;

  /** @param {import("../lib/texts.js").Texts} texts */
  constructor(texts) {
    this.#texts = texts;
    for (const number of [this.#rank, this.#interval, this.#mark, this.#total]) number.dir = "ltr";
    const medal = part("span", "medal");
    medal.append(this.#rank);
    const standing = part("span", "standing");
    standing.append(medal, this.#interval);
    const who = part("span", "who");
    who.append(this.#name, this.#organisation);
    const ballots = part("span", "ballots");
    ballots.append(this.#dots, this.#behind);
    this.element.append(standing, this.#mark, who, ballots, this.#total);
  }

  /**
   * Write the team's names.
   * @param {{name: object, organisation: object}} team
   * @param {string} language
   */
  name(team, language) {
    write(this.#name, team.name, language);
    write(this.#organisation, team.organisation, language);
  }

  /**
   * Write the numbers, which do not wait for the row to move.
   * @param {{total: string | null, ballots: number, awaiting: number}} line
   * @param {number} minimum ballots from which a team is ranked
   * @param {number} decimals of the total
   */
  count({ total, ballots, awaiting }, minimum, decimals) {
    const said = this.#texts;
    const key = awaiting ? "awaiting" : "ballots";
    const n = awaiting || ballots;
    this.#behind.textContent = said.count(key, n, { count: said.number(n) });
    this.#total.textContent = total === null ? "—" : said.number(Number(total), decimals);
    this.#draw(awaiting ? ballots : 0, awaiting && minimum > 1 && minimum <= DOTS ? minimum : 0);
    this.element.classList.toggle("awaiting", awaiting > 0);
    if (this.#shown !== undefined && this.#shown !== total) flash(this.#total);
    this.#shown = total;
  }

  /**
   * Put the row into its place, and mark by how many ranks it moved.
   * @param {{rank: number | null, tied: boolean, interval: [number, number] | null}} line
   * @param {number} place 0-based, from the top
   * @param {number} column 0-based
   * @param {number} moved ranks up, or down if negative
   */
  settle({ rank, tied, interval }, place, column, moved) {
    this.#rank.textContent = rank === null ? "—" : (tied ? "=" : "") + this.#texts.number(rank);
    this.#interval.textContent = span(interval, this.#texts);
    this.element.dataset.rank = rank === null ? "" : String(rank);
    this.element.style.setProperty("--place", String(place));
    this.element.style.setProperty("--column", String(column));
    if (moved === 0) return;
    this.#mark.textContent = `${moved > 0 ? "▲" : "▼"}${this.#texts.number(Math.abs(moved))}`;
    this.#mark.dataset.way = moved > 0 ? "up" : "down";
    this.element.classList.add("moving");
    clearTimeout(this.#markTimer);
    this.#markTimer = setTimeout(() => {
      this.#mark.textContent = "";
      this.element.classList.remove("moving");
    }, MARK_MS);
  }

  /** Make the name smaller once if it does not fit; what still does not fit is clipped. */
  fit() {
    this.element.classList.remove("long");
    if (this.#name.scrollWidth > this.#name.clientWidth) this.element.classList.add("long");
  }

  #draw(full, all) {
    while (this.#dots.childElementCount > all) this.#dots.lastElementChild.remove();
    while (this.#dots.childElementCount < all) this.#dots.append(part("i", ""));
    [...this.#dots.children].forEach((dot, index) => dot.classList.toggle("full", index < full));
  }
}

function part(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

function flash(element) {
  const colour = getComputedStyle(element).getPropertyValue("--changed");
  element.animate([{ color: colour }, { color: colour, offset: 0.5 }, {}], MARK_MS);
}
