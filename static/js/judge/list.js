/**
 * The judge's list, drawn of the bundle; with what the phone still holds, which is sent from here.
 */
import { isolated, named } from "../lib/names.js";
import { drawLater } from "./away.js";
import { Finder } from "./finder.js";
import { announce, notices, show } from "./notices.js";
import { ownBallots } from "./own.js";
import { open } from "./phone.js";
import { Ranks } from "./ranks.js";
import { cardOf, drawPlace, drawProject, nextAfter, place, standing } from "./view.js";

const SIGN = "/judge/find"; // where the code on a team's table leads; here, where there was no network

const { page, texts, store, outbox } = await open();
const { language } = page;
const find = (id) => document.getElementById(id);
const WORDS = { received: "received", skipped: "excused", absent: "absent", pending: "not_scored" };
const finder = new Finder(texts, () => told && drawTeams());
const ranks = new Ranks(language, texts, store, drawTeams);
let told = page.empty ? outbox.bundle : undefined; // a page of the server's says what it knows by itself
let sought = location.pathname === SIGN ? new URLSearchParams(location.search).get("team") : null;

function drawHead() {
  const { judge, organisation, round, assignments, ballots } = told;
  find("judge").replaceChildren(named(language, judge.name_en, judge.name_ar));
  const beneath = [organisation, round].filter(Boolean).map((each) => named(language, each.name_en, each.name_ar));
  find("beneath").replaceChildren(...beneath.flatMap((each, index) => (index ? [" · ", each] : [each])));
  const expected = assignments.filter(({ team, state }) => state !== "skipped" || ballots[team]).length;
  const done = assignments.filter(({ team }) => ballots[team]).length;
  find("progress-line").hidden = expected === 0;
  say(find("progress-words"), texts.count("teams_scored", expected, { done: texts.number(done), of: texts.number(expected) }));
  find("progress").max = expected || 1;
  find("progress").value = done;
  return expected;
}

function drawWhatToDo(expected) {
  const open = told.round?.phase === "open";
  const next = nextAfter(told, store, outbox.clock.now);
  place("phase", "phases", standing(told));
  const nothing = told.round && told.assignments.length === 0 ? "nothing" : "";
  const done = store.items.length > 0 ? "" : "done";
  const doing = place("doing", "doings", open && expected ? (next ? "next" : told.signed ? "" : done) : nothing);
  if (doing?.dataset.kind === "next") {
    drawNext(doing, next);
  } else if (doing?.dataset.kind === "done") {
    const all = texts.number(expected);
    say(doing.querySelector("h2"), texts.count("done", expected, { done: all, of: all }));
  }
  const signable = (open || told.round?.phase === "closed") && !told.signed;
  find("review").hidden = !signable || Object.keys(told.ballots).length === 0;
  find("review").classList.toggle("quiet", Boolean(open && (next || !done)));
  find("left-out").hidden = !told.left_out;
  if (told.left_out) say(find("left-out"), texts.count("left_out", told.left_out, { shown: texts.number(told.left_out) }));
}

function drawNext(doing, next) {
  doing.href = cardOf(outbox.bundle, next.team);
  say(doing.querySelector("span"), texts.say("next_team", { team: nameOf(next) }));
}

/** A page of the server's knows nothing of what was put off. */
function turnNext() {
  const doing = find("doing").querySelector("[data-kind=next]");
  const next = outbox.bundle?.round?.key === page.round ? nextAfter(outbox.bundle, store, outbox.clock.now) : undefined;
  if (doing && next) drawNext(doing, next);
}

function nameOf({ name_en, name_ar }) {
  return named(language, name_en, name_ar).textContent;
}

function drawRow(row, assigned, total) {
  const { team, state } = assigned;
  const ballot = told.ballots[team];
  row.dataset.team = team;
  const link = row.querySelector("a");
  link.href = cardOf(told, team);
  link.replaceChildren(named(language, assigned.name_en, assigned.name_ar));
  row.querySelector("[data-whose]").replaceChildren(named(language, assigned.name_en, assigned.name_ar));
  drawProject(row.querySelector(".project"), assigned, language);
  drawPlace(row.querySelector(".place"), assigned, language, texts);
  row.querySelector(".own-total").hidden = total === undefined;
  row.querySelector("[data-total]").textContent = total === undefined ? "" : texts.number(total, 1);
  const known = ballot ? "received" : state === "skipped" ? "skipped" : assigned.absent ? "absent" : "pending";
  show(row.querySelector(".state"), known, texts.say(WORDS[known]));
}

function drawTeams() {
  const list = find("teams");
  const own = ownBallots(told, store, told.rubric);
  const totals = new Map(own.map(({ team, total }) => [team, total]));
  const order = ranks.order(told, own);
  const found = new Set(finder.find(order));
  const rows = new Map([...list.children].map((row) => [row.dataset.team, row]));
  const drawn = [...found, ...order.filter((each) => !found.has(each))].map((assigned) => {
    const row = rows.get(assigned.team) ?? find("row").content.firstElementChild.cloneNode(true);
    drawRow(row, assigned, totals.get(assigned.team));
    ranks.drawRow(row, !finder.active);
    row.hidden = !found.has(assigned);
    return row;
  });
  const wanted = finder.active ? drawn : ranks.withDoubts(drawn);
  const same = wanted.length === list.children.length && wanted.every((row, index) => row === list.children[index]);
  if (!same) rearrange(list, wanted);
  drawHeldTeams();
}

/** What is moved loses the focus, and gets it back. */
function rearrange(list, wanted) {
  const focused = document.activeElement;
  list.replaceChildren(...wanted);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

/** Mark the teams that this phone knows more of than the server. */
function drawHeldTeams() {
  for (const row of find("teams").querySelectorAll(".team")) {
    const { team } = row.dataset;
    const round = told?.round?.key ?? page.round;
    const items = store.itemsOf(round, team);
    const late = told?.late?.findLast((each) => each.team === team && each.uuid !== told.ballots[team]?.uuid);
    const state = row.querySelector(".state");
    if (items.some((item) => item.refused)) show(state, "attention", texts.say("attention"));
    else if (items.length > 0) show(state, "waiting", texts.say("waiting"));
    else if (store.draft(round, team)) show(state, "draft", texts.say("draft"));
    else if (late) show(state, late.state === "refused" ? "attention" : "late", texts.say(`late_${late.state}`, late));
    const owed = ["pending", "draft", "absent"].includes(state.dataset.state);
    drawLater(row.querySelector(".later"), owed ? store.visit(round, team).later : undefined, texts);
  }
}

function drawHeld() {
  const unsent = store.items.length;
  if (unsent) find("doing").querySelector("[data-kind=done]")?.remove(); // as far as the server knew
  const notice = find("unsent");
  notice.hidden = unsent === 0;
  say(notice, unsent ? texts.count("unsent", unsent, { shown: texts.number(unsent) }) : "");
  notices(store, outbox, texts);
}

/** Words that stay the same are not said again. */
function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function draw() {
  announce(page, told, texts);
  if (told) {
    drawWhatToDo(drawHead());
    drawTeams();
  } else {
    turnNext();
    drawHeldTeams();
  }
  drawHeld();
}

/** Go on to the card of the team whose code was read; say so where it is none of the judge's. */
function lead() {
  if (sought && told.assignments.some(({ team }) => team === sought)) return location.replace(cardOf(told, sought));
  if (sought) find("not-yours").replaceChildren(isolated(sought), `: ${texts.say("not_yours")}`);
  find("not-yours").hidden &&= !sought;
  return history.replaceState(null, "", "/judge");
}

find("teams").addEventListener("click", async ({ target }) => {
  const row = target.closest("[data-undo]")?.closest("[data-team]");
  if (!row) return;
  await store.noteVisit(told?.round?.key ?? page.round, row.dataset.team, { later: undefined });
  draw();
  row.querySelector("a").focus();
});
outbox.addEventListener("change", draw);
for (const news of ["bundle", "unchanged", "received"]) {
  outbox.addEventListener(news, () => {
    told = outbox.bundle;
    draw();
    if (sought) lead();
    sought = null;
  });
}
store.addEventListener("change", () => {
  told &&= outbox.bundle;
  draw();
});
if (location.pathname === SIGN) lead();
draw();
outbox.start();
