import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestRun } from '../../src/engines/babysitter/core/digest';
import type { Effect } from '../../src/core/run/effect';
import { endOf, foldRun, type RunFold } from '../../src/engines/babysitter/core/foldRun';
import { classify } from '../../src/engines/babysitter/core/judge';
import { pendingEffects } from '../../src/core/run/run';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

const fold = (story: JournalBuilder): RunFold => foldRun(story.entries);

/** "a1:ok b1:pending" */
function outline({ effects }: RunFold): string {
  return [...effects.values()].map(({ effectId, status }) => `${effectId}:${status}`).join(' ');
}

/** "a b | c": the batches, effects of one batch together. */
function batches({ effects }: RunFold): string {
  const groups: string[][] = [];
  for (const { effectId, batch } of effects.values()) (groups[batch - 1] ??= []).push(effectId);
  return groups.map((group) => group.join(' ')).join(' | ');
}

function effect({ effects }: RunFold, id: string): Effect {
  return effects.get(id) ?? expect.fail(`there is no effect ${id}`);
}

const problems = (run: RunFold): readonly string[] => run.problems.map(({ file, what }) => `${file} ${what}`);

describe('foldRun', () => {
  it('follows each effect from its request to its end', () => {
    const run = fold(
      journal()
        .created({ prompt: 'Build it' })
        .requested('a', 'agent', { stepId: 'S000001', labels: ['agent'] })
        .requested('b')
        .requested('c')
        .requested('d')
        .resolved('b', { startedAt: '2026-03-01T10:00:02Z', finishedAt: '2026-03-01T10:00:04Z' })
        .erred('a', 'Out of budget')
        .cancelled('d', 'Not needed'),
    );
    expect(outline(run)).toBe('a:error b:ok c:pending d:cancelled');
    expect(effect(run, 'a')).toEqual({
      effectId: 'a',
      taskId: 'a',
      kind: 'agent',
      label: 'agent',
      labels: ['agent'],
      stepId: 'S000001',
      invocationKey: 'demo/process:S000001:a',
      requestedAt: start + second,
      requestedSeq: 2,
      batch: 1,
      status: 'error',
      resolvedAt: start + 6 * second,
      resolvedOrder: 2,
      resolvedSeq: 7,
      resolvedBefore: 0,
      startedAt: undefined,
      finishedAt: undefined,
      error: { name: 'Error', message: 'Out of budget', stack: undefined },
      cancelReason: undefined,
    });
    expect(effect(run, 'b')).toMatchObject({
      startedAt: start + 2 * second,
      finishedAt: start + 4 * second,
      resolvedOrder: 1,
    });
    expect(effect(run, 'd')).toMatchObject({ cancelReason: 'Not needed', resolvedOrder: 3 });
    expect(run).toMatchObject({
      entries: 8,
      processId: 'demo/process',
      prompt: 'Build it',
      entry: { importPath: '../../processes/demo.mjs', exportName: 'process' },
      firstAt: start,
      lastAt: start + 7 * second,
      resolvedCount: 3,
      end: undefined,
    });
    expect(problems(run)).toEqual([]);
  });

  it('takes the first of two requests and of two answers, and says so', () => {
    const run = fold(
      journal()
        .created()
        .requested('a', 'agent')
        .requested('a', 'shell')
        .resolved('a')
        .erred('a')
        .cancelled('a'),
    );
    expect(effect(run, 'a')).toMatchObject({ kind: 'agent', status: 'ok', requestedSeq: 2 });
    expect(run.resolvedCount).toBe(1);
    expect(problems(run).map((problem) => problem.replace(/^\S+ /, ''))).toEqual([
      'requests the effect a a second time; engines refuse the run',
      'answers the effect a a second time; the first answer stands',
      'answers the effect a a second time; the first answer stands',
    ]);
    expect(run.problems[0]?.file).toMatch(/^journal\/000003\.\w{26}\.json$/);
  });

  it('keeps both of two effects with one invocation key, in whatever pieces it reads, and says that engines refuse', () => {
    const { entries } = journal()
      .created()
      .requested('a', 'agent', { invocationKey: 'p:S1:a' })
      .requested('b', 'agent', { invocationKey: 'p:S1:b' })
      .resolved('a')
      .requested('c', 'agent', { invocationKey: 'p:S1:a' });
    const whole = foldRun(entries);
    expect(outline(whole)).toBe('a:ok b:pending c:pending');
    expect(whole.problems).toEqual([
      {
        file: expect.stringMatching(/^journal\/000005\./),
        what: 'requests the step p:S1:a a second time, as the effect c; engines refuse the run',
        mendable: true,
        stops: 'any',
      },
    ]);
    // Another reading of the same journal must not know more than it has read.
    const half = foldRun(entries.slice(0, 3));
    foldRun(entries.slice(3), half);
    expect(foldRun(entries.slice(3), half).problems).toEqual(whole.problems);
  });

  it('says which answer has no request, and does not invent the effect', () => {
    const run = fold(journal().created().resolved('ghost').cancelled('spirit').requested('ghost'));
    expect(outline(run)).toBe('ghost:pending');
    expect(run.answeredSinceRequest).toBe(false);
    expect(problems(run).map((problem) => problem.replace(/^\S+ /, ''))).toEqual([
      'answers the effect ghost, whose request is not in the journal',
      'answers the effect spirit, whose request is not in the journal',
    ]);
    expect(run.problems.map(({ stops }) => stops)).toEqual(['iterate', 'iterate']);
  });

  it('keeps its effects when the run is created a second time, and takes over what that says', () => {
    const run = fold(
      journal().created({ prompt: 'One' }).done('a').created({ processId: 'other', prompt: 'Two' }),
    );
    expect(run).toMatchObject({ processId: 'other', prompt: 'Two' });
    expect(outline(run)).toBe('a:ok');
    expect(problems(run)).toEqual([
      expect.stringMatching(/ creates the run a second time: an existing id was used again$/),
    ]);
  });

  it.each([
    ['RUN_COMPLETED', journal().completed()],
    ['RUN_FAILED', journal().failed()],
    ['RUN_HALTED', journal().halted()],
    ['PROCESS_RUNTIME_ERROR', journal().processError()],
  ])('%s ends a run until the next request, which alone reopens it', (type, story) => {
    expect(fold(story).end?.type).toBe(type);
    const noise = story.add('COST_TRACKED').add('STOP_HOOK_INVOKED').add('PROCESS_ASSIGNED').created();
    expect(fold(noise).end?.type).toBe(type);
    expect(fold(noise.requested('a')).end).toBeUndefined();
    expect(fold(noise.completed()).end?.type).toBe('RUN_COMPLETED');
  });

  it('knows whether an answer came after the last request', () => {
    const since = (story: JournalBuilder): boolean => fold(story).answeredSinceRequest;
    expect(since(journal().requested('a'))).toBe(false);
    expect(since(journal().requested('a').resolved('a'))).toBe(true);
    expect(since(journal().requested('a').cancelled('a'))).toBe(true);
    expect(since(journal().requested('a').resolved('a').requested('b'))).toBe(false);
    expect(since(journal().requested('a').resolved('a').add('STOP_HOOK_INVOKED'))).toBe(true);
  });

  it('takes the engine version from the first event that has one', () => {
    const story = journal()
      .created()
      .add('X', {}, { sdkVersion: '6.0.0' })
      .add('X', {}, { sdkVersion: '6.1.0' });
    expect(fold(story).sdkVersion).toBe('6.0.0');
  });

  it('takes the times from the events that tell one', () => {
    const story = journal()
      .add('X', {}, { recordedAt: 'soon' })
      .add('X')
      .add('X', {}, { recordedAt: undefined });
    const { firstAt, lastAt, entries } = fold(story);
    expect({ firstAt, lastAt, entries }).toEqual({
      firstAt: start + second,
      lastAt: start + second,
      entries: 3,
    });
  });

  it('does not change what it folds onto', () => {
    const before = fold(journal().created().requested('a').resolved('ghost'));
    const copy = structuredClone(before);
    foldRun(journal().resolved('a').requested('b').resolved('ghost').completed().entries, before);
    expect(before).toEqual(copy);
    expect(foldRun([], before)).toBe(before);
  });
});

describe('batches', () => {
  const parallel = (): JournalBuilder => journal().created().requested('a').requested('b');
  it.each<[string, JournalBuilder, string]>([
    ['requests in a row are one batch', parallel().requested('c'), 'a b c'],
    ['an answer closes it', parallel().resolved('a').requested('c'), 'a b | c'],
    ['a cancellation too', parallel().cancelled('a').requested('c'), 'a b | c'],
    ['a failure too', parallel().failed().requested('c'), 'a b | c'],
    ['a process error too', parallel().processError().requested('c'), 'a b | c'],
    ['changed code too', parallel().add('PROCESS_CODE_HASH_CHANGED').requested('c'), 'a b | c'],
    ['an assigned process too', parallel().add('PROCESS_ASSIGNED').requested('c'), 'a b | c'],
    ['a log line does not', parallel().add('PROCESS_LOG').requested('c'), 'a b c'],
    [
      'a refused second answer does not',
      journal().done('a').requested('b').resolved('a').requested('c'),
      'a | b c',
    ],
    [
      'five seconds do not',
      parallel()
        .after(4 * second)
        .requested('c'),
      'a b c',
    ],
    [
      'more do',
      parallel()
        .after(4 * second + 1)
        .requested('c'),
      'a b | c',
    ],
    [
      'the pause counts between requests',
      parallel()
        .after(4 * second)
        .add('PROCESS_LOG')
        .requested('c'),
      'a b | c',
    ],
    ['a clock set back closes none', parallel().after(-minute).requested('c'), 'a b c'],
  ])('%s', (_, story, expected) => {
    expect(batches(fold(story))).toBe(expected);
  });
});

type Step = (story: JournalBuilder) => JournalBuilder;

/** Journals that an engine may write: nothing is asked or answered twice, every answer has its request. */
const validJournal = fc
  .array(
    fc.record({
      what: fc.constantFrom('request', 'request', 'request', 'answer', 'answer', 'cancel', 'end', 'noise'),
      kind: fc.constantFrom('agent', 'shell', 'breakpoint', 'sleep', 'orchestrator_task'),
      task: fc.constantFrom('plan', 'build', 'score'),
      end: fc.constantFrom<Step>(
        (story) => story.completed(),
        (story) => story.failed(),
        (story) => story.processError(),
        (story) => story.halted(),
        (story) => story.completed({ manual_seal_reason: 'Enough' }),
      ),
      pause: fc.constantFrom(0, 0, 10 * second),
      pick: fc.nat(),
      ok: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    const story = journal().created();
    const open: string[] = [];
    steps.forEach(({ what, kind, task, end, pause, pick, ok }, i) => {
      story.after(pause);
      const [id] = what === 'answer' || what === 'cancel' ? open.splice(pick % (open.length || 1), 1) : [];
      if (what === 'request') {
        open.push(`e${i}`);
        story.requested(`e${i}`, kind, { taskId: task });
      } else if (what === 'end') end(story);
      else if (what === 'noise') story.add('COST_TRACKED', { costUsd: 1 });
      else if (id !== undefined && what === 'cancel') story.cancelled(id);
      else if (id !== undefined && ok) story.resolved(id);
      else if (id !== undefined) story.erred(id);
    });
    return story;
  });

it('folds fifty thousand error results of one batch in a moment, and knows the last that ended the run', () => {
  const story = journal().created();
  for (let i = 0; i < 50_000; i += 1) story.requested(`e${i}`);
  for (let i = 0; i < 50_000; i += 1) story.erred(`e${i}`, `Broken: part ${i}`);
  const { end, errors } = foldRun(story.failed('Broken: part 49999').entries);
  expect(end?.failedTask).toBe('e49999');
  expect(errors).toHaveLength(100);
});

it('no error that comes after a failure has caused it, also by the last events alone', () => {
  const { entries } = journal().created().requested('a').failed('It broke').erred('a', 'It broke');
  expect(foldRun(entries).end?.failedTask).toBeUndefined();
  expect(digestRun(entries.toReversed())?.end).toEqual(foldRun(entries).end);
});

describe('an end that is told again', () => {
  const problems = (story: JournalBuilder): readonly string[] =>
    foldRun(story.entries).problems.map(({ what }) => what);

  it('leaves a completed run completed, and says that an engine error was recorded', () => {
    const story = journal().created().done('a').completed().failed('sequence gap');
    expect(foldRun(story.entries).end?.type).toBe('RUN_COMPLETED');
    expect(problems(story)).toEqual(['records an engine error after the run was completed: sequence gap']);
    // A request in between reopens the run.
    const reopened = journal().created().completed().done('a').failed('no');
    expect(foldRun(reopened.entries).end?.type).toBe('RUN_FAILED');
  });

  it('does not make a completed run longer', () => {
    const story = journal().created().done('a').completed();
    const first = foldRun(story.entries).end?.at;
    expect(foldRun(story.after(minute).completed().entries).end?.at).toBe(first);
    const reopened = foldRun(story.done('b').completed().entries);
    expect(reopened.end?.at).toBe(reopened.lastAt);
  });

  it('does not make a failure younger, unless it says something new', () => {
    const story = journal().created().requested('a').requested('b').failed('x');
    const first = foldRun(story.entries).end?.at;
    const again = foldRun(story.failed('x').entries).end;
    expect([again?.at, again?.toldAt]).toEqual([first, first]);
    const answered = foldRun(story.resolved('a').failed('x').entries).end;
    expect(answered?.at).toBe(first);
    expect(answered?.toldAt).toBe(story.entries.at(-1)?.at);
    const other = foldRun(story.failed('y').entries).end;
    expect([other?.at, other?.toldAt, other?.error?.message]).toEqual([first, story.entries.at(-1)?.at, 'y']);
  });
});

describe('any journal that an engine may write', () => {
  it('is told by its last events as the whole of it tells, or not at all', () => {
    fc.assert(
      fc.property(validJournal, ({ entries }) => {
        const whole = foldRun(entries);
        const digest = digestRun(entries.toReversed());
        if (digest) {
          // Only the whole journal knows that an end was told before.
          const at = entries.filter(endOf).length < 2 ? whole.end?.at : digest.end?.at;
          expect([digest.end, digest.lastAt]).toEqual([whole.end && { ...whole.end, at }, whole.lastAt]);
          expect(digest.end).toBeDefined();
        } else if (entries.length <= 16 && entries.filter(endOf).length < 2) {
          expect(whole.end).toBeUndefined();
        }
      }),
    );
  });

  it('gives a state at every point of it, and counts that add up', () => {
    fc.assert(
      fc.property(validJournal, fc.nat(), (story, cut) => {
        const length = cut % (story.events.length + 1);
        const part = journal();
        part.events.push(...story.events.slice(0, length));
        const run = aRun({ journal: part });
        const { state, reason } = classify(run, start + minute, { activityWindow: minute });
        expect(reason).not.toBe('');
        expect(run.story.problems.filter(({ what }) => !what.startsWith('records an engine error'))).toEqual(
          [],
        );

        const effects = [...run.story.effects.values()];
        const count = (...statuses: readonly string[]): number =>
          effects.filter(({ status }) => statuses.includes(status)).length;
        const sleepsOfFinished = run.story.end
          ? effects.filter(({ kind, status }) => kind === 'sleep' && status === 'pending').length
          : 0;
        expect(pendingEffects(run).length + sleepsOfFinished + count('ok', 'error', 'cancelled')).toBe(
          effects.length,
        );
        expect(run.story.resolvedCount).toBe(count('ok', 'error', 'cancelled'));
        expect(state === 'needs-you').toBe(
          !run.story.end && effects.some((e) => e.kind === 'breakpoint' && e.status === 'pending'),
        );
        const numbers = effects.map(({ batch }) => batch);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        expect(new Set(numbers).size).toBe(run.story.batches);
      }),
    );
  });

  it('folded in pieces gives what it gives at once', () => {
    fc.assert(
      fc.property(validJournal, fc.array(fc.nat({ max: 5 })), (story, pieces) => {
        const { entries } = story;
        let run = foldRun([]);
        let done = 0;
        for (const size of [...pieces, entries.length]) {
          run = foldRun(entries.slice(done, done + size), run);
          done += size;
        }
        expect(run).toEqual(foldRun(entries));
        expect([...run.effects]).toEqual([...foldRun(entries).effects]);
      }),
    );
  });

  it('is told the same with unknown events in it, but for their number and the time of the last', () => {
    fc.assert(
      fc.property(validJournal, fc.nat(), fc.string({ minLength: 1 }), (story, at, type) => {
        const { entries } = story;
        const last = entries.at(-1);
        const unknown = { ...entries[0], event: { type: 'other', name: `UNKNOWN ${type}` }, at: last?.at };
        const place = at % (entries.length + 1);
        const {
          entries: count,
          lastAt,
          firstAt,
          ...run
        } = foldRun(entries.toSpliced(place, 0, unknown as (typeof entries)[number]));
        expect({ ...run, entries: count - 1, lastAt, firstAt: entries[0]?.at }).toEqual(foldRun(entries));
        expect([firstAt, lastAt]).toEqual([place === 0 ? last?.at : entries[0]?.at, last?.at]);
      }),
    );
  });

  it('never throws and never loses count on events in any order, repeated and answered twice', () => {
    const shuffled = validJournal.chain((story) =>
      fc.array(fc.constantFrom(...story.entries), { maxLength: 60 }),
    );
    fc.assert(
      fc.property(shuffled, (entries) => {
        const run = foldRun(entries);
        expect(run.entries).toBe(entries.length);
        const settled = [...run.effects.values()].filter(({ status }) => status !== 'pending');
        expect(run.resolvedCount).toBe(settled.length);
        const unread = { ...aRun(), fold: run };
        expect(() => classify(unread, start, { activityWindow: minute })).not.toThrow();
      }),
    );
  });
});
