import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock';
import { enginesOf } from '../../src/core/engine/runEngine';
import { isOffered } from '../../src/core/engine/whyNot';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { Outcomes } from '../../src/core/source/outcomes';
import { RunStore, type StoredRun } from '../../src/core/source/runStore';
import { describeRun } from '../../src/core/views/tree/describe';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { eventFile, journal } from '../support/journalBuilder';
import { projectFolder, writeRun } from '../support/runFolder';

const aborted = fileURLToPath(new URL('../fixtures/kinds/completed-but-aborted', import.meta.url));
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** The only run of a project, as a window's store has it when all was read. */
async function onlyRun(dir: string) {
  const store = new RunStore(systemClock, enginesOf(babysitterEngine), {
    activityWindow: defaultActivityWindow,
  });
  onTestFinished(() => store.dispose());
  store.add(new FsRunSource({ dir, holds: 'project' }, silent));
  while (!store.loaded) {
    await new Promise<void>((resolve) => {
      const listening = store.onDidChange(() => {
        listening.dispose();
        resolve();
      });
    });
  }
  const stored = () => store.all[0] ?? expect.fail('no run');
  /** As a tree does that shows the run. */
  const show = async () => {
    const known = new Promise<void>((resolve) => store.onDidChange(() => resolve()));
    new Outcomes(store).want(stored());
    await known;
  };
  return { stored, show };
}

it('a completed run that says it was not successful is a row that says so, before anybody looks into it', async () => {
  const { stored, show } = await onlyRun(aborted);
  const row = () => describeRun(stored(), Date.now(), false);
  expect(row().description).toMatch(/^completed · /);
  await show();
  const reason = 'Completed, not successful: rejected at the first question';
  expect(stored().state).toMatchObject({ reason, next: { action: undefined, reason } });
  expect(row()).toMatchObject({
    description: expect.stringMatching(/^completed, not successful · /),
    icon: { name: 'warning' },
  });
  // Nothing else of the run was read for it.
  expect(stored().run.depth).toBe('end');
});

describe('a failed run whose row is shown', () => {
  const failed = () => journal().created().done('a').requested('b').failed('No budget left');
  /** Whether its row has Iterate in its menu. */
  const offers = (run: StoredRun): boolean => isOffered('run.iterate', run);

  it('has no next step until all of it was looked through, and keeps nothing of that', async () => {
    const { dir, runs } = projectFolder();
    writeRun(runs, 'r', { journal: failed() });
    const { stored, show } = await onlyRun(dir);
    expect(stored().state.next).toEqual({ action: undefined, reason: 'No budget left', at: undefined });
    expect(offers(stored())).toBe(false);
    await show();
    expect(stored().state.next.action).toBe('run.iterate');
    expect(offers(stored())).toBe(true);
    expect(stored().run).toMatchObject({ depth: 'end', gist: { sound: true } });
  });

  it('says what is damaged before its last events, and never offered to iterate', async () => {
    const { dir, runs } = projectFolder();
    writeRun(runs, 'r', { journal: failed(), files: { [`journal/${eventFile(3)}`]: '' } });
    const { stored, show } = await onlyRun(dir);
    expect(stored().run.depth).toBe('end');
    expect(stored().state.next.action).toBeUndefined();
    expect(offers(stored())).toBe(false);
    await show();
    expect(stored().state.next).toMatchObject({
      action: 'run.repair',
      reason: `journal/${eventFile(3)} is empty`,
    });
    expect(offers(stored())).toBe(false);
    expect(describeRun(stored(), Date.now(), false).words).toContain('repair');
  });
});
