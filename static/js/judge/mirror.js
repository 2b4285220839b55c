/**
 * A second place for what a phone keeps, where IndexedDB takes nothing (private windows, a full disk): it may outlive
 * a reload, but nobody is told to rely on it.
 */
const NAME = "scoreboard-judge ";

/**
 * @param {string} scope
 * @returns {Record<string, object[]> | null} what was put there
 */
export function reflected(scope) {
  try {
    return JSON.parse(localStorage.getItem(NAME + scope));
  } catch {
    return null;
  }
}

/**
 * Put all of it there, or take it away. Where this browser has no such place either, there is only the page.
 * @param {string} scope
 * @param {Record<string, object[]> | null} records by the name of their store
 */
export function reflect(scope, records) {
  try {
    if (records) localStorage.setItem(NAME + scope, JSON.stringify(records));
    else localStorage.removeItem(NAME + scope);
  } catch {
    // as it says above
  }
}
