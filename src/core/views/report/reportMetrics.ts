import type { RecordedIteration } from '../../run/recordedIterations';
import { isRecord } from '../../run/lenient';
import { chartableKeys, tabulateMetric, type MetricChoice, type MetricTable } from '../../run/metrics';
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
    const table = key === main?.key ? main : tabulateMetric(found, { key, best: choice.best });
    if (!table) return [];
    return [
      {
        key,
        better: choice.best,
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
