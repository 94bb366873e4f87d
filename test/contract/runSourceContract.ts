import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/core/clock';
import type { Disposable } from '../../src/core/disposables';
import { enginesOf, type RunEngine } from '../../src/core/engine/runEngine';
import type { EventRecord } from '../../src/core/run/eventRecord';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import type { Run } from '../../src/core/run/run';
import { asRunKey, type RunKey } from '../../src/core/run/runKey';
import type { DocumentName } from '../../src/core/source/documentName';
import type { RunChange, RunSource } from '../../src/core/source/runSource';
import { RunStore } from '../../src/core/source/runStore';

/** A source, and the place that it watches. What happens there may be noticed later. */
export interface SourceUnderTest {
  readonly source: RunSource;
  readonly engine: RunEngine;
  /** Makes a run that is under way, with at least three events. */
  add(id: string): void;
  /** Records one more event in it. */
  change(id: string): void;
  remove(id: string): void;
  /** The id that its engine gives to the run of that name; left out: the name itself. */
  runIdOf?(id: string): string;
}

/** Longer than anything takes on a busy machine; nobody waits for it unless a test fails. */
const patience = 15_000;
/** For what must not come. */
const aMoment = 300;
const unknownRun = '/there/is/no/such/run';
const never = new AbortController().signal;

/** What a source has told by now. */
class Watched {
  readonly batches: (readonly RunChange[])[] = [];
  readonly loaded: boolean[] = [];
  readonly runs = new Map<RunKey, Run>();
  readonly watch: Disposable;

  constructor(readonly place: SourceUnderTest) {
    this.watch = place.source.watch((batch, loaded) => {
      this.batches.push(batch);
      this.loaded.push(loaded);
      for (const change of batch) {
        if (change.type === 'read') this.runs.set(change.run.key, change.run);
        else this.runs.delete(change.key);
      }
    });
    onTestFinished(() => this.watch.dispose());
  }

  get ids(): readonly string[] {
    return [...this.runs.values()].map(({ runId }) => runId).toSorted();
  }

  run(id: string): Run {
    const runId = this.#runIdOf(id);
    return (
      [...this.runs.values()].find((run) => run.runId === runId) ?? expect.fail(`There is no run ${id}.`)
    );
  }

  #runIdOf(id: string): string {
    return this.place.runIdOf?.(id) ?? id;
  }

  /** Waits until everything is read of exactly these runs. */
  async has(...ids: readonly string[]): Promise<void> {
    await vi.waitFor(() => {
      expect(this.loaded.at(-1)).toBe(true);
      expect(this.ids).toEqual(ids.map((id) => this.#runIdOf(id)).toSorted());
      for (const run of this.runs.values()) expect(run.depth).not.toBe('reading');
    }, patience);
  }
}

/** What every {@link RunSource} holds to. */
export function describeRunSource(name: string, make: () => SourceUnderTest): void {
  const watching = async (...ids: readonly string[]): Promise<Watched> => {
    const place = make();
    for (const id of ids) place.add(id);
    const watched = new Watched(place);
    await watched.has(...ids);
    return watched;
  };

  describe(name, () => {
    describeDelivery(watching);
    describeReading(watching);
    describeEvents(watching);
    describeDocuments(watching);
    describeInStore(make);
  });
}

type Watching = (...ids: readonly string[]) => Promise<Watched>;

function describeDelivery(watching: Watching): void {
  it('says that it has looked, even where there is no run', async () => {
    const { batches, loaded } = await watching();
    expect(batches.flat()).toEqual([]);
    expect(loaded.at(-1)).toBe(true);
  });

  it('delivers every run that is there, each with an identity of its own', async () => {
    const { runs, place } = await watching('a', 'b', 'c');
    expect(runs.size).toBe(3);
    for (const run of runs.values()) {
      expect(run.engine).toBe(place.source.engine);
      expect(run.key).not.toBe('');
    }
  });

  it('once loaded, stays so', async () => {
    const watched = await watching('a');
    watched.place.change('a');
    await vi.waitFor(() => expect(watched.run('a').eventCount).toBe(4), patience);
    const { loaded } = watched;
    expect(loaded.slice(loaded.indexOf(true))).not.toContain(false);
  });

  it('delivers a run that is new, one that changed, and one that is gone', async () => {
    const watched = await watching('a');
    const { place } = watched;
    const { key, eventCount } = watched.run('a');
    place.add('b');
    await watched.has('a', 'b');
    place.change('a');
    await vi.waitFor(() => expect(watched.run('a').eventCount).toBe(eventCount + 1), patience);
    expect(watched.run('a').key).toBe(key);
    place.remove('a');
    await watched.has('b');
    expect(watched.batches.flat()).toContainEqual({ type: 'gone', key });
  });

  it('never changes a reading that it has given', async () => {
    const watched = await watching('a');
    const before = watched.run('a');
    const copy = structuredClone({
      ...before,
      story: { ...before.story, effects: before.story.effects.list() },
    });
    watched.place.change('a');
    await vi.waitFor(() => expect(watched.run('a')).not.toBe(before), patience);
    expect({ ...before, story: { ...before.story, effects: before.story.effects.list() } }).toEqual(copy);
  });

  it('delivers nothing once it is disposed', async () => {
    const watched = await watching('a');
    const { place, watch, batches } = watched;
    watch.dispose();
    const count = batches.length;
    place.change('a');
    place.add('b');
    await Promise.all([place.source.check(), place.source.refresh()]);
    await new Promise((resolve) => setTimeout(resolve, aMoment));
    expect(batches).toHaveLength(count);
    watch.dispose();
  });
}

function describeReading(watching: Watching): void {
  it('reads a run anew when it is asked to, and delivers it before it answers', async () => {
    const watched = await watching('a');
    const { key, eventCount } = watched.run('a');
    watched.place.change('a');
    const run = await watched.place.source.reread(key);
    expect(run?.eventCount).toBe(eventCount + 1);
    expect(watched.run('a').eventCount).toBe(eventCount + 1);
    watched.place.remove('a');
    expect(await watched.place.source.reread(key)).toBeUndefined();
    await watched.has();
  });

  it('reads the tasks of a run, each of which the run has asked for', async () => {
    const watched = await watching('a');
    const { source } = watched.place;
    const { key, story } = watched.run('a');
    const details = (await source.readDetails(key, ['score'])) ?? expect.fail('It has no details.');
    for (const id of [...details.tasks.keys(), ...details.results.keys()]) {
      expect(story.effects.has(id)).toBe(true);
    }
    const through = (await source.readThrough(key, ['score'])) ?? expect.fail('It cannot be read through.');
    expect(through.run.key).toBe(key);
    expect(through.run.story.counts).toEqual(story.counts);
    expect(through.details).toEqual(details);
    const titles = await source.readTitles(key, never);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('may be asked for a run that it does not have', async () => {
    const { place, batches } = await watching('a');
    const { source } = place;
    const count = batches.flat().length;
    expect(await source.reread(asRunKey(unknownRun))).toBeUndefined();
    expect(await source.readDetails(asRunKey(unknownRun), ['score'])).toBeUndefined();
    expect(await source.readThrough(asRunKey(unknownRun), ['score'])).toBeUndefined();
    expect(await source.readTitles(asRunKey(unknownRun), never)).toEqual([]);
    expect(await source.events(asRunKey(unknownRun), 0, 10)).toEqual([]);
    expect(await source.document(asRunKey(unknownRun), 'run')).toHaveProperty('problem');
    const details = { tasks: new Map(), results: new Map(), problems: [], warnings: [] };
    expect(await source.asOf?.(asRunKey(unknownRun), 1, details, never)).toBeUndefined();
    const attended = source.attend(asRunKey(unknownRun));
    attended.dispose();
    attended.dispose();
    expect(batches.flat().slice(count)).toEqual([]);
  });

  it('may be looked through again at any time', async () => {
    const watched = await watching('a');
    const { source } = watched.place;
    const attended = source.attend(watched.run('a').key);
    await Promise.all([source.check(), source.refresh(), source.check()]);
    attended.dispose();
    await watched.has('a');
  });
}

function describeEvents(watching: Watching): void {
  const ids = (events: readonly EventRecord[]): readonly string[] => events.map(({ id }) => id);

  it('gives as many events as the run has, in order, each with an id of its own', async () => {
    const watched = await watching('a');
    const { key, eventCount } = watched.run('a');
    const { source } = watched.place;
    const all = await source.events(key, 0, eventCount);
    expect(all).toHaveLength(eventCount);
    expect(new Set(ids(all)).size).toBe(eventCount);
    const numbers = all.map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    for (const { type } of all) expect(source.eventTypes).toContain(type);
  });

  it('gives the same piece by piece, and fewer where the journal ends', async () => {
    const watched = await watching('a');
    const { key, eventCount } = watched.run('a');
    const { source } = watched.place;
    const all = await source.events(key, 0, eventCount);
    const pieces = await Promise.all(all.map((_, i) => source.events(key, i, i + 1)));
    expect(pieces.flat()).toEqual(all);
    expect(await source.events(key, 1, eventCount + 100)).toEqual(all.slice(1));
    expect(await source.events(key, eventCount, eventCount + 100)).toEqual([]);
    expect(await source.events(key, 2, 1)).toEqual([]);
    expect(await source.events(key, -2, 1)).toEqual(all.slice(0, 1));
  });

  it('keeps the ids of events when more come', async () => {
    const watched = await watching('a');
    const { key, eventCount } = watched.run('a');
    const { source } = watched.place;
    const before = ids(await source.events(key, 0, eventCount));
    watched.place.change('a');
    await source.reread(key);
    const after = ids(await source.events(key, 0, eventCount + 1));
    expect(after).toHaveLength(eventCount + 1);
    expect(after.slice(0, eventCount)).toEqual(before);
  });

  it('tells the run as it was, if it has a past', async () => {
    const watched = await watching('a');
    const { key, eventCount, story } = watched.run('a');
    const { source } = watched.place;
    const details = (await source.readDetails(key, ['score'])) ?? expect.fail('It has no details.');
    if (!source.asOf) return;
    const whole = await source.asOf(key, eventCount + 5, details, never);
    expect(whole).toMatchObject({ event: eventCount, run: { key, eventCount } });
    expect(whole?.run.story.counts).toEqual(story.counts);
    const first = await source.asOf(key, 1, details, never);
    expect(first).toMatchObject({ event: 1, run: { key, engine: source.engine, eventCount: 1 } });
    expect(await source.asOf(key, 1, details, AbortSignal.abort())).toBeUndefined();
  });
}

const hostile: readonly DocumentName[] = [
  { file: '../../etc/passwd' },
  { file: '/etc/passwd' },
  { file: 'a\0b' },
  { file: '..' },
  { file: '' },
  { task: '../x', part: 'task' },
  { task: '/etc', part: 'stdout' },
  { task: 'a\0b', part: 'result' },
  { event: 0 },
  { event: -1 },
  { event: 1e9 },
];

function describeDocuments(watching: Watching): void {
  it.each(hostile)('tells why there is no document %j', async (name) => {
    const watched = await watching('a');
    const part = await watched.place.source.document(watched.run('a').key, name);
    expect(part).toHaveProperty('problem');
    expect(part).not.toHaveProperty('text');
  });

  it('gives each document as a text, or tells why there is none', async () => {
    const watched = await watching('a');
    const usual: readonly DocumentName[] = ['run', 'inputs', 'output', { event: 1 }];
    for (const name of usual) {
      const part = await watched.place.source.document(watched.run('a').key, name);
      expect('text' in part ? part.text : part.problem).not.toBe('');
      expect(part.file).not.toBe('');
    }
  });
}

function describeInStore(make: () => SourceUnderTest): void {
  it('fills a store, which judges its runs, and takes them along when it leaves', async () => {
    const place = make();
    const { source, engine } = place;
    place.add('a');
    place.add('b');
    const store = new RunStore(systemClock, enginesOf(engine), { activityWindow: defaultActivityWindow });
    onTestFinished(() => store.dispose());
    const added = store.add(source);
    await vi.waitFor(() => {
      expect(store.loaded).toBe(true);
      expect(store.all.map(({ run }) => run.runId).toSorted()).toEqual(
        ['a', 'b'].map((id) => place.runIdOf?.(id) ?? id).toSorted(),
      );
    }, patience);
    for (const { run, state, engine: owner } of store.all) {
      expect(owner).toBe(engine);
      expect(state.reason).not.toBe('');
      expect(store.sourceOf(run.key)).toBe(source);
    }
    added.dispose();
    expect(store.all).toEqual([]);
  });
}
