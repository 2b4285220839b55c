/** What the list and the card draw alike of a bundle. */
import { isolated, named } from "../lib/names.js";

/** The address of the list. */
export const LIST = "/judge";
const BUSY = 300_000; // ms after which to come back to a team that was busy

/**
 * Where a team sits, and whose it is.
 * @param {HTMLElement} element
 * @param {object} assigned as the bundle has it
 * @param {string} language
 * @param {import("../lib/texts.js").Texts} texts
 */
export function drawPlace(element, { team, table, organisation }, language, texts) {
  const parts = [isolated(team)];
  if (table) parts.push(" · ", texts.say("table", { table: texts.number(table) }));
  if (organisation) parts.push(" · ", named(language, organisation.name_en, organisation.name_ar));
  element.replaceChildren(...parts);
}

/**
 * The project's title, if there is one.
 * @param {HTMLElement} element
 * @param {object} assigned
 * @param {string} language
 */
export function drawProject(element, { project_en, project_ar }, language) {
  element.hidden = !(project_en || project_ar);
  element.replaceChildren(named(language, project_en, project_ar));
}

/**
 * Put the piece of its kind into a slot; one that is there already stays, so that it is not said again.
 * @param {string} id of the slot
 * @param {string} templates id of the template with a piece of each kind
 * @param {string} kind none where there is no such piece
 * @returns {HTMLElement | null} the piece
 */
export function place(id, templates, kind) {
  const slot = document.getElementById(id);
  const there = slot.querySelector("[data-kind]");
  if (there?.dataset.kind === kind) return there;
  const piece = document.getElementById(templates).content.querySelector(`[data-kind="${kind}"]`)?.cloneNode(true);
  slot.replaceChildren(...(piece ? [piece] : []));
  return piece ?? null;
}

/** How a round stands, as the pages say it. */
export function standing({ round, signed }) {
  if (!round) return "none";
  if (signed && round.phase !== "final") return "signed";
  return round.phase === "open" && round.paused_at ? "paused" : round.phase;
}

/**
 * The next team to do, from the one named on and round to the start; one whose ballot waits on this phone is done. First
 * comes a busy team whose minutes are over; after all others come those that were skipped, then those that are still busy,
 * then those that were reported as absent.
 * @param {object} told
 * @param {import("./store.js").Store} store
 * @param {string} now the server's time, ISO 8601
 * @param {string} [after] a team
 * @returns {object | undefined}
 */
export function nextAfter(told, store, now, after) {
  const round = told.round?.key;
  const owed = ({ team, state }) => !told.ballots[team] && state !== "skipped" && store.itemsOf(round, team).length === 0;
  const rank = ({ team, absent }) => {
    const { later } = store.visit(round, team);
    if (later?.kind === "busy") return [untilOf(later) <= now ? 0 : 3, later.since];
    if (later?.kind === "skip") return [2, later.since];
    return [absent ? 4 : 1, ""];
  };
  const before = ([a, since], [b, other]) => a - b || (since < other ? -1 : since > other ? 1 : 0);
  const teams = told.assignments;
  const start = teams.findIndex(({ team }) => team === after) + 1;
  const turned = [...teams.slice(start), ...teams.slice(0, start)].filter((each) => owed(each) && each.team !== after);
  return turned.sort((a, b) => before(rank(a), rank(b)))[0];
}

/**
 * When to come back to a team that was busy, ISO 8601.
 * @param {{since: string}} later
 */
export function untilOf({ since }) {
  return new Date(Date.parse(since) + BUSY).toISOString();
}

/**
 * The address of a card.
 * @param {object} told
 * @param {string} team
 */
export function cardOf({ round }, team) {
  return `/judge/${encodeURIComponent(round.key)}/${encodeURIComponent(team)}`;
}
