import { atOnce, eachOf, type Sliced } from '../../../core/sliced';
import { caseKeyOf, type AskedCase, type Snapshot } from './snapshot';
import type { Benchmark, CaseResult, RunResult, ScoreRow, Stage } from './result';
import { numberOf, objectOf, objectsOf, textOf, type JsonObject } from './values';

/** Everything that is known of a run's cases. */
export interface RunParts {
  readonly snapshot: Snapshot;
  readonly result: RunResult;
  readonly benchmark: Benchmark;
  /** By case key. */
  readonly selectionErrors: ReadonlyMap<string, string>;
}

/** What one metric made of one case. */
export interface CaseScore {
  readonly metricId: string;
  /** Whether judges worked it out. */
  readonly judged: boolean;
  readonly row: ScoreRow | undefined;
  /** Why there is no score; `undefined`: there is one, or it was not tried yet. */
  readonly error: { readonly category: string; readonly message: string } | undefined;
  /** What the judges did, for this metric. */
  readonly execution: JsonObject | undefined;
}

/** One case, what was asked beside what came of it. */
export interface RunCase {
  readonly caseKey: string;
  readonly caseId: string;
  readonly datasetId: string;
  /** `undefined`: the snapshot does not have it. */
  readonly asked: AskedCase | undefined;
  /** `undefined`: nothing happened with it yet. */
  readonly result: CaseResult | undefined;
  readonly selectionError: string | undefined;
  /** In the order of the run's metrics. */
  readonly scores: readonly CaseScore[];
  /** The first thing that went wrong, in the order of the stages. */
  readonly failure: Failure | undefined;
}

/** Why a case failed. */
export interface Failure {
  readonly caseId: string;
  readonly stage: Stage;
  readonly message: string;
}

/** Every case of a run: those of the snapshot in its order, then whatever else has results. */
export function casesOf(parts: RunParts): readonly RunCase[] {
  return atOnce(readingCases(parts));
}

/** See {@link casesOf}. */
export function* readingCases({
  snapshot,
  result,
  benchmark,
  selectionErrors,
}: RunParts): Sliced<readonly RunCase[]> {
  yield;
  const results = new Map(result.cases.map((one) => [one.caseKey, one]));
  const rows = new Map(benchmark.rows.map((row) => [rowKey(row.caseKey, row.metricId), row]));
  const asked = snapshot.datasets.flatMap(({ datasetId, cases }) =>
    cases.map((one) => ({
      caseKey: caseKeyOf(datasetId, one.caseId),
      datasetId,
      asked: one,
      caseId: one.caseId,
    })),
  );
  yield;
  const known = new Set(asked.map(({ caseKey }) => caseKey));
  const others = result.cases
    .filter(({ caseKey }) => !known.has(caseKey))
    .map(({ caseKey, datasetId, caseId }) => ({ caseKey, datasetId, caseId, asked: undefined }));
  const cases: RunCase[] = [];
  yield* eachOf([...asked, ...others], (one) => {
    const caseResult = results.get(one.caseKey);
    const scores = snapshot.metrics.map(({ metricId, pure }) =>
      scoreOf(metricId, !pure, caseResult, rows.get(rowKey(one.caseKey, metricId))),
    );
    const selectionError = selectionErrors.get(one.caseKey);
    cases.push({
      ...one,
      result: caseResult,
      ...{ selectionError, scores },
      failure: failureOf(one.caseId, caseResult, selectionError, scores),
    });
  });
  return cases;
}

function rowKey(caseKey: string, metricId: string): string {
  return JSON.stringify([caseKey, metricId]);
}

/** The row of `benchmark_result` counts; where there is none, what the case itself says. */
function scoreOf(
  metricId: string,
  judged: boolean,
  result: CaseResult | undefined,
  row: ScoreRow | undefined,
): CaseScore {
  const execution = result?.executions.find((one) => isOfMetric(one, metricId));
  const own = result?.scores.find((score) => textOf(score['metric_id']) === metricId);
  const failed = result?.evaluationFailures.get(metricId) ?? textOf(own?.['reason']);
  const value = numberOf(own?.['value']);
  const stepFailure = failureOfExecution(execution);
  const error =
    row?.outcome === 'error'
      ? {
          category: row.errorCategory ?? 'error',
          message: row.errorMessage ?? failed ?? stepFailure ?? 'it got no score',
        }
      : row === undefined && failed !== undefined
        ? { category: 'evaluation_failed', message: failed }
        : row === undefined && stepFailure !== undefined
          ? { category: 'evaluation_partial_failure', message: stepFailure }
          : undefined;
  const made: ScoreRow | undefined =
    value === undefined || error || !result
      ? undefined
      : {
          ...{ caseKey: result.caseKey, metricId, value, outcome: value >= 1 ? 'correct' : 'incorrect' },
          ...{ errorCategory: undefined, errorMessage: undefined, details: own?.['details'] },
        };
  return { metricId, judged, row: row ?? made, error, execution };
}

/** The id of an execution ends with run, case, metric and fingerprint; its prompts begin with the metric. */
function isOfMetric(execution: JsonObject, metricId: string): boolean {
  const id = textOf(execution['execution_id']) ?? '';
  return (
    id.includes(`:${metricId}:`) ||
    textOf(execution['metric_id']) === metricId ||
    objectsOf(execution['scores']).some((score) => textOf(score['metric_id']) === metricId) ||
    objectsOf(execution['rendered_prompts']).some((prompt) =>
      (textOf(prompt['prompt_id']) ?? '').startsWith(`${metricId}:`),
    )
  );
}

function failureOfExecution(execution: JsonObject | undefined): string | undefined {
  if (!execution || !/fail/.test(textOf(execution['status']) ?? '')) return undefined;
  return textOf(objectsOf(execution['failures'])[0]?.['error_message']) ?? 'the judgement failed';
}

function failureOf(
  caseId: string,
  result: CaseResult | undefined,
  selectionError: string | undefined,
  scores: readonly CaseScore[],
): Failure | undefined {
  const scored = scores.find(({ error }) => error);
  const found: readonly (readonly [Stage, string | undefined])[] = [
    ['generate', result?.generationFailures[0]],
    ['reduce', selectionError ?? result?.reductionError],
    ['parse', result?.parseError],
    [scored?.judged ? 'judge' : 'score', scored?.error?.message],
  ];
  for (const [stage, message] of found) if (message !== undefined) return { caseId, stage, message };
  return undefined;
}

/** What the case came to, before it was parsed: the reduced answer, else that of the only candidate. */
export function outputOf(result: CaseResult | undefined): unknown {
  if (!result) return undefined;
  if (result.reduced) return result.reduced['final_output'];
  const outputs = result.candidates.map((candidate) => candidate['final_output']);
  return outputs.length > 1 ? outputs : outputs[0];
}

/** One metric over all cases. A mean covers only the cases that got a score. */
export interface MetricMean {
  readonly metricId: string;
  readonly mean: number;
  readonly cases: number;
}

/** The means that Themis wrote, each with the number of cases that it covers. */
export function metricMeans({ metrics }: Snapshot, benchmark: Benchmark): readonly MetricMean[] {
  const order = [...new Set([...metrics.map(({ metricId }) => metricId), ...benchmark.means.keys()])];
  const scored = new Map<string, number>();
  for (const { metricId, value } of benchmark.rows)
    if (value !== undefined) scored.set(metricId, (scored.get(metricId) ?? 0) + 1);
  return order.flatMap((metricId) => {
    const mean = benchmark.means.get(metricId);
    return mean === undefined ? [] : [{ metricId, mean, cases: scored.get(metricId) ?? 0 }];
  });
}

/** Whether the case has what scoring and judging begin with. */
export function isParsed({ result }: RunCase, { parsers }: Snapshot): boolean {
  return parsers.length > 0 ? result?.parsed !== undefined : outputOf(result) !== undefined;
}

/** The answer as it was parsed. */
export function parsedValue(result: CaseResult | undefined): unknown {
  return objectOf(result?.parsed)['value'];
}
