import type { IterationBand } from '../../core/views/page/timeline';
import type { TimelineScale } from './timelineScale';

/** In pixels, of the text of a timeline. */
const font = '11px';
const least = 34;

let measuring: OffscreenCanvasRenderingContext2D | null | undefined;

function widthOf(text: string): number {
  measuring ??= new OffscreenCanvas(1, 1).getContext('2d');
  if (!measuring) return text.length * 7;
  measuring.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
  return measuring.measureText(text).width;
}

const graphemes = new Intl.Segmenter();

/** A text that fits a width in pixels, cut between what a person sees as letters: never inside an emoji. */
export function fitting(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let shown = '';
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(`${shown}${segment}…`) > width) break;
    shown += segment;
  }
  return `${shown.trimEnd()}…`;
}

/** A name of an iteration above its band. */
export interface BandLabel {
  readonly x: number;
  readonly text: string;
}

/** As many names as there is room for: always the best, then bands that hold their own names, then every nth. */
export function bandLabels(
  bands: readonly IterationBand[],
  scale: TimelineScale,
  [left, right]: readonly [left: number, right: number],
): readonly BandLabel[] {
  const seen = bands
    .map((band) => ({ band, x: Math.max(scale(band.from), left), end: Math.min(scale(band.to), right) }))
    .filter(({ x, end }) => end > left && x < right && end > x);
  const mean = (right - left) / Math.max(1, seen.length);
  const every = [1, 2, 5, 10, 20, 50, 100, 200].find((n) => n * mean >= least) ?? 500;
  const holdsName = ({ band: { name }, x, end }: (typeof seen)[number]): boolean =>
    end - x > widthOf(name) + 12;
  const labels: BandLabel[] = [];
  const place = (one: (typeof seen)[number]): void => {
    const { n, name, best } = one.band;
    const { x } = one;
    const text = `${holdsName(one) ? name : n}${best ? ' ★' : ''}`;
    const [from, to] = [x - 6, x + widthOf(text) + 6];
    const isFree = labels.every((other) => to < other.x || from > other.x + widthOf(other.text));
    if (isFree && x + widthOf(text) <= right + 8) labels.push({ x: x + 4, text });
  };
  for (const one of seen) if (one.band.best) place(one);
  // The name of a short one would stand over the long one that follows.
  for (const one of seen) if (!one.band.best && holdsName(one)) place(one);
  for (const [i, one] of seen.entries()) {
    if (one.band.best || holdsName(one)) continue;
    const before = seen[i - 1]?.band.n ?? 0;
    // Where bands are shared, not every number begins one.
    if (i === 0 || Math.floor(one.band.n / every) > Math.floor(before / every)) place(one);
  }
  return labels;
}
