/** Finding things by what somebody types with one thumb: in either script, with any digits, without marks. */
import { latinDigits } from "./numerals.js";

const WITHOUT = /[\p{M}\p{Cf}\u0640]/gu; // vowel signs and accents, signs of direction, tatweel
const ALIKE = new Map([["\u0671", "\u0627"], ["\u0649", "\u064a"], ["\u06cc", "\u064a"], ["\u0629", "\u0647"], ["\u06a9", "\u0643"]]);
const DIGIT = /\d/;

/**
 * Bring what is written alike to one form: أ إ آ ٱ are ا, ى is ي, ة is ه; case, accents and vowel signs do not matter,
 * nor which digits these are.
 * @param {string} text
 * @returns {string}
 */
export function folded(text) {
  const bare = latinDigits(text.normalize("NFKD").replace(WITHOUT, "")).toLowerCase();
  return bare.replace(/[\u0671\u0649\u06cc\u0629\u06a9]/g, (letter) => ALIKE.get(letter)).replace(/\s+/g, " ").trim();
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

/** 3: a mark is just this; 2: every word is there; 1: every word is there, some in longer numbers; 0: it is not. */
function rankOf(query, { marks, texts }) {
  const own = marks.map(folded);
  if (own.includes(query)) return 3;
  const all = [...own, ...texts.map(folded)].join("\n");
  return Math.min(...query.split(" ").map((word) => (stands(word, all) ? 2 : all.includes(word) ? 1 : 0)));
}

/** Whether a word is somewhere in a text where no number goes on before it or after it. */
function stands(word, text) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = DIGIT.test(word[0]) && DIGIT.test(text[at - 1] ?? "");
    const after = DIGIT.test(word.at(-1)) && DIGIT.test(text[at + word.length] ?? "");
    if (!before && !after) return true;
  }
  return false;
}
