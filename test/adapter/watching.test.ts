import type { Run } from '../../src/core/run/run';
import { asRunKey } from '../../src/core/run/runKey';
import { asBabysitter } from '../../src/engines/babysitter/core/babysitterRun';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Disposable } from '../../src/core/disposables';
import { textOf, type DocumentPart } from '../../src/core/documents';
import { silentLogger } from '../../src/core/log';
import type { DocumentName } from '../../src/core/source/documentName';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { watchFolder } from '../../src/node/watchFolder';
import { eventFile, journal, start, type JournalBuilder } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, write, writeRun } from '../support/runFolder';
import {
  liveJournal,
  makeRunSlowly,
  systemWatches,
  watched,
  Watched,
  writeLock,
  writeNewEvents,
} from '../support/watched';

const isWindows = process.platform === 'win32';
const countsWatches = systemWatches() !== undefined;
/** "Within a second", with room for a machine that has much else to do. */
const soon = 3000;

const asProject = (dir: string) => ({ dir, holds: 'project' }) as const;
const asRuns = (dir: string) => ({ dir, holds: 'runs' }) as const;

/** A project with one live run in it, under watch. */
async function liveRun(story: JournalBuilder = liveJournal().created().requested('a')) {
  const { dir: project, runs } = projectFolder();
  const dir = writeRun(runs, 'live', { journal: story });
  const source = await watched(asProject(project));
  await source.events(dir, story.events.length);
  return { project, runs, dir, story, source };
}

/** Lets intervals (the sweep of 30 s, the check of locks of 5 s) pass at once; all other time stays real. */
function fakeIntervals(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
}

describe('the first batches', () => {
  it('come even when there is no run, in an empty project and in a folder that does not exist', async () => {
    const project = await watched(asProject(temporaryFolder()));
    const missing = await watched(asRuns(join(temporaryFolder(), 'not', 'there')));
    expect([project.batches, missing.batches]).toEqual([[[]], [[]]]);
  });

  it('bring the runs that are there, the newest id first', async () => {
    const { dir, runs } = projectFolder();
    const ids = ['01A', '01B', '01C', '01D'];
    for (const id of ids) writeRun(runs, id, { journal: journal().created().completed() });
    const source = await watched(asProject(dir));
    await source.until('all are there', () => source.runs.size === 4);
    const order = source.batches
      .flat()
      .flatMap((change) => (change.type === 'read' ? [change.run.runId] : []));
    expect(order).toEqual(ids.toReversed());
  });

  it('come for folders that hold no run as well, and leave those out', async () => {
    const { dir, runs } = projectFolder();
    mkdirSync(join(runs, 'empty'));
    write(runs, 'notes.txt', 'hello');
    writeRun(runs, 'real', { journal: journal().created() });
    const source = await watched(asProject(dir));
    await source.until('the run is there', () => source.runs.size === 1);
    expect(source.ids).toEqual(['real']);
  });
});

describe('runs that come and go', () => {
  it('shows a new run that is made the way the engine makes it', async () => {
    const { dir, runs } = projectFolder();
    const source = await watched(asProject(dir));
    await makeRunSlowly(runs, 'new', { journal: liveJournal().created().requested('a') }, () => pause(100));
    await source.until(
      'the run has its request',
      () => source.runs.get(asRunKey(join(runs, 'new')))?.story.effects.size === 1,
    );
    expect(source.runs.get(asRunKey(join(runs, 'new')))?.metadata?.processId).toBe('demo/process');
  });

  it('shows a run whose parts came long after its folder, at the latest with the next sweep', async () => {
    fakeIntervals();
    const { dir, runs } = projectFolder();
    const source = await watched(asProject(dir));
    // Later than the second look at the folder.
    await makeRunSlowly(runs, 'late', { journal: journal().created() }, () => pause(900));
    await pause(300);
    vi.advanceTimersByTime(30_000);
    await source.until('the run is there', () => source.ids.includes('late'));
  });

  it('forgets a run that is deleted, and only that one', async () => {
    const { runs, dir, source } = await liveRun();
    const other = writeRun(runs, 'other', { journal: journal().created().completed() });
    await source.until('both are there', () => source.runs.size === 2);
    rmSync(dir, { recursive: true });
    await source.until('one is gone', () => source.runs.size === 1, soon);
    expect([...source.runs.keys()]).toEqual([other]);
  });

  it('forgets a hundred runs that are deleted together, in few batches', async () => {
    const { dir, runs } = projectFolder();
    for (let i = 0; i < 101; i += 1) writeRun(runs, `run-${i}`, { journal: journal().created().completed() });
    const source = await watched(asProject(dir));
    await source.until('all are there', () => source.runs.size === 101);
    const before = source.batches.length;
    for (let i = 1; i < 101; i += 1) rmSync(join(runs, `run-${i}`), { recursive: true });
    await source.until('a hundred are gone', () => source.runs.size === 1, soon);
    expect(source.ids).toEqual(['run-0']);
    expect(source.batches.length - before).toBeLessThan(10);
  });

  it('follows .a5c being deleted and made again later', async () => {
    const { project, runs, source } = await liveRun();
    rmSync(join(project, '.a5c'), { recursive: true });
    await source.until('nothing is left', () => source.runs.size === 0, soon);
    mkdirSync(runs, { recursive: true });
    const again = writeRun(runs, 'again', { journal: liveJournal().created() });
    await source.until('the new run is there', () => source.runs.has(asRunKey(again)), soon);
    // The new folder is under watch, not only looked at once.
    const next = writeRun(runs, 'next', { journal: liveJournal().created() });
    await source.until('the next run is there', () => source.runs.has(asRunKey(next)), soon);
  });

  it('follows a runs directory that is replaced within a moment', async () => {
    const { runs, source } = await liveRun();
    rmSync(runs, { recursive: true });
    const first = writeRun(runs, 'first', { journal: journal().created() });
    await source.until('the first new run is there', () => source.ids.join() === 'first', soon);
    await pause(700);
    const second = writeRun(runs, 'second', { journal: journal().created() });
    await source.until('the second new run is there', () => source.runs.has(asRunKey(second)), soon);
    expect(source.runs.has(asRunKey(first))).toBe(true);
  });

  it('follows a run folder that is replaced within a moment', async () => {
    const { runs, dir, story, source } = await liveRun();
    const copy = join(temporaryFolder(), 'copy');
    cpSync(dir, copy, { recursive: true });
    rmSync(dir, { recursive: true });
    cpSync(copy, dir, { recursive: true });
    await pause(1000);
    expect(source.ids).toEqual(['live']);
    writeNewEvents(dir, story.resolved('a'));
    await source.events(join(runs, 'live'), 3, soon);
    writeLock(dir, process.pid);
    await source.until('its lock is seen', () => source.runs.get(asRunKey(dir))?.lock !== undefined, soon);
  });

  it('finds the runs directory of a project that had none', async () => {
    const project = temporaryFolder();
    const source = await watched(asProject(project));
    const run = writeRun(join(project, '.a5c', 'runs'), 'first', { journal: journal().created() });
    await source.until('the run is there', () => source.runs.has(asRunKey(run)), soon);
  });

  it('finds nested projects down to five folders by searching, but none in node_modules', async () => {
    const project = temporaryFolder();
    const source = await watched(asProject(project));
    const runIn = (folder: string) =>
      writeRun(join(project, folder, '.a5c', 'runs'), folder.replaceAll('/', '-'), {
        journal: journal().created(),
      });
    const strangers = ['a/b/c/d/e/f', 'node_modules/pkg', 'a/node_modules/pkg', '.git/x', 'a/.venv/x'];
    for (const folder of ['a', 'a/b/c/d/e', ...strangers]) runIn(folder);
    await source.until('both are there', () => source.runs.size === 2);
    expect(source.ids).toEqual(['a', 'a-b-c-d-e']);
    rmSync(join(project, 'a', 'b'), { recursive: true });
    await source.until('the deeper one is gone', () => source.ids.join() === 'a');
  });

  it.skipIf(isWindows)('reads runs below a linked folder that came later', async () => {
    const real = temporaryFolder();
    const link = join(temporaryFolder(), 'link');
    symlinkSync(real, link);
    const source = await watched(asRuns(join(link, 'runs')));
    writeRun(join(real, 'runs'), 'one', { journal: journal().created() });
    await source.source.refresh();
    await source.until('the run is there', () => source.runs.size === 1);
    expect([...source.runs.values()][0]?.story.entries).toBe(1);
  });
});

describe('a run that changes', () => {
  it('is read within a second of a new event', async () => {
    const { dir, story, source } = await liveRun();
    writeNewEvents(dir, story.resolved('a').requested('b'));
    await source.events(dir, 4, soon);
    expect(
      [...(source.runs.get(asRunKey(dir))?.story.effects.values() ?? [])].map(({ status }) => status),
    ).toEqual(['ok', 'pending']);
  });

  it('is followed through a journal that is replaced by another, and beyond', async () => {
    const { dir, story, source } = await liveRun(liveJournal().created().done('a').requested('b'));
    // As run:repair-journal does it: the new folder beside, then two renames.
    const repaired = liveJournal().created().requested('b');
    mkdirSync(join(dir, 'journal.repaired.1'));
    for (const [file, text] of Object.entries(repaired.files)) write(dir, `journal.repaired.1/${file}`, text);
    renameSync(join(dir, 'journal'), join(dir, 'journal.bak.1'));
    renameSync(join(dir, 'journal.repaired.1'), join(dir, 'journal'));
    await source.events(dir, 2, soon);
    expect(
      [...(source.runs.get(asRunKey(dir))?.story.effects.values() ?? [])].map(({ effectId }) => effectId),
    ).toEqual(['b']);
    await pause(300);
    writeNewEvents(dir, repaired.resolved('b'));
    await source.events(dir, 3, soon);
    // What happens to the old folder is nobody's business any more.
    writeNewEvents(dir, story);
  });

  it('is followed when its journal comes after run.json', async () => {
    const { dir: project, runs } = projectFolder();
    const dir = join(runs, 'bare');
    write(dir, 'run.json', { runId: 'bare', createdAt: new Date().toISOString() });
    const source = await watched(asProject(project));
    await source.events(dir, 0);
    const story = liveJournal().created();
    mkdirSync(join(dir, 'journal'));
    await pause(300);
    writeNewEvents(dir, story);
    await source.events(dir, 1, soon);
  });

  it('shows a lock as it appears, goes stale and disappears', async () => {
    fakeIntervals();
    const { dir, source } = await liveRun();
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder, 'spawn');
    writeLock(dir, holder.pid ?? 0);
    await source.until('it is locked', () => source.runs.get(asRunKey(dir))?.lock?.alive === true, soon);
    expect(source.runs.get(asRunKey(dir))?.lock?.pid).toBe(holder.pid);

    holder.kill('SIGKILL');
    await once(holder, 'exit');
    // Nothing changed on disk: only the check of locks can tell.
    vi.advanceTimersByTime(5000);
    await source.until(
      'the lock is stale',
      () => source.runs.get(asRunKey(dir))?.lock?.alive === false,
      soon,
    );
    expect(source.runs.get(asRunKey(dir))?.problems).toEqual([
      { file: 'run.lock', mendable: true, what: expect.stringMatching(/no longer runs$/) },
    ]);

    rmSync(join(dir, 'run.lock'));
    await source.until('it is free', () => source.runs.get(asRunKey(dir))?.lock === undefined, soon);
    expect(source.runs.get(asRunKey(dir))?.problems).toEqual([]);
  });

  it('is not watched once it is finished, unless somebody attends to it', async () => {
    const { dir: project, runs } = projectFolder();
    const story = liveJournal().created().done('a').failed();
    const dir = writeRun(runs, 'failed', { journal: story });
    const source = await watched(asProject(project));
    await source.events(dir, 4);

    const attention = source.source.attend(asRunKey(dir));
    await source.until('attending reads it', () => source.batches.flat().length >= 2);
    writeNewEvents(dir, story.requested('b'));
    await source.events(dir, 5, soon);
    expect(source.runs.get(asRunKey(dir))?.story.end).toBeUndefined();
    writeNewEvents(dir, story.resolved('b').completed());
    await source.events(dir, 7, soon);
    attention.dispose();

    writeNewEvents(dir, story.add('STOP_HOOK_INVOKED'));
    await pause(500);
    expect(source.runs.get(asRunKey(dir))?.eventCount).toBe(7);
  });

  it('that is not watched is found by the sweep', async () => {
    fakeIntervals();
    const { dir: project, runs } = projectFolder();
    const story = journal().created().done('a').failed();
    const dir = writeRun(runs, 'failed', { journal: story });
    const source = await watched(asProject(project));
    await source.events(dir, 4);
    writeNewEvents(dir, story.requested('b'));
    vi.advanceTimersByTime(30_000);
    await source.events(dir, 5, soon);
  });

  it('by the dozen gives few batches', async () => {
    const { dir: project, runs } = projectFolder();
    const stories = Array.from({ length: 50 }, () => liveJournal().created().requested('a'));
    const dirs = stories.map((story, i) => writeRun(runs, `run-${i}`, { journal: story }));
    const source = await watched(asProject(project));
    await source.until('all are there', () => source.runs.size === 50);
    const before = source.batches.length;
    dirs.forEach((dir, i) => writeNewEvents(dir, (stories[i] as JournalBuilder).resolved('a')));
    await source.until('all have changed', () =>
      [...source.runs.values()].every((run) => run.eventCount === 3),
    );
    expect(source.batches.length - before).toBeLessThanOrEqual(6);
  });

  it('takes the watch of a staler one when there are more live runs than watches', async () => {
    fakeIntervals();
    const { dir: project, runs } = projectFolder();
    const stories = Array.from({ length: 60 }, (_, i) =>
      // "run-00" has been without an event for longest.
      liveJournal()
        .after(-3_600_000 + i * 1000)
        .created()
        .requested('a'),
    );
    const dirs = stories.map((story, i) =>
      writeRun(runs, `run-${String(i).padStart(2, '0')}`, { journal: story }),
    );
    const before = systemWatches();
    const source = await watched(asProject(project));
    await source.until('all are there', () => source.runs.size === 60);
    // Two for each watched run, one for the runs directory, three for what may come and go around it.
    if (before !== undefined) expect((systemWatches() ?? 0) - before).toBeLessThanOrEqual(104);

    const [dir, story] = [dirs[0] as string, stories[0] as JournalBuilder];
    writeNewEvents(dir, story.after(3_700_000).resolved('a'));
    await pause(300);
    expect(source.runs.get(asRunKey(dir))?.eventCount, 'it has no watch').toBe(2);
    vi.advanceTimersByTime(30_000);
    await source.events(dir, 3, soon);
    writeNewEvents(dir, story.requested('b'));
    await source.events(dir, 4, soon);
    if (before !== undefined) expect((systemWatches() ?? 0) - before).toBeLessThanOrEqual(104);
  });

  it('cannot stop the reading of others by being damaged', async () => {
    const { dir: project, runs } = projectFolder();
    writeRun(runs, '01C', { metadata: null, files: { 'run.json': '{', [`journal/${eventFile(1)}`]: '' } });
    write(runs, '01B/journal', 'a file');
    const good = writeRun(runs, '01A', { journal: journal().created() });
    const source = await watched(asProject(project));
    await source.until('all are there', () => source.runs.size === 3);
    expect(source.runs.get(asRunKey(good))?.problems).toEqual([]);
  });
});

describe('a place that takes only some runs', () => {
  const mine = { cwd: '/mine' };
  const theirs = { cwd: '/theirs' };
  const onlyMine = (dir: string) => ({
    ...asRuns(dir),
    accepts: (run: Run) => asBabysitter(run).metadata?.cwd === '/mine',
  });

  it('delivers those, and takes one back that no longer belongs', async () => {
    const runs = temporaryFolder();
    const dir = writeRun(runs, 'mine', { metadata: mine, journal: liveJournal().created() });
    writeRun(runs, 'theirs', { metadata: theirs, journal: liveJournal().created() });
    const source = await watched(onlyMine(runs));
    await source.until('mine is there', () => source.runs.size === 1);
    expect(source.batches.flat().map((change) => change.type)).toEqual(['read']);
    write(dir, 'run.json', { runId: 'mine', ...theirs });
    await source.until('it is gone', () => source.runs.size === 0, soon);
  });

  it.runIf(countsWatches)('spends no watches on the others', async () => {
    const runs = temporaryFolder();
    for (let i = 0; i < 20; i += 1) {
      writeRun(runs, `theirs-${i}`, { metadata: theirs, journal: liveJournal().created().requested('a') });
    }
    const before = systemWatches() ?? 0;
    const source = await watched(onlyMine(runs));
    await source.source.refresh();
    expect(source.ids).toEqual([]);
    expect((systemWatches() ?? 0) - before).toBeLessThan(10);
  });
});

describe('asking', () => {
  it('refresh() reads again what no watch told', async () => {
    const { dir: project, runs } = projectFolder();
    const dir = writeRun(runs, 'done', { journal: journal().created().completed() });
    const source = await watched(asProject(project));
    await source.events(dir, 2);
    write(dir, 'run.json', { runId: 'done', prompt: 'Another prompt' });
    const nested = writeRun(join(project, 'nested', '.a5c', 'runs'), 'nested', {
      journal: journal().created(),
    });
    await source.source.refresh();
    // On a busy machine the two may come in batches of their own.
    await source.until('the new run is read', () => source.runs.has(asRunKey(nested)));
    await source.until(
      'the other one is read again',
      () => source.runs.get(asRunKey(dir))?.prompt === 'Another prompt',
    );
  });

  it('reread() gives and delivers what is there now', async () => {
    const { dir, story, source } = await liveRun();
    writeNewEvents(dir, story.resolved('a'));
    const run = await source.source.reread(asRunKey(dir));
    expect(run?.eventCount).toBe(3);
    expect(source.runs.get(asRunKey(dir))).toBe(run);
  });

  it('reread() of many at once gives each what is there now', async () => {
    const { dir: project, runs } = projectFolder();
    const dirs = ['a', 'b', 'c'].map((id) => writeRun(runs, id, { journal: journal().created() }));
    const source = await watched(asProject(project));
    await source.until('all are there', () => source.runs.size === 3);
    const story = journal().created().completed();
    for (const dir of dirs) writeNewEvents(dir, story);
    const read = await Promise.all([...dirs, ...dirs].map((dir) => source.source.reread(asRunKey(dir))));
    expect(read.map((run) => run?.eventCount)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('reread() of a run that is gone gives nothing and says so to everybody', async () => {
    const { dir, source } = await liveRun();
    rmSync(dir, { recursive: true });
    expect(await source.source.reread(asRunKey(dir))).toBeUndefined();
    expect(source.runs.size).toBe(0);
    expect(await source.source.reread(asRunKey(dir))).toBeUndefined();
  });

  it('readThrough() reads a finished run whole, and keeps and tells nothing of it', async () => {
    const { dir: project, runs } = projectFolder();
    const dir = writeRun(runs, 'run', {
      journal: journal().created().done('a').completed(),
      files: { 'tasks/a/result.json': { status: 'ok', value: { score: 7 } } },
    });
    const source = await watched(asProject(project));
    await source.until('it is there', ({ loaded }) => loaded);
    const [before, batches] = [source.runs.get(asRunKey(dir)), source.batches.length];

    const read = await source.source.readThrough(asRunKey(dir), ['score']);

    expect(read?.run.story.effects.size).toBe(1);
    expect(read?.details.results.get('a')?.metrics).toEqual({ score: 7 });
    expect([source.runs.get(asRunKey(dir)), source.batches.length]).toEqual([before, batches]);
    expect(before?.depth).toBe('end');
  });

  it('does not bring back a run that is deleted while its details are read', async () => {
    const { dir, source } = await liveRun();
    const { readDetails } = RunDirectory.prototype;
    const reading = vi.spyOn(RunDirectory.prototype, 'readDetails').mockImplementation(function* (
      this: RunDirectory,
      keys,
    ) {
      const details = yield* readDetails.call(this, keys);
      rmSync(dir, { recursive: true });
      yield () => source.until('it is gone', ({ runs }) => runs.size === 0);
      return details;
    });
    onTestFinished(() => reading.mockRestore());

    await source.source.readDetails(asRunKey(dir), []);

    expect(source.runs.size).toBe(0);
  });

  it('knows nothing of a run it does not have', async () => {
    const source = await watched(asProject(temporaryFolder()));
    const elsewhere = writeRun(temporaryFolder(), 'run', { journal: journal().created() });
    source.source.attend(asRunKey(elsewhere)).dispose();
    expect(await source.source.reread(asRunKey(elsewhere))).toBeUndefined();
    expect(await source.source.readDetails(asRunKey(elsewhere), [])).toBeUndefined();
    expect(await source.source.readThrough(asRunKey(elsewhere), [])).toBeUndefined();
    expect(await source.source.events(asRunKey(elsewhere), 0, 10)).toEqual([]);
    expect(await source.source.document(asRunKey(elsewhere), 'run')).toMatchObject({
      problem: expect.stringMatching(/was deleted/),
    });
  });

  it('reads the texts of a run, and nothing outside of it', async () => {
    const { dir, source } = await liveRun();
    const read = (name: DocumentName): Promise<DocumentPart> => source.source.document(asRunKey(dir), name);
    expect(JSON.parse(textOf(await read('run')))).toMatchObject({ runId: 'live' });
    expect(await read({ file: '../../processes/demo.mjs' })).toMatchObject({
      problem: expect.stringMatching(/leads out of the run/),
    });
    expect(await read({ file: 'none.json' })).toEqual({
      ...{ file: 'none.json', problem: 'is missing', missing: true },
    });
    expect(JSON.parse(textOf(await read({ event: 1 })))).toMatchObject({ type: 'RUN_CREATED' });
    expect(await read({ event: 999 })).toMatchObject({ missing: true });
    expect(await read({ task: '../..', part: 'task' })).toMatchObject({
      problem: expect.stringMatching(/leads out of the run/),
    });
  });
});

describe('the end', () => {
  it('leaves no timer and no watch, and says nothing more', async () => {
    const { dir: project, runs } = projectFolder();
    const story = liveJournal().created().requested('a');
    const dir = writeRun(runs, 'live', { journal: story });
    const watchesBefore = systemWatches();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const batches: unknown[] = [];
    const source = new FsRunSource(asProject(project), silentLogger);
    const watch = await new Promise<Disposable>((resolve) => {
      const watch = source.watch((batch) => {
        batches.push(batch);
        resolve(watch);
      });
    });
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    if (watchesBefore !== undefined) expect(systemWatches()).toBeGreaterThan(watchesBefore);

    // So that what chokidar waits for is over; our search comes later, and the sweep and its like come again.
    await pause(100);
    vi.advanceTimersByTime(2000);
    watch.dispose();
    expect(vi.getTimerCount()).toBe(0);
    writeNewEvents(dir, story.resolved('a'));
    writeRun(runs, 'new', { journal: liveJournal().created() });
    await pause(700);
    expect(batches).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    // Closing chokidar takes a moment.
    if (watchesBefore !== undefined) expect(systemWatches()).toBe(watchesBefore);
  });

  it('in the middle of loading leaves nothing behind either', async () => {
    const project = temporaryFolder();
    for (const name of ['a', 'b', 'c']) {
      const runs = join(project, name, '.a5c', 'runs');
      for (const id of ['1', '2', '3']) writeRun(runs, id, { journal: liveJournal().created() });
    }
    // Every look at the clock finds that the slice is over, so that loading pauses wherever it can.
    let time = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 100));
    onTestFinished(() => clock.mockRestore());
    const before = systemWatches();
    for (let turns = 0; turns < 60; turns += 1) {
      const early = new Watched(new FsRunSource(asProject(project), silentLogger));
      for (let i = 0; i < turns; i += 1) await nextTurn();
      early.dispose();
      const told = early.batches.length;
      await pause(10);
      expect(early.batches).toHaveLength(told);
    }
    await pause(300);
    expect(systemWatches()).toBe(before);
  });
});

describe('watchFolder', () => {
  it('names what appears, changes and disappears', async () => {
    const dir = temporaryFolder();
    const names = new Set<string | undefined>();
    const watch = watchFolder(dir, silentLogger, (name) => names.add(name));
    onTestFinished(() => watch.dispose());
    write(dir, 'a.txt', 'a');
    await vi.waitFor(() => expect([...names]).toContain('a.txt'));
    mkdirSync(join(dir, 'sub'));
    await vi.waitFor(() => expect([...names]).toContain('sub'));
    names.clear();
    write(dir, 'sub/below.txt', 'b');
    rmSync(join(dir, 'a.txt'));
    await vi.waitFor(() => expect([...names]).toContain('a.txt'));
    expect([...names]).not.toContain('below.txt');
  });

  it('looks now and then for a folder that is not there, and watches it when it comes', async () => {
    fakeIntervals();
    const dir = join(temporaryFolder(), 'later');
    const warnings: string[] = [];
    const told = vi.fn<(name: string | undefined) => void>();
    const watch = watchFolder(dir, { ...silentLogger, warn: (text) => warnings.push(text) }, told);
    onTestFinished(() => watch.dispose());
    vi.advanceTimersByTime(10_000);
    expect(told).not.toHaveBeenCalled();
    mkdirSync(dir);
    vi.advanceTimersByTime(2000);
    expect(told).toHaveBeenCalledTimes(1);
    // No more polling: the system tells from now on.
    write(dir, 'a.txt', 'a');
    await vi.waitFor(() => expect(told).toHaveBeenCalledWith('a.txt'));
    expect(warnings).toEqual([]);
  });

  it('stays with the path, not with a folder that was moved away', async () => {
    const parent = temporaryFolder();
    const dir = join(parent, 'journal');
    mkdirSync(dir);
    const told = vi.fn<(name: string | undefined) => void>();
    const watch = watchFolder(dir, silentLogger, told);
    onTestFinished(() => watch.dispose());
    mkdirSync(join(parent, 'next'));
    renameSync(dir, join(parent, 'old'));
    renameSync(join(parent, 'next'), dir);
    await vi.waitFor(() => expect(told).toHaveBeenCalled());
    await pause(100);
    told.mockClear();
    write(parent, 'old/a.txt', 'a');
    write(dir, 'b.txt', 'b');
    await vi.waitFor(() => expect(told).toHaveBeenCalledWith('b.txt'));
    expect(told).not.toHaveBeenCalledWith('a.txt');
  });

  it('does not mind a touched folder', async () => {
    const dir = temporaryFolder();
    const told = vi.fn<(name: string | undefined) => void>();
    const watch = watchFolder(dir, silentLogger, told);
    onTestFinished(() => watch.dispose());
    for (let i = 1; i < 5; i += 1) utimesSync(dir, start / 1000, start / 1000 + i);
    write(dir, 'a.txt', 'a');
    await vi.waitFor(() => expect(told).toHaveBeenCalledWith('a.txt'));
    watch.dispose();
    told.mockClear();
    write(dir, 'b.txt', 'b');
    await pause(100);
    expect(told).not.toHaveBeenCalled();
  });
});
