/** What the organisers have to say, until the judge has read it. */
import { named } from "../lib/names.js";

/**
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
