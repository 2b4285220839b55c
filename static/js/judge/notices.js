import { named } from "../lib/names.js";
import { DISTRUSTED, PORTAL, SIGNED_OUT } from "./outbox.js";

const ICONS = {
  pending: "pencil",
  draft: "pencil",
  sending: "refresh-cw",
  waiting: "wifi-off",
  received: "circle-check",
  late: "clock",
  skipped: "x",
  absent: "user-x",
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

/**
 * Show what the organisers have to say, until the judge has read it.
 * @param {object} page what the page says of itself
 * @param {{announcements?: Array<{sequence: number, at: string, text_en: string, text_ar: string, seen: boolean}>}} told
 * @param {import("../lib/texts.js").Texts} texts
 */
export function announce({ language, judge }, told, texts) {
  const slot = document.getElementById("announcements");
  const unread = (told?.announcements ?? []).filter(({ seen }) => !seen);
  for (const there of [...slot.children]) {
    if (!unread.some(({ sequence }) => String(sequence) === there.dataset.sequence)) there.remove();
  }
  for (const each of unread.toReversed()) {
    if (!slot.querySelector(`[data-sequence="${each.sequence}"]`)) slot.prepend(drawn(each));
  }

  function drawn(announcement) {
    const piece = document.getElementById("announcement").content.firstElementChild.cloneNode(true);
    piece.dataset.sequence = announcement.sequence;
    piece.querySelector("[data-words]").replaceChildren(named(language, announcement.text_en, announcement.text_ar));
    piece.querySelector("[data-when]").textContent = texts.say("announced", { time: texts.clock(announcement.at) });
    piece.querySelector("button").addEventListener("click", () => read(announcement, piece));
    return piece;
  }

  async function read(announcement, piece) {
    const address = `/judge/announcements/${announcement.sequence}/seen`;
    const answer = await fetch(address, { method: "POST", headers: { "scoreboard-judge": judge } }).catch(() => null);
    document.getElementById("unreached").hidden = Boolean(answer?.ok);
    if (!answer?.ok) return;
    announcement.seen = true;
    piece.remove();
    document.getElementById("main").focus();
  }
}
