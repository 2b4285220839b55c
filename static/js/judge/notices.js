import { SIGNED_OUT } from "./outbox.js";

const ICONS = {
  pending: "pencil",
  draft: "pencil",
  sending: "refresh-cw",
  waiting: "wifi-off",
  received: "circle-check",
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
 * Say what concerns the whole phone: that it keeps nothing, that somebody has to sign in again.
 * @param {import("./store.js").Store} store
 * @param {import("./outbox.js").Outbox} outbox
 * @param {import("../lib/texts.js").Texts} texts
 */
export function notices(store, outbox, texts) {
  const unkept = document.getElementById("unkept");
  unkept.hidden = store.kept;
  unkept.querySelector(".words").textContent = store.kept ? "" : texts.say("unkept");
  document.getElementById("signed-out").hidden = outbox.state !== SIGNED_OUT;
}
