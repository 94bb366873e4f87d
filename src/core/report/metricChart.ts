import type { ReportMetric } from './report';
import { figure } from './sections';

const size = { width: 640, height: 220, left: 56, right: 88, top: 16, bottom: 36 };
/** More points than these get no number beside them. */
const mostLabels = 20;

/**
 * The metric over the iterations as SVG, with the best one, the target and the iteration in focus marked. Shapes differ,
 * so that colour is never the only sign. It takes its colours from the classes of the page it is in; the numbers stand
 * in the table of iterations, too.
 * @param focus the iteration that the report is on
 */
export function metricChart(
  metric: ReportMetric,
  focus: number | undefined,
  escape: (text: string) => string,
): string {
  const { key, series, best, target, better } = metric;
  const values = [...series.map(({ value }) => value), ...(target === undefined ? [] : [target])];
  const [least, most] = [minimum(values), maximum(values)];
  // A flat line lies in the middle.
  const pad = (most - least || Math.abs(most) || 1) * 0.08;
  const [low, high] = [least - pad, most + pad];
  const [first, last] = [series[0]?.iteration ?? 0, series.at(-1)?.iteration ?? 1];
  const x = (n: number): number =>
    round(size.left + ((n - first) / (last - first || 1)) * (size.width - size.left - size.right));
  const y = (value: number): number =>
    round(size.top + ((high - value) / (high - low)) * (size.height - size.top - size.bottom));
  const axis = [least, ...(most === least ? [] : [most])].map(
    (value) =>
      `<text class="axis" x="${size.left - 10}" y="${y(value) + 4}" text-anchor="end">${figure(value)}</text>`,
  );
  const every = Math.ceil(series.length / mostLabels);
  const points = series.map(({ iteration, value }, i) => {
    const [cx, cy] = [x(iteration), y(value)];
    const said = `iteration ${iteration}: ${figure(value)}`;
    const isBest = iteration === best.iteration;
    const shape = isBest
      ? `<path class="best" d="M${cx} ${cy - 8}l8 8-8 8-8-8z"/>`
      : `<circle class="point" cx="${cx}" cy="${cy}" r="4"/>`;
    const ring = iteration === focus ? `<circle class="focus" cx="${cx}" cy="${cy}" r="12"/>` : '';
    // Above its point, or below where it would lie on the target's line or beyond the edge.
    const above = cy - 14;
    const crossed = above < size.top || (target !== undefined && Math.abs(above - 4 - y(target)) < 14);
    const number =
      isBest || series.length <= mostLabels
        ? `<text class="value" x="${cx}" y="${crossed ? cy + 24 : above}" text-anchor="middle">${figure(value)}</text>`
        : '';
    const tick =
      i % every === 0
        ? `<text class="axis" x="${cx}" y="${size.height - 14}" text-anchor="middle">${iteration}</text>`
        : '';
    return `<g>${ring}${shape}<title>${said}${isBest ? ', best' : ''}</title>${number}${tick}</g>`;
  });
  const line = series.map(({ iteration, value }) => `${x(iteration)},${y(value)}`).join(' ');
  const aim =
    target === undefined
      ? ''
      : `<line class="target" x1="${size.left}" x2="${size.width - size.right}" y1="${y(target)}" y2="${y(target)}"/>` +
        `<text class="axis" x="${size.width - size.right + 8}" y="${y(target) + 4}">target ${figure(target)}</text>`;
  const told = [
    `${key} over ${series.length} iterations, from ${figure(least)} to ${figure(maximum(series.map(({ value }) => value)))}.`,
    `Best (${better}): ${figure(best.value)} in iteration ${best.iteration}.`,
    ...(target === undefined ? [] : [`Target: ${figure(target)}.`]),
  ].join(' ');
  return (
    `<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escape(told)}" xmlns="http://www.w3.org/2000/svg">` +
    `<line class="frame" x1="${size.left}" x2="${size.width - size.right}" y1="${size.height - size.bottom}" y2="${size.height - size.bottom}"/>` +
    `${axis.join('')}${aim}<polyline class="line" points="${line}"/>${points.join('')}` +
    `<text class="axis" x="${size.width - size.right + 8}" y="${size.height - 14}">iteration</text></svg>`
  );
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function minimum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b));
}

function maximum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}
