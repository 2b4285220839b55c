/** What a timer of a visit says, by the server's time; it counts, and ends nothing. */

const LAST = 60; // seconds before the end that are called the last minute
const FORGOTTEN = 3_600_000; // ms after the end, from which on nobody is visiting any more

/**
 * Where a timer stands.
 * @param {number} began in ms
 * @param {number} minutes that a visit takes
 * @param {number} now in ms
 * @returns {{phase: "on" | "last" | "over", left: number, over: number, minutes: number, next: number} | null} whole seconds
 *   that are `left`, or `over`; whole minutes that are begun; ms until it says something else. Null for a visit of long ago.
 */
export function countdown(began, minutes, now) {
  const left = 60_000 * minutes - Math.max(0, now - began);
  if (left <= -FORGOTTEN) return null;
  const seconds = Math.max(0, Math.ceil(left / 1000));
  return {
    phase: left <= 0 ? "over" : seconds <= LAST ? "last" : "on",
    left: seconds,
    over: Math.max(0, Math.floor(-left / 1000)),
    minutes: Math.ceil(seconds / 60),
    next: (((left % 1000) + 1000) % 1000) || 1000,
  };
}
