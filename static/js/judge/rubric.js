/** What a rubric makes of scores. Its numbers are texts or numbers. */

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

/**
 * What a value means, in one line or two: its own text, or those that it stands between.
 * @param {{levels: Array<{value: unknown, text: string}>}} criterion
 * @param {number} value
 * @param {import("../lib/texts.js").Texts} texts
 */
export function levelOf({ levels }, value, texts) {
  const say = (key, level) => texts.say(key, { value: texts.number(Number(level.value)), text: level.text });
  const sorted = [...levels].sort((a, b) => a.value - b.value);
  const own = sorted.find((level) => Number(level.value) === value);
  if (own) return say("level", own);
  const low = sorted.filter((level) => level.value < value).at(-1);
  const high = sorted.find((level) => level.value > value);
  return [low && say("level_above", low), high && say("level_below", high)].filter(Boolean).join("\n");
}
