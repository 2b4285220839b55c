/**
 * What every page of the judge's begins with: what the page says, the store, the outbox. An empty page is whose the
 * bundle is that the phone keeps; where they do not fit each other, or there is none, the server is asked for the page.
 */
import { block, Texts } from "../lib/texts.js";
import { SIGNED_OUT, Outbox } from "./outbox.js";
import { forget, keepPage, watchVersions } from "./shell.js";
import { Store } from "./store.js";

const FRESH = /[?&]fresh$/; // asks the worker for a page of the server's
const UNREACHED = "#unreached"; // the worker could not get another page than those it has

/**
 * @returns {Promise<{page: object, texts: Texts, store: Store, outbox: Outbox}>} the page with all that a page of the
 *   server's says of whose it is; pending for ever where it is left
 */
export async function open() {
  const page = block("page");
  const texts = new Texts(block("texts"), page.locale, page.time_zone);
  const asked = FRESH.test(location.search);
  if (asked) history.replaceState(null, "", location.pathname);
  const store = await Store.open(page.scope);
  const told = store.held?.told;
  if (page.empty) {
    if (told?.form !== page.form) return asked ? new Promise(() => {}) : leave();
    Object.assign(page, { judge: told.judge.id, scope: store.held.scope, round: told.round?.key ?? "" });
  }
  const outbox = new Outbox(store, page.judge);
  prepare(store, outbox);
  return { page, texts, store, outbox };
}

/** Ask the server for this page. */
export function leave() {
  location.replace(`${location.pathname}${location.search ? `${location.search}&` : "?"}fresh`);
  return new Promise(() => {});
}

function prepare(store, outbox) {
  if (location.hash === UNREACHED) {
    document.getElementById("unreached").hidden = false;
    history.replaceState(null, "", location.pathname);
  }
  const alone = document.getElementById("no-worker"); // an empty page has a worker
  if (alone) alone.hidden = isSecureContext;
  let gone = false;
  outbox.addEventListener("change", () => {
    if (outbox.state !== SIGNED_OUT || gone) return;
    gone = true;
    forget(); // the next page is the server's, which says why
  });
  outbox.addEventListener("bundle", () => {
    gone = false;
    keepPage(outbox.bundle.form);
  });
  watchVersions((take) => offer(take, store));
  for (const form of document.querySelectorAll(".language-switch")) form.addEventListener("submit", speak);
  document.getElementById("sign-out")?.addEventListener("submit", signOut);
}

/** Have a new version take over: at once from the list, at a tap while a card is open. */
async function offer(take, store) {
  const notice = document.getElementById("update");
  let asked = document.getElementById("ballot") === null;
  navigator.serviceWorker.addEventListener("controllerchange", () => asked && location.reload(), { once: true });
  if (asked && (await take(false))) return;
  notice.hidden = !store.kept;
  notice.querySelector("button").onclick = () => {
    asked = true;
    take(true);
  };
}

/** Send a form of ours without leaving the page; says so where there is no connection. */
async function sent(event) {
  event.preventDefault();
  const { action, method } = event.target;
  try {
    const answer = await fetch(action, { method, body: new URLSearchParams(new FormData(event.target)), redirect: "manual" });
    if (answer.type === "opaqueredirect") return true;
  } catch {
    // as below
  }
  document.getElementById("unreached").hidden = false;
  return false;
}

async function signOut(event) {
  if (!(await sent(event))) return;
  await forget();
  location.replace("/j");
}

async function speak(event) {
  if (!(await sent(event))) return;
  await forget(); // the next page is in the other language, and so is what is kept from then on
  location.replace(location.pathname);
}
