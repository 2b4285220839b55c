/** Finding things by what somebody types with one thumb: in either script, with any digits, without marks. */
import { latinDigits } from "./numerals.js";

const WITHOUT = /[\p{M}\p{Cf}\u0640]/gu; // vowel signs and accents, signs of direction, tatweel
const ALIKE = "ٱاىيیيةهکك"; // each letter, and the one that it is taken for

/**
 * Bring what is written alike to one form: أ إ آ ٱ are ا, ى is ي, ة is ه; case, accents and vowel signs do not matter,
 * nor which digits these are.
 * @param {string} text
 * @returns {string}
 */
export function folded(text) {
  const bare = latinDigits(text.normalize("NFKD").replace(WITHOUT, "")).toLowerCase();
  return bare.replace(/[ٱىیةک]/g, (letter) => ALIKE[ALIKE.indexOf(letter) + 1]).replace(/\s+/g, " ").trim();
}

/**
 * Which things hold every word of what is typed, in the order that they have. One that has just this as a mark (its
 * table, its key) comes first, and those are left out then that only have longer numbers with the same digits in them.
 * @template {{marks: string[], texts: string[]}} Thing
 * @param {string} typed
 * @param {Thing[]} things
 * @returns {Thing[]} all, where nothing is typed
 */
export function search(typed, things) {
  const query = folded(typed);
  if (!query) return things;
  const ranked = things.map((thing) => ({ thing, rank: rankOf(query, thing) }));
  const least = ranked.some(({ rank }) => rank === 3) ? 2 : 1;
  const found = ranked.filter(({ rank }) => rank >= least).sort((a, b) => (b.rank === 3) - (a.rank === 3));
  return found.map(({ thing }) => thing);
}

/** 3: a mark is just this; 2: every word is there; 1: some are only in longer numbers; 0: they are not there. */
function rankOf(query, { marks, texts }) {
  const own = marks.map(folded);
  if (own.includes(query)) return 3;
  const all = [...own, ...texts.map(folded)].join("\n");
  const has = (form) => query.split(" ").every((word) => form(all).includes(form(word)));
  return has(apart) ? 2 : Number(has(String));
}

/** Have numbers stand by themselves, so that none is found in a longer one. */
function apart(text) {
  return text.replace(/\d+/g, " $& ");
}
