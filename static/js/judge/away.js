/**
 * What else there is to say of a team than its scores: that its judge comes back in a few minutes, or later, which stays on
 * this phone; that it is not at its table, or that somebody else must score it, which the organisers are told.
 */
import { cardOf, LIST, untilOf } from "./view.js";

const TIMEOUT = 15_000; // ms
const ICONS = { busy: "clock", skip: "skip-forward" };

export class Away {
  #section = document.getElementById("away");
  #page;
  #store;
  #outbox;
  #texts;

  /**
   * @param {object} page what the page says of itself
   * @param {import("./store.js").Store} store
   * @param {import("./outbox.js").Outbox} outbox
   * @param {import("../lib/texts.js").Texts} texts
   */
  constructor(page, store, outbox, texts) {
    this.#page = page;
    this.#store = store;
    this.#outbox = outbox;
    this.#texts = texts;
    if (!this.#section) return; // nothing to be said any more
    const { round, team } = page;
    const address = cardOf({ round: { key: round } }, team);
    this.#part("whose").replaceChildren(...document.getElementById("team").cloneNode(true).childNodes);
    this.#part("recusal").href = `${address}/recusal`;
    this.#part("absence").action = `${address}/absence`;
    this.#part("absence").elements.judge.value = page.judge;
    this.#part("absence").addEventListener("submit", (event) => this.#report(event));
    for (const kind of ["busy", "skip"]) this.#part(kind).addEventListener("click", () => this.#later(kind));
    this.#part("undo").addEventListener("click", async () => {
      await store.noteVisit(round, team, { later: undefined });
      this.draw();
      this.#part("busy").focus();
    });
    for (const news of ["change", "bundle", "received"]) outbox.addEventListener(news, () => this.draw());
    this.draw();
  }

  #part(name) {
    return this.#section.querySelector(`[data-${name}]`);
  }

  draw() {
    if (!this.#section) return;
    const { round, team, editable, current } = this.#page;
    const bundle = this.#outbox.bundle?.round?.key === round ? this.#outbox.bundle : undefined;
    const assigned = bundle?.assignments.find((each) => each.team === team);
    if (bundle) this.#section.hidden = !assigned || !["pending", "open"].includes(bundle.round.phase);
    const scored = bundle ? bundle.ballots[team] : current;
    this.#part("owed").hidden = !editable || Boolean(scored) || this.#store.itemsOf(round, team).length > 0;
    if (assigned) this.#absent = Boolean(assigned.absent);
    const { later } = this.#store.visit(round, team);
    drawLater(this.#part("later"), later, this.#texts);
    this.#part("busy").hidden = this.#part("skip").hidden = Boolean(later);
  }

  set #absent(absent) {
    this.#part("absent").hidden = !absent;
    this.#part("absence").hidden = absent;
  }

  async #later(kind) {
    const { round, team } = this.#page;
    await this.#store.noteVisit(round, team, { later: { kind, since: this.#outbox.clock.now } });
    location.assign(LIST);
  }

  async #report(event) {
    event.preventDefault();
    const form = event.target;
    this.#part("unreached").hidden = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json", "scoreboard-judge": this.#page.judge },
        body: "{}",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const said = await answer.json();
      if (said.team !== this.#page.team && answer.status < 500) return form.submit(); // and be told why not
      if (!answer.ok) throw new TypeError("not now");
    } catch {
      this.#part("unreached").hidden = false;
      return;
    }
    await this.#outbox.look();
    location.assign(LIST);
  }
}

/**
 * Say until when a team was put off; hidden where it was not.
 * @param {HTMLElement} element
 * @param {import("./store.js").Visit["later"]} later
 * @param {import("../lib/texts.js").Texts} texts
 */
export function drawLater(element, later, texts) {
  element.hidden = !later;
  if (!later) return;
  const use = element.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${ICONS[later.kind]}`));
  use.parentNode.classList.toggle("directional", later.kind === "skip");
  const words = later.kind === "busy" ? texts.say("come_back", { time: texts.minute(untilOf(later)) }) : texts.say("skipped");
  const said = element.querySelector(".words");
  if (said.textContent !== words) said.textContent = words;
}
