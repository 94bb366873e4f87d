import { atOnce } from '../../src/core/sliced';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { foldEvents } from '../../src/engines/themis/core/foldEvents';
import { readEventLines } from '../../src/engines/themis/core/events';
import { readSnapshot } from '../../src/engines/themis/core/snapshot';
import { openThemisDatabase, type WrittenDatabase } from './themisStores';

type Json = Readonly<Record<string, unknown>>;

/** The id that a run of this name has in tests: Themis's own are hashes, too. */
export function themisRunId(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

const begin = Date.parse('2026-03-01T10:00:00Z');
const datasets = [
  {
    ...{ dataset_id: 'qa', revision: 'r1', metadata: {} },
    cases: ['c1', 'c2', 'c3'].map((id) => ({
      case_id: id,
      input: `${id}?`,
      expected_output: id,
      metadata: {},
    })),
  },
];
const component = (id: string): Json => ({ component_id: id, version: '1.0', fingerprint: `${id}-fp` });

/** The snapshot of a run of three cases, one parser and one metric. */
export function themisSnapshot(runId: string): Json {
  return {
    run_id: runId,
    identity: { seeds: [] },
    provenance: { themis_version: '4.0.2', python_version: '3.12', runtime: { existing_run_policy: 'auto' } },
    component_refs: {
      ...{ generator: component('demo/model'), selector: null, reducer: null },
      ...{
        parsers: [component('builtin/text')],
        metrics: [component('builtin/exact_match')],
        judge_models: [],
      },
    },
    datasets,
    metric_kinds: ['pure'],
  };
}

/** The nth event of a run, from 0: it begins, and then its cases go through all stages one after the other. */
export function themisEvent(runId: string, n: number): Json {
  const shared = {
    run_id: runId,
    schema_version: '1',
    occurred_at: new Date(begin + n * 1000).toISOString(),
  };
  if (n === 0) return { ...shared, event_type: 'run_started' };
  if (n > 12) return { ...shared, event_type: 'run_completed', completed_through_stage: 'judge' };
  const id = `c${Math.ceil(n / 4)}`;
  const of = {
    ...shared,
    case_id: id,
    dataset_id: 'qa',
    case_key: `2:qa:${id}`,
    candidate_id: id,
    cache_hit: false,
  };
  const usage = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 };
  const steps: readonly Json[] = [
    {
      event_type: 'generation_completed',
      result: { candidate_id: id, final_output: id, token_usage: usage },
    },
    { event_type: 'reduction_completed', result: { candidate_id: id, final_output: id } },
    { event_type: 'parse_completed', result: { value: id, format: 'text' } },
    {
      ...{ event_type: 'score_completed', metric_id: 'builtin/exact_match' },
      score: { metric_id: 'builtin/exact_match', value: 1, details: {} },
    },
  ];
  return { ...of, ...steps[(n - 1) % 4] };
}

/** The projections that Themis writes after each event, of a run that has so many. */
export function themisProjections(runId: string, events: readonly Json[]): Readonly<Record<string, Json>> {
  const snapshot = readSnapshot(themisSnapshot(runId));
  const { events: read } = atOnce(readEventLines(events.map((event) => JSON.stringify(event)).join('\n')));
  if (!snapshot) throw new Error('There is no snapshot.');
  const { result, benchmark } = foldEvents(read, snapshot);
  return {
    run_result: {
      ...{ run_id: runId, status: result.status, completed_through_stage: result.through ?? null },
      progress: {
        ...{ total_cases: result.progress.total, completed_cases: result.progress.completed },
        failed_cases: result.progress.failed,
      },
      cases: result.cases.map((one) => ({
        ...{ case_id: one.caseId, dataset_id: one.datasetId, case_key: one.caseKey },
        ...{ generated_candidates: one.candidates, generation_failures: {}, evaluation_executions: [] },
        ...{
          reduced_candidate: one.reduced ?? null,
          reduction_error: null,
          parsed_output: one.parsed ?? null,
        },
        ...{ parse_error: null, evaluation_failures: {}, scores: one.scores },
      })),
    },
    benchmark_result: {
      ...{ run_id: runId, metric_means: Object.fromEntries(benchmark.means), error_counts: {} },
      score_rows: benchmark.rows.map((row) => ({
        ...{ case_key: row.caseKey, metric_id: row.metricId, value: row.value, outcome: row.outcome },
      })),
    },
    timeline_view: {
      run_id: runId,
      entries: events.map(
        ({ event_type, occurred_at, case_id = null, case_key = null, metric_id = null }, index) => ({
          ...{ index, event_type, occurred_at, case_id, case_key, metric_id },
        }),
      ),
    },
  };
}

/** Writes runs into a store of files as Themis does: the event first, then all projections in place. */
export class ThemisWriter {
  readonly #events = new Map<string, Json[]>();

  /** @param store the folder that `runs` lies in */
  constructor(readonly store: string) {
    mkdirSync(join(store, 'runs'), { recursive: true });
  }

  dirOf(name: string): string {
    return join(this.store, 'runs', themisRunId(name));
  }

  /** Begins a run with so many events. */
  begin(name: string, count = 3): void {
    const dir = this.dirOf(name);
    mkdirSync(join(dir, 'projections'), { recursive: true });
    writeFileSync(join(dir, 'snapshot.json'), JSON.stringify(themisSnapshot(themisRunId(name))));
    if (count === 0) this.project(name);
    for (let i = 0; i < count; i += 1) this.goOn(name);
  }

  /** Writes one more event, and the projections after it. */
  goOn(name: string): void {
    this.append(name);
    this.project(name);
  }

  /** Writes one more event alone, as a writer does that is killed before the projections. */
  append(name: string): void {
    const events = this.#events.get(name) ?? [];
    this.#events.set(name, events);
    events.push(themisEvent(themisRunId(name), events.length));
    appendFileSync(join(this.dirOf(name), 'events.jsonl'), `${JSON.stringify(events.at(-1))}\n`);
  }

  project(name: string): void {
    const projections = themisProjections(themisRunId(name), this.#events.get(name) ?? []);
    for (const [file, value] of Object.entries(projections)) {
      writeFileSync(join(this.dirOf(name), 'projections', `${file}.json`), JSON.stringify(value));
    }
  }

  /** Cuts a file to a share of its length, as it is found while it is being written. */
  cut(name: string, file: string, share: number): string {
    const path = join(this.dirOf(name), file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    writeFileSync(path, text.slice(0, Math.floor(text.length * share)));
    return text;
  }

  remove(name: string): void {
    this.#events.delete(name);
    rmSync(this.dirOf(name), { recursive: true, force: true });
  }
}

/** Writes runs into a SQLite file as Themis does: each event and each projection is a commit of its own. */
export class ThemisDatabaseWriter {
  readonly #database: WrittenDatabase;
  readonly #events = new Map<string, Json[]>();

  constructor(readonly path: string) {
    this.#database = openThemisDatabase(path);
  }

  begin(name: string, count = 3): void {
    const runId = themisRunId(name);
    this.#run('INSERT INTO run_snapshots VALUES (?, ?)', runId, JSON.stringify(themisSnapshot(runId)));
    for (let i = 0; i < count; i += 1) this.goOn(name);
  }

  goOn(name: string): void {
    const runId = themisRunId(name);
    const events = this.#events.get(name) ?? [];
    this.#events.set(name, events);
    const event = themisEvent(runId, events.length);
    events.push(event);
    this.#run(
      'INSERT INTO run_events (run_id, event_type, event_json) VALUES (?, ?, ?)',
      ...[runId, String(event['event_type']), JSON.stringify(event)],
    );
    for (const [projection, value] of Object.entries(themisProjections(runId, events))) {
      this.#run(
        'INSERT OR REPLACE INTO run_projections VALUES (?, ?, ?)',
        runId,
        projection,
        JSON.stringify(value),
      );
    }
  }

  remove(name: string): void {
    const runId = themisRunId(name);
    this.#events.delete(name);
    for (const table of ['run_snapshots', 'run_events', 'run_projections']) {
      this.#run(`DELETE FROM ${table} WHERE run_id = ?`, runId);
    }
  }

  /** Runs statements as they are. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  close(): void {
    this.#database.close();
  }

  #run(sql: string, ...values: readonly (string | number)[]): void {
    this.#database.prepare(sql).run(...values);
  }
}
