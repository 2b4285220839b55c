/**
 * The judge's look through all ballots before the signature. What this phone still holds is sent from here, and while it
 * holds something there is nothing to sign: a signature locks what has been received.
 */
import { named } from "../lib/names.js";
import { announce, notices } from "./notices.js";
import { open } from "./phone.js";
import { cardOf } from "./view.js";

const { page, texts, store, outbox } = await open();
const find = (id) => document.getElementById(id);
let waited = false;

function draw() {
  notices(store, outbox, texts);
  announce(page, outbox.bundle, texts);
  const unsent = tell("unsent-block", store.items);
  tell("unsubmitted", store.drafts);
  const button = document.querySelector("#signature button");
  if (button) button.disabled = unsent;
  if (waited && !unsent) location.reload(); // what is shown is what there was before
  waited = unsent;
}

/** Name the teams of what this phone holds of the round, each with the way to its card; says whether there are any. */
function tell(id, held) {
  const teams = new Set(held.filter(({ round }) => round === page.round).map(({ team }) => team));
  const notice = find(id);
  if (!notice) return false; // signed, or not to be signed
  notice.hidden = teams.size === 0;
  const drawn = [...notice.querySelectorAll("[data-team]")].map(({ dataset }) => dataset.team);
  if (String(drawn) !== String([...teams])) notice.querySelector("ul").replaceChildren(...[...teams].map(wayTo));
  return teams.size > 0;
}

function wayTo(team) {
  const { name_en = team, name_ar = team } = outbox.bundle?.assignments.find((each) => each.team === team) ?? {};
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = cardOf({ round: { key: page.round } }, team);
  link.append(named(page.language, name_en, name_ar));
  line.dataset.team = team;
  line.append(link);
  return line;
}

outbox.addEventListener("change", draw);
for (const news of ["bundle", "unchanged", "received"]) outbox.addEventListener(news, draw);
store.addEventListener("change", draw);
draw();
outbox.start();
