import type { RunParts } from './cases';
import type { CaseResult, ScoreRow, TimelineEntry } from './result';
import type { Snapshot } from './snapshot';
import { numberOf, objectOf, textOf, type JsonObject } from './values';

/** A case in the making. */
type Draft = { -readonly [K in keyof CaseResult]: CaseResult[K] } & { selectionError: string | undefined };

/**
 * What a run's events tell, for a run whose projections are missing or cannot be read. Types that are not known are
 * skipped. Entries of the timeline do as well: then how far the cases are is told, and not what came of them.
 */
export function foldEvents(
  entries: readonly (TimelineEntry & { readonly raw?: JsonObject })[],
  snapshot: Snapshot,
): RunParts {
  const cases = new Map<string, Draft>();
  let status = 'pending';
  let through: string | undefined;
  for (const entry of entries) {
    const { type, raw = {} } = entry;
    if (type === 'run_started') status = status === 'pending' ? 'running' : sticky(status, 'running');
    else if (type === 'run_failed') status = 'failed';
    else if (type === 'run_completed') {
      status = sticky(status, [...cases.values()].some(hasFailed) ? 'partial_failure' : 'completed');
      through = textOf(raw['completed_through_stage']) ?? through;
    } else if (entry.caseKey !== undefined) take(draftOf(cases, entry), entry, raw);
  }
  const list = [...cases.values()];
  const failed = list.filter(hasFailed).length;
  const total = snapshot.datasets.reduce((sum, { cases }) => sum + cases.length, 0);
  return {
    snapshot,
    result: {
      ...{ runId: undefined, status, through, cases: list },
      progress: { total: Math.max(total, list.length), completed: list.length - failed, failed },
    },
    benchmark: benchmarkOf(list),
    selectionErrors: new Map(
      list.flatMap(({ caseKey, selectionError }) =>
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
    ...{ caseKey, caseId: caseId ?? caseKey, datasetId: datasetOf(caseKey), candidates: [], scores: [] },
    ...{ generationFailures: [], reduced: undefined, reductionError: undefined, parsed: undefined },
    ...{ parseError: undefined, executions: [], evaluationFailures: new Map(), selectionError: undefined },
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
      draft.generationFailures = [];
      draft.candidates = [
        ...draft.candidates.filter((one) => one['candidate_id'] !== result['candidate_id']),
        result,
      ];
      break;
    case 'generation_failed':
      draft.generationFailures = [message];
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
      draft.executions = [
        ...draft.executions.filter((one) => textOf(one['metric_id']) !== metricId),
        { ...objectOf(raw['execution']), metric_id: metricId },
      ];
      break;
    case 'score_completed':
      draft.scores = withScore(draft, metricId, objectOf(raw['score']));
      break;
    case 'evaluation_failed':
    case 'score_failed':
      draft.evaluationFailures = new Map([...draft.evaluationFailures, [metricId ?? '', message]]);
      break;
    default:
  }
}

function withScore(draft: Draft, metricId: string | undefined, score: JsonObject): readonly JsonObject[] {
  draft.evaluationFailures = new Map([...draft.evaluationFailures].filter(([metric]) => metric !== metricId));
  const others = draft.scores.filter((one) => textOf(one['metric_id']) !== metricId);
  return [...others, { ...score, metric_id: metricId }];
}

function hasFailed(draft: Draft): boolean {
  return (
    draft.generationFailures.length > 0 ||
    [draft.selectionError, draft.reductionError, draft.parseError].some((error) => error !== undefined) ||
    draft.evaluationFailures.size > 0 ||
    draft.executions.some((one) => /fail/.test(textOf(one['status']) ?? ''))
  );
}

function benchmarkOf(cases: readonly CaseResult[]): RunParts['benchmark'] {
  const rows = cases.flatMap(({ caseKey, scores, evaluationFailures, executions }) =>
    scores.flatMap((score): readonly ScoreRow[] => {
      const [metricId, value] = [textOf(score['metric_id']) ?? '', numberOf(score['value'])];
      const broken = executions.some(
        (one) => textOf(one['metric_id']) === metricId && /fail/.test(textOf(one['status']) ?? ''),
      );
      if (value === undefined || broken || evaluationFailures.has(metricId)) return [];
      return [
        {
          ...{ caseKey, metricId, value, outcome: value >= 1 ? 'correct' : 'incorrect' },
          ...{ errorCategory: undefined, errorMessage: undefined, details: score['details'] },
        },
      ];
    }),
  );
  const means = new Map<string, number>();
  for (const metricId of new Set(rows.map((row) => row.metricId))) {
    const values = rows.flatMap((row) => (row.metricId === metricId ? (row.value ?? []) : []));
    means.set(metricId, values.reduce((a, b) => a + b, 0) / values.length);
  }
  return { rows, means };
}
