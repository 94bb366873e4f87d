import { scaleTime, type ScaleTime } from 'd3-scale';
import { dayAndTime } from '../../core/moments';

/** Pixels of moments. */
export type TimelineScale = ScaleTime<number, number>;

/** In milliseconds of the epoch. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** The width of an idle stretch, in pixels. */
const gapWidth = 26;

/**
 * Lays a part of a run out between two pixels.
 * @param idle stretches that are drawn short, each with a width of its own
 */
export function timelineScale(
  { from, to }: TimeSpan,
  idle: readonly TimeSpan[],
  [left, right]: readonly [left: number, right: number],
): TimelineScale {
  const gaps = idle
    .map((gap) => ({ from: Math.max(from, gap.from), to: Math.min(to, gap.to) }))
    .filter((gap) => gap.to > gap.from)
    .toSorted((a, b) => a.from - b.from);
  const idleTime = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  // However many there are, they leave most of the width to the work.
  const each = Math.min(gapWidth, ((right - left) * 0.4) / Math.max(1, gaps.length));
  const perMillisecond = (right - left - each * gaps.length) / Math.max(1, to - from - idleTime);
  const [times, pixels]: [number[], number[]] = [[from], [left]];
  let [time, x] = [from, left];
  for (const gap of gaps) {
    x += (gap.from - time) * perMillisecond;
    times.push(gap.from, gap.to);
    pixels.push(x, x + each);
    x += each;
    time = gap.to;
  }
  return scaleTime()
    .domain([...times, to])
    .range([...pixels, right]);
}

/** The width of a letter of a label, in pixels. */
const letter = 6;

interface Tick {
  readonly x: number;
  readonly label: string;
}

/**
 * Moments along the top, as many as there is room for.
 * @param idle stretches that are drawn short: work after them begins with a moment of its own
 * @param width of the chart, in pixels
 */
export function timelineTicks(
  scale: TimelineScale,
  { from, to }: TimeSpan,
  idle: readonly TimeSpan[],
  width: number,
): readonly Tick[] {
  const wanted = [from, ...idle.map((gap) => gap.to)].filter((time) => time >= from && time < to);
  // Where idle stretches swallow most of the regular moments, closer ones are taken.
  const fits = Math.max(3, Math.floor(width / 300));
  let ticks: readonly Tick[] = [];
  for (const wished of [8, 24, 96, 400]) {
    const regular = scale
      .ticks(wished)
      .map((date) => date.getTime())
      .filter((time) => !idle.some((gap) => time > gap.from && time < gap.to));
    ticks = placeTicks(scale, [...wanted, ...regular], width);
    if (ticks.length >= fits) break;
  }
  return ticks;
}

function placeTicks(scale: TimelineScale, moments: readonly number[], width: number): readonly Tick[] {
  const ticks: { x: number; label: string }[] = [];
  let [day, said] = ['', ''];
  for (const time of [...new Set(moments)].toSorted((a, b) => a - b)) {
    const x = scale(time);
    const [today, clock] = dayAndTime(time, true);
    const whole = `${today} ${clock}`;
    const label = today === day ? clock : whole;
    const isCut = x + label.length * letter > width;
    const last = ticks.at(-1);
    const isFree = !last || x - last.x > Math.max(72, last.label.length * letter + 8);
    // Moments within one second say nothing new.
    const isSame = whole === said;
    if (isCut || isSame || !isFree) continue;
    ticks.push({ x, label });
    [day, said] = [today, whole];
  }
  return ticks;
}
