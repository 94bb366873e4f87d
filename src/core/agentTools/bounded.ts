import { isRecord } from '../run/lenient';

/** An agent is told no longer text, in characters. */
export const longestAnswer = 100_000;

/** Long texts, lists and objects are cut to so much, and less with each step until all of it is short enough. */
const steps = [
  { text: 4000, items: 200, depth: 12 },
  { text: 1000, items: 100, depth: 8 },
  { text: 300, items: 40, depth: 6 },
  { text: 100, items: 15, depth: 4 },
] as const;

type Limits = (typeof steps)[number];

/** The value with its long parts cut, and how much is left out of each, so that its JSON is no longer than {@link longestAnswer}. */
export function bounded(value: unknown): unknown {
  for (const limits of steps) {
    const smaller = cut(value, limits, limits.depth);
    if (JSON.stringify(smaller).length <= longestAnswer) return smaller;
  }
  return { problem: 'It is too long to be shown.' };
}

function cut(value: unknown, limits: Limits, depth: number): unknown {
  if (typeof value === 'string') return boundedText(value, limits.text);
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (depth === 0) return `${list.length} items`;
    const items = list.slice(0, limits.items).map((item) => cut(item, limits, depth - 1));
    const left = list.length - items.length;
    return left > 0 ? [...items, `${left} more left out`] : items;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  if (depth === 0) return `${entries.length} fields`;
  const some = entries
    .slice(0, limits.items)
    .map(([name, field]) => [boundedText(name, limits.text), cut(field, limits, depth - 1)]);
  const left = entries.length - some.length;
  return Object.fromEntries(left > 0 ? [...some, ['…', `${left} more left out`]] : some);
}

/** Text that is cut, and says so. */
export function boundedText(text: string, most = longestAnswer): string {
  return text.length > most
    ? `${text.slice(0, most)}… (${text.length - most} more characters left out)`
    : text;
}
