import { isRecord, parseTime } from '../../../core/run/lenient';
import { caseKeyOf } from './snapshot';
import { numberOf, objectOf, objectsOf, textOf, textsByName, type JsonObject } from './values';

/** The stages in their order. Whoever has come through the last one is complete. */
export const stages = ['generate', 'reduce', 'parse', 'score', 'judge'] as const;
export type Stage = (typeof stages)[number];

/** How far a run is, in the numbers that Themis itself keeps. */
export interface Progress {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
}

/** What `run_result` says of the whole run. */
export interface Outcome {
  /** running, completed, partial_failure, failed, pending, or a word of a later version. */
  readonly status: string;
  /** The stage up to which it was run on purpose, in Themis's own word; `undefined`: none yet. */
  readonly through: string | undefined;
  readonly progress: Progress;
}

/** What came of one case, in as many stages as it went through. */
export interface CaseResult {
  readonly caseKey: string;
  readonly caseId: string;
  readonly datasetId: string;
  readonly candidates: readonly JsonObject[];
  readonly generationFailures: readonly string[];
  readonly reduced: JsonObject | undefined;
  readonly reductionError: string | undefined;
  readonly parsed: JsonObject | undefined;
  readonly parseError: string | undefined;
  /** What judges did, in the order in which it is written. */
  readonly executions: readonly JsonObject[];
  /** By metric. */
  readonly evaluationFailures: ReadonlyMap<string, string>;
  readonly scores: readonly JsonObject[];
}

export interface RunResult extends Outcome {
  readonly runId: string | undefined;
  readonly cases: readonly CaseResult[];
}

/** What came of one metric of one case. */
export interface ScoreRow {
  readonly caseKey: string;
  readonly metricId: string;
  /** `undefined`: it got no score. */
  readonly value: number | undefined;
  /** correct, incorrect, error, or a word of a later version. */
  readonly outcome: string;
  readonly errorCategory: string | undefined;
  readonly errorMessage: string | undefined;
  readonly details: unknown;
}

/** `benchmark_result`: scores in rows and in numbers. */
export interface Benchmark {
  readonly rows: readonly ScoreRow[];
  /** By metric, in the order in which they are written. */
  readonly means: ReadonlyMap<string, number>;
}

/** An event as `timeline_view` has it. */
export interface TimelineEntry {
  readonly type: string;
  readonly at: number | undefined;
  readonly caseId: string | undefined;
  readonly caseKey: string | undefined;
  readonly metricId: string | undefined;
}

/** Reads `run_result`; `undefined`: it is no object. */
export function readResult(value: unknown): RunResult | undefined {
  if (!isRecord(value)) return undefined;
  return {
    runId: textOf(value['run_id']),
    ...readOutcome(value),
    cases: objectsOf(value['cases']).map(readCase),
  };
}

/** Reads what `run_result` says of the whole. */
export function readOutcome(value: JsonObject): Outcome {
  const progress = objectOf(value['progress']);
  const number = (name: string): number => numberOf(progress[name]) ?? 0;
  return {
    status: textOf(value['status']) ?? 'unknown',
    through: textOf(value['completed_through_stage']),
    progress: {
      total: number('total_cases'),
      completed: number('completed_cases'),
      failed: number('failed_cases'),
    },
  };
}

function readCase(one: JsonObject): CaseResult {
  const [caseId, datasetId] = [textOf(one['case_id']) ?? '', textOf(one['dataset_id']) ?? ''];
  return {
    caseKey: textOf(one['case_key']) ?? caseKeyOf(datasetId, caseId),
    ...{ caseId, datasetId },
    candidates: objectsOf(one['generated_candidates']),
    generationFailures: [...textsByName(one['generation_failures']).values()],
    reduced: optionalObject(one['reduced_candidate']),
    reductionError: textOf(one['reduction_error']),
    parsed: optionalObject(one['parsed_output']),
    parseError: textOf(one['parse_error']),
    executions: objectsOf(one['evaluation_executions']),
    evaluationFailures: textsByName(one['evaluation_failures']),
    scores: objectsOf(one['scores']),
  };
}

function optionalObject(value: unknown): JsonObject | undefined {
  return isRecord(value) ? value : undefined;
}

/** Reads `benchmark_result`; nothing in it when it is no object. */
export function readBenchmark(value: unknown): Benchmark {
  const benchmark = objectOf(value);
  return {
    rows: objectsOf(benchmark['score_rows']).map(readScoreRow),
    means: readMeans(benchmark['metric_means']),
  };
}

/** Reads `metric_means`. */
export function readMeans(value: unknown): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(objectOf(value)).flatMap(([metric, mean]) => {
      const number = numberOf(mean);
      return number === undefined ? [] : [[metric, number] as const];
    }),
  );
}

function readScoreRow(row: JsonObject): ScoreRow {
  return {
    caseKey:
      textOf(row['case_key']) ?? caseKeyOf(textOf(row['dataset_id']) ?? '', textOf(row['case_id']) ?? ''),
    metricId: textOf(row['metric_id']) ?? '',
    value: numberOf(row['value']),
    outcome: textOf(row['outcome']) ?? '',
    errorCategory: textOf(row['error_category']),
    errorMessage: textOf(row['error_message']),
    details: row['details'],
  };
}

/** Reads `timeline_view`. */
export function readTimeline(value: unknown): readonly TimelineEntry[] {
  return objectsOf(objectOf(value)['entries']).map(readEntry);
}

/** Reads what an entry of the timeline and an event have in common. */
export function readEntry(entry: JsonObject): TimelineEntry {
  const at = parseTime(textOf(entry['occurred_at']) ?? '');
  return {
    type: textOf(entry['event_type']) ?? '',
    at: Number.isNaN(at) ? undefined : at,
    caseId: textOf(entry['case_id']),
    caseKey: textOf(entry['case_key']),
    metricId: textOf(entry['metric_id']),
  };
}

/** Reads the selection errors of `execution_state`, which no other projection has, by case key. */
export function readSelectionErrors(value: unknown): ReadonlyMap<string, string> {
  const states = Object.entries(objectOf(objectOf(value)['case_states']));
  return new Map(
    states.flatMap(([caseKey, state]) => {
      const error = textOf(objectOf(state)['selection_error']);
      return error === undefined ? [] : [[caseKey, error] as const];
    }),
  );
}
