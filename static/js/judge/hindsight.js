/**
 * What a judge's own ballots tell beside each other: earlier scores on each criterion, the own order of teams, and
 * questions worth asking. Nothing of other judges is known here, and nothing is decided: whoever is sure goes on.
 *
 * A ballot here is `{team, scores, total}`: scores are texts by the criterion's key, the total is on 0 to 100.
 */

const ENOUGH = 3; // own ballots, from which on they are compared
const ALIKE = 4; // of them with one and the same score on a criterion, that is asked about
const CRITERIA = 3; // all of them with the same score, that is asked about
const FAR = 2; // standard deviations from one's own mean
const NEAR = 0.5; // of a total, where two are the same

/**
 * The own scores on a criterion, the highest first, each with the teams that have it; none while there are few.
 * @param {Array<{team: string, scores: Record<string, string>}>} ballots of other teams
 * @param {string} key the criterion's
 * @returns {Array<{value: number, teams: string[]}>}
 */
export function earlier(ballots, key) {
  if (ballots.length < ENOUGH) return [];
  const found = new Map();
  for (const { team, scores } of ballots) {
    if (scores[key] === undefined) continue;
    const value = Number(scores[key]);
    found.set(value, [...(found.get(value) ?? []), team]);
  }
  return [...found].sort(([a], [b]) => b - a).map(([value, teams]) => ({ value, teams }));
}

/**
 * The teams in the order of the own totals, the highest first; `place` counts from 1 and is shared by equal totals.
 * @param {Array<{team: string, total: number}>} ballots
 * @returns {Array<{team: string, total: number, place: number}>}
 */
export function ownOrder(ballots) {
  return placed(ballots.toSorted((a, b) => b.total - a.total));
}

/**
 * The places in any order of teams; equal totals beside each other share theirs.
 * @param {Array<{team: string, total: number}>} order
 * @returns {Array<{team: string, total: number, place: number}>}
 */
export function placed(order) {
  let place = 1;
  return order.map(({ team, total }, index) => {
    if (index > 0 && order[index - 1].total !== total) place = index + 1;
    return { team, total, place };
  });
}

/**
 * What to ask about complete scores, before they are submitted.
 *
 * `one_value`: every criterion has the same share of its range. `always`: a criterion has got the score that every
 * team has got so far. `far`: the total is further from one's own mean than totals usually are.
 * @param {Record<string, string>} scores
 * @param {number} total
 * @param {Array<{key: string, minimum: number, maximum: number}>} rubric
 * @param {Array<{team: string, scores: Record<string, string>, total: number}>} ballots of other teams
 * @returns {Array<{code: "one_value" | "always" | "far", criterion?: string, value?: number, mean?: number}>}
 */
export function questions(scores, total, rubric, ballots) {
  const asked = [];
  const shares = rubric.map(({ key, minimum, maximum }) => (Number(scores[key]) - Number(minimum)) / (Number(maximum) - Number(minimum)));
  const least = Math.min(...shares);
  if (rubric.length >= CRITERIA && Math.max(...shares) - least < 1e-9) {
    asked.push({ code: "one_value", value: Number(scores[rubric[0].key]) });
  }
  for (const { key } of rubric) {
    const value = Number(scores[key]);
    const before = ballots.filter((ballot) => ballot.scores[key] !== undefined);
    if (before.length >= ALIKE && before.every((ballot) => Number(ballot.scores[key]) === value)) {
      asked.push({ code: "always", criterion: key, value });
    }
  }
  const far = farFrom(total, ballots.map((ballot) => ballot.total));
  if (far !== null) asked.push({ code: "far", value: total, mean: far });
  return asked;
}

/** The mean of own totals, where one more is far from it; null where it is not, or where there are few. */
function farFrom(total, totals) {
  if (totals.length < ALIKE) return null;
  const mean = totals.reduce((sum, each) => sum + each, 0) / totals.length;
  const spread = Math.sqrt(totals.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (totals.length - 1));
  const distance = Math.abs(total - mean);
  return distance > FAR * spread && distance > NEAR ? Math.round(10 * mean) / 10 : null;
}
