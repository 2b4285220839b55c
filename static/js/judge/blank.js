/**
 * Fills the empty card: with a team of the bundle, and with its ballot where that can only be read.
 */
import { isolated, named } from "../lib/names.js";
import { levelOf } from "./levels.js";
import { totalOf } from "./rubric.js";
import { drawPlace, drawProject } from "./view.js";

const find = (id) => document.getElementById(id);

/**
 * Make the empty card that of the team in the address.
 * @param {object} page what the page says; gets what one of the server's says besides
 * @param {object} told the bundle
 * @param {import("../lib/texts.js").Texts} texts
 * @returns {boolean} whether the bundle has this team
 */
export function fill(page, told, texts) {
  const [round, team] = location.pathname.split("/").slice(2).map(decodeURIComponent);
  const assigned = told.assignments.find((each) => each.team === team);
  if (told.round?.key !== round || !assigned) return false;
  const current = told.ballots[team] ?? null;
  const rubric = rubricOf(told, page.language);
  Object.assign(page, { round, team, typed: false, rubric, current, editable: told.round.phase === "open" && !told.signed });
  drawHead(page.language, assigned, told, texts);
  if (page.editable) find("answers").remove();
  else drawAnswers(page, texts);
  return true;
}

/** The rubric as the server's pages have it: with level texts in the page's language. */
function rubricOf({ rubric }, language) {
  const text = ({ en, ar }) => (language === "ar" ? ar || en : en || ar);
  return rubric.map((each) => ({ ...each, levels: each.levels.map((level) => ({ value: level.value, text: text(level) })) }));
}

function drawHead(language, assigned, told, texts) {
  const name = named(language, assigned.name_en, assigned.name_ar);
  document.title = `${name.textContent} · ${named(language, told.event.name_en, told.event.name_ar).textContent}`;
  find("team").replaceChildren(name);
  drawProject(find("project"), assigned, language);
  drawPlace(find("place"), assigned, language, texts);
  find("excused").hidden = assigned.state !== "skipped" || told.round.phase !== "open";
  find("ballot").elements.judge.value = told.judge.id;
}

/** Show what was given, in place of the form. */
function drawAnswers({ current, rubric }, texts) {
  find("ballot").remove();
  find("timer")?.remove();
  find("excused").remove();
  find("refused").querySelector("[data-again]").remove();
  const answers = find("answers");
  answers.hidden = false;
  find("receipt").hidden = !current;
  if (current) {
    const total = strong(texts.number(totalOf(rubric, current.scores), 1));
    find("receipt").replaceChildren(received(current, texts), document.createElement("br"), texts.say("total"), ": ", total);
  }
  for (const criterion of rubric) {
    const answer = answers.querySelector(`[data-criterion="${CSS.escape(criterion.key)}"]`);
    answer.querySelector(".given").hidden = !current;
    answer.querySelector(".none").hidden = Boolean(current);
    if (!current) continue;
    const value = Number(current.scores[criterion.key]);
    const told = criterion.levels.some((level) => Number(level.value) === value);
    answer.querySelector(".given strong").replaceChildren(isolated(texts.number(value)));
    answer.querySelector(".level").textContent = told ? levelOf(criterion, value, texts) : "";
  }
  for (const text of answers.querySelectorAll("[data-text]")) {
    text.textContent = current?.[text.dataset.text] ?? "";
    text.hidden = text.previousElementSibling.hidden = !text.textContent;
  }
  answers.querySelector("section.words").hidden = !(current?.comment || current?.note);
}

/** When a ballot was received, and its receipt. */
export function received({ received_at, sequence, revision }, texts) {
  const places = { receipt: texts.number(sequence), revision: texts.number(revision) };
  return texts.say("received_at", { time: texts.clock(received_at), ...places });
}

function strong(text) {
  const element = document.createElement("strong");
  element.append(isolated(text));
  return element;
}
