import { expect, it } from 'vitest';
import { KnownRuns } from '../../src/core/attention/knownRuns';
import { enginesOf } from '../../src/core/engine/runEngine';
import { RunStore } from '../../src/core/source/runStore';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { FakeAttention } from '../support/fakeAttention';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, minute } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

/** A window, which shares what it knows with others. */
function aWindow(shared: FakeAttention, run: ReturnType<typeof aRun>) {
  const clock = new FakeClock(run.updatedAt + 1000);
  const source = new FakeSource();
  source.atOnce = [run];
  const known = new KnownRuns(shared, () => store.all);
  const store: RunStore = new RunStore(clock, enginesOf(babysitterEngine), {
    activityWindow: 2 * minute,
    known,
  });
  store.add(source);
  return { store, judged: () => store.get(run.key)?.state ?? expect.fail('no run') };
}

it('nobody is at work after one’s own action, in any window, until something else happens', () => {
  const shared = new FakeAttention();
  const run = aRun({ journal: journal().created().requested('a') });
  const here = aWindow(shared, run);
  expect(here.judged().state).toBe('working');
  here.store.acted(run.key);
  expect(here.judged().state).toBe('waiting');
  expect(aWindow(shared, run).judged().state).toBe('waiting');
  const later = aRun({ journal: journal().created().requested('a').requested('b') });
  expect(aWindow(shared, later).judged().state).toBe('working');
});

it('an iterate that ended in an error is not offered again at this point', () => {
  const shared = new FakeAttention();
  const run = aRun({ journal: journal().created().done('a').failed('x') });
  const here = aWindow(shared, run);
  expect(here.judged().next.action).toBe('run.iterate');
  here.store.acted(run.key, true);
  expect(here.judged().next.action).toBe('run.fork');
  expect(aWindow(shared, run).judged().next.action).toBe('run.fork');
});

it('a run that waits for its child run only waits for that', () => {
  const shared = new FakeAttention();
  const parent = aRun({ journal: journal().created().requested('s', 'subprocess') });
  const child = { ...aRun(), runId: 'child', parentRunId: parent.runId };
  expect(new KnownRuns(shared, () => [{ run: parent }, { run: child }]).childRun(parent)).toBe(child);
  const ended = { ...aRun({ journal: journal().created().completed() }), parentRunId: parent.runId };
  expect(new KnownRuns(shared, () => [{ run: ended }]).childRun(parent)).toBeUndefined();
});
