import { csvText, type CsvValue } from '../../csv';
import { usageFields } from '../../run/cost';
import { workColumns } from '../workColumns';
import type { Report, ReportTask } from './report';

type Column = readonly [name: string, value: (task: ReportTask, report: Report) => CsvValue];

const columns: readonly Column[] = [
  ['run', (_, { run }) => run.runId],
  ['iteration', ({ iteration }) => iteration],
  ['effect', ({ effectId }) => effectId],
  ['task', ({ taskId }) => taskId],
  ['kind', ({ kind }) => kind],
  ['title', ({ title }) => title],
  ['status', ({ status }) => status],
  ['passed', ({ passed }) => passed],
  ['exitCode', ({ exitCode }) => exitCode],
  ['why', ({ why }) => why],
  ['by', ({ by }) => by],
  ['requestedAt', ({ requestedAt }) => requestedAt],
  ['resolvedAt', ({ resolvedAt }) => resolvedAt],
  ['durationSeconds', ({ duration }) => (duration === undefined ? undefined : duration / 1000)],
  ['answeredBy', ({ effectId }, { answers }) => answers.find((a) => a.effectId === effectId)?.respondedBy],
  ...workColumns.map(([name, value]): Column => [
    name,
    ({ work }) => work && value({ ...work, errors: work.failedCalls, files: work.filesChanged }),
  ]),
  ...usageFields.map((name): Column => [name, ({ usage }) => usage?.[name]]),
];

/** The tasks as CSV (RFC 4180), a row each below a row of names. */
export function toCsv(report: Report): string {
  const rows = [
    columns.map(([name]) => name),
    ...report.tasks.map((task) => columns.map(([, value]) => value(task, report))),
  ];
  return csvText(rows);
}
