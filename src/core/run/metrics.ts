import { atOnce, eachOf, type Sliced } from '../sliced';
import { isRecord } from './lenient';

/** Names under which processes report how good an iteration was, most telling first. */
export const metricKeys = [
  'overallScore',
  'score',
  'qualityScore',
  'coverage',
  'passRate',
  'confidence',
] as const;

/** How deep in a result a metric may lie; 1 is the result itself. */
const depth = 3;

/**
 * The finite numbers found under the keys, each at its shallowest place, and those at the top whose names end in
 * "score". Lists are not searched: they hold many.
 */
export function findNumbers(value: unknown, keys: readonly string[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  let level: readonly unknown[] = [value];
  for (let d = 0; d < depth && level.length > 0; d += 1) {
    const records = level.filter(isRecord);
    for (const record of records) {
      for (const key of keys) {
        const number = Object.hasOwn(record, key) ? record[key] : undefined;
        if (typeof number === 'number' && Number.isFinite(number) && !Object.hasOwn(found, key))
          found[key] = number;
      }
    }
    level = records.flatMap((record) => Object.values(record));
  }
  // A process may give its score a name of its own.
  if (isRecord(value)) {
    for (const [key, number] of Object.entries(value)) {
      if (isOwnScore(key) && typeof number === 'number' && Number.isFinite(number)) found[key] ??= number;
    }
  }
  return found;
}

function isOwnScore(key: string): boolean {
  return key.toLowerCase().endsWith('score');
}

/** Every key that may be charted: those looked for, and names of their own that processes give to scores. */
export function chartableKeys(iterations: Scored, choice: MetricChoice): readonly string[] {
  const wanted = wantedMetricKeys(choice);
  return [...wanted, ...ownScores(iterations).filter((key) => !wanted.includes(key))];
}

/** What each iteration scored, by one metric. */
export interface MetricTable {
  readonly key: string;
  /** By iteration number; iterations without the metric are not in it. */
  readonly values: ReadonlyMap<number, number>;
  /** The number of the best iteration; the first one on ties. `undefined`: only one has a value. */
  readonly best: number | undefined;
}

/**
 * By iteration number, the value of the one before it that has any.
 * @param values in rising order of their numbers
 * @param from the first number that is asked about
 */
export function previousValues(
  values: Iterable<readonly [number, number]>,
  from = Number.NEGATIVE_INFINITY,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let previous: number | undefined;
  for (const [n, value] of values) {
    if (previous !== undefined && n >= from) found.set(n, previous);
    previous = value;
  }
  return found;
}

/** How metrics are chosen and weighed; from the settings. */
export interface MetricChoice {
  /** `undefined`: the known key that most iterations have, else the name ending in "score" that most have. */
  readonly key: string | undefined;
  /** Which value is the better one of the metric that iterations are weighed by. */
  readonly best: 'highest' | 'lowest';
  /** Names of numbers of which less is better, whether iterations are weighed by them or not. */
  readonly lowerIsBetter: readonly string[];
}

export const defaultMetricChoice: MetricChoice = { key: undefined, best: 'highest', lowerIsBetter: [] };

/** Which value of a number is the better one. @param isMain whether iterations are weighed by it */
export function betterOf(
  { best, lowerIsBetter }: MetricChoice,
  key: string,
  isMain: boolean,
): MetricChoice['best'] {
  return lowerIsBetter.includes(key) || (isMain && best === 'lowest') ? 'lowest' : 'highest';
}

/** The keys worth looking for in results. */
export function wantedMetricKeys(choice: MetricChoice): readonly string[] {
  return choice.key === undefined ? metricKeys : [choice.key];
}

/**
 * Chooses the metric and finds the best iteration.
 * @param iterations in rising order of their numbers; `metrics` in the order in which the effects were resolved
 * @returns `undefined` when no iteration has a metric
 */
export function tabulateMetric(
  ...[iterations, choice]: Parameters<typeof tabulatingMetric>
): MetricTable | undefined {
  return atOnce(tabulatingMetric(iterations, choice));
}

/** The same, interruptibly: there may be thousands of iterations. */
export function* tabulatingMetric(
  iterations: readonly {
    readonly n: number;
    readonly metrics: readonly Readonly<Record<string, number>>[];
  }[],
  choice: MetricChoice,
): Sliced<MetricTable | undefined> {
  const known = yield* mostFound(iterations, wantedMetricKeys(choice));
  const chosen =
    known ?? (choice.key === undefined ? yield* mostFound(iterations, ownScores(iterations)) : undefined);
  if (!chosen) return undefined;
  const better = betterOf(choice, chosen.key, true);
  let best: readonly [number, number] | undefined;
  for (const entry of chosen.values) {
    if (!best || (better === 'highest' ? entry[1] > best[1] : entry[1] < best[1])) best = entry;
  }
  return { ...chosen, best: chosen.values.size > 1 ? best?.[0] : undefined };
}

type Scored = Parameters<typeof tabulatingMetric>[0];

/** The key that most iterations have; the first one on ties. */
function* mostFound(
  iterations: Scored,
  keys: readonly string[],
): Sliced<Pick<MetricTable, 'key' | 'values'> | undefined> {
  let chosen: { key: string; values: Map<number, number> } | undefined;
  for (const key of keys) {
    const values = new Map<number, number>();
    yield* eachOf(iterations, ({ n, metrics }) => {
      // An iteration's value is that of its last resolved effect that has the key.
      for (const found of metrics) if (Object.hasOwn(found, key)) values.set(n, found[key] as number);
    });
    if (values.size > (chosen?.values.size ?? 0)) chosen = { key, values };
  }
  return chosen;
}

/** The names of their own that processes give to scores, by name. */
function ownScores(iterations: Scored): readonly string[] {
  const keys = new Set(
    iterations.flatMap(({ metrics }) => metrics.flatMap((found) => Object.keys(found).filter(isOwnScore))),
  );
  return [...keys].toSorted();
}
