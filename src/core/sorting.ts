import type { Sliced } from './sliced';

/** So many items are sorted, or compared in a merge, between two places at which the work may be interrupted. */
const atOnce = 256;

/** A stable sort, interruptibly. */
export function* sorting<T>(items: readonly T[], compare: (a: T, b: T) => number): Sliced<readonly T[]> {
  let parts: (readonly T[])[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    parts.push(items.slice(from, from + atOnce).toSorted(compare));
    yield;
  }
  while (parts.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      merged.push(yield* merging(parts[i] ?? [], parts[i + 1] ?? [], compare));
    }
    parts = merged;
  }
  return parts[0] ?? [];
}

/** Two sorted lists as one, interruptibly. Of equal items, those of the first come first. */
export function* merging<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (a: T, b: T) => number,
): Sliced<readonly T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i] as T, b[j] as T];
    if (compare(left, right) <= 0) {
      merged.push(left);
      i += 1;
    } else {
      merged.push(right);
      j += 1;
    }
    if (merged.length % atOnce === 0) yield;
  }
  return merged.concat(a.slice(i), b.slice(j));
}
