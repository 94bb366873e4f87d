import { describe, expect, it, vi } from 'vitest';
import { enginesOf } from '../../src/core/engine/runEngine';
import { needsSentence, needsYou } from '../../src/core/attention/needsYou';
import { toDisposable } from '../../src/core/disposables';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import type { AgentSessions, SessionState } from '../../src/core/sessions/agentSessions';
import { RunAgents } from '../../src/core/sessions/runAgents';
import { RunStore } from '../../src/core/source/runStore';
import { describeNeedyRun, describeRun } from '../../src/core/views/tree/describe';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, minute, start } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { sessionState } from '../support/sessionState';

const run = aRun({ journal: journal().created().requested('a') });
const permission = sessionState({ kind: 'permission', text: 'waiting for your permission: git push' });
const nobody = { snooze: () => undefined, seenTrouble: () => undefined };

/** A run whose sessions a test tells. */
function world(first: readonly SessionState[]) {
  const clock = new FakeClock(start + 60 * minute);
  const world = { states: first, on: true, looks: 0, changed: () => {}, followed: 0 };
  const sessions: AgentSessions = {
    look: async () => {
      world.looks += 1;
      return world.states;
    },
    reading: () => ({ read: async () => [] }),
    transcript: () => undefined,
    follow: (_, onChange) => {
      world.followed += 1;
      world.changed = onChange;
      return toDisposable(() => void (world.followed -= 1));
    },
  };
  const store: RunStore = new RunStore(clock, enginesOf(babysitterEngine), {
    activityWindow: defaultActivityWindow,
    sessions: ({ key }) => agents.of(key),
  });
  const source = new FakeSource();
  store.add(source);
  const agents: RunAgents = new RunAgents(store, sessions, clock, () => world.on);
  const stored = () => store.get(run.key);
  const needs = () =>
    needsYou(store.all, clock.now(), nobody, { ready: true, failed: true, activityWindow: 0 }).needs;
  return Object.assign(world, { clock, store, source, agents, stored, needs });
}

const settled = async (condition: () => boolean): Promise<void> => {
  await vi.waitFor(() => expect(condition()).toBe(true));
};

describe('the agents of unfinished runs', () => {
  it('make the store judge a run anew when they do something else', async () => {
    const w = world([sessionState({})]);
    w.source.deliver(run);
    await settled(() => w.stored()?.state.state === 'working');
    expect(w.looks).toBe(1);
    w.states = [permission];
    w.changed();
    await settled(() => w.stored()?.state.state === 'needs-you');
    expect(w.needs().map(({ kind }) => kind)).toEqual(['agent']);
    expect(needsSentence(w.needs())).toBe('1 agent waits for you');
    w.states = [sessionState({ kind: 'gone', text: 'gone in the middle of npm test' }, { living: false })];
    w.clock.advance(2000);
    await settled(() => w.stored()?.state.state === 'waiting');
    expect(w.needs()).toEqual([]);
  });

  it('are looked at again where only their process may tell', async () => {
    const w = world([sessionState({})]);
    w.source.deliver(run);
    await settled(() => w.looks === 1);
    w.clock.advance(2000);
    await settled(() => w.looks === 2);
  });

  it('are forgotten when nothing is left to do, or reading is switched off', async () => {
    const w = world([sessionState({})]);
    w.source.deliver(run);
    await settled(() => w.followed === 1);
    w.on = false;
    w.agents.update();
    expect([w.followed, w.stored()?.state.state]).toEqual([0, 'waiting']);
    w.clock.advance(60_000);
    expect(w.looks).toBe(1);
    w.on = true;
    w.agents.update();
    await settled(() => w.followed === 1);
    w.source.deliver(aRun({ journal: journal().created().done('a') }));
    expect([w.followed, w.agents.of(run.key)]).toEqual([0, []]);
  });

  it('are told of in the rows of their run', async () => {
    const w = world([permission]);
    w.source.deliver(run);
    await settled(() => w.stored()?.state.state === 'needs-you');
    const stored = w.stored();
    if (!stored) throw new Error('The run is gone.');
    const row = describeRun(stored, 12_000, false);
    expect(row.description).toContain(
      'needs you · Claude Code · waiting for your permission: git push · 12s',
    );
    expect(row.words).toContain('session');
    expect(describeNeedyRun(stored, 12_000, false).description).toContain(
      'waiting for your permission: git push',
    );
  });
});
