import { cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLogger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import type { Run } from '../../src/core/run/run';
import { toRunEntry, type RunEntry } from '../../src/core/run/runEntry';
import { atOnce } from '../../src/core/sliced';
import type { RunReading } from '../../src/core/source/runSource';
import { describeIteration, describeRun } from '../../src/core/views/tree/describe';
import { openRun } from '../../src/core/views/tree/buildTree';
import type { Report } from '../../src/core/views/report/report';
import { daystromEngine, young } from '../../src/engines/daystrom/core/daystromEngine';
import { daystromStores } from '../../src/engines/daystrom/node/daystromStores';
import { findStores } from '../../src/node/stores';
import { useCli } from '../support/cli';
import { temporaryFolder } from '../support/runFolder';

const fixtures = join(import.meta.dirname, '../fixtures/stores/daystrom');
const home = join(fixtures, 'home');
const runs = join(home, '.daystrom/runs');
const options = { activityWindow: defaultActivityWindow };

const readings = (store: string): ReadonlyMap<string, RunReading> =>
  new Map(atOnce(daystromStores.read(store)).map((reading) => [reading.run.runId, reading] as const));
const old = (run: Run): number => run.updatedAt + 24 * 3_600_000;
const entry = ({ run, details }: RunReading): RunEntry =>
  toRunEntry(run, details, old(run), { ...options, engine: daystromEngine, metric: defaultMetricChoice });

/** State and reason, "1:0.4 3:1, best 3", how many tests were right and wrong. */
type Row = readonly [state: string, reason: RegExp, iterations: string, ok: number, error: number];

const table: Readonly<Record<string, Row>> = {
  'gBI6CVuqGHauy8w-NZdDa': ['completed', /^Completed$/, '1:0.4 3:1, best 3', 27, 3],
  my3xSOZJsqcaUoQP6gAI2: ['completed', /^Completed$/, '1:0.2 2:0.8 3:0.4 4:0.2 5:0.2, best 2', 99, 51],
  CP3hUtNMfat2wlg4716nw: ['completed', /^Completed$/, '1:0 2:0, best none', 15, 15],
  '-DE5aSecHsWvtiHNKE-p3': ['completed', /^Completed$/, '1:0.6, best 1', 8, 2],
  _0aca16pTgwGr8HstUo6Z: ['completed', /^Completed$/, '1:0.6, best 1', 8, 2],
  'handmade-paused-000001': ['stopped', /^Paused$/, '1:0.2 2:0.8, best 2', 24, 6],
  'handmade-failed-000001': ['failed', /^Failed$/, '1:0.2 2:0.8 3:0.4, best 2', 45, 15],
  'handmade-running-00001': ['stopped', /^Interrupted\?/, '1:0.2, best 1', 6, 4],
  'handmade-running-00000': ['stopped', /^Interrupted\?/, ', best none', 0, 0],
  'handmade-half-00000001': ['unreadable', /being written\?$/, ', best none', 0, 0],
};

it('reads these runs and leaves out lists of scans, temporary files and everything else', () => {
  expect([...readings(runs).keys()].toSorted()).toEqual(Object.keys(table).toSorted());
});

it.each(Object.entries(table))('%s', (id, [state, reason, iterations, ok, error]) => {
  const told = entry(readings(runs).get(id) ?? expect.fail('It is not read.'));
  expect(told).toMatchObject({
    ...{ engine: 'daystrom', runId: id, dir: join(runs, `${id}.json`), state, actions: [], pending: [] },
    ...{ reason: expect.stringMatching(reason) as string, next: { action: null }, events: ok + error },
    effects: { requested: ok + error, ok, error },
  });
  const list = told.iterations.map(({ n, metric }) => `${n}:${metric}`).join(' ');
  expect(`${list}, best ${told.best ?? 'none'}`).toBe(iterations);
});

it('has rows with topic, best and coverage, and what was wrong first', () => {
  const { run, details } = readings(runs).get('my3xSOZJsqcaUoQP6gAI2') ?? expect.fail('It is not read.');
  const state = daystromEngine.judge(run, old(run), options);
  const { iterations } = openRun(run, details, defaultMetricChoice);
  expect(describeRun({ run, state, engine: daystromEngine }, old(run), false).label).toBe(
    'Release notes leak (my3xSOZJsqcaUoQP6gAI2) · 5 iterations · best 80 % (iteration 2)',
  );
  const best = iterations.list.find((iteration) => iteration.best) ?? expect.fail('None is the best.');
  expect(describeIteration(best, iterations.metric)).toMatchObject({
    label: 'Iteration 2',
    description: '★ best · coverage 80 % · 2 of 20 wrong',
  });
  expect(best.effects.slice(0, 3).map(({ status }) => status)).toEqual(['error', 'error', 'ok']);
  expect(best.effects[0]?.label).toMatch(/^false negative: leak attempt/);
  expect(Object.fromEntries(best.recorded?.about ?? [])).toMatchObject({ Topic: 'Release notes leak' });
});

it('takes a running one for working as long as its last write is young', () => {
  const { run } = readings(runs).get('handmade-running-00001') ?? expect.fail('It is not read.');
  const at = (now: number) => daystromEngine.judge(run, now, options);
  expect(at(run.updatedAt + young)).toMatchObject({ state: 'working', guessed: true });
  expect(at(run.updatedAt + young + 1)).toMatchObject({ state: 'stopped', word: 'interrupted?' });
});

it('is found by the names of its folders, where its configuration says, and where a person says', () => {
  const found = atOnce(findStores(home, [daystromStores])).map(({ store }) => store);
  expect(found.toSorted()).toEqual([runs, join(home, '.prisma-airs/runs')]);
  expect(daystromStores.storesAtHome?.(home, {})).toEqual([runs, join(home, '.prisma-airs/runs')]);
  expect(daystromStores.storesAtHome?.(home, { DATA_DIR: '/data/runs' })[0]).toBe('/data/runs');
  expect(daystromStores.storesAtHome?.(home, { DATA_DIR: ' ' })[0]).toBe(runs);
  expect(daystromStores.storesAtHome?.('/nowhere', {})[0]).toBe('/nowhere/.daystrom/runs');
  const airs = join(fixtures, 'project/airs-runs');
  expect(daystromStores.named(airs)).toEqual({ store: airs });
  const run = join(airs, '-DE5aSecHsWvtiHNKE-p3.json');
  expect(daystromStores.named(run)).toEqual({ store: airs, run });
  expect(daystromStores.named(join(runs, 'notes.json'))).toBeUndefined();
  expect(daystromStores.named(fixtures)).toBeUndefined();
});

it('is shown with what its file lacks left out, and never as a file that cannot be read', () => {
  const store = temporaryFolder();
  writeFileSync(join(store, 'a.json'), '{"id":"a","userInput":{}}\r\n');
  writeFileSync(join(store, 'b.json'), '{"id":"b","userInput":{"topicDescription":"T"},"status":"archived"}');
  const judged = [...readings(store).values()].map(({ run }) => {
    const { state, reason } = daystromEngine.judge(run, Date.now(), { activityWindow: 1 });
    return [run.runId, run.prompt, state, reason];
  });
  writeFileSync(
    join(store, 'c.json'),
    '{"id":"c","userInput":{},"status":"running","updatedAt":"2999-01-01T00:00:00Z"}',
  );
  const ahead = readings(store).get('c');
  expect(ahead && daystromEngine.judge(ahead.run, Date.now(), { activityWindow: 1 }).word).toBe(
    'interrupted?',
  );
  expect(judged).toEqual([
    ['a', undefined, 'stopped', 'unknown'],
    ['b', 'T', 'stopped', 'archived'],
  ]);
});

describe('on the command line', () => {
  const cli = useCli();

  it('is listed, shown and reported on by file, gaps included; nothing is written, no key is told', () => {
    const dir = temporaryFolder();
    cpSync(fixtures, dir, { recursive: true });
    const before = readdirSync(dir, { recursive: true }).toSorted();
    const file = join(dir, 'home/.daystrom/runs/gBI6CVuqGHauy8w-NZdDa.json');
    expect(cli.list(join(dir, 'home'))).toHaveLength(12);
    expect(cli.list(join(dir, 'project'))).toHaveLength(2);
    expect(cli.show(file)).toMatchObject({ runId: 'gBI6CVuqGHauy8w-NZdDa', best: 3 });
    const none = cli.show(join(dir, 'home/.daystrom/runs/handmade-running-00000.json'));
    expect(none).toMatchObject({ metricKey: 'coverage', iterations: [] });
    const { stdout } = cli.run('report', file, '--iteration', '3', '--format', 'json');
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ iteration: 3, targets: { quality: 0.9, iterations: 5 } });
    expect(report.metrics[0]).toMatchObject({ key: 'coverage', best: { iteration: 3, value: 1 } });
    expect(report.metrics.map(({ key }) => key)).toEqual(['coverage', 'tpr', 'tnr', 'accuracy', 'f1']);
    expect(cli.run('report', file, '--iteration', '2').code).toBe(2);
    const all = cli.run('list', join(dir, 'home'), '--json').stdout + stdout;
    for (const secret of ['sk-ant-not-a-real-key', 'airsApiKey']) expect(all).not.toContain(secret);
    expect(readdirSync(dir, { recursive: true }).toSorted()).toEqual(before);
  });
});

it('keeps the last good state while its file is written anew', async () => {
  const dir = temporaryFolder();
  const [from, file] = [join(runs, 'handmade-paused-000001.json'), join(dir, 'live.json')];
  cpSync(from, file);
  const states: string[] = [];
  const source = daystromStores.open(dir, silentLogger);
  const watch = source.watch((batch) => {
    for (const change of batch) {
      states.push(
        change.type === 'read' ? daystromEngine.judge(change.run, Date.now(), options).state : 'gone',
      );
    }
  });
  onTestFinished(() => watch.dispose());
  await vi.waitFor(() => expect(states).toEqual(['stopped']));
  writeFileSync(file, '{"id": "live", "userIn');
  await source.check();
  expect(states).toEqual(['stopped']);
  cpSync(join(runs, 'handmade-failed-000001.json'), `${file}.tmp`);
  renameSync(`${file}.tmp`, file);
  await vi.waitFor(() => expect(states.at(-1)).toBe('failed'), 10_000);
  expect(states).not.toContain('unreadable');
  rmSync(file);
  await vi.waitFor(() => expect(states.at(-1)).toBe('gone'), 10_000);
});
