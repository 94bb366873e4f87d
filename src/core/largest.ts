/**
 * The largest of the numbers of a list; 0 where it is empty. A list that others write may be longer than a call of a
 * function takes arguments.
 */
export function largest<T>(list: Iterable<T>, numberOf: (item: T) => number): number {
  let found: number | undefined;
  for (const item of list) {
    const number = numberOf(item);
    if (found === undefined || number > found) found = number;
  }
  return found ?? 0;
}

/** The smallest of the numbers of a list; 0 where it is empty. */
export function smallest<T>(list: Iterable<T>, numberOf: (item: T) => number): number {
  const found = -largest(list, (item) => -numberOf(item));
  return found === 0 ? 0 : found;
}
