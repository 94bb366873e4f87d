import { createHash } from 'node:crypto';
import { parseJson } from '../../src/core/run/lenient';
import { isDaystromRun } from '../../src/engines/daystrom/core/daystromRun';

/** A whole run of an engine: what it is called, and its files by path in the workspace, JSON or text. */
export interface Seed {
  (name: string): { readonly runId: string; readonly files: Readonly<Record<string, unknown>> };
  readonly engine: string;
  /** Whether a file has a row that holds this text; left out: whatever it holds. */
  readonly hasRow?: (text: string) => boolean;
}

const time = '2026-01-01T00:00:00.000Z';
const at = Date.parse(time);

const usage = { inputTokens: 1, outputTokens: 2, cachedInputTokens: 0, totalTokens: 3 };
const call = { id: 'call', skillName: 's', toolName: 't', args: { question: 'q', options: ['a', 'b'] } };
const parts = [{ type: 'textPart', text: 'words' }];

function checkpoint(jobId: string, id: string, step: number, status: string) {
  return {
    ...{ id, jobId, runId: 'run', stepNumber: step, status, usage, contextWindowUsage: 0.1 },
    expert: { key: 'expert', name: 'expert' },
    messages: [
      { type: 'userMessage', contents: parts },
      {
        type: 'expertMessage',
        contents: [{ type: 'toolCallPart', toolCallId: 'call', toolName: 't', args: { a: 1 } }],
      },
      {
        type: 'toolMessage',
        contents: [{ type: 'toolResultPart', toolCallId: 'call', toolName: 't', contents: parts }],
      },
    ],
    pendingToolCalls: [call],
    partialToolResults: [{ id: 'earlier', toolName: 't', result: parts }],
    delegateTo: [{ expert: { key: 'other' }, toolCallId: 'call', toolName: 't', query: 'q' }],
    error: { name: 'E', message: 'm' },
  };
}

/** A job of Perstack that asks. */
export const perstackSeed: Seed = Object.assign(
  (name: string) => {
    const event = (place: number, step: number, type: string, more: object): [string, object] => [
      `perstack/jobs/${name}/runs/run/event-${at + place}-${step}-${type}.json`,
      {
        type,
        jobId: name,
        runId: 'run',
        expertKey: 'expert',
        timestamp: at + place,
        stepNumber: step,
        ...more,
      },
    ];
    const first = checkpoint(name, 'c1', 1, 'proceeding');
    const last = checkpoint(name, 'c2', 2, 'stoppedByInteractiveTool');
    return {
      runId: name,
      files: {
        [`perstack/jobs/${name}/job.json`]: {
          ...{ id: name, status: 'running', totalSteps: 2, startedAt: at, usage },
          coordinatorExpertKey: 'expert',
        },
        [`perstack/jobs/${name}/checkpoints/c1.json`]: first,
        [`perstack/jobs/${name}/checkpoints/c2.json`]: last,
        ...Object.fromEntries([
          event(1, 1, 'startRun', {
            initialCheckpoint: checkpoint(name, 'c0', 0, 'init'),
            inputMessages: [{ type: 'userMessage', contents: parts }],
          }),
          event(2, 1, 'callTools', { toolCalls: [{ ...call, id: 'c' }], usage }),
          event(3, 1, 'resolveToolResults', { toolResults: [{ id: 'c', toolName: 't', result: parts }] }),
          event(4, 1, 'retry', { reason: 'r', usage }),
          event(5, 1, 'continueToNextStep', { checkpoint: first, step: { usage }, nextCheckpoint: last }),
          event(6, 2, 'stopRunByInteractiveTool', { checkpoint: last, step: { usage } }),
        ]),
      },
    };
  },
  { engine: 'perstack' },
);

/** A run of Daystrom with two iterations. */
export const daystromSeed: Seed = Object.assign(
  (name: string) => {
    const iteration = (n: number) => ({
      ...{ iteration: n, timestamp: time, durationMs: 1 },
      topic: { name: 'topic', description: 'd', examples: ['e'] },
      testCases: [],
      testResults: [
        { testCase: { prompt: 'p', expectedTriggered: true }, actualTriggered: false, correct: false },
        { testCase: { prompt: 'p', expectedTriggered: true }, actualTriggered: true, correct: true },
      ],
      metrics: { coverage: 0.5, truePositiveRate: 0.5, trueNegativeRate: 1, accuracy: 1, f1Score: 1 },
      analysis: { summary: 's', falsePositivePatterns: ['p'], falseNegativePatterns: [], suggestions: ['x'] },
    });
    return {
      runId: name,
      files: {
        [`.daystrom/runs/${name}.json`]: {
          ...{ id: name, createdAt: time, updatedAt: time, status: 'completed', bestIteration: 2 },
          userInput: { topicDescription: 'd', profileName: 'p', maxIterations: 2, targetCoverage: 0.9 },
          iterations: [iteration(1), iteration(2)],
        },
      },
    };
  },
  {
    engine: 'daystrom',
    // JSON of somebody else is no run; what is no JSON may be one.
    hasRow: (text: string) => {
      const json = parseJson(text);
      return 'problem' in json || isDaystromRun(json.value);
    },
  },
);

/** An id as Themis makes them. */
function themisId(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** What came of one case of Themis. */
function themisCase(caseId: string) {
  const judged = {
    ...{ execution_id: 'run:case:m2:1', status: 'completed', metric_id: 'm2' },
    judge_calls: [{ call_id: '1', judge_model_id: 'j' }],
    rendered_prompts: [{ prompt_id: 'm2:1', content: 'c' }],
    judge_responses: [{ judge_model_id: 'j', raw_response: 'r', token_usage: { total_tokens: 3 } }],
    parsed_judgments: [{ label: 'l', score: 1, rationale: 'r' }],
    scores: [{ metric_id: 'm2', value: 1 }],
    failures: [{ call_id: '2', error_message: 'e' }],
  };
  return {
    ...{ case_id: caseId, dataset_id: 'qa', case_key: `2:qa:${caseId}` },
    generated_candidates: [{ candidate_id: 'c', final_output: 'o', token_usage: { total_tokens: 3 } }],
    generation_failures: { c: 'failed' },
    reduced_candidate: { final_output: 'o' },
    parsed_output: { value: 'o', format: 'text' },
    evaluation_executions: [judged],
    evaluation_failures: { m1: 'failed' },
    scores: [{ metric_id: 'm1', value: 0.5, details: {} }],
  };
}

/** A run of Themis in a store of files, partly failed. */
export const themisSeed: Seed = Object.assign(
  (name: string) => {
    const runId = themisId(name);
    const folder = `eval/runs/jsonl/runs/${runId}`;
    const event = (type: string, more: object = {}): object => ({
      ...{ schema_version: '1', event_type: type, run_id: runId, occurred_at: time, ...more },
    });
    const ofCase = { case_id: 'a', dataset_id: 'qa', case_key: '2:qa:a' };
    const events = [
      event('run_started'),
      event('generation_completed', { ...ofCase, candidate_id: 'c', result: { candidate_id: 'c' } }),
      event('score_completed', { ...ofCase, metric_id: 'm1', score: { value: 1 } }),
      event('run_failed', { error_message: 'm' }),
    ];
    return {
      runId,
      files: {
        [`${folder}/snapshot.json`]: {
          run_id: runId,
          datasets: [{ dataset_id: 'qa', revision: '1', cases: [{ case_id: 'a', input: 'i' }] }],
          component_refs: {
            generator: { component_id: 'g' },
            reducer: { component_id: 'r' },
            parsers: [{ component_id: 'p' }],
            metrics: [{ component_id: 'm1' }, { component_id: 'm2' }],
            judge_models: [{ component_id: 'j' }],
          },
          metric_kinds: ['pure', 'llm'],
          identity: { seeds: [1] },
          provenance: {
            ...{ themis_version: '4', python_version: '3', platform: 'p', git_commit: 'c' },
            dependency_versions: { a: '1' },
            runtime: { existing_run_policy: 'auto', queue_root: 'runs/queue', batch_root: 'runs/batch' },
          },
        },
        [`${folder}/events.jsonl`]: events.map((each) => `${JSON.stringify(each)}\n`).join(''),
        [`${folder}/projections/run_result.json`]: {
          ...{ run_id: runId, status: 'failed', completed_through_stage: 'parse' },
          progress: { total_cases: 2, completed_cases: 1, failed_cases: 1 },
          cases: [themisCase('a'), themisCase('b')],
        },
        [`${folder}/projections/benchmark_result.json`]: {
          score_rows: [{ ...ofCase, metric_id: 'm1', value: 0.5, outcome: 'incorrect', details: {} }],
          metric_means: { m1: 0.5 },
        },
        [`${folder}/projections/timeline_view.json`]: { entries: events },
        [`${folder}/projections/execution_state.json`]: {
          case_states: { '2:qa:a': { selection_error: 'e' } },
        },
        [`eval/runs/queue/queued/${runId}.json`]: {
          ...{ run_id: runId, config_path: '/etc/passwd', snapshot: {} },
        },
      },
    };
  },
  { engine: 'themis' },
);
