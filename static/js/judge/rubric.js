/**
 * The total of complete scores on 0 to 100, to a tenth.
 * @param {Array<{key: string, weight: unknown, minimum: unknown, maximum: unknown}>} rubric
 * @param {Record<string, string>} scores
 */
export function totalOf(rubric, scores) {
  const unit = ({ key, minimum, maximum }) => (Number(scores[key]) - Number(minimum)) / (Number(maximum) - Number(minimum));
  const weights = rubric.reduce((sum, { weight }) => sum + Number(weight), 0);
  const total = (100 * rubric.reduce((sum, each) => sum + Number(each.weight) * unit(each), 0)) / weights;
  // Half a tenth goes up, as on the server, also where the nearest binary number lies just below it.
  return Math.round(10 * total + 1e-6) / 10;
}
