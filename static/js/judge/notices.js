import { DISTRUSTED, PORTAL, SIGNED_OUT } from "./outbox.js";

const ICONS = {
  pending: "pencil",
  draft: "pencil",
  sending: "refresh-cw",
  waiting: "wifi-off",
  received: "circle-check",
  late: "clock",
  skipped: "x",
  attention: "triangle-alert",
};

/**
 * Show a state by its icon and in words; words that stay the same are not said again.
 * @param {HTMLElement} element
 * @param {keyof typeof ICONS} state
 * @param {string} words
 */
export function show(element, state, words) {
  element.dataset.state = state;
  const use = element.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${ICONS[state]}`));
  const said = element.querySelector(".words");
  if (said.textContent !== words) said.textContent = words;
}

/**
 * Say what concerns the whole phone: that it keeps nothing, that somebody has to sign in again, that the server has lost
 * what it had confirmed, or has changed it.
 * @param {import("./store.js").Store} store
 * @param {import("./outbox.js").Outbox} outbox
 * @param {import("../lib/texts.js").Texts} texts
 */
export function notices(store, outbox, texts) {
  const unkept = document.getElementById("unkept");
  unkept.hidden = store.kept;
  unkept.querySelector(".words").textContent = store.kept ? "" : texts.say("unkept");
  const out = outbox.state === SIGNED_OUT;
  document.getElementById("revoked").hidden = !(out && outbox.revoked);
  document.getElementById("signed-out").hidden = !out || outbox.revoked;
  document.getElementById("portal").hidden = outbox.state !== PORTAL;
  document.getElementById("distrusted").hidden = outbox.state !== DISTRUSTED;
  tellRestored(outbox.restored, texts);
}

/** Say how far a restored server has back what it lacked. */
function tellRestored(restored, texts) {
  const notice = document.getElementById("restored");
  notice.hidden = !restored;
  if (!restored) return;
  const { done, of } = restored;
  const whole = done >= of;
  const places = { done: texts.number(done), of: texts.number(of) };
  const words = texts.say(whole ? "restored" : "restoring", places);
  notice.classList.toggle("waiting", !whole);
  notice.classList.toggle("good", whole);
  const said = notice.querySelector(".words");
  if (said.textContent !== words) said.textContent = words;
}
