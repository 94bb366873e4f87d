/** A stretch of time, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The time that at least one of the stretches covers, in order and without overlaps. */
export function union(stretches: readonly Stretch[]): readonly Stretch[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** What the first stretches cover and the others do not; both in order and without overlaps, as {@link union} gives them. */
export function minus(stretches: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  const left: Stretch[] = [];
  let next = 0;
  for (const { from, to } of stretches) {
    while ((others[next]?.to ?? Infinity) <= from) next += 1;
    let at = from;
    for (let i = next; (others[i]?.from ?? Infinity) < to; i += 1) {
      const other = others[i];
      if (!other) break;
      if (other.from > at) left.push({ from: at, to: other.from });
      at = Math.max(at, other.to);
    }
    if (at < to) left.push({ from: at, to });
  }
  return left;
}

/** How much time stretches without overlaps cover, in milliseconds. */
export function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + (to - from), 0);
}
