import { plainDigits } from "../lib/numerals.js";
import { levelOf } from "./levels.js";
import { totalOf } from "./rubric.js";

/** @typedef {import("./store.js").Values} Values */

/**
 * The card's form: what is entered, whether it is complete, and what stands beside each question. Scores are texts of
 * plain digits; a criterion without one is absent, which is not 0.
 */
export class CardForm {
  #form;
  #rubric;
  #texts;

  /**
   * @param {HTMLFormElement} form
   * @param {Array<object>} rubric as the server describes it
   * @param {import("../lib/texts.js").Texts} texts
   */
  constructor(form, rubric, texts) {
    this.#form = form;
    this.#texts = texts;
    this.#rubric = rubric.map((criterion) => ({
      ...criterion,
      weight: Number(criterion.weight),
      minimum: Number(criterion.minimum),
      maximum: Number(criterion.maximum),
      step: Number(criterion.step),
      fields: [...form.querySelectorAll(`[name="score.${CSS.escape(criterion.key)}"]`)],
      question: document.getElementById(`q-${criterion.key}`),
    }));
    for (const criterion of this.#rubric) this.#prepare(criterion);
  }

  /** @returns {Values} */
  get values() {
    const scores = {};
    for (const { key, fields } of this.#rubric) {
      const value = fields[0].type === "radio" ? fields.find((field) => field.checked)?.value : fields[0].value;
      const plain = plainDigits(value ?? "");
      if (plain) scores[key] = plain;
    }
    return { scores, comment: this.#form.elements.comment.value, note: this.#form.elements.note.value };
  }

  /** @param {Values} values */
  set values({ scores, comment, note }) {
    for (const { key, fields } of this.#rubric) {
      if (fields[0].type === "radio") for (const field of fields) field.checked = field.value === scores[key];
      else fields[0].value = scores[key] === undefined ? "" : this.#drawn(scores[key]);
    }
    this.#form.elements.comment.value = comment;
    this.#form.elements.note.value = note;
  }

  /** How many criteria have a score that can be taken. */
  get scored() {
    const { scores } = this.values;
    return this.#rubric.filter((criterion) => allowed(criterion, scores[criterion.key])).length;
  }

  get size() {
    return this.#rubric.length;
  }

  /** The total on 0 to 100 to a tenth, or null while it is incomplete. */
  get total() {
    if (this.scored < this.size) return null;
    return totalOf(this.#rubric, this.values.scores);
  }

  /** Draw what follows from the scores: the level that each one means; a problem that is solved goes. */
  draw() {
    const { scores } = this.values;
    for (const criterion of this.#rubric) {
      const score = scores[criterion.key];
      const taken = allowed(criterion, score);
      const level = criterion.question.querySelector("[data-level]");
      level.textContent = taken ? levelOf(criterion, Number(score), this.#texts) : "";
      if (taken) this.#tell(criterion, "");
    }
  }

  /**
   * Say beside each question what is wrong with it, and go to the first.
   * @returns {boolean} whether there was anything
   */
  showProblems() {
    const { scores } = this.values;
    let first = null;
    for (const criterion of this.#rubric) {
      const score = scores[criterion.key];
      if (allowed(criterion, score)) continue;
      const value = score === undefined ? "" : this.#drawn(score);
      this.#tell(criterion, score === undefined ? this.#texts.say("missing") : this.#texts.say("out_of_range", { value }));
      first ??= criterion;
    }
    first?.fields[0].focus();
    return first !== null;
  }

  #tell({ question, fields }, words) {
    const problem = question.querySelector(".problem");
    problem.querySelector("span").textContent = words;
    problem.hidden = !words;
    if (words) question.setAttribute("aria-describedby", problem.id);
    else question.removeAttribute("aria-describedby");
    if (fields[0].type === "text") fields[0].setAttribute("aria-invalid", String(Boolean(words)));
  }

  #drawn(text) {
    return Number.isFinite(Number(text)) ? this.#texts.number(Number(text)) : text;
  }

  /** What needs scripts: a button that clears a choice in place of the radio that does, and steppers. */
  #prepare(criterion) {
    const clear = criterion.question.querySelector(".clear");
    if (clear) {
      criterion.fields = criterion.fields.filter((field) => field.value !== "");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "clear";
      button.append(...clear.querySelector("span").childNodes);
      clear.replaceWith(button);
      button.addEventListener("click", () => {
        for (const field of criterion.fields) field.checked = false;
        criterion.fields[0].focus({ preventScroll: true });
        this.#changed();
      });
    }
    for (const button of criterion.question.querySelectorAll("[data-steps]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.#step(criterion, Number(button.dataset.steps)));
    }
  }

  /** Go some steps up or down, from the middle when there is no number yet. */
  #step(criterion, steps) {
    const { fields, minimum, maximum, step } = criterion;
    const top = Math.round((maximum - minimum) / step);
    const typed = Number(plainDigits(fields[0].value));
    const from = fields[0].value.trim() && Number.isFinite(typed) ? Math.round((typed - minimum) / step) + steps : Math.round(top / 2);
    fields[0].value = this.#texts.number(minimum + Math.min(top, Math.max(0, from)) * step);
    this.#changed();
  }

  #changed() {
    this.#form.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Whether a criterion takes this score. */
function allowed({ minimum, maximum, step }, score) {
  if (score === undefined || !/^-?\d+(\.\d+)?$/.test(score)) return false;
  const distance = (Number(score) - minimum) / step;
  return Number(score) >= minimum && Number(score) <= maximum && Math.abs(distance - Math.round(distance)) < 1e-6;
}

/**
 * Whether two ballots say the same.
 * @param {Values} a
 * @param {Values} b
 */
export function same(a, b) {
  const keys = new Set([...Object.keys(a.scores), ...Object.keys(b.scores)]);
  const alike = [...keys].every((key) => key in a.scores && key in b.scores && Number(a.scores[key]) === Number(b.scores[key]));
  return alike && a.comment === b.comment && a.note === b.note;
}

/**
 * What was entered on top of other values: only what differs.
 * @param {Values} values
 * @param {Values} before
 * @returns {Partial<Values>}
 */
export function changes(values, before) {
  const scores = Object.entries(values.scores).filter(([key, score]) => Number(score) !== Number(before.scores[key]));
  const texts = ["comment", "note"].filter((name) => values[name] !== before[name]).map((name) => [name, values[name]]);
  return Object.fromEntries(scores.length > 0 ? [["scores", Object.fromEntries(scores)], ...texts] : texts);
}
