import { asBabysitter } from '../../src/engines/babysitter/core/babysitterRun';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyFold, foldRun, type RunFold } from '../../src/engines/babysitter/core/foldRun';
import type { JournalEntry } from '../../src/engines/babysitter/core/journal';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { toRunView, type RunView } from '../../src/core/views/page/runView';
import { exactMoment } from '../../src/core/moments';
import { atOnce } from '../../src/core/sliced';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { asOf } from '../../src/engines/babysitter/core/asOf';
import { openingPast, type PastRun } from '../../src/core/views/travel/pastRun';
import { runDocument } from '../../src/core/views/travel/runDocument';
import { RunHistory, type HistoryLimits } from '../../src/engines/babysitter/core/runHistory';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now, opened, stored, type TaskParts } from '../support/treeText';

const small: HistoryLimits = { piece: 7, folds: 3, pieces: 2, atOnce: 3 };

interface Reading {
  readonly history: RunHistory;
  /** How many events were read, one that was read twice counted twice. */
  read: number;
  /** Events that cannot be used now. */
  readonly broken: Set<string>;
}

/** The history of a journal that lies in memory. */
function historyOf(entries: readonly JournalEntry[], limits: HistoryLimits = small): Reading {
  const byFile = new Map(entries.map((entry) => [entry.file, entry]));
  const reading: Reading = {
    read: 0,
    broken: new Set(),
    history: new RunHistory(
      async (files) => {
        reading.read += files.length;
        return files.map((file) => (reading.broken.has(file) ? undefined : byFile.get(file)));
      },
      async (work) => atOnce(work),
      limits,
    ),
  };
  reading.history.list(entries.map(({ file }) => file));
  return reading;
}

const wanted = new AbortController().signal;

it('is read to its end while the journal grows, and given up when it is another one', async () => {
  const { entries } = ['e1', 'e2', 'e3', 'e4'].reduce(
    (story, effect) => story.requested(effect, 'agent'),
    journal().created(),
  );
  const { history } = historyOf(entries);
  const names = entries.map(({ file }) => file);
  history.list(names.slice(0, 4));
  const grown = history.foldAt(4, wanted);
  await Promise.resolve();
  history.list(names);
  expect((await grown)?.effects.size).toBe(3);

  const replaced = history.foldAt(5, wanted);
  await Promise.resolve();
  history.list(names.toReversed());
  expect(await replaced).toBeUndefined();
});

async function foldAt({ history }: Reading, count: number): Promise<RunFold> {
  return (await history.foldAt(count, wanted)) ?? expect.fail(`event ${count} is not there`);
}

/** Any journal: effects asked for, answered once or twice or never, cancelled, ended, reopened, with costs and noise. */
const stories = fc
  .array(
    fc.record({
      what: fc.constantFrom(
        ...['request', 'resolve', 'err', 'cancel', 'complete', 'fail', 'halt', 'cost', 'other', 'create'],
      ),
      id: fc.integer({ min: 1, max: 12 }),
      kind: fc.constantFrom('agent', 'shell', 'breakpoint', 'sleep'),
      pause: fc.constantFrom(0, 0, 10 * second),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    const story = journal().created();
    for (const { what, id, kind, pause } of steps) {
      story.after(pause);
      const effectId = `task${id}`;
      if (what === 'request') story.requested(effectId, kind);
      else if (what === 'resolve') story.resolved(effectId);
      else if (what === 'err') story.erred(effectId);
      else if (what === 'cancel') story.cancelled(effectId);
      else if (what === 'complete') story.completed();
      else if (what === 'fail') story.failed();
      else if (what === 'halt') story.halted();
      else if (what === 'create') story.created();
      else if (what === 'cost') story.add('COST_TRACKED', { effectId, inputTokens: id, model: 'm' });
      else story.add('STOP_HOOK_INVOKED', { decision: 'block' });
    }
    return story;
  });

describe('the history of a run', () => {
  it('gives, at every event and in any order, what folding a journal that ends there gives', async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.infiniteStream(fc.nat()), async (story, random) => {
        const { entries } = story;
        const reading = historyOf(entries);
        const visits = [
          ...entries.keys(),
          ...Array.from(entries, () => (random.next().value ?? 0) % entries.length),
        ];
        for (const place of visits) {
          const fold = await foldAt(reading, place + 1);
          expect(fold).toEqual(foldRun(entries.slice(0, place + 1)));
        }
        expect(await reading.history.foldAt(0, wanted)).toBe(emptyFold);
      }),
      { numRuns: 60 },
    );
  });

  it('reads on when the journal grows, and anew when it was replaced', async () => {
    const story = journal().created();
    for (let n = 1; n <= 20; n += 1) story.done(`a${n}`);
    const { entries } = story;
    const reading = historyOf(entries);
    reading.history.list(entries.slice(0, 30).map(({ file }) => file));
    await foldAt(reading, 30);
    reading.history.list(entries.map(({ file }) => file));
    const before = reading.read;
    expect(await foldAt(reading, 41)).toEqual(foldRun(entries));
    expect(reading.read - before).toBe(41 - 30);

    const other = journal()
      .created()
      .requested('b')
      .entries.map((entry) => ({ ...entry, file: `x${entry.file}` }));
    const replaced = historyOf(other);
    replaced.history.list(entries.map(({ file }) => file));
    replaced.history.list(other.map(({ file }) => file));
    expect((await foldAt(replaced, 2)).effects.has('b')).toBe(true);
  });

  it('looks again at an event that could not be used', async () => {
    const { entries } = journal().created().done('a').done('b');
    const reading = historyOf(entries);
    reading.broken.add(entries[2]?.file ?? '');
    expect((await foldAt(reading, 5)).effects.get('a')?.status).toBe('pending');
    reading.broken.clear();
    reading.history.list(entries.map(({ file }) => file));
    expect((await foldAt(reading, 5)).effects.get('a')?.status).toBe('ok');
  });

  it('gives up what is not wanted any more, and keeps what it read', async () => {
    const story = journal().created();
    for (let n = 1; n <= 50; n += 1) story.done(`a${n}`);
    const reading = historyOf(story.entries);
    const controller = new AbortController();
    const first = reading.history.foldAt(100, controller.signal);
    controller.abort();
    expect(await first).toBeUndefined();
    expect(reading.read).toBeLessThan(100);
    expect(await foldAt(reading, 100)).toEqual(foldRun(story.entries.slice(0, 100)));
  });

  it('of a hundred thousand events, keeps little and reads a step back from what it keeps', async () => {
    const entries: JournalEntry[] = [];
    for (let seq = 1; seq <= 100_000; seq += 1) {
      const effectId = `e${seq >> 1}`;
      const event =
        seq % 2 === 0
          ? ({
              type: 'EFFECT_REQUESTED',
              effectId,
              taskId: 't',
              kind: 'agent',
              label: 't',
              labels: [],
              stepId: '',
              invocationKey: '',
            } as const)
          : ({
              type: 'EFFECT_RESOLVED',
              effectId,
              status: 'ok',
              error: undefined,
              startedAt: undefined,
              finishedAt: undefined,
            } as const);
      entries.push({ file: `${seq}`, seq, at: start + seq, sdkVersion: undefined, event });
    }
    const reading = historyOf(entries, { piece: 5000, folds: 64, pieces: 3, atOnce: 250 });
    await foldAt(reading, 99_999);
    expect(reading.read).toBe(99_999);
    for (const step of [99_998, 99_997, 97_000, 95_001]) {
      expect((await foldAt(reading, step)).entries).toBe(step);
    }
    expect(reading.read).toBe(99_999);
    // Far back, a piece is read again, and nothing before it.
    expect((await foldAt(reading, 50_100)).entries).toBe(50_100);
    expect(reading.read).toBe(99_999 + 100);
  });
});

/** A run as it was with so many events. */
function past(story: JournalBuilder, event: number, parts: TaskParts = {}): PastRun {
  const run = aRun({ journal: story });
  const { file } = story.entries[event - 1] ?? expect.fail('there is no such event');
  const fold = foldRun(story.entries.slice(0, event));
  const options = { activityWindow: defaultActivityWindow };
  const { details } = opened(run, parts);
  const reading = atOnce(asOf({ run, details }, { event, file, fold }));
  return atOnce(openingPast(reading, babysitterEngine, parts.metric ?? defaultMetricChoice, options));
}

function view(then: PastRun): RunView {
  return toRunView(then.stored, then.opened, then.at, { iterating: false, trusted: true, past: true });
}

const scored = journal()
  .created()
  .done('tune1', 'agent', { label: 'Iteration 1: tune' })
  .done('tune2', 'agent', { label: 'Iteration 2: tune' })
  .requested('gate', 'breakpoint', { label: 'Ship it?' })
  .after(10 * minute)
  .resolved('gate')
  .done('tune3', 'agent', { label: 'Iteration 3: tune' })
  .completed();
const parts: TaskParts = {
  tasks: { tune1: { kind: 'agent', title: 'Iteration 1: tune' } },
  results: {
    tune1: { score: 1, summary: 'first words' },
    tune2: { score: 3 },
    tune3: { score: 2, summary: 'last words' },
    gate: { approved: true, feedback: 'fine by me' },
  },
};

describe('a run as it was', () => {
  it('has no result, iteration, metric, answer or end that came later, at every event', () => {
    for (let event = 1; event <= scored.events.length; event += 1) {
      const then = past(scored, event, parts);
      const { run } = then.stored;
      expect(run.eventCount).toBe(event);
      for (const effectId of then.opened.details.results.keys()) {
        expect(run.story.effects.get(effectId)?.status, `${effectId} at ${event}`).toBe('ok');
      }
      for (const effectId of then.opened.details.tasks.keys())
        expect(run.story.effects.has(effectId)).toBe(true);
      expect(run.story).toEqual(foldRun(scored.entries.slice(0, event)));
    }
    const words = (event: number): string => JSON.stringify(view(past(scored, event, parts)));
    expect(words(6)).not.toMatch(/last words|fine by me|tune3|Iteration 3/);
    expect(words(8)).not.toMatch(/last words/);
    expect(words(9)).toMatch(/fine by me/);
  });

  it('stands as the classifier says for that moment, whatever lock or process there is now', () => {
    const states = [1, 2, 3, 6, 7, 8, 10].map((event) => past(scored, event, parts).stored.state.state);
    expect(states).toEqual(['created', 'working', 'ready', 'needs-you', 'ready', 'working', 'completed']);
    const { stored: then, at } = past(scored, 6, parts);
    expect(then.state.reason).toBe('Needs your answer: Ship it?');
    expect(at).toBe(start + 5 * second);
    const locked = aRun({ journal: scored, lock: {} });
    const fold = foldRun(scored.entries.slice(0, 6));
    const file = scored.entries[5]?.file ?? '';
    const { details } = opened(locked);
    const held = atOnce(asOf({ run: locked, details }, { event: 6, file, fold }));
    expect(asBabysitter(held.run).lock).toBeUndefined();
  });

  it('knows the best iteration of then', () => {
    const best = (event: number): readonly string[] =>
      view(past(scored, event, parts)).iterations.map(({ n, icon }) => `${n} ${icon}`);
    expect(best(3)).toEqual(['1 layers']);
    expect(best(5)).toEqual(['2 star-full', '1 layers']);
  });

  it('shows its question with nothing that answers it', () => {
    const { breakpoints, iterate, resume, verdict, past: isPast } = view(past(scored, 6, parts));
    const why = 'This is the past: nothing can be answered or done here. Go back to now for that.';
    expect(breakpoints).toHaveLength(1);
    expect([breakpoints[0]?.answer, iterate, resume]).toEqual([
      { whyNot: why },
      { whyNot: why },
      { whyNot: why },
    ]);
    expect([verdict.hint, verdict.next]).toEqual([why, undefined]);
    expect(isPast).toBe(true);
    expect(view(past(scored, 7, parts)).breakpoints).toEqual([]);
  });

  it('has the problems of events and tasks that were there', () => {
    const story = journal().created().done('a').resolved('a').done('b');
    const problems = [
      { file: 'tasks/a/result.json', what: 'is odd' },
      { file: 'tasks/b/result.json', what: 'is odd' },
      { file: 'tasks/b/task.json', what: 'is odd' },
    ];
    const said = (event: number): readonly string[] =>
      view(past(story, event, { problems })).problems.map(({ file }) => file);
    expect(said(3)).toEqual(['tasks/a/result.json']);
    expect(said(4)).toEqual([expect.stringMatching(/^journal\/000004/), 'tasks/a/result.json']);
    expect(said(5)).toEqual([
      expect.stringMatching(/^journal\/000004/),
      'tasks/a/result.json',
      'tasks/b/task.json',
    ]);
  });
});

describe('the text of a run', () => {
  const text = (event: number): string => runDocument(past(scored, event, parts));

  it('says how it stands, in the order of the journal, so that only what is new differs', () => {
    expect(text(6)).toBe(`# demo/process

- Process: demo/process
- State: needs you
- Why: Needs your answer: Ship it?
- Tasks: 2 done, 1 pending
- Iterations: 2
- Best: iteration 2 (score 3)
- Events: 6
- Last event: ${exactMoment(Date.parse('2026-03-01T10:00:05.000Z'))}

## Open questions

- Ship it?

## Iteration 1

score 1 · 1 done

- Iteration 1: tune (agent): done
    {
      "score": 1,
      "summary": "first words"
    }

## Iteration 2

score 3 · 1 done, 1 pending

- Iteration 2: tune (agent): done
    {
      "score": 3
    }

- Ship it? (breakpoint): pending
`);
    const lines = text(10).split('\n');
    for (const line of text(3).split('\n').slice(10)) expect(lines).toContain(line);
    const run = aRun({ journal: scored });
    expect(runDocument({ stored: stored(run), opened: opened(run, parts) })).toBe(text(10));
  });

  it('depends on no clock, masks secrets and spells deceptive text out', () => {
    const story = journal().created().done('a', 'agent', { label: 'x\u202ey' });
    const results = { a: { completionProof: 'abcdefgh', note: 'z\u202e' } };
    const run = aRun({ journal: story });
    const words = (at: number): string =>
      runDocument({ stored: stored(run, at), opened: opened(run, { results }) });
    expect(words(now)).toBe(words(now + 1000 * minute));
    expect(words(now)).not.toMatch(/abcdefgh|\u202e/);
    expect(words(now)).toContain('x⟨U+202E⟩y');
  });
});
