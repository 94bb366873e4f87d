import { largest, smallest } from '../../core/largest';
import type { TimelineBar } from '../../core/views/page/timeline';

/** Keys that lead from one bar to another. */
export const movingKeys: ReadonlySet<string> = new Set([
  ...(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'j', 'k'] as const),
]);

/**
 * The bar that a moving key leads to; `undefined`: there is none on that side.
 * @param bars those that are shown; of some rows the filter leaves none
 */
export function barBeside(
  key: string,
  bar: TimelineBar,
  bars: readonly TimelineBar[],
): TimelineBar | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowLeft': {
      const inRow = bars.filter(({ row }) => row === bar.row).toSorted((a, b) => a.from - b.from);
      return inRow[inRow.indexOf(bar) + (key === 'ArrowRight' ? 1 : -1)];
    }
    default:
      return nearest(bar, bars, key === 'ArrowDown' || key === 'j' ? 1 : -1);
  }
}

/** In the next row that has bars: one of the same iteration, if there is any, and near in time. */
function nearest(bar: TimelineBar, bars: readonly TimelineBar[], step: 1 | -1): TimelineBar | undefined {
  const beyond = bars.map(({ row }) => row).filter((row) => (row - bar.row) * step > 0);
  if (beyond.length === 0) return undefined;
  const row = (step > 0 ? smallest : largest)(beyond, (place) => place);
  const there = bars.filter((other) => other.row === row);
  const same = there.filter(({ iteration }) => iteration === bar.iteration);
  const distance = ({ from }: TimelineBar): number => Math.abs(from - bar.from);
  return (same.length > 0 ? same : there).toSorted((a, b) => distance(a) - distance(b))[0];
}
