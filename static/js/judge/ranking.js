/**
 * The judge's own order of the teams that the judge has scored: what was moved by hand, what the totals say, and where
 * the two differ. It changes no score.
 *
 * A team here is `{team, total}`; `byTotal` are all that are scored, in the order of their totals.
 */

/**
 * Put the teams as the judge had them; one that was scored since enters where it goes against the fewest totals.
 * @template {{team: string, total: number}} Scored
 * @param {string[]} kept keys of teams, in the judge's order
 * @param {Scored[]} byTotal
 * @returns {Scored[]}
 */
export function arranged(kept, byTotal) {
  const scored = new Map(byTotal.map((each) => [each.team, each]));
  const order = kept.filter((team, index) => scored.has(team) && kept.indexOf(team) === index).map((team) => scored.get(team));
  for (const each of byTotal) if (!kept.includes(each.team)) order.splice(entry(order, each.total), 0, each);
  return order;
}

/** The first place at which the fewest lower totals stand above, and higher ones below; after those that are equal. */
function entry(order, total) {
  let wrong = order.filter((each) => each.total > total).length; // at the top
  let [best, least] = [0, wrong];
  for (const [index, above] of order.entries()) {
    wrong += Math.sign(total - above.total);
    if (wrong < least || (best === index && above.total === total)) [best, least] = [index + 1, wrong];
  }
  return best;
}

/**
 * Move a team by one place; at the ends it stays.
 * @param {string[]} order keys of teams
 * @param {string} team
 * @param {1 | -1} step 1 is down
 * @returns {string[]}
 */
export function moved(order, team, step) {
  const from = order.indexOf(team);
  const to = from + step;
  if (from < 0 || to < 0 || to >= order.length) return order;
  return order.with(from, order[to]).with(to, team);
}

/**
 * Each two neighbours of which the lower one has more points; there are none where the order is that of the totals.
 * @template {{team: string, total: number}} Scored
 * @param {Scored[]} order
 * @returns {Array<{upper: Scored, lower: Scored}>}
 */
export function contradictions(order) {
  return order.slice(1).map((lower, index) => ({ upper: order[index], lower })).filter(({ upper, lower }) => upper.total < lower.total);
}
