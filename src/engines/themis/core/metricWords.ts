import type { MetricMean } from './cases';

/** "exact_match" of "builtin/exact_match": enough where metrics stand beside each other. */
export function shortMetric(metricId: string): string {
  return metricId.slice(metricId.lastIndexOf('/') + 1) || metricId;
}

/** "1.0", "0.75": a whole number keeps its decimal point, as it is no count. */
export function scoreText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(Number(value.toPrecision(4)));
}

/** "1.0 over 2 of 3 cases": never a mean without the number of cases that it covers. */
export function metricText({ mean, cases }: Omit<MetricMean, 'metricId'>, total: number): string {
  const over = cases === total ? `all ${total}` : `${cases} of ${total}`;
  return `${scoreText(mean)} over ${over} ${total === 1 ? 'case' : 'cases'}`;
}
