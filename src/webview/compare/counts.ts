import { onlySide, type Counts, type ValueComparison } from '../../core/views/compare/comparison';
import { thousands } from '../../core/format';

/** "2 differ · 3 only in A · 1 only in B"; empty: there is no difference. */
export function countsText({ differ, onlyLeft, onlyRight }: Counts): string {
  return [
    differ === 0 ? '' : `${thousands(differ)} ${differ === 1 ? 'differs' : 'differ'}`,
    onlyLeft === 0 ? '' : `${thousands(onlyLeft)} only in A`,
    onlyRight === 0 ? '' : `${thousands(onlyRight)} only in B`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** How many differences there are, whichever kind they are of. */
export function sumOf({ differ, onlyLeft, onlyRight }: Counts): number {
  return differ + onlyLeft + onlyRight;
}

/** The same number, by what is so at each place of a value that both sides have. */
export function placeCounts({ has, changes }: ValueComparison, counts: Counts): Counts {
  if (has !== 'both') return counts;
  const only = (side: 'left' | 'right'): number =>
    changes.filter((change) => onlySide(change) === side).length;
  const [onlyLeft, onlyRight] = [only('left'), only('right')];
  return { differ: counts.differ - onlyLeft - onlyRight, onlyLeft, onlyRight };
}
