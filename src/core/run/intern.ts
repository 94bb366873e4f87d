const known = new Map<string, string>();
/** Texts that are many, or long, are not worth it. */
const mostTexts = 10_000;
const longestText = 200;

/**
 * Gives one and the same text for equal ones, for what repeats in thousands of runs and effects (a process, a kind of
 * task): each file that is parsed brings its own copy, and all of them would stay in memory.
 */
export function intern(text: string): string {
  if (text.length > longestText) return text;
  const same = known.get(text);
  if (same !== undefined) return same;
  if (known.size < mostTexts) known.set(text, text);
  return text;
}
