import { compareRuns } from '../../run/run';
import { stateOrder } from '../tree/runGroups';
import { lastedBy, waitedBy, workTokens } from './runNumbers';
import type { TableEntry } from './tableEntry';

/** What the runs table can be sorted by. */
export const columns = [
  'state',
  'title',
  'run',
  'process',
  'engine',
  'iterations',
  'best',
  'created',
  'updated',
  'duration',
  'waited',
  'tokens',
  'cost',
  'agentTokens',
  'agentFiles',
  'agentCost',
] as const;

export type Column = (typeof columns)[number];

/** Those whose values are in the task files of each run. */
export const readColumns: ReadonlySet<Column> = new Set([
  ...(['iterations', 'best', 'waited', 'tokens', 'cost', 'agentTokens', 'agentFiles', 'agentCost'] as const),
]);

/** Those that are only there when they tell something: several engines, or a run's usage. */
export const rareColumns: readonly Column[] = ['engine', 'tokens', 'cost'];

/** Those that are told by the files of agents, which are read only where somebody wants to see them. */
export const agentColumns: readonly Column[] = ['agentTokens', 'agentFiles', 'agentCost'];

export interface TableOrder {
  readonly sort: Column;
  readonly descending: boolean;
}

const compareText = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;

/** Unknown values come last in either direction; of equal ones the newest run comes first. */
export function compareBy(
  { sort, descending }: TableOrder,
  now: number,
): (a: TableEntry, b: TableEntry) => number {
  const sign = descending ? -1 : 1;
  const newest = (a: TableEntry, b: TableEntry): number => compareRuns(a.stored.run, b.stored.run);
  const text = (of: (entry: TableEntry) => string) => (a: TableEntry, b: TableEntry) => {
    const [x, y] = [of(a), of(b)];
    if (x === y) return newest(a, b);
    if (x === '' || y === '') return x === '' ? 1 : -1;
    return sign * compareText(x, y) || newest(a, b);
  };
  const number = (of: (entry: TableEntry) => number | undefined) => (a: TableEntry, b: TableEntry) => {
    const [x, y] = [of(a), of(b)];
    if (x === y) return newest(a, b);
    if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
    return sign * (x - y);
  };
  switch (sort) {
    case 'state':
      return number(({ stored }) => stateOrder.indexOf(stored.state.state));
    case 'title':
      return text(({ title }) => title);
    case 'run':
      return text(({ stored }) => stored.run.runId);
    case 'process':
      return text(({ process }) => process);
    case 'engine':
      return text(({ stored }) => stored.engine.name);
    case 'iterations':
      return number(({ numbers }) => numbers?.done);
    case 'best':
      return number(({ numbers }) => numbers?.best?.value);
    case 'created':
      return number(({ stored }) => stored.run.createdAt);
    case 'updated':
      return number(({ stored }) => stored.run.updatedAt);
    case 'duration':
      return number(({ stored, numbers }) => lastedBy(stored.run, numbers));
    case 'waited':
      return number(({ numbers }) => numbers && waitedBy(numbers, now));
    case 'tokens':
      return number(({ numbers }) => numbers?.tokens);
    case 'cost':
      return number(({ numbers }) => numbers?.costUsd);
    case 'agentTokens':
      return number(({ numbers }) => numbers && workTokens(numbers));
    case 'agentFiles':
      return number(({ numbers }) => numbers?.work?.files);
    case 'agentCost':
      return number(({ numbers }) => numbers?.work?.cost?.usd);
    default:
      return sort satisfies never;
  }
}
