import type { Counts } from '../../core/views/compare/comparison';
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
