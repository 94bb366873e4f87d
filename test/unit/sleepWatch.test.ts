import { enginesOf } from '../../src/core/engine/runEngine';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { describe, expect, it } from 'vitest';
import { SleepWatch } from '../../src/engines/babysitter/core/drive/sleepWatch';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { keyText } from '../../src/core/run/runKey';
import type { BabysitterRun } from '../../src/engines/babysitter/core/babysitterRun';
import { RunStore } from '../../src/core/source/runStore';
import { FakeAttention } from '../support/fakeAttention';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, minute, start } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';

const hour = 60 * minute;
const until = new Date(start + hour).toISOString();

function asleep(more: Partial<BabysitterRun> = {}): BabysitterRun {
  const requested = journal()
    .created()
    .requested('nap', 'sleep', { label: `sleep:${until}` });
  return { ...aRun({ journal: requested }), ...lyingIn('/runs/a'), runId: 'a', ...more };
}

/** Two windows that show the same runs and share what was told. */
function windows(run = asleep(), at = start) {
  const clock = new FakeClock(at);
  const shared = new FakeAttention();
  const told: string[] = [];
  const iterating = new Set<string>();
  const open = (name: string) => {
    const store = new RunStore(clock, enginesOf(babysitterEngine), { activityWindow: defaultActivityWindow });
    const source = new FakeSource(name);
    store.add(source);
    const watch = new SleepWatch({
      ...{ store, clock, shared },
      isIterating: (dir) => iterating.has(keyText(dir)),
      due: ({ run: { runId } }) => told.push(`${name} ${runId}`),
    });
    source.deliver(run);
    return { source, watch };
  };
  return { clock, told, iterating, first: open('first'), second: open('second') };
}

describe('a sleep that is over', () => {
  it('is told once, in one window, when its time has come', () => {
    const { clock, told, first, second } = windows();
    clock.advance(hour - 1);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toHaveLength(1);
    first.source.deliver(asleep());
    second.source.deliver(asleep());
    clock.advance(hour);
    expect(told).toHaveLength(1);
  });

  it('waits until nothing holds the run any more', () => {
    const lock = { pid: 7, owner: undefined, acquiredAt: undefined, alive: true };
    const { clock, told, first } = windows(asleep({ lock }));
    clock.advance(2 * hour);
    expect(told).toEqual([]);
    first.source.deliver(asleep());
    expect(told).toEqual(['first a']);
  });

  it('is no news for a window that carries the run on itself, nor a day later', () => {
    const own = windows();
    own.iterating.add('/runs/a');
    own.clock.advance(2 * hour);
    expect(own.told).toEqual([]);
    expect(windows(asleep(), start + 26 * hour).told).toEqual([]);
    expect(windows(asleep(), start + 24 * hour).told).toHaveLength(1);
  });

  it('is told to nobody after it is disposed', () => {
    const { clock, told, first, second } = windows();
    first.watch.dispose();
    second.watch.dispose();
    clock.advance(2 * hour);
    expect(told).toEqual([]);
  });
});
