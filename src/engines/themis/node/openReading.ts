import type { RunReading } from '../../../core/source/runSource';
import type { RunDetails } from '../../../core/run/run';
import type { Sliced } from '../../../core/sliced';
import { readingCases, type RunParts } from '../core/cases';
import { spendingsOf } from '../core/events';
import { metricText, shortMetric } from '../core/metricWords';
import type { RunRow } from '../core/row';
import { costsOf, layOut, tokenSum } from '../core/story';
import { recordedStages, type Opened, type ThemisRun } from '../core/themisRun';
import type { WholeReading } from './reading';

/**
 * A run that was read whole, with what each of its stages was asked and made of it.
 * @param make the run of a row
 * @returns `undefined`: nothing of it can be read
 */
export function* openReading(
  { row, parts, timeline, events }: WholeReading,
  make: (row: RunRow, opened: Opened) => ThemisRun,
): Sliced<(RunReading & { readonly run: ThemisRun }) | undefined> {
  try {
    return row && parts && (yield* open(row, parts, timeline, events, make));
  } catch {
    // Whatever is in one run, the others are read.
    return undefined;
  }
}

function* open(
  row: RunRow,
  parts: RunParts,
  timeline: WholeReading['timeline'],
  events: WholeReading['events'],
  make: (row: RunRow, opened: Opened) => ThemisRun,
): Sliced<RunReading & { readonly run: ThemisRun }> {
  const cases = yield* readingCases(parts);
  const { effects, details } = yield* layOut(cases, parts.snapshot, parts.result, timeline);
  yield;
  const spendings = spendingsOf(events);
  yield;
  const run = make(row, { effects, costs: costsOf(spendings), tokens: tokenSum(spendings) });
  return {
    run,
    details: {
      ...details,
      recorded: recordedStages(effects, row.means[0]?.metricId),
      ...{ problems: [], warnings: [] },
      ...outputOf(row),
    },
  };
}

/** What the run came to: its means, each with the number of cases that it covers. */
function outputOf({ means, outcome: { progress, status } }: RunRow): Pick<RunDetails, 'output'> {
  if (means.length === 0 || (status !== 'completed' && status !== 'partial_failure')) return {};
  const { total, completed, failed } = progress;
  return {
    output: {
      status,
      summary: means.map((mean) => `${shortMetric(mean.metricId)} ${metricText(mean, total)}`).join(', '),
      metric_means: Object.fromEntries(means.map(({ metricId, mean, cases }) => [metricId, { mean, cases }])),
      progress: { total_cases: total, completed_cases: completed, failed_cases: failed },
    },
  };
}
