/** Digits: as keyboards give them, and as pages draw them. */

const MARKS = /[\u066c\u200e\u200f\u061c\u2066-\u2069\s]/g;

/**
 * Bring the digits of a text to 0-9.
 * @param {string} text
 * @returns {string}
 */
export function latinDigits(text) {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15));
}

/**
 * Bring a number as any keyboard may give it to 0-9 with a point.
 * @param {string} text
 * @returns {string}
 */
export function plainDigits(text) {
  return latinDigits(text).replaceAll("\u066b", ".").replace(MARKS, "");
}
