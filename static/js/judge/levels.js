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
