/**
 * One team's card. Every change is kept on the phone at once; what is submitted goes through the outbox, and the page
 * says where it is: on this phone, received, or in need of the judge.
 */
import { uuid } from "../lib/uuid.js";
import { Away } from "./away.js";
import { Beside } from "./beside.js";
import { fill, received } from "./blank.js";
import { closeComparison, compare } from "./compare.js";
import { Drafts } from "./drafts.js";
import { CardForm, changes, same } from "./form.js";
import { announce, notices, show } from "./notices.js";
import { DISTRUSTED, PAUSED, PORTAL, SENDING, SIGNED_OUT } from "./outbox.js";
import { leave, open } from "./phone.js";
import { Timer } from "./timer.js";
import { Undo } from "./undo.js";
import { cardOf, LIST, nextAfter, place, standing } from "./view.js";

const { page, texts, store, outbox } = await open();
if (page.empty && !fill(page, outbox.bundle, texts)) await leave();
const find = (id) => document.getElementById(id);

const NOTHING = { scores: {}, comment: "", note: "" };
const WORDS = { [DISTRUSTED]: "distrusted", [SIGNED_OUT]: "signed_out", [PORTAL]: "portal", [PAUSED]: "paused" };

class Card {
  #store;
  #outbox;
  #form;
  #undo;
  #beside = new Beside(page, texts);
  #drafts = new Drafts(page.judge);
  #current = page.current;

  constructor(store, outbox) {
    this.#store = store;
    this.#outbox = outbox;
    this.#form = new CardForm(find("ballot"), page.rubric, texts);
  }

  async start() {
    await this.#restore();
    this.#undo = new Undo(find("undo"), this.#form.values, (values) => this.#takeBack(values));
    find("ballot").addEventListener("input", ({ target }) => {
      this.#undo.note(this.#form.values, target);
      this.#entered();
    });
    find("ballot").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    find("main").addEventListener("click", (event) => {
      if (!event.target.closest("[data-choose=received]")) return;
      event.preventDefault();
      this.#keepReceived();
    });
    find("refused").querySelector("[data-again]").addEventListener("click", () => this.#submit());
    this.#outbox.addEventListener("change", () => this.draw());
    this.#outbox.addEventListener("received", ({ detail: { item, answer } }) => {
      if (item.round === page.round && item.team === page.team && !answer.late) this.#take(answer);
      this.draw();
    });
    this.#outbox.addEventListener("bundle", async () => {
      this.#drafts.again();
      await this.#hear();
    });
    this.#store.addEventListener("change", () => this.#follow());
    this.#learn();
    this.draw();
  }

  /** What the other ballots tell. */
  #learn() {
    this.#beside.learn(this.#outbox.bundle, this.#store);
  }

  /** What the server has now; it is shown, unless something newer is being entered. */
  #take(answer) {
    this.#current = answer;
    if (this.#draft || this.#items.length > 0) return;
    this.#form.values = answer ?? NOTHING;
    this.#undo.clear(this.#form.values);
  }

  /** The server told how things are: of the round, and of this ballot on other devices. */
  async #hear() {
    const told = this.#outbox.bundle;
    if (told.round?.key !== page.round) return;
    this.#learn();
    const idle = !this.#draft && this.#items.length === 0;
    if (idle && (told.round.phase === "open" && !told.signed) !== page.editable) location.reload();
    place("phase", "phases", standing(told));
    const ballot = told.ballots[page.team] ?? null;
    if (this.#draft?.elsewhere) await this.#forgetOlder(ballot);
    if ((ballot?.revision ?? 0) > (this.#current?.revision ?? 0)) this.#take(ballot);
    await this.#goOn();
    this.draw();
  }

  /** What was begun on another of the judge's devices, and not submitted; undefined where this one has its own. */
  get #begun() {
    const { bundle } = this.#outbox;
    const begun = bundle?.round?.key === page.round ? bundle.drafts?.[page.team] : undefined;
    const idle = !this.#draft && this.#items.length === 0 && !this.#drafts.owes(page);
    return idle && begun?.base_revision === (this.#current?.revision ?? 0) ? begun : undefined;
  }

  /** Go on with what was begun on another device. */
  async #goOn() {
    const begun = this.#begun;
    if (!begun) return;
    const { round, team } = page;
    await this.#store.saveDraft({ round, team, ...begun, elsewhere: true });
    this.#form.values = begun;
    this.#undo?.clear(begun);
  }

  /** What came from another device, and was not touched here, is gone when it has gone on there. */
  async #forgetOlder(ballot) {
    const begun = this.#outbox.bundle.drafts?.[page.team];
    if (begun?.entered_at === this.#draft.entered_at && (ballot?.revision ?? 0) === this.#draft.base_revision) return;
    await this.#store.dropDraft(page.round, page.team);
    this.#form.values = this.#current ?? NOTHING;
  }

  /** Another tab of this phone entered something, or sent it. */
  #follow() {
    const ballot = this.#outbox.bundle?.round?.key === page.round ? this.#outbox.bundle.ballots[page.team] : undefined;
    if (ballot && ballot.revision > (this.#current?.revision ?? 0)) this.#current = ballot;
    const shown = this.#draft ?? this.#items.at(-1) ?? this.#current ?? NOTHING;
    if (document.visibilityState === "hidden" || !document.hasFocus()) this.#form.values = shown;
    this.#learn();
    this.draw();
  }

  #takeBack(values) {
    this.#form.values = values;
    this.#entered();
  }

  /** Bring back what was kept, without losing what was entered before these scripts ran. */
  async #restore() {
    const drawn = page.typed || page.empty ? NOTHING : (this.#current ?? NOTHING);
    const early = changes(this.#form.values, drawn);
    const kept = this.#draft ?? this.#items.at(-1) ?? (page.empty ? this.#current : null);
    if (kept) {
      const { scores, comment, note } = kept;
      this.#form.values = { comment, note, ...early, scores: { ...scores, ...early.scores } };
    }
    if (page.typed) await this.#keep(Number(find("ballot").elements.base_revision.value));
    else if (Object.keys(early).length > 0) await this.#keep(this.#base);
    else if (this.#draft && this.#items.length === 0 && same(this.#draft, this.#current ?? NOTHING)) await this.#forget();
    else await this.#goOn();
  }

  get #draft() {
    return this.#store.draft(page.round, page.team);
  }

  get #items() {
    return this.#store.itemsOf(page.round, page.team);
  }

  get #refused() {
    return this.#items.find((item) => item.refused)?.refused;
  }

  /** The newer revision that this phone's entry was not made from; undefined when there is none. */
  get #newer() {
    if (this.#refused?.code === "stale_ballot") return this.#refused.current;
    const revision = this.#current?.revision ?? 0;
    const overtaken = this.#draft && this.#items.length === 0 && this.#draft.base_revision !== revision;
    return overtaken ? this.#current : undefined;
  }

  /** The revision that what is entered now was made from. */
  get #base() {
    return this.#draft?.base_revision ?? this.#current?.revision ?? 0;
  }

  async #entered() {
    this.#form.draw();
    if (this.#items.length === 0 && same(this.#form.values, this.#current ?? NOTHING)) await this.#forget();
    else await this.#keep(this.#base);
    this.draw();
  }

  #keep(base_revision) {
    const { round, team } = page;
    const draft = { round, team, base_revision, entered_at: this.#outbox.clock.earliest, ...this.#form.values };
    this.#drafts.note(draft);
    return this.#store.saveDraft(draft);
  }

  #forget() {
    const { round, team } = page;
    if (this.#draft) this.#drafts.note({ round, team, base_revision: this.#base, entered_at: this.#outbox.clock.earliest, ...NOTHING });
    return this.#store.dropDraft(round, team);
  }

  async #submit() {
    if (this.#form.showProblems()) return;
    const { round, team } = page;
    const newer = this.#newer;
    this.#drafts.drop(page);
    await this.#store.enqueue({
      uuid: uuid(),
      round,
      team,
      base_revision: newer === undefined ? this.#base : (newer?.revision ?? 0),
      entered_at: this.#outbox.clock.earliest,
      ...this.#form.values,
    });
    this.#undo.clear(this.#form.values);
    this.draw();
    this.#outbox.flush();
  }

  async #keepReceived() {
    this.#current = this.#newer ?? this.#current;
    await this.#store.drop(page.round, page.team);
    this.#form.values = this.#current ?? NOTHING;
    this.#undo.clear(this.#form.values);
    this.draw();
    find("main").focus();
  }

  draw() {
    const focused = document.activeElement;
    this.#form.draw();
    this.#drawTally();
    const newer = this.#newer;
    if (newer === undefined) closeComparison();
    else compare(this.#form.values, newer, texts);
    const refused = newer === undefined ? this.#refused : undefined;
    find("refused").hidden = !refused;
    find("refused").querySelector("[data-words]").textContent = refused?.message ?? "";
    show(find("status"), ...this.#status());
    const submitted = !this.#draft && !this.#refused && (this.#current || this.#items.length > 0 || lateOf(this.#outbox.bundle, null));
    find("submit").hidden = Boolean(submitted);
    find("submit").className = "";
    find("submit").textContent = texts.say(this.#current ? "submit_correction" : "submit");
    find("next").hidden = !submitted;
    if (focused.getClientRects().length === 0) find(submitted ? "next" : "main").focus({ preventScroll: true });
    this.#drawNext();
    this.#beside.draw(this.#form.values.scores, this.#form.total, !submitted);
    notices(this.#store, this.#outbox, texts);
  }

  /** Where to go from here, by what this phone knows. */
  #drawNext() {
    const { bundle, clock } = this.#outbox;
    if (bundle?.round?.key !== page.round) return;
    const next = nextAfter(bundle, this.#store, clock.now, page.team);
    find("next").href = next ? cardOf(bundle, next.team) : LIST;
    find("next").querySelector("span").textContent = texts.say(next ? "next" : "all_teams");
  }

  #drawTally() {
    const { scored, size, total } = this.#form;
    find("scored").textContent = texts.say("scored", { done: texts.number(scored), of: texts.number(size) });
    find("total").textContent = total === null ? "—" : texts.number(total, 1);
  }

  #status() {
    if (this.#refused || this.#newer !== undefined) return ["attention", texts.say("attention")];
    if (this.#items.length > 0) {
      if (!this.#store.kept) return ["waiting", texts.say("not_sent")];
      if (this.#outbox.state === SENDING) return ["sending", texts.say("sending")];
      const { state } = this.#outbox;
      return [state === DISTRUSTED ? "attention" : "waiting", texts.say(WORDS[state] ?? "waiting")];
    }
    if (this.#draft) return ["draft", texts.say(this.#store.kept ? "not_submitted" : "not_kept")];
    const late = lateOf(this.#outbox.bundle, this.#current);
    if (late) return [late.state === "refused" ? "attention" : "late", texts.say(`late_${late.state}`, late)];
    if (!this.#current) return ["pending", texts.say("not_scored")];
    return ["received", received(this.#current, texts)];
  }
}

/** The newest ballot for this team that was kept as late and is not the one that counts. */
function lateOf(told, current) {
  if (told?.round?.key !== page.round) return undefined;
  return told.late?.findLast(({ uuid, team }) => team === page.team && uuid !== current?.uuid);
}

/** Where nothing can be changed any more, say what this phone still holds. */
function drawLeftOver(store, outbox) {
  const refused = store.itemsOf(page.round, page.team).find((item) => item.refused)?.refused;
  const draft = store.draft(page.round, page.team);
  const left = Boolean(refused || draft) && !same(draft ?? NOTHING, page.current ?? NOTHING);
  find("refused").hidden = !left;
  find("refused").querySelector("[data-words]").textContent = refused?.message ?? texts.say("never_submitted");
  const late = lateOf(outbox.bundle, page.current);
  if (late) show(find("late"), late.state === "refused" ? "attention" : "late", texts.say(`late_${late.state}`, late));
  find("late").hidden = !late;
  notices(store, outbox, texts);
}

if (page.empty) place("phase", "phases", standing(outbox.bundle));
new Away(page, store, outbox, texts);
if (page.editable) {
  const timer = new Timer(page, store, outbox.clock, texts);
  store.addEventListener("change", () => timer.draw());
  await new Card(store, outbox).start();
} else {
  drawLeftOver(store, outbox);
  outbox.addEventListener("change", () => drawLeftOver(store, outbox));
}
const tell = () => announce(page, outbox.bundle, texts);
for (const news of ["bundle", "change"]) outbox.addEventListener(news, tell);
tell();
outbox.start();
