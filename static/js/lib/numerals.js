/** Digits: as keyboards give them, and as pages draw them. */

const MARKS = /[\u066c\u200e\u200f\u061c\u2066-\u2069\s]/g;

/**
 * Bring a number as any keyboard may give it to 0-9 with a point.
 * @param {string} text
 * @returns {string}
 */
export function plainDigits(text) {
  return text
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replaceAll("\u066b", ".")
    .replace(MARKS, "");
}
