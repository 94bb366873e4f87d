import { usageFields } from '../run/cost';
import type { Report, ReportTask } from './report';

type Column = readonly [
  name: string,
  value: (task: ReportTask, report: Report) => string | number | boolean | undefined,
];

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
  ...usageFields.map((name): Column => [name, ({ usage }) => usage?.[name]]),
];

/** The tasks as CSV (RFC 4180), a row each below a row of names. */
export function toCsv(report: Report): string {
  const rows = [
    columns.map(([name]) => name),
    ...report.tasks.map((task) => columns.map(([, value]) => value(task, report))),
  ];
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  // What begins like this is a formula to a spreadsheet, and could call programs or addresses.
  const text = /^[\s]*[=+\-@]|^[\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
