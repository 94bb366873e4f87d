import type { RecordedIteration } from '../../run/recordedIterations';
import { isRecord } from '../../run/lenient';
import type { Effect } from '../../run/effect';
import {
  betterOf,
  chartableKeys,
  tabulateMetric,
  type MetricChoice,
  type MetricTable,
} from '../../run/metrics';
import type { Sliced } from '../../sliced';
import type { CleanText } from './cleanText';
import { optional } from './optional';
import type { Report, ReportMetric } from './report';

export function metricsTable(
  found: Parameters<typeof tabulateMetric>[0],
  main: MetricTable | undefined,
  choice: MetricChoice,
  focus: number | undefined,
  target: number | undefined,
  recorded: readonly (RecordedIteration | undefined)[],
): readonly ReportMetric[] {
  const previous = found[found.findIndex(({ n }) => n === focus) - 1]?.n;
  const own = recorded.flatMap((iteration) => Object.keys(iteration?.metrics ?? {}));
  const keys = [...new Set([...chartableKeys(found, choice), ...own])].toSorted(
    (a, b) => Number(b === main?.key) - Number(a === main?.key),
  );
  return keys.flatMap((key) => {
    const better = betterOf(choice, key, key === main?.key);
    const table = key === main?.key ? main : tabulateMetric(found, { ...choice, key, best: better });
    if (!table) return [];
    return [
      {
        ...{ key, better },
        ...optional('this', focus === undefined ? undefined : table.values.get(focus)),
        ...optional('previous', previous === undefined ? undefined : table.values.get(previous)),
        ...optional('best', bestOf(table)),
        // A target is one number, and is meant for what iterations are weighed by.
        ...optional('target', key === main?.key ? target : undefined),
        series: [...table.values].map(([iteration, value]) => ({ iteration, value })),
      },
    ];
  });
}

/** So many metrics are drawn and have a column. */
const mostMetrics = 30;

type Found = Parameters<typeof tabulateMetric>[0];

/**
 * The first metrics, the main one among them. The others are numbers like any, and are drawn where somebody wants them.
 * @returns `names`: those of the first ones; `others`: of the others
 */
export function* fewMetrics(
  found: Found,
  main: string | undefined,
): Sliced<{
  readonly metrics: Found;
  readonly names: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}> {
  const all = new Set<string>(main === undefined ? [] : [main]);
  for (const { metrics } of found) {
    for (const each of metrics) for (const name in each) all.add(name);
    yield;
  }
  const names = new Set([...all].slice(0, mostMetrics));
  const others = new Set([...all].slice(mostMetrics));
  if (others.size === 0) return { metrics: found, names, others };
  const pick = (each: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [...names].flatMap((name) => (Object.hasOwn(each, name) ? [[name, each[name] as number]] : [])),
    );
  const metrics = [];
  for (const { n, metrics: every } of found) {
    metrics.push({ n, metrics: every.map(pick) });
    yield;
  }
  return { metrics, names, others };
}

/** Names of numbers that are kept besides the metrics. */
const mostNumbers = 50;

/**
 * Every number at the top of results that two iterations or more have and that is no metric, by name. An iteration's value
 * is that of its last resolved effect that has the number.
 */
export function* numbersTable(
  iterations: readonly { readonly n: number; readonly effects: readonly Effect[] }[],
  valueOf: (effectId: string) => unknown,
  {
    known,
    choice,
    focus,
    clean,
  }: {
    /** Names of the metrics. */
    readonly known: ReadonlySet<string>;
    readonly choice: MetricChoice;
    readonly focus: number | undefined;
    readonly clean: CleanText;
  },
): Sliced<readonly ReportMetric[]> {
  const found = new Map<string, Map<number, number>>();
  for (const { n, effects } of iterations) {
    const resolved = effects.filter(({ resolvedOrder }) => resolvedOrder > 0);
    for (const { effectId } of resolved.toSorted((a, b) => a.resolvedOrder - b.resolvedOrder)) {
      const value = valueOf(effectId);
      for (const [key, number] of isRecord(value) ? Object.entries(value) : []) {
        if (typeof number !== 'number' || !Number.isFinite(number) || known.has(key)) continue;
        const values = found.get(key) ?? new Map<number, number>();
        found.set(key, values.set(n, number));
      }
    }
    yield;
  }
  const previous = iterations[iterations.findIndex(({ n }) => n === focus) - 1]?.n;
  const charted = [...found].filter(([, values]) => values.size > 1).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return charted.slice(0, mostNumbers).map(([key, values]): ReportMetric => {
    const better = betterOf(choice, key, false);
    const series = [...values].map(([iteration, value]) => ({ iteration, value }));
    const best = series.reduce((a, b) =>
      (better === 'lowest' ? b.value < a.value : b.value > a.value) ? b : a,
    );
    return {
      ...{ key: clean(key, 100), better },
      ...optional('this', focus === undefined ? undefined : values.get(focus)),
      ...optional('previous', previous === undefined ? undefined : values.get(previous)),
      ...{ best, series },
    };
  });
}

function bestOf({ best, values }: MetricTable): ReportMetric['best'] | undefined {
  return best === undefined ? undefined : { iteration: best, value: values.get(best) as number };
}

export function targetsOf(inputs: unknown): Report['targets'] {
  const number = (name: string): number | undefined => {
    const value = isRecord(inputs) ? inputs[name] : undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  return {
    ...optional('quality', number('targetQuality')),
    ...optional('iterations', number('maxIterations')),
  };
}
