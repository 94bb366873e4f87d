import { count, duration, thousands } from '../../format';
import { costBasis, costText } from '../../sessions/sessionNumbers';
import type { Block } from './blocks';
import type { Report, ReportWork } from './report';

const mostRows = 300;

const head = [
  ...['Task', 'Answers', 'Calls', 'Failed', 'Files', '±', 'In', 'Out', 'Cache written', 'Cache read', 'Took'],
  'Found by',
];

/** How it is known that work belongs to a task, in a few words. */
const ways = { post: 'its post and its time', time: 'time only', sign: 'what names it', shared: 'shared' };

/** What agents did, task by task; tokens are counted from the agents' own files. */
export function workBlocks({ work, tasks }: Report): readonly Block[] {
  if (!work) return [];
  const { total, between, batches, otherRuns } = work;
  const done = tasks.filter((task) => task.work !== undefined);
  const rows = [
    row('In all', total),
    ...done.flatMap((task) => (task.work ? [row(task.title, task.work, ways[task.work.how])] : [])),
    ...batches.map((batch) => row(`${batch.effectIds.length} tasks together`, batch, ways.shared)),
    ...(between ? [row('Between tasks', between)] : []),
    ...(otherRuns ? [row('For other runs, not in the sum', otherRuns)] : []),
  ];
  const left = rows.length - mostRows;
  const isPriced = total.cost !== undefined;
  return [
    {
      kind: 'text',
      text: `Counted from the files of ${count(work.sessions, 'session')}. Files are those that tools edited; commands may have changed more.${basisOf(total)}`,
    },
    {
      kind: 'table',
      head: isPriced ? [...head, 'Cost'] : head,
      rows: rows.slice(0, mostRows).map(([cells, work]) => (isPriced ? [...cells, costText(work)] : cells)),
    },
    ...(left > 0 ? [{ kind: 'text' as const, text: `${count(left, 'further row')} left out.` }] : []),
  ];
}

function basisOf({ cost }: ReportWork): string {
  return cost ? ` Costs: ${costBasis({ cost })}; what the engine recorded is apart, and not in it.` : '';
}

function row(name: string, work: ReportWork, way = ''): readonly [readonly string[], ReportWork] {
  const { answers, calls, failedCalls, filesChanged, linesAdded, linesRemoved, tokens, atWork } = work;
  const cells = [
    name,
    ...[answers, calls, failedCalls, filesChanged].map(thousands),
    filesChanged === 0 ? '' : `+${thousands(linesAdded)} −${thousands(linesRemoved)}`,
    thousands(tokens.in),
    outTokens(work),
    ...[tokens.cacheWrite, tokens.cacheRead].map(thousands),
    atWork === 0 ? '' : duration(atWork),
    way,
  ];
  return [cells, work];
}

/** "≥ 1,662" where not all were told. */
export function outTokens({ tokens, atLeast }: Pick<ReportWork, 'tokens' | 'atLeast'>): string {
  return `${atLeast ? '≥ ' : ''}${thousands(tokens.out)}`;
}
