/** A judge's own ballots. */
import { totalOf } from "./rubric.js";

/**
 * The newest ballots of a judge as this phone knows them, those that are not received yet included.
 * @param {object} told the bundle
 * @param {import("./store.js").Store} store
 * @param {Array<object>} rubric
 * @returns {Array<{team: string, scores: Record<string, string>, total: number}>}
 */
export function ownBallots(told, store, rubric) {
  const newest = new Map(Object.entries(told.ballots));
  for (const item of store.items) if (item.round === told.round?.key) newest.set(item.team, item);
  return told.assignments
    .filter(({ team }) => newest.has(team))
    .map(({ team }) => ({ team, scores: newest.get(team).scores, total: totalOf(rubric, newest.get(team).scores) }));
}
