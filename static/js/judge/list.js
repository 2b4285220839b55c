/**
 * The judge's list: what the phone still holds is shown on it and sent, and the list is kept current.
 */
import "../lib/markup.js";
import { block, Texts } from "../lib/texts.js";
import { notices, show } from "./notices.js";
import { Outbox } from "./outbox.js";
import { Store } from "./store.js";

const REFRESH = 30_000; // ms between two looks at the server: a round is opened, another device submits

const page = block("page");
const texts = new Texts(block("texts"), page.locale, page.time_zone);
const store = await Store.open(page.scope);
const outbox = new Outbox(store, page.judge);
let served = null; // the list as the server last gave it

/** Mark the teams that this phone knows more of than the server. */
function draw() {
  for (const row of document.querySelectorAll("[data-team]")) {
    const items = store.itemsOf(page.round, row.dataset.team);
    const state = row.querySelector(".state");
    if (items.some((item) => item.refused)) show(state, "attention", texts.say("attention"));
    else if (items.length > 0) show(state, "waiting", texts.say("waiting"));
    else if (store.draft(page.round, row.dataset.team)) show(state, "draft", texts.say("draft"));
  }
  const unsent = store.items.length;
  const words = unsent ? texts.count("unsent", unsent, { shown: texts.number(unsent) }) : "";
  const notice = document.getElementById("unsent");
  notice.hidden = !words;
  if (notice.textContent !== words) notice.textContent = words;
  notices(store, outbox, texts);
}

/** Fetch the list again; without a connection it stays as it is. */
async function refresh() {
  let text;
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (response.redirected) outbox.look(); // it finds out why
    if (!response.ok || response.redirected) return;
    text = await response.text();
  } catch {
    return; // no connection: the next look will tell
  }
  if (text === served) return;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const [header, main] = [fresh.querySelector("header.top"), fresh.getElementById("main")];
  if (!main?.querySelector("#unsent")) return; // a page of the hall's network
  served = text;
  const focused = document.activeElement?.getAttribute("href");
  document.querySelector("header.top").replaceWith(header);
  document.getElementById("main").replaceWith(main);
  await store.refresh();
  draw();
  if (focused) document.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

outbox.addEventListener("change", draw);
outbox.addEventListener("received", refresh);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) refresh();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") refresh();
});
setInterval(() => {
  if (document.visibilityState === "visible") refresh();
}, REFRESH);
draw();
outbox.start();
