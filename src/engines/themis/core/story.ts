import { count, cutAtWord, oneLine } from '../../../core/format';
import type { CostRecord } from '../../../core/run/cost';
import type { Effect } from '../../../core/run/effect';
import { EffectMap } from '../../../core/run/effectMap';
import { eachOf, type Sliced } from '../../../core/sliced';
import type { RunDetails } from '../../../core/run/run';
import type { Story } from '../../../core/run/story';
import type { TaskDefinition, TaskResult } from '../../../core/run/task';
import { isParsed, outputOf, parsedValue, type CaseScore, type RunCase } from './cases';
import { caseEffectId, effectOfEvent, scoreEffectId } from './effectId';
import { readTokens, type Spending } from './events';
import { scoreText, shortMetric } from './metricWords';
import { stages, type Outcome, type Stage, type TimelineEntry } from './result';
import type { Snapshot } from './snapshot';
import { objectOf, objectsOf, textOf, type JsonObject } from './values';

/** What one stage made of one case, before it is placed in time. */
interface Work {
  readonly effectId: string;
  readonly stage: Stage;
  readonly title: string;
  readonly status: 'pending' | 'ok' | 'error';
  readonly error: string | undefined;
  /** It got a score, which says that the answer is wrong. */
  readonly wrong: string | undefined;
  readonly inputs: unknown;
  readonly value: unknown;
}

/** A run's stages as effects, and what was asked and came of each. */
export interface StagesOfRun {
  readonly effects: readonly Effect[];
  readonly details: Pick<RunDetails, 'tasks' | 'results'>;
}

/** Lays out what each stage did with each case: stage by stage, in each the failed cases first, then the wrong ones. */
export function* layOut(
  cases: readonly RunCase[],
  snapshot: Snapshot,
  outcome: Outcome,
  timeline: readonly TimelineEntry[],
): Sliced<StagesOfRun> {
  const several = snapshot.datasets.length > 1;
  yield;
  const places = placesOf(timeline);
  yield;
  const effects: Effect[] = [];
  const tasks = new Map<string, TaskDefinition>();
  const results = new Map<string, TaskResult>();
  let resolved = 0;
  for (const stage of yield* stagesOf(cases, snapshot, outcome)) {
    const works: Work[] = [];
    yield* eachOf(cases, (one) => {
      for (const work of worksOf(stage, one, snapshot, several)) works.push(work);
    });
    yield* eachOf(
      works.toSorted((a, b) => rank(a) - rank(b)),
      (work) => {
        const place = places.get(work.effectId);
        if (work.status !== 'pending') resolved += 1;
        effects.push(toEffect(work, place, work.status === 'pending' ? 0 : resolved));
        tasks.set(work.effectId, toTask(work));
        if (work.status !== 'pending') results.set(work.effectId, toResult(work));
      },
    );
  }
  return { effects, details: { tasks, results } };
}

/** Failed ones come first, then wrong ones, then the rest in the order of the dataset. */
function rank({ status, wrong }: Work): number {
  return status === 'error' ? 0 : wrong === undefined ? 2 : 1;
}

/** The stages that a run went through, was to go through, or has something of. */
function* stagesOf(
  cases: readonly RunCase[],
  snapshot: Snapshot,
  { status, through }: Outcome,
): Sliced<readonly Stage[]> {
  const last = stages.findIndex((stage) => stage === through);
  const found: Stage[] = [];
  for (const [i, stage] of stages.entries()) {
    if (stage === 'score' && !snapshot.metrics.some(({ pure }) => pure)) continue;
    if (stage === 'judge' && snapshot.metrics.every(({ pure }) => pure)) continue;
    let begun = i <= last || (status === 'running' && i === 0);
    for (const [place, one] of cases.entries()) {
      if (begun) break;
      if (place % 256 === 255) yield;
      begun = worksOf(stage, one, snapshot, false).some((work) => work.status !== 'pending');
    }
    if (begun) found.push(stage);
  }
  return found;
}

function worksOf(stage: Stage, one: RunCase, snapshot: Snapshot, several: boolean): readonly Work[] {
  const name = several ? `${one.caseId} (${one.datasetId})` : one.caseId;
  if (stage === 'score' || stage === 'judge') {
    return one.scores
      .filter(({ judged }) => judged === (stage === 'judge'))
      .map((score) => scoreWork(stage, name, one, score, snapshot));
  }
  const done = { generate: generateWork, reduce: reduceWork, parse: parseWork }[stage](one, snapshot);
  const { caseKey, datasetId, caseId, asked } = one;
  return [
    {
      ...{ effectId: caseEffectId(stage, caseKey), stage, title: name, wrong: undefined, ...done },
      inputs: {
        ...{ case_id: caseId, dataset_id: datasetId, input: asked?.input },
        ...{ expected_output: asked?.expected, metadata: asked?.metadata },
      },
    },
  ];
}

type Done = Pick<Work, 'status' | 'error' | 'value'>;
const notDone: Done = { status: 'pending', error: undefined, value: undefined };

/** @param value what there is all the same */
function failed(error: string, value?: unknown): Done {
  return { status: 'error', error, value: { error, ...objectOf(value) } };
}

function generateWork({ result }: RunCase): Done {
  const candidates = (result?.candidates ?? []).map(candidateValue);
  const [only] = candidates;
  const value = candidates.length > 1 ? { candidates } : only;
  const error = result?.generationFailures[0];
  if (error !== undefined) return failed(error, value);
  return only ? { status: 'ok', error, value } : notDone;
}

function candidateValue(candidate: JsonObject): unknown {
  const { final_output, candidate_id, conversation, latency_ms, token_usage, trace } = candidate;
  return { output: final_output, candidate_id, conversation, latency_ms, usage: token_usage, trace };
}

function reduceWork({ result, selectionError }: RunCase): Done {
  const error = selectionError ?? result?.reductionError;
  if (error !== undefined) return failed(error);
  if (!result?.reduced) return notDone;
  const { final_output, source_candidate_ids, metadata } = result.reduced;
  return { status: 'ok', error, value: { output: final_output, source_candidate_ids, metadata } };
}

function parseWork({ result }: RunCase, { parsers }: Snapshot): Done {
  if (result?.parseError !== undefined) return failed(result.parseError, { output: outputOf(result) });
  if (!result?.parsed || parsers.length === 0) return notDone;
  const { value, format, metadata } = result.parsed;
  return {
    status: 'ok',
    error: undefined,
    value: { output: outputOf(result), parsed: value, format, metadata },
  };
}

function scoreWork(
  stage: 'score' | 'judge',
  name: string,
  one: RunCase,
  { metricId, row, error, execution }: CaseScore,
  snapshot: Snapshot,
): Work {
  const { asked, result } = one;
  const status = error ? 'error' : row ? 'ok' : 'pending';
  const told =
    error !== undefined
      ? `error: ${error.category}`
      : row?.value === undefined
        ? ''
        : `${scoreText(row.value)} ${row.outcome}`;
  return {
    effectId: scoreEffectId(metricId, one.caseKey),
    ...{ stage, status, error: error?.message },
    title: [name, `${shortMetric(metricId)} ${told}`.trim()].join(' · '),
    wrong: row?.outcome === 'incorrect' && !error ? `${shortMetric(metricId)} ${told}` : undefined,
    inputs: {
      ...{ case_id: one.caseId, dataset_id: one.datasetId, metric_id: metricId, input: asked?.input },
      ...{ expected_output: asked?.expected, output: outputOf(result), metadata: asked?.metadata },
      ...(isParsed(one, snapshot) ? { parsed: parsedValue(result) } : {}),
    },
    value: {
      ...{ metric_id: metricId, value: row?.value, outcome: error ? 'error' : row?.outcome },
      ...{ expected_output: asked?.expected, output: outputOf(result) },
      ...(error ? { error_category: error.category, error_message: error.message } : {}),
      ...(row?.details === undefined ? {} : { details: row.details }),
      ...(execution ? { judges: judgesOf(execution), aggregation: execution['aggregation_output'] } : {}),
    },
  };
}

/** So many calls of judges are told of one case. */
const mostCalls = 500;

/** Each call of a judge: what it was asked, what it said, and what was made of that. */
function judgesOf(execution: JsonObject): readonly unknown[] {
  const prompts = objectsOf(execution['rendered_prompts']);
  const responses = objectsOf(execution['judge_responses']);
  const judgments = objectsOf(execution['parsed_judgments']);
  const failures = new Map(
    objectsOf(execution['failures'])
      .toReversed()
      .map((one) => [textOf(one['call_id']), one]),
  );
  let answered = 0;
  const calls = objectsOf(execution['judge_calls']);
  const left = calls.length - mostCalls;
  const told = calls.slice(0, mostCalls).map((call) => {
    const callId = textOf(call['call_id']);
    const failure = failures.get(callId);
    // Responses and judgements are in the order of the calls that had one.
    const response = failure ? undefined : responses[answered];
    const judgment = failure ? undefined : judgments[answered];
    if (!failure) answered += 1;
    const prompt = prompts.find((one) => (textOf(one['prompt_id']) ?? '').endsWith(`:${callId}`));
    return {
      ...{
        judge: call['judge_model_id'],
        prompt: prompt?.['content'],
        response: response?.['raw_response'],
      },
      ...{ label: judgment?.['label'], score: judgment?.['score'], rationale: judgment?.['rationale'] },
      ...{ latency_ms: response?.['latency_ms'], usage: response?.['token_usage'] },
      ...(failure ? { error: failure['error_message'] } : {}),
    };
  });
  return left > 0 ? [...told, `${count(left, 'more call')} of judges, not shown here`] : told;
}

/** Where an effect is in time: the event that ended it, and the one of its case before. */
interface Place {
  readonly seq: number;
  readonly at: number | undefined;
  readonly askedSeq: number;
  readonly askedAt: number | undefined;
}

/**
 * The last event of each effect. Nothing says when a stage begins, so it is taken to begin when the one before ended, and the
 * first stage of a case when the run wrote last.
 */
function placesOf(timeline: readonly TimelineEntry[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const before = new Map<string, { readonly seq: number; readonly at: number | undefined }>();
  let last: { readonly seq: number; readonly at: number | undefined } = { seq: 1, at: timeline[0]?.at };
  for (const [i, entry] of timeline.entries()) {
    const { type, at, caseKey } = entry;
    const here = { seq: i + 1, at };
    if (type === 'run_started') before.clear();
    const effectId = effectOfEvent(entry);
    if (effectId !== undefined && caseKey !== undefined) {
      const asked = before.get(caseKey) ?? last;
      places.set(effectId, { ...here, askedSeq: asked.seq, askedAt: asked.at });
      before.set(caseKey, here);
    }
    last = here;
  }
  return places;
}

function toEffect(work: Work, place: Place | undefined, resolvedOrder: number): Effect {
  const { effectId, stage, title, status, error } = work;
  const done = status !== 'pending';
  // One plain literal: a run may have a hundred thousand of these.
  return {
    effectId,
    taskId: effectId,
    kind: stage,
    label: title,
    labels: none,
    stepId: undefined,
    invocationKey: undefined,
    requestedAt: place?.askedAt,
    requestedSeq: place?.askedSeq ?? 1,
    batch: stages.indexOf(stage) + 1,
    status,
    resolvedAt: done ? place?.at : undefined,
    resolvedOrder,
    resolvedSeq: done ? (place?.seq ?? 1) : 0,
    resolvedBefore: 0,
    startedAt: undefined,
    finishedAt: undefined,
    error: error === undefined ? undefined : { name: undefined, message: error, stack: undefined },
    cancelReason: undefined,
  };
}

const none: readonly string[] = [];

function toTask({ title, stage, inputs }: Work): TaskDefinition {
  return {
    title: cutAtWord(oneLine(title), 200),
    ...{ description: undefined, labels: [], kind: stage, inputs, inputsRef: undefined },
    ...{ iteration: undefined, phase: undefined, expectedExitCode: undefined },
    ...{ sleepUntil: undefined, breakpoint: undefined },
  };
}

function toResult({ value, wrong }: Work): TaskResult {
  return { metrics: {}, value, resultRef: undefined, metadata: undefined, failure: wrong };
}

/** What happened, as far as it is known without its events. */
export const emptyStory: Story = {
  ...{ effects: EffectMap.empty, pending: new Map() },
  counts: { pending: 0, ok: 0, error: 0, cancelled: 0 },
  ...{ end: undefined, firstAt: undefined, lastAt: undefined, skipped: new Set() },
  ...{ costs: [], problems: [] },
};

/** What there is to read of the tasks of a run that has none. */
export const emptyDetails: RunDetails = { tasks: new Map(), results: new Map(), problems: [], warnings: [] };

/** What answers took: what was paid for as read and written, what came from the cache as cache reads. */
export function costsOf(spendings: readonly Spending[]): readonly CostRecord[] {
  return spendings.map(({ key, effectId, model, tokens: { prompt, completion, total }, cached }) => ({
    ...{ key, effectId, model },
    usage: {
      inputTokens: cached ? undefined : (prompt ?? (completion === undefined ? total : undefined)),
      outputTokens: cached ? undefined : completion,
      cacheReadTokens: cached ? total : undefined,
      ...{ cacheCreationTokens: undefined, costUsd: undefined },
    },
  }));
}

/** Tokens of a run: in all, and what was paid for. */
export interface TokenSum {
  readonly total: number;
  readonly paid: number;
}

/** `undefined`: no answer says what it took. */
export function tokenSum(spendings: readonly Spending[]): TokenSum | undefined {
  if (spendings.length === 0) return undefined;
  const sum = (some: readonly Spending[]): number => some.reduce((n, { tokens }) => n + tokens.total, 0);
  return { total: sum(spendings), paid: sum(spendings.filter(({ cached }) => !cached)) };
}

/** What the answers of a run took, where its events cannot be read: nothing says which of them were cached. */
export function tokensOfCases(cases: readonly RunCase[]): number {
  const usages = cases.flatMap(({ result }) => [
    ...(result?.candidates ?? []).map((candidate) => candidate['token_usage']),
    ...(result?.executions ?? []).flatMap((execution) =>
      objectsOf(execution['judge_responses']).map((response) => response['token_usage']),
    ),
  ]);
  return usages.reduce<number>((sum, usage) => sum + (readTokens(objectOf(usage))?.total ?? 0), 0);
}
