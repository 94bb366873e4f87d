import {
  casesOf,
  isParsed,
  metricMeans,
  type Failure,
  type MetricMean,
  type RunCase,
  type RunParts,
} from './cases';
import { intern } from '../../../core/run/intern';
import { jsonLine } from '../../../core/run/jsonText';
import type { Outcome, Stage, TimelineEntry } from './result';
import { datasetNames, type Snapshot } from './snapshot';

/** What is kept of a run to draw its row and to judge it: plain data, and little of it. */
export interface RunRow {
  readonly runId: string;
  /** "qa, qa-b" */
  readonly datasets: string;
  readonly generator: string;
  readonly version: string | undefined;
  readonly outcome: Outcome;
  /** The first few failed cases, and how many cases have a failure that is told. */
  readonly failures: readonly Failure[];
  /** Every failed case failed with the same message. */
  readonly sameFailure: boolean;
  readonly means: readonly MetricMean[];
  readonly events: number;
  /** Milliseconds since 1970; `undefined`: no event says. */
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
  /** Why the run as a whole failed the last time; `undefined`: it did not, or it was not looked up. */
  readonly failed: string | undefined;
  readonly policy: string;
  /** Results of cases are there. */
  readonly hasResults: boolean;
  /** From where its results can be worked out anew, as what comes before is there for every case. */
  readonly replay: readonly Stage[];
  /** The metrics that a stage works out, by id; the other stages have none. */
  readonly metrics: StageMetrics;
  readonly judges: readonly string[];
  readonly queueRoot: string | undefined;
  readonly batchRoot: string | undefined;
  readonly provenance: Snapshot['provenance'];
}

export type StageMetrics = Readonly<Record<'score' | 'judge', readonly string[]>>;

/** So many failed cases are told in a row. */
const toldFailures = 3;

/** What is kept of a run that was read whole. @param cases those of the parts, where they were read already */
export function toRow(
  runId: string,
  parts: RunParts,
  timeline: readonly Pick<TimelineEntry, 'at'>[],
  failed: string | undefined,
  cases: readonly RunCase[] = casesOf(parts),
): RunRow {
  const { snapshot, result, benchmark } = parts;
  const failures = cases.flatMap(({ failure }) => failure ?? []);
  const { status, through, progress } = result;
  return {
    ...{ runId, failed },
    datasets: datasetNames(snapshot),
    generator: snapshot.generator,
    version: snapshot.version,
    outcome: { status, through, progress },
    failures: failures.slice(0, toldFailures),
    sameFailure: failures.every(({ message }) => message === failures[0]?.message),
    means: metricMeans(snapshot, benchmark),
    events: timeline.length,
    firstAt: timeline.find(({ at }) => at !== undefined)?.at,
    lastAt: timeline.findLast(({ at }) => at !== undefined)?.at,
    policy: snapshot.existingRunPolicy,
    hasResults: result.cases.some(({ candidates, scores }) => candidates.length + scores.length > 0),
    replay: replayStages(snapshot, result, cases.length > 0 && cases.every((one) => isParsed(one, snapshot))),
    metrics: stageMetrics(snapshot),
    judges: snapshot.judges,
    queueRoot: snapshot.queueRoot,
    batchRoot: snapshot.batchRoot,
    provenance: snapshot.provenance,
  };
}

/** So many different values are kept to be shared. */
const mostShared = 1000;

/** Gives one and the same value for those with equal JSON. */
function sharing<T>(): (value: T) => T {
  const known = new Map<string, T>();
  return (value) => {
    const text = jsonLine(value);
    if (text === undefined) return value;
    const same = known.get(text) ?? value;
    if (known.size < mostShared) known.set(text, same);
    return same;
  };
}

const sharedProvenance = sharing<Snapshot['provenance']>();
const sharedTexts = sharing<readonly string[]>();
const sharedMetrics = sharing<StageMetrics>();

/**
 * The same row, without copies of what repeats in thousands of runs: each that is read brings its own.
 * @param runId its id, as it is known already
 */
export function shareTexts(row: RunRow, runId: string): RunRow {
  const { outcome, version, failures, means } = row;
  const through = outcome.through === undefined ? undefined : intern(outcome.through);
  return {
    ...{ ...row, runId },
    datasets: intern(row.datasets),
    generator: intern(row.generator),
    version: version === undefined ? undefined : intern(version),
    policy: intern(row.policy),
    outcome: { ...outcome, status: intern(outcome.status), through },
    failures: failures.length === 0 ? noFailures : failures,
    means: means.map((mean) => ({ ...mean, metricId: intern(mean.metricId) })),
    replay: sharedTexts(row.replay) as readonly Stage[],
    metrics: sharedMetrics(row.metrics),
    judges: sharedTexts(row.judges),
    provenance: sharedProvenance(row.provenance),
  };
}

const noFailures: readonly Failure[] = [];

function stageMetrics({ metrics }: Snapshot): StageMetrics {
  const ids = (ofStage: boolean): readonly string[] =>
    metrics.flatMap(({ metricId, pure }) => (pure === ofStage ? [metricId] : []));
  return { score: ids(true), judge: ids(false) };
}

/**
 * A complete run can be replayed from any of its stages; one that has come as far as its answers in full from scoring on.
 * @param isParsed every case has what scoring begins with
 */
function replayStages(
  { metrics }: Snapshot,
  { through, progress, status }: Outcome,
  isParsed: boolean,
): readonly Stage[] {
  if (!isParsed || (status !== 'completed' && status !== 'partial_failure')) return [];
  const scoring: readonly Stage[] = [
    ...(metrics.some(({ pure }) => pure) ? (['score'] as const) : []),
    ...(metrics.some(({ pure }) => !pure) ? (['judge'] as const) : []),
  ];
  const isComplete = through === 'judge' && progress.failed === 0;
  return isComplete ? ['reduce', 'parse', ...scoring] : scoring;
}
