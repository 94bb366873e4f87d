import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock';
import { enginesOf } from '../../src/core/engine/runEngine';
import { needsYou } from '../../src/core/attention/needsYou';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { asRunKey } from '../../src/core/run/runKey';
import { referredRun } from '../../src/core/source/referredRun';
import { RunStore } from '../../src/core/source/runStore';
import { describeRun } from '../../src/core/views/tree/describe';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { belongsHere } from '../../src/engines/babysitter/node/belongsHere';
import { tellCopies } from '../../src/engines/babysitter/node/copies';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { FakeAttention } from '../support/fakeAttention';
import { eventFile, eventText, journal } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, write, writeRun } from '../support/runFolder';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A window on these folders. */
async function openWindow(...folders: readonly string[]) {
  const store = new RunStore(
    systemClock,
    enginesOf(babysitterEngine),
    { activityWindow: defaultActivityWindow },
    tellCopies,
  );
  const sources = folders.map((dir) => new FsRunSource({ dir, holds: 'project' }, silent));
  for (const source of sources) store.add(source);
  onTestFinished(() => store.dispose());
  const until = async (isSo: () => boolean): Promise<void> => {
    if (isSo()) return;
    await new Promise<void>((resolve) => {
      const listening = store.onDidChange(() => {
        if (!isSo()) return;
        listening.dispose();
        resolve();
      });
    });
  };
  await until(() => store.loaded);
  return {
    store,
    until,
    get rows() {
      return store.all.map((stored) => describeRun(stored, Date.now(), false).description);
    },
    get dirs() {
      return store.all.map(({ run }) => run.location);
    },
    get asked() {
      const options = { ready: true, failed: true, activityWindow: 0 };
      return needsYou(store.all, Date.now(), new FakeAttention(), options).needs.length;
    },
  };
}

const asking = () => journal().created().done('plan').requested('gate', 'breakpoint');

it('copies of a run are told under it, ask nothing, and lead to it', async () => {
  const { dir, runs } = projectFolder();
  const run = writeRun(runs, 'one', { journal: asking() });
  const worktree = join(dir, '.claude/worktrees/feature/.a5c/runs');
  cpSync(runs, worktree, { recursive: true });
  const older = writeRun(join(dir, 'older/.a5c/runs'), 'one', { journal: journal().created() });
  const window = await openWindow(dir);
  expect(window.dirs).toEqual([run]);
  expect(window.rows[0]).toMatch(/needs you .* 2 copies/);
  expect(window.asked).toBe(1);
  const [stored] = window.store.all;
  expect(stored?.copies?.toSorted()).toEqual([join(worktree, 'one'), older]);
  expect(describeRun(stored ?? expect.fail(), Date.now(), false).tooltip).toContainEqual(['Copy', older]);
  expect(window.store.get(asRunKey(older))).toBe(undefined);
  expect(referredRun(window.store, { dir: older })).toBe(stored);

  // The older one goes on and away from the others, and then it is gone.
  const own = journal().created().requested('own').events.at(-1) ?? expect.fail();
  write(older, `journal/${eventFile(2, '01ZZZZZZZZZZZZZZZZZZZZZZZZ')}`, eventText(own));
  await window.store.refresh();
  await window.until(() => window.store.all.length === 2);
  expect(window.store.all.map(({ apart }) => apart)).toEqual([true, true]);
  expect(window.rows.join('\n')).toMatch(/ · older · /);
  rmSync(older, { recursive: true });
  await window.store.refresh();
  await window.until(() => window.store.all.length === 1);
  expect(window.store.all[0]?.apart).toBe(false);
});

it('one that goes on in a worktree is the run', async () => {
  const { dir, runs } = projectFolder();
  writeRun(runs, 'one', { journal: asking() });
  const worktree = join(dir, '.worktrees/a/.a5c/runs');
  const ahead = writeRun(worktree, 'one', { journal: asking().resolved('gate') });
  const window = await openWindow(dir);
  expect(window.dirs).toEqual([ahead]);
  expect(window.store.all[0]?.copies).toEqual([join(runs, 'one')]);
});

it('a run that is reached on two ways is one run, and no copy of itself', async () => {
  const { dir, runs } = projectFolder();
  const run = writeRun(runs, 'one', { journal: asking() });
  const link = join(temporaryFolder(), 'link');
  symlinkSync(dir, link);
  const window = await openWindow(dir, link);
  await window.until(() => window.store.all.length === 1);
  expect(window.dirs).toHaveLength(1);
  expect(window.store.all[0]?.copies).toEqual([]);
  expect([run, join(link, '.a5c/runs/one')]).toContain(window.dirs[0]);
});

it('home-wide runs belong to the folder they were started in, through whatever links it is opened', () => {
  const folder = temporaryFolder();
  const project = join(folder, 'project');
  for (const dir of ['project/.git', 'project/packages/app', 'projects', 'inner/.a5c']) {
    mkdirSync(join(folder, dir), { recursive: true });
  }
  const link = join(folder, 'link');
  symlinkSync(project, link);
  const belongs = (workspace: string, projectDir: string): boolean =>
    belongsHere([workspace])({ projectDir });
  // Engines record the real path.
  expect(belongs(link, project)).toBe(true);
  expect(belongs(project, link)).toBe(true);
  expect(belongs(link, join(project, 'packages/app'))).toBe(true);
  // A part of the project that they were started in.
  expect(belongs(join(link, 'packages/app'), project)).toBe(true);
  expect(belongs(join(project, 'packages/app'), join(project, 'packages'))).toBe(false);
  expect(belongs(project, join(folder, 'projects'))).toBe(false);
  expect(belongs(project, folder)).toBe(false);
  expect(belongs(join(folder, 'inner'), folder)).toBe(false);
  // It is gone, and was below the folder as it is written.
  expect(belongs(link, join(link, 'gone'))).toBe(true);
});

it('is read on while it is copied piece by piece, though nobody watches so old a run', async () => {
  const { dir, runs } = projectFolder();
  const window = await openWindow(dir);
  const original = writeRun(join(dir, 'elsewhere'), 'one', { journal: asking() });
  for (const part of ['journal', 'tasks'])
    cpSync(join(original, part), join(runs, 'one', part), { recursive: true });
  await window.until(() => window.store.all.some(({ run }) => run.problems.length > 0));

  cpSync(join(original, 'run.json'), join(runs, 'one', 'run.json'));

  await window.until(() => window.store.all.every(({ run }) => run.problems.length === 0));
  expect(window.asked).toBe(1);
});
