import { isRecord } from '../../run/lenient';

/** A place at which two JSON values differ. */
export interface ValueDifference {
  /** "findings[2].title"; empty: the value as a whole. */
  readonly path: string;
  /** The last name in the path, by which a secret is known. */
  readonly name: string;
  /** `undefined`: that side has nothing there. */
  readonly left: unknown;
  readonly right: unknown;
}

export interface ValueDiff {
  /** The first ones; lists by place, objects by the names in them, in alphabetical order. */
  readonly differences: readonly ValueDifference[];
  /** How many more there are, as far as was looked. */
  readonly more: number;
}

/** So many pairs of values are looked at. */
const mostLooked = 20_000;

/** Where two JSON values differ; `undefined` is nothing at all. No recursion: a file may nest a million deep. */
export function valueDiff(left: unknown, right: unknown, most: number): ValueDiff {
  const differences: ValueDifference[] = [];
  let more = 0;
  const pairs: ValueDifference[] = [{ path: '', name: '', left, right }];
  for (let looked = 0; pairs.length > 0 && looked < mostLooked; looked += 1) {
    const pair = pairs.pop() as ValueDifference;
    const { path, left: a, right: b } = pair;
    if (a === b) continue;
    if (Array.isArray(a) && Array.isArray(b)) {
      const [x, y]: readonly [readonly unknown[], readonly unknown[]] = [a, b];
      for (let i = Math.min(Math.max(x.length, y.length), mostLooked) - 1; i >= 0; i -= 1) {
        pairs.push({ path: `${path}[${i}]`, name: '', left: x[i], right: y[i] });
      }
    } else if (isRecord(a) && isRecord(b)) {
      const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted().slice(0, mostLooked);
      for (const name of names.toReversed()) {
        const of = (record: Readonly<Record<string, unknown>>): unknown =>
          Object.hasOwn(record, name) ? record[name] : undefined;
        pairs.push({ path: path === '' ? name : `${path}.${name}`, name, left: of(a), right: of(b) });
      }
    } else if (differences.length < most) differences.push(pair);
    else more += 1;
  }
  return { differences, more };
}
