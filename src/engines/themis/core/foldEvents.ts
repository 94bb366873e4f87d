import { atOnce, type Sliced } from '../../../core/sliced';
import type { RunParts } from './cases';
import type { CaseResult, ScoreRow, TimelineEntry } from './result';
import type { Snapshot } from './snapshot';
import { numberOf, objectOf, textOf, type JsonObject } from './values';

/** A case in the making. What there may be many of is found by its id, as there may be very many. */
interface Draft {
  readonly caseKey: string;
  readonly caseId: string;
  readonly datasetId: string;
  readonly candidates: Map<unknown, JsonObject>;
  generationFailure: string | undefined;
  selectionError: string | undefined;
  reduced: JsonObject | undefined;
  reductionError: string | undefined;
  parsed: JsonObject | undefined;
  parseError: string | undefined;
  /** By metric, as scores are. */
  readonly executions: Map<string | undefined, JsonObject>;
  /** The metrics of the executions that failed. */
  readonly broken: Set<string | undefined>;
  readonly scores: Map<string | undefined, JsonObject>;
  readonly evaluationFailures: Map<string, string>;
}

/**
 * What a run's events tell, for a run whose projections are missing or cannot be read. Types that are not known are
 * skipped. Entries of the timeline do as well: then how far the cases are is told, and not what came of them.
 */
export function foldEvents(entries: Entries, snapshot: Snapshot): RunParts {
  return atOnce(foldingEvents(entries, snapshot));
}

type Entries = readonly (TimelineEntry & { readonly raw?: JsonObject })[];

/** See {@link foldEvents}. */
export function* foldingEvents(entries: Entries, snapshot: Snapshot): Sliced<RunParts> {
  const cases = new Map<string, Draft>();
  const failing = new Set<Draft>();
  let status = 'pending';
  let through: string | undefined;
  for (const [i, entry] of entries.entries()) {
    if (i % 64 === 63) yield;
    const { type, raw = {} } = entry;
    if (type === 'run_started') status = status === 'pending' ? 'running' : sticky(status, 'running');
    else if (type === 'run_failed') status = 'failed';
    else if (type === 'run_completed') {
      status = sticky(status, failing.size > 0 ? 'partial_failure' : 'completed');
      through = textOf(raw['completed_through_stage']) ?? through;
    } else if (entry.caseKey !== undefined) {
      const draft = draftOf(cases, entry);
      take(draft, entry, raw);
      if (hasFailed(draft)) failing.add(draft);
      else failing.delete(draft);
    }
  }
  yield;
  const drafts = [...cases.values()];
  const list = drafts.map(toCase);
  const failed = failing.size;
  const total = snapshot.datasets.reduce((sum, { cases }) => sum + cases.length, 0);
  return {
    snapshot,
    result: {
      ...{ runId: undefined, status, through, cases: list },
      progress: { total: Math.max(total, list.length), completed: list.length - failed, failed },
    },
    benchmark: benchmarkOf(list),
    selectionErrors: new Map(
      drafts.flatMap(({ caseKey, selectionError }) =>
        selectionError === undefined ? [] : [[caseKey, selectionError] as const],
      ),
    ),
  };
}

/** What failed once stays partly failed, whatever comes of it later. */
function sticky(before: string, now: string): string {
  const failedBefore = before === 'failed' || before === 'partial_failure';
  return failedBefore && now === 'completed'
    ? 'partial_failure'
    : now === 'running' && failedBefore
      ? before
      : now;
}

function draftOf(cases: Map<string, Draft>, { caseKey = '', caseId }: TimelineEntry): Draft {
  const known = cases.get(caseKey);
  if (known) return known;
  const draft: Draft = {
    ...{ caseKey, caseId: caseId ?? caseKey, datasetId: datasetOf(caseKey), candidates: new Map() },
    ...{ generationFailure: undefined, reduced: undefined, reductionError: undefined, parsed: undefined },
    ...{ parseError: undefined, executions: new Map(), broken: new Set(), scores: new Map() },
    ...{ evaluationFailures: new Map(), selectionError: undefined },
  };
  cases.set(caseKey, draft);
  return draft;
}

/** The dataset's name in "2:qa:c1". */
function datasetOf(caseKey: string): string {
  const [, length, rest = ''] = /^(\d+):([^]*)$/.exec(caseKey) ?? [];
  return length === undefined ? '' : [...rest].slice(0, Number(length)).join('');
}

function take(draft: Draft, { type, metricId }: TimelineEntry, raw: JsonObject): void {
  const message = textOf(raw['error_message']) ?? textOf(objectOf(raw['error'])['reason']) ?? 'it failed';
  const result = objectOf(raw['result']);
  switch (type) {
    case 'generation_completed':
      draft.generationFailure = undefined;
      putLast(draft.candidates, result['candidate_id'], result);
      break;
    case 'generation_failed':
      draft.generationFailure = message;
      break;
    case 'selection_completed':
      draft.selectionError = undefined;
      break;
    case 'selection_failed':
      draft.selectionError = message;
      break;
    case 'reduction_completed':
      [draft.reduced, draft.reductionError] = [result, undefined];
      break;
    case 'reduction_failed':
      draft.reductionError = message;
      break;
    case 'parse_completed':
      [draft.parsed, draft.parseError] = [result, undefined];
      break;
    case 'parse_failed':
      draft.parseError = message;
      break;
    case 'evaluation_completed':
      takeExecution(draft, metricId, { ...objectOf(raw['execution']), metric_id: metricId });
      break;
    case 'score_completed':
      if (metricId !== undefined) draft.evaluationFailures.delete(metricId);
      putLast(draft.scores, metricId, { ...objectOf(raw['score']), metric_id: metricId });
      break;
    case 'evaluation_failed':
    case 'score_failed':
      draft.evaluationFailures.set(metricId ?? '', message);
      break;
    default:
  }
}

function takeExecution(draft: Draft, metricId: string | undefined, execution: JsonObject): void {
  putLast(draft.executions, metricId, execution);
  if (isBroken(execution)) draft.broken.add(metricId);
  else draft.broken.delete(metricId);
}

function isBroken(execution: JsonObject): boolean {
  return /fail/.test(textOf(execution['status']) ?? '');
}

/** What comes anew stands behind what is there. */
function putLast<Key>(items: Map<Key, JsonObject>, key: Key, item: JsonObject): void {
  items.delete(key);
  items.set(key, item);
}

function hasFailed(draft: Draft): boolean {
  return (
    [draft.generationFailure, draft.selectionError, draft.reductionError, draft.parseError].some(
      (error) => error !== undefined,
    ) ||
    draft.evaluationFailures.size > 0 ||
    draft.broken.size > 0
  );
}

function toCase({ candidates, generationFailure, executions, scores, ...draft }: Draft): CaseResult {
  const { caseKey, caseId, datasetId, reduced, reductionError, parsed, parseError } = draft;
  return {
    ...{ caseKey, caseId, datasetId, reduced, reductionError, parsed, parseError },
    candidates: [...candidates.values()],
    generationFailures: generationFailure === undefined ? [] : [generationFailure],
    executions: [...executions.values()],
    scores: [...scores.values()],
    evaluationFailures: draft.evaluationFailures,
  };
}

function benchmarkOf(cases: readonly CaseResult[]): RunParts['benchmark'] {
  const rows: ScoreRow[] = [];
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { caseKey, scores, evaluationFailures, executions } of cases) {
    const broken = new Set(executions.filter(isBroken).map((one) => textOf(one['metric_id'])));
    for (const score of scores) {
      const [metricId, value] = [textOf(score['metric_id']) ?? '', numberOf(score['value'])];
      if (value === undefined || broken.has(metricId) || evaluationFailures.has(metricId)) continue;
      rows.push({
        ...{ caseKey, metricId, value, outcome: value >= 1 ? 'correct' : 'incorrect' },
        ...{ errorCategory: undefined, errorMessage: undefined, details: score['details'] },
      });
      const known = sums.get(metricId) ?? { sum: 0, count: 0 };
      sums.set(metricId, { sum: known.sum + value, count: known.count + 1 });
    }
  }
  return { rows, means: new Map([...sums].map(([metricId, { sum, count }]) => [metricId, sum / count])) };
}
