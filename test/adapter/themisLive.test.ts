import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLogger } from '../../src/core/log';
import type { Run } from '../../src/core/run/run';
import type { RunKey } from '../../src/core/run/runKey';
import type { RunChange } from '../../src/core/source/runSource';
import { judgeThemis } from '../../src/engines/themis/core/themisJudge';
import { asThemis } from '../../src/engines/themis/core/themisRun';
import { StoreBusyError } from '../../src/engines/themis/node/reading';
import { ReaderThread } from '../../src/engines/themis/node/readerThread';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { temporaryFolder } from '../support/runFolder';
import { hasSqlite, sqliteWorkspace, themisSqlite } from '../support/themisStores';
import {
  ThemisDatabaseWriter,
  themisEvent,
  themisProjections,
  themisRunId,
  themisSnapshot,
  ThemisWriter,
} from '../support/themisWriter';

const patience = 15_000;

/** A store under watch, and every reading of each of its runs. */
function follow(store: string, thread?: ReaderThread) {
  const source = themisStores(thread).open(store, silentLogger);
  const runs = new Map<RunKey, Run>();
  const readings: Run[] = [];
  const batches: (readonly RunChange[])[] = [];
  let loaded = false;
  const watch = source.watch((batch, isLoaded) => {
    loaded = isLoaded;
    batches.push(batch);
    for (const change of batch) {
      if (change.type === 'gone') runs.delete(change.key);
      else {
        runs.set(change.run.key, change.run);
        readings.push(change.run);
      }
    }
  });
  onTestFinished(() => watch.dispose());
  const run = (name: string): Run | undefined =>
    [...runs.values()].find(({ runId }) => runId === themisRunId(name));
  return {
    ...{ source, runs, readings, batches, run },
    until: (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), { timeout: patience }),
    loaded: () => vi.waitFor(() => expect(loaded).toBe(true), { timeout: patience }),
  };
}

const stateOf = (run: Run | undefined): string =>
  run ? judgeThemis(asThemis(run), run.updatedAt).state : 'gone';

describe('a store of files', () => {
  it('keeps the last good reading while a projection is cut and written again', async () => {
    const writer = new ThemisWriter(temporaryFolder());
    writer.begin('a', 5);
    const { run, readings, loaded, until, source } = follow(writer.store);
    await loaded();
    const text = writer.cut('a', 'projections/run_result.json', 0.4);
    await source.check();
    truncateSync(join(writer.dirOf('a'), 'projections/timeline_view.json'));
    await source.check();
    expect(readings.every(({ problems, eventCount }) => problems.length === 0 && eventCount === 5)).toBe(
      true,
    );
    writeFileSync(join(writer.dirOf('a'), 'projections/run_result.json'), text);
    writer.goOn('a');
    await until(() => run('a')?.eventCount === 6);
    expect(readings.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('says what is wrong once nobody writes any more, and reads the rest', async () => {
    const writer = new ThemisWriter(temporaryFolder());
    writer.begin('a', 14);
    const { run, loaded, until, source } = follow(writer.store);
    await loaded();
    writer.cut('a', 'projections/run_result.json', 0.4);
    // Runs that are over are looked at now and then, and when the window gets the focus.
    await source.check();
    await until(() => (run('a')?.problems.length ?? 0) > 0);
    expect(run('a')?.problems).toEqual([
      { file: 'projections/run_result.json', what: expect.stringContaining('not valid JSON') },
    ]);
    expect(stateOf(run('a'))).toBe('completed');
  });

  it('takes a run that is killed between an event and its projections as what both tell', async () => {
    const writer = new ThemisWriter(temporaryFolder());
    writer.begin('a', 5);
    const { run, loaded, until } = follow(writer.store);
    await loaded();
    writer.append('a');
    await until(() => run('a')?.eventCount === 6);
    expect(run('a')?.problems).toEqual([]);
    expect(stateOf(run('a'))).toBe('working');
  });

  it('hears of work that is taken from the queue', async () => {
    const dir = temporaryFolder();
    const writer = new ThemisWriter(join(dir, 'runs/jsonl'));
    writer.begin('a', 0);
    const { run, loaded, until, source } = follow(writer.store);
    await loaded();
    expect(stateOf(run('a'))).toBe('created');
    const queue = join(dir, 'runs/queue/queued', `${themisRunId('a')}.json`);
    cpSync(join(writer.dirOf('a'), 'snapshot.json'), queue);
    await source.check();
    await until(() => stateOf(run('a')) === 'waiting');
  });
});

/** What a writer commits for a run of so many events. */
function statements(name: string, count: number): readonly (readonly string[])[] {
  const runId = themisRunId(name);
  const events = Array.from({ length: count }, (_, i) => themisEvent(runId, i));
  const upsert = 'INSERT OR REPLACE INTO run_projections VALUES (?, ?, ?)';
  return [
    ['INSERT INTO run_snapshots VALUES (?, ?)', runId, JSON.stringify(themisSnapshot(runId))],
    ...events.flatMap((event, i) => [
      [
        'INSERT INTO run_events (run_id, event_type, event_json) VALUES (?, ?, ?)',
        ...[runId, String(event['event_type']), JSON.stringify(event)],
      ],
      ...Object.entries(themisProjections(runId, events.slice(0, i + 1))).map(([projection, value]) => [
        ...[upsert, runId, projection, JSON.stringify(value)],
      ]),
    ]),
  ];
}

async function readerThread(): Promise<ReaderThread> {
  const outfile = join(temporaryFolder(), 'themisReader.cjs');
  const entry = fileURLToPath(new URL('../../src/engines/themis/node/readerProgram.ts', import.meta.url));
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile });
  const thread = new ReaderThread(outfile);
  onTestFinished(() => thread.dispose());
  return thread;
}

describe.skipIf(!hasSqlite)('a SQLite file', () => {
  it('is followed while another program writes it, and never flickers', async () => {
    const path = join(temporaryFolder(), 'themis.sqlite3');
    new ThemisDatabaseWriter(path).close();
    const { run, readings, loaded, until, batches } = follow(path, await readerThread());
    await loaded();
    const program = fileURLToPath(new URL('../support/themisChild.mjs', import.meta.url));
    const child = spawn(process.execPath, ['--no-warnings', program, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    for (const line of ['a', 'b', 'c'].flatMap((name) => statements(name, 14))) {
      child.stdin.write(`${JSON.stringify(line)}\n`);
    }
    child.stdin.end();
    await once(child, 'exit');
    await until(() => ['a', 'b', 'c'].every((name) => stateOf(run(name)) === 'completed'));
    expect(readings.flatMap(({ problems }) => problems)).toEqual([]);
    expect(batches.flat().filter(({ type }) => type === 'gone')).toEqual([]);
    const counts = readings
      .filter(({ runId }) => runId === themisRunId('a'))
      .map(({ eventCount }) => eventCount);
    expect(counts).toEqual(counts.toSorted((x, y) => x - y));
    expect(readdirSync(dirname(path))).toEqual(['themis.sqlite3']);
  });

  it('of many runs has its newest ones read first', async () => {
    const writer = new ThemisDatabaseWriter(join(temporaryFolder(), 'themis.sqlite3'));
    onTestFinished(() => writer.close());
    writer.exec('BEGIN');
    for (let i = 0; i < 70; i += 1) writer.begin(`run ${i}`, 1);
    writer.exec('COMMIT');
    const { batches, loaded, runs } = follow(writer.path);
    await loaded();
    const newest = Array.from({ length: 50 }, (_, i) => themisRunId(`run ${20 + i}`));
    const first = batches.flat().slice(0, 50);
    expect(new Set(first.map((change) => 'run' in change && change.run.runId))).toEqual(new Set(newest));
    expect(runs.size).toBe(70);
  });

  it('keeps what was read while a writer holds it, and reads on afterwards', async () => {
    const writer = new ThemisDatabaseWriter(join(temporaryFolder(), 'themis.sqlite3'));
    onTestFinished(() => writer.close());
    writer.begin('a', 3);
    const { run, runs, loaded, until, source } = follow(writer.path);
    await loaded();
    writer.exec('BEGIN EXCLUSIVE');
    writer.goOn('a');
    await source.refresh();
    expect(run('a')?.eventCount).toBe(3);
    expect(runs.size).toBe(1);
    writer.exec('COMMIT');
    await until(() => run('a')?.eventCount === 4);
  });

  it('whose writer is killed in the middle keeps its last state', async () => {
    const path = join(sqliteWorkspace(temporaryFolder()), 'runs/themis.sqlite3');
    const { runs, loaded, source } = follow(path);
    await loaded();
    const before = [...runs.values()].map(({ runId, eventCount }) => [runId, eventCount]);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    await source.refresh();
    expect([...runs.values()].map(({ runId, eventCount }) => [runId, eventCount])).toEqual(before);
  });

  it('is read in a thread as it is read without one', async () => {
    const thread = await readerThread();
    const [inThread, direct] = [follow(themisSqlite, thread), follow(themisSqlite)];
    await Promise.all([inThread.loaded(), direct.loaded()]);
    expect(inThread.runs.size).toBe(6);
    expect([...inThread.runs.values()]).toEqual([...direct.runs.values()]);
    const [key] = inThread.runs.keys();
    if (!key) expect.fail('There is no run.');
    expect(await inThread.source.readThrough(key, [])).toEqual(await direct.source.readThrough(key, []));
    const writer = new ThemisDatabaseWriter(join(temporaryFolder(), 'themis.sqlite3'));
    onTestFinished(() => writer.close());
    writer.exec('BEGIN EXCLUSIVE');
    await expect(thread.reader(writer.path).list()).rejects.toThrow(StoreBusyError);
    thread.dispose();
    expect(await thread.reader(themisSqlite).list()).toHaveLength(6);
  });
});
