import { iterationTitle, type NamedIteration } from '../../run/iterations';
import { previousValues } from '../../run/metrics';
import { capital, thousands } from '../../format';
import { change, figure, figureOrDash, lasted, when } from './figures';
import type { ReportIteration, ReportMetric } from './report';
import { outTokens } from './workBlocks';

/** A column of the table of iterations. */
export interface IterationColumn {
  readonly id: string;
  readonly name: string;
  text(iteration: ReportIteration): string;
  /** What the column is sorted by; `undefined`: the iteration has none. */
  value(iteration: ReportIteration): number | undefined;
}

export interface IterationOrder {
  /** The id of a column. */
  readonly column: string;
  readonly descending: boolean;
}

/**
 * The columns of the table of iterations, of reports and of their page.
 * @param iterations where none tells of agents, there are no columns for that
 * @param metrics the main one first, of which it is told how far each iteration is from the one before and from the best
 */
export function iterationColumns(
  iterations: readonly Pick<ReportIteration, 'work'>[],
  metrics: readonly Pick<ReportMetric, 'key' | 'series' | 'best'>[],
): readonly IterationColumn[] {
  const counted = (
    id: string,
    name: string,
    value: (iteration: ReportIteration) => number,
  ): IterationColumn => ({
    id,
    name,
    value,
    text: (iteration) => String(value(iteration)),
  });
  const timed = (id: string, name: string, by: 'agent' | 'human'): IterationColumn => ({
    id,
    name,
    value: ({ time }) => time[by],
    text: ({ time }) => lasted(time[by]),
  });
  return [
    {
      id: 'iteration',
      name: 'Iteration',
      value: ({ n }) => n,
      text: (iteration) => `${placeOrTitle(iteration)}${iteration.best ? ' ★ best' : ''}`,
    },
    ...metrics.flatMap(({ key }, place): IterationColumn[] => {
      const value = ({ metrics }: ReportIteration): number | undefined =>
        Object.hasOwn(metrics, key) ? metrics[key] : undefined;
      return [
        { id: `metric ${key}`, name: key, value, text: (iteration) => figureOrDash(value(iteration)) },
        ...(place === 0 ? changeColumns(metrics[0]) : []),
      ];
    }),
    counted('ok', 'Passed', ({ passed }) => passed),
    counted('error', 'Failed', ({ notPassed }) => notPassed),
    counted('requested', 'Tasks', ({ requested }) => requested),
    timed('agent', 'Agents', 'agent'),
    timed('human', 'People', 'human'),
    ...(iterations.some(({ work }) => work) ? workColumns : []),
    {
      id: 'began',
      name: 'Began',
      value: ({ startedAt }) => (startedAt === undefined ? undefined : Date.parse(startedAt)),
      text: ({ startedAt }) => when(startedAt) ?? '–',
    },
  ];
}

/** In a column of iterations: "3", or where that says too little "Model · iteration 2". */
export function placeOrTitle(iteration: NamedIteration): string {
  const title = iterationTitle(iteration);
  return title === `iteration ${iteration.n}` ? String(iteration.n) : capital(title);
}

/** What agents did for each iteration. */
const workColumns: readonly IterationColumn[] = [
  {
    ...{ id: 'tokensIn', name: 'Tokens in', value: ({ work }) => work?.tokens.in },
    text: ({ work }) => (work ? thousands(work.tokens.in) : '–'),
  },
  {
    ...{ id: 'tokensOut', name: 'Tokens out', value: ({ work }) => work?.tokens.out },
    text: ({ work }) => (work ? outTokens(work) : '–'),
  },
  {
    ...{ id: 'files', name: 'Files', value: ({ work }) => work?.filesChanged },
    text: ({ work }) => (work ? thousands(work.filesChanged) : '–'),
  },
];

/** How far the iterations are from the one before and from the best, by one metric. */
function changeColumns(
  metric: Pick<ReportMetric, 'series' | 'best'> | undefined,
): readonly IterationColumn[] {
  const values = new Map((metric?.series ?? []).map(({ iteration, value }) => [iteration, value]));
  const previous = previousValues(values);
  const column = (id: string, name: string, from: (n: number) => number | undefined): IterationColumn => ({
    ...{ id, name },
    value: ({ n }) => {
      const [here, other] = [values.get(n), from(n)];
      return here === undefined || other === undefined ? undefined : here - other;
    },
    text: ({ n }) => change(values.get(n), from(n)) || '–',
  });
  return values.size < 2
    ? []
    : [
        column('previous', 'vs previous', (n) => previous.get(n)),
        ...(metric?.best === undefined ? [] : [column('best', 'vs best', () => metric.best?.value)]),
      ];
}

/** Sorted by a column; those without a value come last either way, and equal ones stay in the order of their numbers. */
export function sortIterations(
  iterations: readonly ReportIteration[],
  columns: readonly IterationColumn[],
  { column: id, descending }: IterationOrder,
): readonly ReportIteration[] {
  const column = columns.find((known) => known.id === id);
  if (!column) return iterations;
  const sign = descending ? -1 : 1;
  return iterations
    .map((iteration) => ({ iteration, value: column.value(iteration) }))
    .toSorted((a, b) => {
      if (a.value === undefined || b.value === undefined) {
        return Number(a.value === undefined) - Number(b.value === undefined);
      }
      return (a.value - b.value) * sign;
    })
    .map(({ iteration }) => iteration);
}

/** "Iteration 3 · score 92 · ★ best": how a picker names an iteration. */
export function iterationName(iteration: ReportIteration, key: string | undefined): string {
  const { best, metrics } = iteration;
  const value = key === undefined || !Object.hasOwn(metrics, key) ? undefined : metrics[key];
  return [
    capital(iterationTitle(iteration)),
    ...(value === undefined ? [] : [`${key} ${figure(value)}`]),
    ...(best ? ['★ best'] : []),
  ].join(' · ');
}
