import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/core/clock';
import { enginesOf } from '../../src/core/engine/runEngine';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { Outcomes } from '../../src/core/source/outcomes';
import { RunStore } from '../../src/core/source/runStore';
import { describeRun } from '../../src/core/views/tree/describe';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';

const aborted = fileURLToPath(new URL('../fixtures/kinds/completed-but-aborted', import.meta.url));
const silent = { info: () => {}, warn: () => {}, error: () => {} };

it('a completed run that says it was not successful is a row that says so, before anybody looks into it', async () => {
  const store = new RunStore(systemClock, enginesOf(babysitterEngine), {
    activityWindow: defaultActivityWindow,
  });
  onTestFinished(() => store.dispose());
  store.add(new FsRunSource({ dir: aborted, holds: 'project' }, silent));
  while (!store.loaded) {
    await new Promise<void>((resolve) => {
      const listening = store.onDidChange(() => {
        listening.dispose();
        resolve();
      });
    });
  }
  const stored = () => store.all[0] ?? expect.fail('no run');
  const row = () => describeRun(stored(), Date.now(), false);
  expect(row().description).toMatch(/^completed · /);
  const known = new Promise<void>((resolve) => store.onDidChange(() => resolve()));
  new Outcomes(store).want(stored());
  await known;
  const reason = 'Completed, not successful: rejected at the first question';
  expect(stored().state).toMatchObject({ reason, next: { action: undefined, reason } });
  expect(row()).toMatchObject({
    description: expect.stringMatching(/^completed, not successful · /),
    icon: { name: 'warning' },
  });
  // Nothing else of the run was read for it.
  expect(stored().run.depth).toBe('end');
});
