/** The heading of a group: teams that can be compared with each other, and with no others. */

/**
 * Say which group it is.
 * @param {import("../lib/texts.js").Texts} texts
 * @param {number | null} group 1-based; null for teams that are in none
 * @param {number} groups how many there are
 */
export function groupWords(texts, group, groups) {
  if (group === null) return texts.say("no_group");
  return texts.say("group", { group: texts.number(group), groups: texts.number(groups) });
}

/**
 * Make a heading for the stage, in its place.
 * @param {string} words
 * @param {number} place 0-based, from the top
 * @param {number} column 0-based
 */
export function heading(words, place, column) {
  const element = document.createElement("li");
  element.className = "group-heading";
  const text = document.createElement("span");
  text.textContent = words;
  element.append(text);
  element.style.setProperty("--place", String(place));
  element.style.setProperty("--column", String(column));
  return element;
}
