import { enginesOf, type RunEngine } from '../../src/core/engine/runEngine';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { describe, expect, it } from 'vitest';
import { compareRuns, type Run } from '../../src/core/run/run';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { RunStore, type StoreChange } from '../../src/core/source/runStore';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, type RunParts, lyingIn } from '../support/runBuilder';

/** A run with a folder of its own, named by its id. */
function run(runId: string, parts: RunParts = {}, createdAt = start): Run {
  return { ...aRun(parts), ...lyingIn(`/runs/${runId}`), runId, createdAt };
}

function setUp(at = start) {
  const clock = new FakeClock(at);
  const store = new RunStore(clock, enginesOf(babysitterEngine), { activityWindow: defaultActivityWindow });
  const changes: string[] = [];
  store.onDidChange(({ keys, membership }: StoreChange) =>
    changes.push(`${[...keys].map((key) => keyText(key).slice(6)).join(' ')}${membership ? ' +/-' : ''}`),
  );
  const source = new FakeSource();
  return { clock, store, changes, source };
}

const waiting = (): JournalBuilder => journal().created().requested('a');

describe('what a store knows', () => {
  it('is loaded when every source has delivered what was there, be it nothing', () => {
    const { store, source, changes } = setUp();
    const other = new FakeSource('other');
    expect(store.loaded).toBe(true);
    store.add(source);
    store.add(other);
    expect(store.loaded).toBe(false);
    other.loaded = false;
    source.deliver(run('a'));
    other.deliver(run('b'));
    expect(store.loaded).toBe(false);
    other.loaded = true;
    other.deliver();
    expect(store.loaded).toBe(true);
    expect(changes).toEqual(['a +/-', 'b +/-', '']);
  });

  it('is not loaded as long as sources are looked for, and tells when that is over', () => {
    const { store, source, changes } = setUp();
    const looking = store.expectMore();
    store.add(source);
    source.deliver(run('a'));
    expect(store.loaded).toBe(false);
    looking.dispose();
    expect(store.loaded).toBe(true);
    expect(changes).toEqual(['a +/-', '']);
  });

  it('has runs judged by the engine that came with their source', () => {
    const { store, source } = setUp();
    const notes: RunEngine = {
      ...babysitterEngine,
      id: 'notes',
      judge: (of, ...asked) => babysitterEngine.judge({ ...of, engine: babysitterEngine.id }, ...asked),
    };
    store.add(source, notes);
    source.deliver({ ...run('a'), engine: notes.id });
    expect(store.all.map(({ engine }) => engine)).toEqual([notes]);
  });

  it('takes what a source delivers while it is being added', () => {
    const { store, source, changes } = setUp();
    source.atOnce = [run('a')];
    store.add(source);
    expect(store.loaded).toBe(true);
    expect(store.all.map(({ run }) => run.runId)).toEqual(['a']);
    expect(store.sourceOf(asRunKey('/runs/a'))).toBe(source);
    expect(changes).toEqual(['a +/-']);
  });

  it('is sorted by creation, then id, the newest first', () => {
    const { store, source } = setUp();
    store.add(source);
    source.deliver(
      run('b', {}, start),
      run('a', {}, start),
      run('z', {}, start - minute),
      run('c', {}, start + minute),
    );
    expect(store.all.map(({ run }) => run.runId)).toEqual(['c', 'b', 'a', 'z']);
  });

  it('stays sorted, whatever comes, changes, moves and goes', () => {
    const { store, source } = setUp();
    store.add(source);
    const ids = (): readonly string[] => store.all.map((each) => each.run.runId);
    // Numbers that jump about, the same on every machine.
    const made = Array.from({ length: 200 }, (_, i) => run(`r${i}`, {}, start + ((i * 7919) % 97) * minute));
    for (let i = 0; i < made.length; i += 9) {
      source.deliver(...made.slice(i, i + 9));
      if (i % 2 === 0) ids();
    }
    source.deliver(...[3, 50, 120].map((i) => `/runs/r${i}`));
    source.deliver(
      run('r7', { journal: waiting() }, start + 200 * minute),
      run('r8', { journal: waiting() }),
    );
    const expected = [...store.all].toSorted((a, b) => compareRuns(a.run, b.run));
    expect(store.all).toEqual(expected);
    expect(ids()[0]).toBe('r7');
    expect(new Set(ids()).size).toBe(197);
    expect(store.all.find((each) => each.run.runId === 'r8')?.state.state).toBe('working');
    // Who looked earlier keeps the list as it was.
    const before = store.all;
    source.deliver('/runs/r7');
    expect(store.all).toHaveLength(196);
    expect(before).toHaveLength(197);
  });

  it('asks the source that has the run, and nobody for one that nobody has', async () => {
    const { store, source } = setUp();
    const other = new FakeSource('other');
    store.add(source);
    store.add(other);
    other.deliver(run('a'));
    other.onReread = () => run('a', { journal: waiting() });
    expect((await store.reread(asRunKey('/runs/a')))?.state.state).toBe('working');
    expect(await store.readDetails(asRunKey('/runs/a'), [])).toBeDefined();
    store.attend(asRunKey('/runs/a')).dispose();
    expect(await store.reread(asRunKey('/runs/none'))).toBeUndefined();
    expect(await store.readDetails(asRunKey('/runs/none'), [])).toBeUndefined();
    store.attend(asRunKey('/runs/none')).dispose();
    expect(store.sourceOf(asRunKey('/runs/none'))).toBeUndefined();
    await store.refresh();
    await store.check();
    expect([source.calls, other.calls]).toEqual([
      ['refresh', 'check'],
      ['reread /runs/a', 'readDetails /runs/a', 'attend /runs/a', 'leave /runs/a', 'refresh', 'check'],
    ]);
  });

  it('forgets a run that a second reading does not find', async () => {
    const { store, source } = setUp();
    store.add(source);
    source.deliver(run('a'));
    expect(await store.reread(asRunKey('/runs/a'))).toBeUndefined();
    expect(store.all).toEqual([]);
  });
});

describe('what a store tells', () => {
  it('is whether runs came or went, or only changed', () => {
    const { store, source, changes } = setUp();
    store.add(source);
    source.deliver(run('a'), run('b'));
    source.deliver(run('a', { journal: waiting() }));
    // Another time of creation changes the order of the list.
    source.deliver(run('a', {}, start + minute));
    source.deliver('/runs/b');
    source.deliver('/runs/never-there');
    expect(changes).toEqual(['a b +/-', 'a', 'a +/-', 'b +/-', '']);
  });

  it('reaches nobody after the store is disposed', () => {
    const { clock, store, source, changes } = setUp();
    store.add(source);
    source.deliver(run('a', { journal: waiting() }));
    expect(clock.waiting).toHaveLength(1);
    store.dispose();
    expect(source.watching).toBe(false);
    expect(clock.waiting).toEqual([]);
    expect(changes).toEqual(['a +/-']);
  });
});

describe('two sources', () => {
  it('that have the same folder show it once, until both have lost it', () => {
    const { store, source, changes } = setUp();
    const nested = new FakeSource('nested');
    store.add(source);
    const ending = store.add(nested);
    source.deliver(run('a'));
    nested.deliver(run('a'));
    expect(store.all).toHaveLength(1);
    source.deliver('/runs/a');
    expect(store.all).toHaveLength(1);
    expect(store.sourceOf(asRunKey('/runs/a'))).toBe(nested);
    ending.dispose();
    expect(store.all).toEqual([]);
    expect(changes).toEqual(['a +/-', 'a', 'a', 'a +/-']);
  });

  it('of the same place do not get into each other’s way', () => {
    const { store } = setUp();
    // The home-wide runs, once by themselves and once named by a setting, which accepts more of them.
    const some = new FakeSource('runs:/home/.a5c/runs');
    const all = new FakeSource('runs:/home/.a5c/runs');
    const someEnds = store.add(some);
    store.add(all);
    some.deliver(run('a'));
    all.deliver(run('a'), run('b'));
    someEnds.dispose();
    expect(store.all.map(({ run }) => run.runId)).toEqual(['b', 'a']);
    all.deliver(run('a', { journal: waiting() }));
    expect(store.get(asRunKey('/runs/a'))?.run.story.effects.size).toBe(1);
    store.dispose();
    expect([some.watching, all.watching]).toEqual([false, false]);
  });

  it('end one by one, each with its runs', () => {
    const { store, source } = setUp();
    const other = new FakeSource('other');
    const ending = store.add(source);
    store.add(other);
    source.deliver(run('a'), run('b'));
    other.deliver(run('c'));
    ending.dispose();
    ending.dispose();
    expect(store.all.map(({ run }) => run.runId)).toEqual(['c']);
    expect(source.watching).toBe(false);
    expect(store.loaded).toBe(true);
  });
});

describe('time', () => {
  it('changes a state without an event, with one timer for the earliest', () => {
    const { clock, store, source, changes } = setUp(start + second);
    store.add(source);
    source.deliver(
      run('early', { journal: waiting() }),
      run('later', { journal: waiting().after(minute).requested('b') }),
      run('done', { journal: journal().created().completed() }),
    );
    expect(store.get(asRunKey('/runs/early'))?.state.state).toBe('working');
    expect(clock.waiting).toEqual([start + second + defaultActivityWindow]);
    clock.advance(defaultActivityWindow);
    expect(store.get(asRunKey('/runs/early'))?.state.state).toBe('waiting');
    expect(store.get(asRunKey('/runs/later'))?.state.state).toBe('working');
    clock.advance(10 * minute);
    expect(store.get(asRunKey('/runs/later'))?.state.state).toBe('waiting');
    expect(clock.waiting).toEqual([]);
    expect(changes).toEqual(['early later done +/-', 'early', 'later']);
  });

  it('wakes a run whose sleep is over', () => {
    const until = start + 60 * minute;
    const { clock, store, source } = setUp();
    store.add(source);
    const sleep = { kind: 'sleep', sleep: { targetEpochMs: until } };
    source.deliver(
      run('a', { journal: journal().created().requested('nap', 'sleep'), tasks: { nap: sleep } }),
    );
    expect(store.get(asRunKey('/runs/a'))?.state.state).toBe('sleeping');
    clock.advance(until - start - 1);
    expect(store.get(asRunKey('/runs/a'))?.state.state).toBe('sleeping');
    clock.advance(1);
    expect(store.get(asRunKey('/runs/a'))?.state.state).toBe('ready');
  });

  it('is not waited for any more when the run is gone', () => {
    const { clock, store, source } = setUp();
    store.add(source);
    source.deliver(run('a', { journal: waiting() }));
    source.deliver('/runs/a');
    expect(clock.waiting).toEqual([]);
  });

  it('is judged anew with another setting', () => {
    const { clock, store, source, changes } = setUp(start + minute);
    store.add(source);
    source.deliver(run('a', { journal: waiting() }), run('b', { journal: journal().created().completed() }));
    expect(store.get(asRunKey('/runs/a'))?.state.state).toBe('working');
    store.reclassify({ activityWindow: 10 * second });
    expect(store.get(asRunKey('/runs/a'))?.state).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/^Waiting for an agent since .*: 1 agent task pending$/),
    });
    expect(clock.waiting).toEqual([]);
    expect(changes).toEqual(['a b +/-', 'a b']);
  });
});
