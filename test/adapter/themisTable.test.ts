import { describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { toRunEntry, toTaskEntries, type RunEntry } from '../../src/core/run/runEntry';
import { atOnce } from '../../src/core/sliced';
import type { RunReading } from '../../src/core/source/runSource';
import { metricText, shortMetric } from '../../src/engines/themis/core/metricWords';
import { asThemis } from '../../src/engines/themis/core/themisRun';
import { themisEngine } from '../../src/engines/themis/core/themisEngine';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { temporaryFolder } from '../support/runFolder';
import { hasSqlite, sqliteWorkspace, themisSqlite, themisWorkspace } from '../support/themisStores';

/** Long after everything was written. */
const later = Date.parse('2026-11-30T00:00:00Z');
const options = { engine: themisEngine, activityWindow: defaultActivityWindow, metric: defaultMetricChoice };

/** What is to be seen of each run, by the first characters of its id. */
const expected: Readonly<Record<string, Expected>> = {
  fd2b6567: {
    ...{ state: 'completed', events: 22, cases: '4/0/4', actions: 'R P', tokens: '207 paid 207' },
    means: 'exact_match 0.75 over all 4 cases, f1 0.75 over all 4 cases',
    stages: 'generate 4/4, reduce 4/4, parse 4/4, score 8/8',
    wrong: 'c4 · exact_match 0.0 incorrect, c4 · f1 0.0 incorrect',
    reason: /^Completed: all 4 cases done$/,
  },
  '6d2e0c0a': {
    ...{ state: 'ready', events: 6, cases: '4/0/4', actions: 'R T', stages: 'generate 4/4' },
    reason: /^Completed through generate/,
  },
  '21684160': {
    ...{ state: 'ready', events: 14, cases: '4/0/4', actions: 'R T P(score)' },
    stages: 'generate 4/4, reduce 4/4, parse 4/4',
    reason: /^Completed through parse/,
  },
  '2de6df8b': {
    ...{ state: 'partial', events: 11, cases: '2/1/3', actions: 'R T', tokens: '103 paid 103' },
    means: 'exact_match 1.0 over 2 of 3 cases',
    stages: 'generate 2/3, reduce 2/3, parse 2/3, score 2/3',
    failed: 'generate c2',
    reason: /^1 of 3 cases failed: c2 429 Too Many Requests/,
  },
  '26c1077b': {
    ...{
      state: 'partial',
      events: 16,
      cases: '3/0/3',
      actions: 'R P',
      means: 'exact_match 1.0 over all 3 cases',
    },
    reason: /^Was partly failed; all 3 cases are done now$/,
  },
  fd44a917: {
    ...{ state: 'partial', events: 13, cases: '2/1/3', actions: 'R T', tokens: '152 paid 152' },
    means: 'exact_match 1.0 over 2 of 3 cases',
    stages: 'generate 3/3, reduce 3/3, parse 2/3, score 2/3',
    failed: 'parse c3',
    reason: /^1 of 3 cases failed: c3 parse_failed: expected a number/,
  },
  ff3a32fd: {
    ...{ state: 'partial', events: 10, cases: '0/4/4', actions: 'R T' },
    stages: 'generate 4/4, reduce 0/4, parse 0/4, score 0/4',
    failed: 'reduce c1, reduce c2, reduce c3, reduce c4',
    reason: /^4 of 4 cases failed: selector has no candidates left$/,
  },
  fb562684: {
    ...{ state: 'failed', events: 2, cases: '0/0/4', actions: 'R T' },
    reason: /^Workflow-backed metrics require at least one judge model$/,
  },
  '3e9ee925': {
    ...{ state: 'stopped', events: 9, cases: '2/0/3', actions: 'R T' },
    means: 'exact_match 1.0 over 2 of 3 cases',
    stages: 'generate 2/3, reduce 2/3, parse 2/3, score 2/3',
    reason: /^Interrupted\? No write for .*2 of 3 cases started without failure$/,
  },
  de38c60e: {
    ...{ state: 'completed', events: 66, cases: '4/0/4', actions: 'R P' },
    means: 'exact_match 0.75 over all 4 cases, llm_rubric 0.75 over all 4 cases',
    stages: 'generate 4/4, reduce 4/4, parse 4/4, score 4/4, judge 4/4',
    wrong: 'c4 · exact_match 0.0 incorrect, c4 · llm_rubric 0.0 incorrect',
  },
  '3d296d9d': {
    ...{ state: 'partial', events: 98, cases: '3/1/4', actions: 'R T P(judge)' },
    means: 'majority_vote_judge 1.0 over 3 of 4 cases',
    stages: 'generate 4/4, reduce 4/4, parse 4/4, judge 3/4',
    failed: 'judge c4 · majority_vote_judge error: evaluation_partial_failure',
    reason: /^1 of 4 cases failed: c4: judge model refused: content filter$/,
  },
  a894a8bd: {
    ...{ state: 'completed', events: 127, cases: '3/0/3', actions: 'R P' },
    means: 'exact_match 1.0 over all 3 cases, llm_rubric 1.0 over all 3 cases',
  },
  '6cb70004': {
    ...{ state: 'completed', events: 18, cases: '4/0/4', actions: 'R', tokens: '207 paid 0' },
    means: 'f1 0.75 over all 4 cases',
  },
  '9bc1aa32': {
    ...{
      state: 'completed',
      events: 10,
      cases: '2/0/2',
      actions: 'R P',
      means: 'exact_match 0.5 over all 2 cases',
    },
    title: 'qa-a, qa-b',
    stages: 'generate 2/2, reduce 2/2, parse 2/2, score 2/2',
    wrong: /^c1 \(qa-[ab]\) · exact_match 0.0 incorrect$/,
  },
  b45e6186: {
    ...{ state: 'ready', events: 3, cases: '3/0/3', actions: 'R T', stages: 'generate 3/3' },
    reason: /^Imported, not run/,
  },
  '7d8cb0cb': {
    ...{ state: 'waiting', events: 0, cases: '0/0/3', actions: 'R', stages: '', manifest: 'queued' },
    reason: /^Waiting for a worker$/,
  },
  '2b1193a6': {
    ...{ state: 'stopped', events: 9, cases: '2/0/3', actions: 'R T', manifest: 'claimed' },
    means: 'exact_match 1.0 over 2 of 3 cases',
  },
  '5c66b1d9': {
    ...{ state: 'completed', events: 14, cases: '3/0/3', actions: 'R P', manifest: 'done' },
    means: 'exact_match 1.0 over all 3 cases',
  },
  e3bf12d4: {
    ...{ state: 'completed', events: 14, cases: '3/0/3', actions: 'R P', manifest: 'completed' },
    means: 'exact_match 1.0 over all 3 cases',
  },
  fd91e0e3: {
    ...{ state: 'waiting', events: 0, cases: '0/0/3', actions: 'R', stages: '', manifest: 'requests' },
    reason: /^Waiting for a worker$/,
  },
};

interface Expected {
  readonly state: RunEntry['state'];
  readonly events: number;
  /** completed/failed/total */
  readonly cases: string;
  /** R: report; T: run with its config; P: replay, of a run that is not complete from one stage. */
  readonly actions: string;
  readonly reason?: RegExp;
  readonly means?: string;
  readonly stages?: string;
  /** "stage title" of each task that failed, and the titles of those that are wrong. */
  readonly failed?: string;
  readonly wrong?: string | RegExp;
  readonly tokens?: string;
  readonly title?: string;
  readonly manifest?: string;
}

function actionsOf({ run, details }: RunReading): string {
  const { actions } = toRunEntry(run, details, later, options);
  const told = asThemis(run).told;
  const isComplete = told && told.replay.length > 1;
  return [
    'R',
    ...(actions.includes('run.resume') ? ['T'] : []),
    ...(actions.includes('run.fork') ? [isComplete ? 'P' : `P(${told?.replay.join()})`] : []),
  ].join(' ');
}

function check(reading: RunReading, wanted: Expected): void {
  const { run, details } = reading;
  const entry = toRunEntry(run, details, later, options);
  const tasks = toTaskEntries(run, details, options.metric);
  const { told, tokens, manifest } = asThemis(run);
  const { completed, failed, total } = told?.outcome.progress ?? expect.fail('It cannot be read.');
  expect(entry.problems).toEqual([]);
  expect({
    state: entry.state,
    events: entry.events,
    cases: `${completed}/${failed}/${total}`,
    actions: actionsOf(reading),
    manifest: manifest?.state,
  }).toEqual({
    state: wanted.state,
    events: wanted.events,
    cases: wanted.cases,
    actions: wanted.actions,
    manifest: wanted.manifest,
  });
  if (wanted.reason) expect(entry.reason).toMatch(wanted.reason);
  const means = (told?.means ?? []).map((mean) => `${shortMetric(mean.metricId)} ${metricText(mean, total)}`);
  expect(means.join(', ')).toBe(wanted.means ?? '');
  expect(entry.metricKey && shortMetric(entry.metricKey)).toBe(wanted.means?.split(' ')[0]);
  expect(entry.best).toBeUndefined();
  expect(entry.effects.pending).toBe(entry.effects.requested - entry.effects.ok - entry.effects.error);
  if (wanted.title !== undefined) expect(entry.title).toBe(wanted.title);
  const titles = (details.recorded?.list ?? []).map(({ title }) => title).join(', ');
  if (wanted.stages !== undefined) expect(titles).toBe(wanted.stages);
  const errors = tasks
    .filter(({ status }) => status === 'error')
    .map(({ kind, title }) => `${kind} ${title}`);
  expect(errors.join(', ')).toBe(wanted.failed ?? '');
  const wrong = tasks.filter(({ passed, status }) => passed === false && status === 'ok');
  if (wanted.wrong !== undefined) expect(wrong.map(({ title }) => title).join(', ')).toMatch(wanted.wrong);
  if (wanted.tokens !== undefined) expect(`${tokens?.total} paid ${tokens?.paid}`).toBe(wanted.tokens);
  const next =
    ['ready', 'partial', 'failed', 'stopped'].includes(entry.state) && wanted.actions.includes('T');
  expect(entry.next.action).toBe(next ? 'run.resume' : null);
}

function describeStore(name: string, make: () => string, ids: readonly string[]): void {
  describe(name, () => {
    const readings = (): readonly RunReading[] => atOnce(themisStores().read(make()));

    it('has every run once, each with an identity of its own', () => {
      const runs = readings().map(({ run }) => run);
      expect(runs.map(({ runId }) => runId.slice(0, 8)).toSorted()).toEqual(ids.toSorted());
      expect(new Set(runs.map(({ key }) => key)).size).toBe(ids.length);
    });

    it.each(ids)('reads run %s', (id) => {
      const reading = readings().find(({ run }) => run.runId.startsWith(id));
      check(reading ?? expect.fail('It is not there.'), expected[id] as Expected);
    });
  });
}

describeStore('a store of files', () => join(themisWorkspace, 'runs/jsonl'), Object.keys(expected));

describe.skipIf(!hasSqlite)('SQLite', () => {
  describeStore(
    'a store with the same runs',
    () => join(sqliteWorkspace(temporaryFolder()), 'runs/themis.sqlite3'),
    Object.keys(expected),
  );

  it('reads a file that Themis wrote, and finds the rows of its events from where a run began', () => {
    const readings = atOnce(themisStores().read(themisSqlite));
    expect(readings).toHaveLength(6);
    for (const reading of readings) {
      const id = reading.run.runId.slice(0, 8);
      // Its queue is not beside it.
      if (id !== '7d8cb0cb') check(reading, expected[id] as Expected);
    }
    expect(readdirSync(join(themisSqlite, '..'))).toEqual(['themis.sqlite3']);
  });
});
