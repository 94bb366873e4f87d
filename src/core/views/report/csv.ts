import { csvText, type CsvValue } from '../../csv';
import { usageFields } from '../../run/cost';
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
  ['agentAnswers', ({ work }) => work?.answers],
  ['agentCalls', ({ work }) => work?.calls],
  ['agentFailedCalls', ({ work }) => work?.failedCalls],
  ['agentFilesChanged', ({ work }) => work?.filesChanged],
  ['agentTokensIn', ({ work }) => work?.tokens.in],
  ['agentTokensOut', ({ work }) => work?.tokens.out],
  ['agentTokensCacheWrite', ({ work }) => work?.tokens.cacheWrite],
  ['agentTokensCacheRead', ({ work }) => work?.tokens.cacheRead],
  ['agentCostUsdEstimate', ({ work }) => work?.cost?.usd],
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
