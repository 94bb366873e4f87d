import { count } from '../../format';
import { iterationTitle, titleOfIteration, type NamedIteration } from '../../run/iterations';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { figure } from './figures';
import type { ReportMetric } from './report';

/** An element of a picture: what HTML reports write as text, and the page makes elements of. */
export interface ChartNode {
  readonly tag: 'svg' | 'g' | 'line' | 'polyline' | 'path' | 'circle' | 'text' | 'title';
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (ChartNode | string)[];
  /** What a person can point to. */
  readonly point?: ChartPoint;
}

export interface ChartPoint {
  readonly key: string;
  readonly iteration: number;
  /** "score, iteration 3: 92, best"; iterations are called as everywhere. */
  readonly spoken: string;
}

type Scale = ScaleLinear<number, number>;
type Attributes = ChartNode['attributes'];

/** What all panels of a picture share; sizes in pixels. */
interface Plot {
  readonly width: number;
  /** Of one panel. */
  readonly panelHeight: number;
  /** Numbers of all iterations that have a value. */
  readonly iterations: readonly number[];
  readonly x: Scale;
  /** The iteration that the report is on. */
  readonly focus: number | undefined;
  /** How an iteration is called. */
  readonly nameOf: (n: number) => string;
}

/** Metrics that share a scale. */
interface Panel {
  readonly metrics: readonly ReportMetric[];
  readonly top: number;
  readonly y: Scale;
}

/** A metric and its place among all, by which it is told apart. */
interface Series {
  readonly metric: ReportMetric;
  readonly style: number;
}

interface SeriesNodes {
  readonly line: ChartNode;
  readonly labels: readonly ChartNode[];
}

const margin = { left: 56, right: 92, top: 30, bottom: 18, axis: 26 };
const panelHeight = { alone: 190, amongOthers: 130 };
/** More points than these get no number beside them, and more no place of their own. */
const most = { labels: 20, points: 600, name: 32 };
/** Of points that are closer than this, in pixels, only the line is drawn. */
const dense = 9;

/** Lines of a metric, so that colour is never the only sign. */
const dashes = ['', '7 3', '2 3', '9 3 2 3', '12 4', '4 2 1 2'];

/**
 * Metrics over the iterations as one picture, with best values, targets and the iteration in focus marked. Metrics of one
 * order of magnitude share a scale, others have one below it. Each has a line, a mark and a class of its own; colours
 * come from the classes of the page it is in. The numbers stand in the table of iterations, too.
 * @param focus the iteration that the report is on
 * @param named those that are called by more than their place
 */
export function metricChart(
  metrics: readonly ReportMetric[],
  focus: number | undefined,
  named: readonly NamedIteration[],
  width = 640,
): ChartNode {
  const series = metrics.map((metric, style): Series => ({ metric, style }));
  const magnitudes = [...new Set(metrics.map(magnitude))];
  const groups = magnitudes.map((size) => series.filter(({ metric }) => magnitude(metric) === size));
  const height = groups.length > 1 ? panelHeight.amongOthers : panelHeight.alone;
  const each = margin.top + height + margin.bottom;
  const all = groups.length * each + margin.axis;
  const iterations = metrics.flatMap((metric) => metric.series.map(({ iteration }) => iteration));
  const [first, last] = [minimum(iterations), maximum(iterations)];
  const x = scaleLinear()
    .domain(first === last ? [first - 1, last + 1] : [first, last])
    .range([margin.left + 14, width - margin.right - 14]);
  const nameOf = namesOf(named);
  const plot: Plot = { width, panelHeight: height, iterations, x, focus, nameOf };
  const panels = groups.map((group, i) => {
    const top = i * each + margin.top;
    return panelNodes(plot, group, {
      metrics: group.map(({ metric }) => metric),
      top,
      y: yScale(group, top, height),
    });
  });
  return element(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${width} ${all}`,
      role: 'img',
      'aria-label': metrics.map((metric) => told(metric, nameOf)).join(' '),
      xmlns: 'http://www.w3.org/2000/svg',
    },
    [...panels.flat(), ...iterationAxis(plot, all)],
  );
}

function panelNodes(plot: Plot, group: readonly Series[], panel: Panel): readonly ChartNode[] {
  const { top, y } = panel;
  const { panelHeight: height } = plot;
  const [left, right] = [margin.left, plot.width - margin.right];
  const ticks = y.ticks(height > 150 ? 5 : 3);
  const drawn = group.map(({ metric, style }) => seriesNodes(plot, metric, style, panel));
  return [
    ...ticks.map((tick) =>
      element('line', { class: 'grid', x1: left, x2: right, y1: round(y(tick)), y2: round(y(tick)) }),
    ),
    ...ticks.map((tick) => label('axis', left - 8, y(tick) + 4, figure(tick), 'end')),
    element('line', { class: 'frame', x1: left, x2: right, y1: top + height, y2: top + height }),
    ...focusLine(plot, top),
    ...nameNodes(group, left, top),
    ...group.flatMap(({ metric, style }) => targetNodes(plot, metric, style, panel)),
    ...drawn.map(({ line }) => line),
    // Above all lines, so that they can be read.
    ...drawn.flatMap(({ labels }) => labels),
  ];
}

function focusLine({ panelHeight: height, iterations, x, focus }: Plot, top: number): readonly ChartNode[] {
  if (focus === undefined || focus < minimum(iterations) || focus > maximum(iterations)) return [];
  const at = round(x(focus));
  return [element('line', { class: 'frame focus-line', x1: at, x2: at, y1: top, y2: top + height })];
}

/** The names of a panel's metrics above it, each beside its line and mark. */
function nameNodes(group: readonly Series[], left: number, top: number): readonly ChartNode[] {
  let nameAt = left;
  return group.map(({ metric, style }) => {
    const at = nameAt;
    const name = shortened(metric.key);
    nameAt += name.length * 7 + 54;
    return element('g', { class: `s${style}` }, [
      element('line', { class: 'line', x1: at, x2: at + 26, y1: top - 16, y2: top - 16, ...dash(style) }),
      mark(style, at + 13, top - 16, 4),
      label('name', at + 32, top - 12, name),
    ]);
  });
}

function targetNodes(
  { width }: Plot,
  { key, target }: ReportMetric,
  style: number,
  { metrics, y }: Panel,
): readonly ChartNode[] {
  if (target === undefined) return [];
  const at = round(y(bounded(target)));
  const right = width - margin.right;
  return [
    element('g', { class: `s${style}` }, [
      element('line', {
        class: 'target',
        x1: margin.left,
        x2: right,
        y1: at,
        y2: at,
        'stroke-dasharray': '6 4',
      }),
      label('axis', right + 6, at + 4, `target ${figure(target)}`),
      element('title', {}, [`Target of ${metrics.length > 1 ? key : 'the metric'}: ${figure(target)}`]),
    ]),
  ];
}

/** A value of a metric, and where its point is. */
interface Place {
  readonly iteration: number;
  readonly value: number;
  readonly at: readonly [x: number, y: number];
}

function seriesNodes(plot: Plot, metric: ReportMetric, style: number, panel: Panel): SeriesNodes {
  const { best } = metric;
  const { focus } = plot;
  const places = metric.series.map(({ iteration, value }): Place => ({
    iteration,
    value,
    at: [round(plot.x(iteration)), round(panel.y(bounded(value)))],
  }));
  const gap = (plot.width - margin.left - margin.right) / Math.max(1, places.length);
  const every = Math.ceil(places.length / most.points);
  const shown = places.filter(
    ({ iteration }, i) =>
      i % every === 0 || i === places.length - 1 || iteration === best?.iteration || iteration === focus,
  );
  const numbered = panel.metrics.length === 1 && places.length <= most.labels;
  const line = places.map(({ at }) => at.join(',')).join(' ');
  return {
    line: element('g', { class: `s${style}` }, [
      element('polyline', { class: 'line', points: line, ...dash(style) }),
      ...shown.map((place) => pointNode(place, metric, style, plot, gap)),
    ]),
    labels: shown
      .filter(({ iteration }) => numbered || iteration === best?.iteration || iteration === focus)
      .map((place) => valueLabel(place, metric, focus, panel)),
  };
}

/** @param gap between two points, in pixels */
function pointNode(
  { iteration, value, at: [cx, cy] }: Place,
  { key, best }: ReportMetric,
  style: number,
  { focus, nameOf }: Plot,
  gap: number,
): ChartNode {
  const [isBest, isFocus] = [iteration === best?.iteration, iteration === focus];
  const spoken = `${key}, ${nameOf(iteration)}: ${figure(value)}${isBest ? ', best' : ''}`;
  return {
    ...element('g', { class: `point${isBest ? ' best' : ''}` }, [
      element('circle', { class: 'hit', cx, cy, r: Math.max(3, Math.min(12, gap / 2)) }),
      ...(isFocus ? [element('circle', { class: 'focus', cx, cy, r: 11 })] : []),
      // Marks that touch each other would hide their line.
      ...(gap >= dense || isBest || isFocus ? [mark(style, cx, cy, isBest ? 6 : 4)] : []),
      element('title', {}, [spoken]),
    ]),
    point: { key, iteration, spoken },
  };
}

/** Above its point, or below where it would lie on the target's line or beyond the edge. */
function valueLabel(
  { iteration, value, at: [cx, cy] }: Place,
  { best, target }: ReportMetric,
  focus: number | undefined,
  { top, y }: Panel,
): ChartNode {
  const above = cy - (iteration === focus ? 16 : 12);
  const crossed = above - 10 < top || (target !== undefined && Math.abs(above - 4 - y(bounded(target))) < 12);
  const text = `${iteration === best?.iteration ? '★ ' : ''}${figure(value)}`;
  return label('value', cx, crossed ? cy + (iteration === focus ? 26 : 22) : above, text, 'middle');
}

/** @param height of the whole picture */
function iterationAxis({ width, iterations, x, nameOf }: Plot, height: number): readonly ChartNode[] {
  const wanted = Math.max(2, Math.floor((width - margin.left - margin.right) / 56));
  const known = [...new Set(iterations)].toSorted((a, b) => a - b);
  const ticks = known.length <= wanted ? known : x.ticks(wanted).filter((tick) => Number.isInteger(tick));
  // Names of phases have no room below it.
  const inOrder = known.some((n) => nameOf(n) !== `iteration ${n}`);
  return [
    ...ticks.map((tick) => label('axis', x(tick), height - margin.axis + 6, String(tick), 'middle')),
    label('axis', width - margin.right + 6, height - margin.axis + 6, inOrder ? 'in order' : 'iteration'),
  ];
}

/** Says beside a chart what its signs mean. */
export function chartLegend(
  metrics: readonly ReportMetric[],
  focus: number | undefined,
  named: readonly NamedIteration[],
): string {
  return [
    `By iteration. ★ best`,
    ...(metrics.some(({ target }) => target !== undefined) ? ['dashed line: target'] : []),
    ...(focus === undefined ? [] : [`ring: ${titleOfIteration(named, focus)}`]),
  ].join('; ');
}

/** The picture as text. */
export function svgText({ tag, attributes, children }: ChartNode, escape: (text: string) => string): string {
  const named = Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(String(value))}"`);
  const inner = children.map((child) => (typeof child === 'string' ? escape(child) : svgText(child, escape)));
  return `<${tag}${named.join('')}>${inner.join('')}</${tag}>`;
}

/** "score over 5 iterations, from 61 to 92. Best (highest): 92 in iteration 3. Target: 95." */
function told({ key, series, best, better, target }: ReportMetric, nameOf: Plot['nameOf']): string {
  const values = series.map(({ value }) => value);
  return [
    `${key} over ${count(series.length, 'iteration')}, from ${figure(minimum(values))} to ${figure(maximum(values))}.`,
    ...(best ? [`Best (${better}): ${figure(best.value)} in ${nameOf(best.iteration)}.`] : []),
    ...(target === undefined ? [] : [`Target: ${figure(target)}.`]),
  ].join(' ');
}

function namesOf(named: readonly NamedIteration[]): Plot['nameOf'] {
  const names = new Map(named.map((iteration) => [iteration.n, iterationTitle(iteration)]));
  return (n) => names.get(n) ?? iterationTitle({ n });
}

/** Values up to 1, to 10, to 100 and so on: what one scale can show so that none becomes a flat line. */
function magnitude({ series, target = 0 }: ReportMetric): number {
  const largest = series.reduce((a, { value }) => Math.max(a, Math.abs(value)), Math.abs(target));
  return largest <= 1 ? 0 : Math.ceil(Math.log10(largest));
}

function yScale(group: readonly Series[], top: number, height: number): Scale {
  const values = group.flatMap(({ metric: { series, target } }) => [
    ...series.map(({ value }) => bounded(value)),
    ...(target === undefined ? [] : [bounded(target)]),
  ]);
  const [least, most] = [minimum(values), maximum(values)];
  // A flat line lies in the middle.
  const pad = (most - least || Math.abs(most) || 1) * 0.08;
  return scaleLinear()
    .domain([least - pad, most + pad])
    .range([top + height, top]);
}

/** The difference of larger numbers would be no number. */
function bounded(value: number): number {
  return Math.max(-1e300, Math.min(1e300, value));
}

function mark(style: number, x: number, y: number, r: number): ChartNode {
  const path = (d: string): ChartNode => element('path', { class: 'mark', d });
  switch (style % 6) {
    case 0:
      return element('circle', { class: 'mark', cx: x, cy: y, r });
    case 1:
      return path(`M${round(x - r)} ${round(y - r)}h${2 * r}v${2 * r}h${-2 * r}z`);
    case 2:
      return path(`M${x} ${round(y - r * 1.2)}l${r * 1.2} ${r * 2.1}h${-r * 2.4}z`);
    case 3:
      return path(
        `M${x} ${round(y - r * 1.3)}l${r * 1.3} ${r * 1.3} ${-r * 1.3} ${r * 1.3} ${-r * 1.3} ${-r * 1.3}z`,
      );
    case 4:
      return path(`M${x} ${round(y + r * 1.2)}l${r * 1.2} ${-r * 2.1}h${-r * 2.4}z`);
    default:
      return path(`M${round(x - r)} ${y}h${2 * r}M${x} ${round(y - r)}v${2 * r}`);
  }
}

function dash(style: number): Attributes {
  const pattern = dashes[style % dashes.length] ?? '';
  return pattern === '' ? {} : { 'stroke-dasharray': pattern };
}

function label(className: string, x: number, y: number, text: string, anchor = 'start'): ChartNode {
  return element('text', { class: className, x: round(x), y: round(y), 'text-anchor': anchor }, [text]);
}

function element(
  tag: ChartNode['tag'],
  attributes: Attributes,
  children: ChartNode['children'] = [],
): ChartNode {
  return { tag, attributes, children };
}

function shortened(name: string): string {
  return name.length > most.name ? `${name.slice(0, most.name - 1)}…` : name;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function minimum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), numbers[0] ?? 0);
}

function maximum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b), numbers[0] ?? 0);
}
