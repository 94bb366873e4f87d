// Makes runs in the format of Themis 4.0.2, as files or as rows of a SQLite file: for the demo, and for measurements.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {Record<string, unknown>} Json
 *
 * @typedef {object} Case
 * @property {string} id
 * @property {string} input
 * @property {string} expected
 *
 * @typedef {object} Judgement
 * @property {string} prompt
 * @property {string} response
 * @property {number} score
 *
 * @typedef {object} Done what came of a case
 * @property {string} [output] left out: nothing
 * @property {string} [error] why there is no output
 * @property {Judgement} [judged]
 *
 * @typedef {object} Plan
 * @property {string} dataset
 * @property {readonly Case[]} cases
 * @property {string} generator
 * @property {Readonly<Record<string, Done>>} done by case
 * @property {string} [rubric] a judge's metric, beside the exact match
 * @property {'generate' | 'parse' | 'judge'} [through] up to where it was run
 * @property {number} at when it began, in milliseconds since 1970
 * @property {string} [policy] existing_run_policy
 *
 * @typedef {object} ThemisRun
 * @property {string} runId
 * @property {Json} snapshot
 * @property {readonly Json[]} events
 * @property {Readonly<Record<string, Json>>} projections
 */

const match = 'builtin/exact_match';

/** @param {Plan} plan @returns {ThemisRun} */
export function makeThemisRun(plan) {
  const { dataset, cases, generator, rubric, at, policy = 'auto', through = 'judge' } = plan;
  const component = (/** @type {string} */ id) => ({
    component_id: id,
    version: '1.0',
    fingerprint: `${id}-fp`,
  });
  const runId = createHash('sha256')
    .update(JSON.stringify([dataset, generator, rubric, cases, at]))
    .digest('hex');
  const metrics = rubric === undefined ? [match] : [match, rubric];
  const snapshot = {
    ...{
      run_id: runId,
      identity: { seeds: [7] },
      metric_kinds: rubric === undefined ? ['pure'] : ['pure', 'llm'],
    },
    provenance: {
      ...{ themis_version: '4.0.2', python_version: '3.12', platform: 'linux', git_commit: null },
      ...{ dependency_versions: { 'themis-eval': '4.0.2' }, runtime: { existing_run_policy: policy } },
    },
    component_refs: {
      ...{ generator: component(generator), selector: null, reducer: null },
      ...{ parsers: [component('builtin/text')], metrics: metrics.map(component) },
      judge_models: rubric === undefined ? [] : [component('demo/judge')],
    },
    datasets: [
      {
        ...{ dataset_id: dataset, revision: 'r1', metadata: {} },
        cases: cases.map(({ id, input, expected }) => ({
          ...{ case_id: id, input, expected_output: expected, metadata: {} },
        })),
      },
    ],
  };
  /** @type {Json[]} */
  const events = [];
  const tell = (/** @type {string} */ event_type, /** @type {Json} */ more = {}) => {
    const occurred_at = new Date(at + events.length * 1_700).toISOString();
    events.push({ schema_version: '1', event_type, run_id: runId, occurred_at, ...more });
  };
  tell('run_started');
  const results = cases.map((one) => caseResult(plan, one, { runId, tell }));
  const failed = results.filter(
    ({ generation_failures }) => Object.keys(generation_failures).length > 0,
  ).length;
  const progress = {
    total_cases: cases.length,
    completed_cases: cases.length - failed,
    failed_cases: failed,
  };
  tell('run_completed', { completed_through_stage: through });
  const status = failed > 0 ? 'partial_failure' : 'completed';
  return {
    ...{ runId, snapshot, events },
    projections: {
      run_result: { run_id: runId, status, completed_through_stage: through, progress, cases: results },
      benchmark_result: benchmarkOf(runId, dataset, metrics, results, progress),
      timeline_view: { run_id: runId, entries: events.map(entryOf) },
    },
  };
}

/**
 * Everything that came of a case, told event by event.
 * @param {Plan} plan
 * @param {Case} asked
 * @param {{ runId: string, tell: (type: string, more?: Json) => void }} run
 */
function caseResult({ dataset, done, rubric, through = 'judge' }, { id, input, expected }, { runId, tell }) {
  const { output, error, judged } = done[id] ?? {};
  const about = { case_id: id, dataset_id: dataset, case_key: `${dataset.length}:${dataset}:${id}` };
  const candidate_id = `${id}-s7`;
  const result = {
    ...{ ...about, generated_candidates: /** @type {Json[]} */ ([]), generated_candidate_blob_refs: {} },
    ...{
      generation_failures: /** @type {Json} */ ({}),
      reduced_candidate: /** @type {Json | null} */ (null),
    },
    ...{ reduction_error: null, parsed_output: /** @type {Json | null} */ (null), parse_error: null },
    ...{ evaluation_executions: /** @type {Json[]} */ ([]), evaluation_execution_blob_refs: {} },
    ...{ evaluation_failures: {}, scores: /** @type {Json[]} */ ([]) },
  };
  if (error !== undefined) {
    result.generation_failures = { [`${id}-candidate-0`]: error };
    tell('generation_failed', { ...about, candidate_id: `${id}-candidate-0`, error_message: error });
  }
  if (output === undefined) return result;
  const of = { ...about, candidate_id, cache_hit: false, source_run_id: null };
  const [prompt_tokens, completion_tokens] = [40 + Math.ceil(input.length / 4), Math.ceil(output.length / 4)];
  const candidate = {
    ...{ candidate_id, final_output: output, latency_ms: 420.5, trace: null, artifacts: null },
    conversation: [
      { role: 'user', content: input },
      { role: 'assistant', content: output },
    ],
    token_usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
  result.generated_candidates = [candidate];
  tell('generation_completed', { ...of, result: candidate });
  if (through === 'generate') return result;
  result.reduced_candidate = {
    candidate_id,
    final_output: output,
    source_candidate_ids: [candidate_id],
    metadata: {},
  };
  tell('reduction_completed', { ...of, result: result.reduced_candidate });
  result.parsed_output = { value: output, format: 'text', metadata: {} };
  tell('parse_completed', { ...of, result: result.parsed_output });
  if (through === 'parse') return result;
  const score = { metric_id: match, value: output === expected ? 1 : 0, details: {} };
  result.scores = [score];
  tell('score_completed', { ...of, metric_id: match, score });
  if (rubric === undefined || !judged) return result;
  const execution = executionOf(`${runId}:${id}:${rubric}:fp`, rubric, judged);
  result.evaluation_executions = [execution];
  result.scores = [score, { metric_id: rubric, value: judged.score, details: { count: 1 } }];
  tell('evaluation_completed', { ...of, metric_id: rubric, execution });
  return result;
}

/** @param {string} execution_id @param {string} metric_id @param {Judgement} judged */
function executionOf(execution_id, metric_id, { prompt, response, score }) {
  const label = score >= 1 ? 'pass' : 'fail';
  const token_usage = {
    prompt_tokens: Math.ceil(prompt.length / 4),
    completion_tokens: Math.ceil(response.length / 4),
  };
  return {
    ...{ execution_id, subject_kind: 'candidate_set', status: 'completed', failures: [], trace: null },
    judge_calls: [{ call_id: 'judge-0', judge_model_id: 'demo/judge' }],
    rendered_prompts: [{ prompt_id: `${metric_id}:judge-0`, content: prompt }],
    judge_responses: [
      {
        judge_model_id: 'demo/judge',
        raw_response: response,
        token_usage,
        latency_ms: 310,
        retry_history: [],
      },
    ],
    parsed_judgments: [{ label, score, rationale: response }],
    scores: [{ metric_id, value: score, details: { label } }],
    aggregation_output: { method: 'mean', value: score },
  };
}

/**
 * @param {string} runId
 * @param {string} dataset
 * @param {readonly string[]} metrics
 * @param {readonly ReturnType<typeof caseResult>[]} results
 * @param {Json} progress
 */
function benchmarkOf(runId, dataset, metrics, results, progress) {
  const rows = results.flatMap(({ case_id, dataset_id, case_key, scores }) =>
    scores.map(({ metric_id, value, details }) => ({
      ...{ case_id, dataset_id, case_key, metric_id, value, details, candidate_id: `${case_id}-s7` },
      ...{ outcome: Number(value) >= 1 ? 'correct' : 'incorrect', error_category: null, error_message: null },
    })),
  );
  const of = (/** @type {string} */ metric) => rows.filter(({ metric_id }) => metric_id === metric);
  const scored = metrics.filter((metric) => of(metric).length > 0);
  const mean = (/** @type {readonly { value: unknown }[]} */ all) =>
    all.reduce((sum, { value }) => sum + Number(value), 0) / all.length;
  return {
    ...{ run_id: runId, dataset_ids: [dataset], metric_ids: metrics, ...progress, error_counts: {} },
    metric_means: Object.fromEntries(scored.map((metric) => [metric, mean(of(metric))])),
    outcome_counts: Object.fromEntries(
      scored.map((metric) => {
        const correct = of(metric).filter(({ outcome }) => outcome === 'correct').length;
        return [metric, { correct, incorrect: of(metric).length - correct }];
      }),
    ),
    score_rows: rows,
  };
}

/** @param {Json} event @param {number} index */
function entryOf({ event_type, occurred_at, ...event }, index) {
  const { case_id = null, dataset_id = null, case_key = null, candidate_id = null, metric_id = null } = event;
  return { index, event_type, occurred_at, case_id, dataset_id, case_key, candidate_id, metric_id };
}

/** Writes a run into a store of files. @param {string} store @param {ThemisRun} run */
export function writeThemisFiles(store, { runId, snapshot, events, projections }) {
  const folder = join(store, 'runs', runId);
  mkdirSync(join(folder, 'projections'), { recursive: true });
  writeFileSync(join(folder, 'snapshot.json'), JSON.stringify(snapshot));
  writeFileSync(join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  for (const [name, value] of Object.entries(projections)) {
    writeFileSync(join(folder, 'projections', `${name}.json`), JSON.stringify(value));
  }
}

/** Whether this Node can write SQLite files. */
export const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;

/**
 * Writes runs into a new SQLite file, where this Node can.
 * @param {string} file
 * @param {Iterable<ThemisRun>} runs
 */
export async function writeThemisDatabase(file, runs) {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file);
  database.exec(`
    CREATE TABLE run_snapshots (run_id TEXT PRIMARY KEY, snapshot_json TEXT NOT NULL);
    CREATE TABLE run_events (
      id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, event_type TEXT NOT NULL, event_json TEXT NOT NULL);
    CREATE TABLE run_blobs (blob_ref TEXT PRIMARY KEY, media_type TEXT NOT NULL, payload BLOB NOT NULL);
    CREATE TABLE run_projections (
      run_id TEXT NOT NULL, projection_name TEXT NOT NULL, projection_json TEXT NOT NULL,
      PRIMARY KEY (run_id, projection_name));
    CREATE TABLE stage_cache (
      stage_name TEXT NOT NULL, cache_key TEXT NOT NULL, payload_json TEXT NOT NULL,
      PRIMARY KEY (stage_name, cache_key));
    BEGIN`);
  const addSnapshot = database.prepare('INSERT INTO run_snapshots VALUES (?, ?)');
  const addEvent = database.prepare(
    'INSERT INTO run_events (run_id, event_type, event_json) VALUES (?, ?, ?)',
  );
  const addProjection = database.prepare('INSERT INTO run_projections VALUES (?, ?, ?)');
  for (const { runId, snapshot, events, projections } of runs) {
    addSnapshot.run(runId, JSON.stringify(snapshot));
    for (const event of events) addEvent.run(runId, String(event['event_type']), JSON.stringify(event));
    for (const [name, value] of Object.entries(projections))
      addProjection.run(runId, name, JSON.stringify(value));
  }
  database.exec('COMMIT');
  database.close();
}
