import { same } from "./form.js";

const MOST = 50;

/** The steps that led to what is entered, for a button that takes them back one by one; typing in a field is one step. */
export class Undo {
  #button;
  #steps = [];
  #now;
  #field = null;

  /**
   * @param {HTMLButtonElement} button
   * @param {import("./store.js").Values} values what is entered
   * @param {(values: import("./store.js").Values) => void} take puts a step back
   */
  constructor(button, values, take) {
    this.#button = button;
    this.#now = values;
    button.hidden = false;
    this.#draw();
    button.addEventListener("click", () => {
      const step = this.#steps.pop();
      if (step === undefined) return;
      this.#now = step;
      this.#field = null;
      this.#draw();
      take(step);
    });
  }

  /**
   * Something was entered.
   * @param {import("./store.js").Values} values
   * @param {EventTarget} field in which
   */
  note(values, field) {
    if (same(values, this.#now)) return;
    const typed = field.matches("textarea, [type=text]");
    if (!typed || field !== this.#field) this.#steps = [...this.#steps, this.#now].slice(-MOST);
    this.#field = typed ? field : null;
    this.#now = values;
    this.#draw();
  }

  /** Begin anew from other values. */
  clear(values) {
    this.#steps = [];
    this.#now = values;
    this.#field = null;
    this.#draw();
  }

  // Not `disabled`, which would lose the place of whoever uses a keyboard.
  #draw() {
    this.#button.setAttribute("aria-disabled", String(this.#steps.length === 0));
  }
}
