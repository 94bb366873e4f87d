import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultActivityWindow, stateActions, type State } from '../../src/core/run/judgement';
import { classify, forkedAway } from '../../src/engines/babysitter/core/judge';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, type RunParts } from '../support/runBuilder';
import { moment, writeMomentsIn } from '../../src/core/moments';
import { momentText } from '../support/momentText';

const options = { activityWindow: defaultActivityWindow };
const later = start + 24 * 60 * minute;

const answer = ['breakpoint.answer', 'breakpoint.approve', 'breakpoint.reject'];
const iterate = ['run.iterate', 'run.continue'];
const copy = ['run.fork', 'run.startAgain'];

/** A sleep until a moment, as the engine records it. */
const sleep = (at: number): { sleep: object } => ({
  sleep: { iso: new Date(at).toISOString(), targetEpochMs: at },
});
const bare = { entrypoint: { importPath: 'bare-run' } };

interface Row extends RunParts {
  readonly why: string;
  readonly now?: number;
  readonly state: State;
  readonly reason: string | RegExp;
  readonly actions: readonly string[];
  readonly changesAt?: number;
}

const answered = 'Everything is answered; iterate to go on';

const rows: readonly Row[] = [
  // unreadable
  {
    why: 'neither run.json nor an event can be read',
    metadata: null,
    problems: [{ file: 'run.json', what: 'is missing' }],
    state: 'unreadable',
    reason: 'Nothing of this run can be read: run.json is missing',
    actions: [],
  },
  {
    why: 'a folder that cannot be opened is told in words, not as "."',
    metadata: null,
    problems: [{ file: '.', what: 'cannot be opened: permission denied' }],
    state: 'unreadable',
    reason: 'Nothing of this run can be read: its folder cannot be opened: permission denied',
    actions: [],
  },
  {
    why: 'even an unreadable run can be mended if a problem of it can',
    metadata: null,
    problems: [{ file: 'run.lock', what: 'is empty', mendable: true }],
    lock: {},
    state: 'unreadable',
    reason: /^Nothing of this run can be read: run\.lock is empty$/,
    actions: ['run.repair'],
  },
  {
    why: 'run.json alone makes a run readable',
    state: 'created',
    reason: 'Not started; iterate to begin',
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'one event alone makes a run readable; nothing can be copied without run.json',
    metadata: null,
    journal: journal().created(),
    state: 'created',
    reason: 'Not started; iterate to begin',
    actions: [...iterate, 'run.resume'],
  },

  // finished
  {
    why: 'completed',
    journal: journal().created().done('a').completed(),
    state: 'completed',
    reason: 'Completed',
    actions: copy,
  },
  {
    why: 'an effect still pending does not make a completed run ask for anything',
    journal: journal().created().requested('a', 'breakpoint').requested('b').completed(),
    state: 'completed',
    reason: 'Completed',
    actions: copy,
  },
  {
    why: 'finished comes before a live lock',
    journal: journal().created().done('a').completed(),
    lock: {},
    state: 'completed',
    reason: 'Completed',
    actions: copy,
  },
  {
    why: 'a failed run can be iterated again (the old engines go on that way)',
    journal: journal().created().requested('x').erred('x').done('a').failed('API rate limit exceeded'),
    state: 'failed',
    reason: 'API rate limit exceeded',
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'but not under a live lock',
    journal: journal().created().done('a').failed(),
    lock: {},
    state: 'failed',
    reason: 'It broke',
    actions: ['run.resume', ...copy],
  },
  {
    why: 'a stale lock is no live lock; it is a problem that repair moves aside',
    journal: journal().created().done('a').failed(),
    lock: { alive: false },
    problems: [{ file: 'run.lock', what: 'was left behind', mendable: true }],
    state: 'failed',
    reason: 'It broke',
    actions: ['run.resume', ...copy, 'run.repair'],
  },
  {
    why: 'an error without a message is told by its name',
    journal: journal()
      .created()
      .add('RUN_FAILED', { error: { name: 'RangeError' } }),
    state: 'failed',
    reason: 'RangeError',
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'an error without anything',
    journal: journal().created().add('RUN_FAILED'),
    state: 'failed',
    reason: 'Failed without saying why',
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'the reason is one short line, whatever the process threw',
    journal: journal()
      .created()
      .failed(`first\nsecond ${'word '.repeat(100_000)}`),
    state: 'failed',
    reason: /^first second (?:word )*word…$/,
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'a process error is repeated by every iterate until it is recovered from',
    journal: journal().created().done('a').processError('Cannot read properties of undefined'),
    state: 'failed',
    reason: 'Cannot read properties of undefined',
    actions: ['run.resume', ...copy],
  },
  {
    why: 'halted',
    journal: journal().created().done('a').halted('The budget is spent'),
    state: 'halted',
    reason: 'Halted: The budget is spent',
    actions: copy,
  },
  {
    why: 'halted without a reason',
    journal: journal().created().add('RUN_HALTED'),
    state: 'halted',
    reason: 'Halted',
    actions: copy,
  },
  {
    why: 'sealed as completed by a person',
    journal: journal().created().requested('a').completed({ manual_seal_reason: 'Done by hand' }),
    state: 'completed',
    reason: 'Sealed as completed: Done by hand',
    actions: copy,
  },
  {
    why: 'a run sealed as failed is neither iterated nor resumed',
    journal: journal().created().requested('a').failed('x', { manual_seal_reason: 'Superseded' }),
    state: 'failed',
    reason: 'Sealed as failed: Superseded',
    actions: copy,
  },
  {
    why: 'the last end counts: failed, then completed',
    journal: journal().created().done('a').failed().completed(),
    state: 'completed',
    reason: 'Completed',
    actions: copy,
  },
  {
    why: 'the last end counts: completed, then sealed as failed',
    journal: journal().created().completed().failed('x', { manual_seal_reason: 'Wrong output' }),
    state: 'failed',
    reason: 'Sealed as failed: Wrong output',
    actions: copy,
  },
  {
    why: 'a request after the end reopens the run',
    journal: journal().created().done('a').failed().requested('b'),
    now: later,
    state: 'waiting',
    reason: new RegExp(
      `^Waiting for an agent since ${momentText('2026-03-01 10:00')}: 1 agent task pending$`,
    ),
    actions: ['task.post', 'run.resume', ...copy],
  },
  {
    why: 'an answer after the end reopens nothing',
    journal: journal().created().requested('a').failed().resolved('a'),
    state: 'failed',
    reason: 'It broke',
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'stop hooks and a second creation after the end reopen nothing',
    journal: journal().created().done('a').completed().add('STOP_HOOK_INVOKED').created(),
    state: 'completed',
    reason: 'Completed',
    actions: copy,
  },

  // needs-you
  {
    why: 'a breakpoint is pending; its own title is told',
    journal: journal().created().requested('q', 'breakpoint'),
    tasks: { q: { title: 'migration.plan', metadata: { payload: { title: 'Approve migration plan' } } } },
    state: 'needs-you',
    reason: 'Needs your answer: Approve migration plan',
    actions: [...answer, 'run.resume', ...copy],
  },
  {
    why: 'two are pending',
    journal: journal().created().requested('q1', 'breakpoint').requested('q2', 'breakpoint'),
    tasks: { q1: { metadata: { payload: { title: 'One' } } } },
    state: 'needs-you',
    reason: 'Needs your answer: One (and 1 more)',
    actions: [...answer, 'run.resume', ...copy],
  },
  {
    why: 'a breakpoint whose task.json is missing still needs you',
    journal: journal().created().requested('q', 'breakpoint', { label: 'deploy.gate' }),
    state: 'needs-you',
    reason: 'Needs your answer: deploy.gate',
    actions: [...answer, 'run.resume', ...copy],
  },
  {
    why: 'a breakpoint comes before a live lock',
    journal: journal().created().requested('q', 'breakpoint').done('a'),
    lock: {},
    tasks: { q: 'wrong' },
    state: 'needs-you',
    reason: /^Needs your answer: /,
    actions: [...answer, 'run.resume', ...copy],
  },
  {
    why: 'a breakpoint comes before a due sleep and before a recent task, which can be posted',
    journal: journal().created().requested('s', 'sleep').requested('a').requested('q', 'breakpoint'),
    tasks: { s: sleep(start) },
    now: start + 3 * second,
    state: 'needs-you',
    reason: /^Needs your answer: /,
    actions: [...answer, 'task.post', 'run.resume', ...copy],
  },
  {
    why: 'one of two questions is answered: an iterate has something to work with',
    journal: journal().created().requested('q1', 'breakpoint').requested('q2', 'breakpoint').resolved('q1'),
    state: 'needs-you',
    reason: /^Needs your answer: /,
    actions: [...answer, ...iterate, 'run.resume', ...copy],
  },
  {
    why: 'so has a cancelled one',
    journal: journal().created().requested('a').requested('q', 'breakpoint').cancelled('a'),
    state: 'needs-you',
    reason: /^Needs your answer: /,
    actions: [...answer, ...iterate, 'run.resume', ...copy],
  },
  {
    why: 'what was answered before the last request is applied already',
    journal: journal().created().done('a').requested('q', 'breakpoint'),
    state: 'needs-you',
    reason: /^Needs your answer: /,
    actions: [...answer, 'run.resume', ...copy],
  },

  // live lock
  {
    why: 'a live process holds the run',
    journal: journal().created(),
    lock: { pid: 77, acquiredAt: start },
    state: 'working',
    reason: `Working: process 77 holds the run since ${momentText('2026-03-01 10:00')}`,
    actions: ['run.resume', ...copy],
  },
  {
    why: 'a lock that does not say since when',
    journal: journal().created(),
    lock: { pid: 77, acquiredAt: undefined },
    state: 'working',
    reason: 'Working: process 77 holds the run',
    actions: ['run.resume', ...copy],
  },
  {
    why: 'a live lock comes before sleeping',
    journal: journal().created().requested('s', 'sleep'),
    tasks: { s: sleep(later) },
    lock: {},
    state: 'working',
    reason: /^Working: process 4242/,
    actions: ['run.resume', ...copy],
  },
  {
    why: 'and before ready, which it forbids to iterate',
    journal: journal().created().done('a'),
    lock: {},
    state: 'working',
    reason: /^Working: process 4242/,
    actions: ['run.resume', ...copy],
  },
  {
    why: 'and before waiting; a task may be posted all the same (the engine queues)',
    journal: journal().created().requested('a').requested('b').resolved('b'),
    lock: {},
    now: later,
    state: 'working',
    reason: /^Working: process 4242/,
    actions: ['task.post', 'run.resume', ...copy],
  },
  {
    why: 'a dead process holds nothing',
    journal: journal().created().done('a'),
    lock: { alive: false },
    state: 'ready',
    reason: answered,
    actions: [...iterate, 'run.resume', ...copy],
  },

  // sleeping, ready
  {
    why: 'only a sleep pends, and it is not due',
    journal: journal().created().done('a').requested('s', 'sleep'),
    tasks: { s: sleep(later) },
    now: later - 1,
    state: 'sleeping',
    reason: `Sleeping until ${moment(later, later - 1)}`,
    actions: ['run.resume', ...copy],
    changesAt: later,
  },
  {
    why: 'it is due to the millisecond',
    journal: journal().created().done('a').requested('s', 'sleep'),
    tasks: { s: sleep(later) },
    now: later,
    state: 'ready',
    reason: `Its sleep was over at ${moment(later)}; iterate to go on`,
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'one of two sleeps is due',
    journal: journal().created().requested('s1', 'sleep').requested('s2', 'sleep'),
    tasks: { s1: sleep(later + minute), s2: sleep(later) },
    now: later,
    state: 'ready',
    reason: /^Its sleep was over/,
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'the earlier of two sleeps wakes it',
    journal: journal().created().requested('s1', 'sleep').requested('s2', 'sleep'),
    tasks: { s1: sleep(later + minute), s2: sleep(later) },
    now: start,
    state: 'sleeping',
    reason: `Sleeping until ${moment(later, start)}`,
    actions: ['run.resume', ...copy],
    changesAt: later,
  },
  {
    why: 'a sleep without task.json is read from its label',
    journal: journal()
      .created()
      .requested('s', 'sleep', { label: `sleep:${new Date(later).toISOString()}` }),
    now: start,
    state: 'sleeping',
    reason: `Sleeping until ${moment(later, start)}`,
    actions: ['run.resume', ...copy],
    changesAt: later,
  },
  {
    why: 'a label that is no time is none ("Nap 1" is not the year 2001)',
    journal: journal().created().requested('s', 'sleep', { label: 'Nap 1' }),
    state: 'sleeping',
    reason: 'Sleeping until a time that cannot be read',
    actions: ['run.resume', ...copy],
  },
  {
    why: 'other effects pend beside a due sleep: somebody works on them',
    journal: journal().created().requested('s', 'sleep').requested('a'),
    tasks: { s: sleep(start) },
    now: later,
    state: 'waiting',
    reason: /: 1 agent task pending$/,
    actions: ['task.post', 'run.resume', ...copy],
  },
  {
    why: 'all answered',
    journal: journal().created().done('a'),
    state: 'ready',
    reason: answered,
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'all answered, but an iterate would do damage',
    journal: journal().created().done('a'),
    problems: [{ file: 'journal', what: 'lacks the event 2', stops: 'iterate' }],
    state: 'ready',
    reason: 'Everything is answered',
    actions: ['run.resume', ...copy],
  },
  {
    why: 'an error result is an answer too, and the reason says so',
    journal: journal().created().requested('a').erred('a'),
    state: 'ready',
    reason: /^Agent ended with an error.*; iterating shows whether the process handles it$/,
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'and so is a cancellation',
    journal: journal().created().requested('a').cancelled('a'),
    state: 'ready',
    reason: answered,
    actions: [...iterate, 'run.resume', ...copy],
  },

  // working, waiting
  {
    why: 'a task pends and something happened lately: a guess, and worded so',
    journal: journal().created().requested('a'),
    now: start + second + 30 * second,
    state: 'working',
    reason: 'Probably working: 1 agent task pending, last event 30s ago',
    actions: ['task.post', 'run.resume', ...copy],
    changesAt: start + second + defaultActivityWindow,
  },
  {
    why: 'the window is open to its last millisecond',
    journal: journal().created().requested('a'),
    now: start + second + defaultActivityWindow - 1,
    state: 'working',
    reason: /^Probably working/,
    actions: ['task.post', 'run.resume', ...copy],
    changesAt: start + second + defaultActivityWindow,
  },
  {
    why: 'then it waits; the kinds are counted',
    journal: journal().created().requested('a').requested('b').requested('c', 'orchestrator_task'),
    now: start + 3 * second + defaultActivityWindow,
    state: 'waiting',
    reason: `Waiting for an agent since ${momentText('2026-03-01 10:00')}: 2 agent tasks and 1 orchestrator task pending`,
    actions: ['task.post', 'run.resume', ...copy],
  },
  {
    why: 'an event of any kind counts as activity',
    journal: journal()
      .created()
      .requested('a')
      .after(10 * minute)
      .add('STOP_HOOK_INVOKED'),
    now: start + 10 * minute + 3 * second,
    state: 'working',
    reason: /last event just now$/,
    actions: ['task.post', 'run.resume', ...copy],
    changesAt: start + 10 * minute + 2 * second + defaultActivityWindow,
  },
  {
    why: 'a clock that runs ahead by hours makes no run "working"; but the clock catches up',
    journal: journal().created().requested('a'),
    now: start - 60 * minute,
    state: 'waiting',
    reason: /^Waiting for an agent/,
    actions: ['task.post', 'run.resume', ...copy],
    changesAt: start + second - defaultActivityWindow + 1,
  },
  {
    why: 'half of a batch is answered: an iterate hands it on',
    journal: journal().created().requested('a').requested('b').resolved('a'),
    now: later,
    state: 'waiting',
    reason: /: 1 agent task pending$/,
    actions: ['task.post', ...iterate, 'run.resume', ...copy],
  },
  {
    why: 'likewise while it works',
    journal: journal().created().requested('a').requested('b').resolved('a'),
    now: start + 4 * second,
    state: 'working',
    reason: /^Probably working/,
    actions: ['task.post', ...iterate, 'run.resume', ...copy],
    changesAt: start + 3 * second + defaultActivityWindow,
  },
  {
    why: 'kinds are any text: they are cut to one line, and not all of them are told',
    journal: ['x\ny', 'k'.repeat(500), 'c', 'd', 'e', 'f', 'g'].reduce(
      (story, kind, i) => story.requested(`t${i}`, kind),
      journal().created(),
    ),
    now: later,
    state: 'waiting',
    reason: /: 1 x y task, 1 k{39}… task, 1 c task, 1 d task and 3 other tasks pending$/,
    actions: ['task.post', 'run.resume', ...copy],
  },

  // created
  {
    why: 'created, with a process',
    journal: journal().created(),
    state: 'created',
    reason: 'Not started; iterate to begin',
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'a bare run has no process to iterate',
    metadata: bare,
    journal: journal().created(bare),
    state: 'created',
    reason: 'Not started: it has no process yet',
    actions: ['run.resume', ...copy],
  },
  {
    why: 'run.json, where it can be read, tells the process: the engine rewrites it when one is assigned',
    journal: journal().created(bare).add('PROCESS_ASSIGNED'),
    state: 'created',
    reason: 'Not started; iterate to begin',
    actions: [...iterate, 'run.resume', ...copy],
  },

  // repair
  {
    why: 'repair is offered only for what it can mend',
    journal: journal().created(),
    problems: [{ file: 'journal', what: 'lacks the event 3' }],
    state: 'created',
    reason: 'Not started; iterate to begin',
    actions: [...iterate, 'run.resume', ...copy],
  },
  {
    why: 'one that it can mend among others is enough',
    journal: journal().created().done('a').completed(),
    problems: [
      { file: 'journal', what: 'lacks the event 3' },
      { file: 'journal/x', what: 'is empty', mendable: true },
    ],
    state: 'completed',
    reason: 'Completed',
    actions: [...copy, 'run.repair'],
  },
];

describe('the next step', () => {
  const mendable = { file: 'journal/000002.x.json', what: 'is not valid JSON', mendable: true };
  const lock = { file: 'run.lock', what: 'was left behind', mendable: true };
  const six = { sdkVersion: '6.0.0' };
  const failing = (message: string): JournalBuilder =>
    journal().created().requested('a').erred('a', 'API quota reached').failed(message);

  it.each<[string, RunParts, string | undefined]>([
    ['an end is final', { journal: journal().created().completed() }, undefined],
    ['also with damage', { journal: journal().created().completed(), problems: [mendable] }, undefined],
    [
      'damage comes first',
      { journal: journal().created().requested('q', 'breakpoint'), problems: [mendable] },
      'run.repair',
    ],
    [
      'also what no repair mends in place',
      {
        journal: journal().created().done('a'),
        problems: [{ file: 'journal', what: 'lacks the event 2', stops: 'iterate' }],
      },
      'run.repair',
    ],
    [
      'a lock of a dead process is damage to engines that leave no version',
      { journal: journal().created().done('a'), lock: { alive: false }, problems: [lock] },
      'run.repair',
    ],
    [
      'and none to newer ones, which remove it',
      { journal: journal().created().done('a'), metadata: six, lock: { alive: false }, problems: [lock] },
      'run.iterate',
    ],
    ['a process that threw is recovered', { journal: journal().created().processError() }, 'run.resume'],
    ['a process that failed is run again', { journal: journal().created().failed() }, 'run.iterate'],
    ['not by 6.x, which repeats it', { journal: journal().created().failed(), metadata: six }, 'run.fork'],
    ['a task error that ended the run is forked away', { journal: failing('API quota reached') }, 'run.fork'],
    ['also within other words', { journal: failing('Error: API quota reached (task a)') }, 'run.fork'],
    ['not where the words differ', { journal: failing('cannot read the config') }, 'run.iterate'],
    [
      'nor where the error was caught and something else asked',
      {
        journal: journal()
          .created()
          .requested('a')
          .erred('a', 'API quota reached')
          .done('b')
          .failed('API quota reached'),
      },
      'run.iterate',
    ],
    [
      'a question is answered',
      { journal: journal().created().requested('q', 'breakpoint') },
      'breakpoint.answer',
    ],
    ['a task needs an agent', { journal: journal().created().requested('a') }, 'run.resume'],
    [
      'also while a sibling of it is answered and not applied',
      { journal: journal().created().requested('a').requested('b').resolved('a') },
      'run.resume',
    ],
    ['what is answered is applied', { journal: journal().created().done('a') }, 'run.iterate'],
    ['what is not started is begun', { journal: journal().created() }, 'run.iterate'],
    [
      'without a process one is assigned, where the engine can',
      { journal: journal(), metadata: { ...six, ...bare } },
      'run.assignProcess',
    ],
    ['else nothing helps', { journal: journal(), metadata: bare }, undefined],
  ])('%s', (_, parts, action) => {
    const judgement = classify(aRun(parts), later, options);
    expect(judgement.next.action).toBe(action);
    expect(judgement.next.reason).not.toBe('');
    if (action !== undefined && action !== 'run.repair') expect(judgement.actions).toContain(action);
  });

  it('is no repair of a left lock where the engine found removes it', () => {
    const run = aRun({ journal: journal().created().done('a'), lock: { alive: false }, problems: [lock] });
    expect(classify(run, later, { ...options, removesLocks: true }).next.action).toBe('run.iterate');
  });

  it('is to fork where an iterate made here ended in an error and brought nothing', () => {
    const run = aRun({ journal: journal().created().requested('a').erred('a') });
    const known = {
      childRun: () => undefined,
      actedAt: () => undefined,
      failedAt: () => run.eventCount,
      remember: () => {},
    };
    expect(classify(run, later, options).next.action).toBe('run.iterate');
    expect(classify(run, later, { ...options, known }).next).toMatchObject({
      action: 'run.fork',
      reason: expect.stringContaining('an iterate ended with the same error'),
    });
  });

  it('waits for a child run, where nothing else is to be done', () => {
    const run = aRun({ journal: journal().created().requested('s', 'subprocess') });
    const child = aRun({ journal: journal().created() });
    const known = {
      childRun: () => child,
      actedAt: () => undefined,
      failedAt: () => undefined,
      remember: () => {},
    };
    expect(classify(run, later, options).next.action).toBe('run.resume');
    expect(classify(run, later, { ...options, known }).next).toMatchObject({
      action: undefined,
      reason: 'It waits for its child run demo/process',
    });
  });

  it("believes nobody at work after the person's own step", () => {
    const run = aRun({ journal: journal().created().requested('a') });
    const known = {
      childRun: () => undefined,
      actedAt: () => run.eventCount,
      failedAt: () => undefined,
      remember: () => {},
    };
    const now = run.updatedAt + second;
    expect(classify(run, now, options).state).toBe('working');
    expect(classify(run, now, { ...options, known }).state).toBe('waiting');
  });
});

describe('classify', () => {
  it.each(rows)('$state: $why', ({ now = later, state, reason, actions, changesAt, ...parts }) => {
    const told = classify(aRun(parts), now, options);
    expect({ ...told, reason: told.reason }).toEqual({
      state,
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
      actions,
      changesAt,
    });
    expect(told.reason).not.toMatch(/\n/);
  });

  it('lists actions in their documented order', () => {
    for (const { now = later, ...parts } of rows) {
      const { actions } = classify(aRun(parts), now, options);
      expect(actions).toEqual(stateActions.filter((action) => actions.includes(action)));
    }
  });

  it('neither state nor actions change before changesAt, and something changes at it', () => {
    const moment = fc.integer({ min: start - 10 * minute, max: start + 10 * minute });
    const story = fc.constantFrom<() => JournalBuilder>(
      () => journal().created().requested('a'),
      () => journal().created().requested('s', 'sleep'),
      () => journal().created().requested('s', 'sleep').requested('a'),
    );
    const waits = fc.tuple(moment, moment, fc.nat({ max: 20 * minute }), story);
    fc.assert(
      fc.property(waits, ([now, due, wait, tell]) => {
        const run = aRun({ journal: tell(), tasks: { s: sleep(due) } });
        const stateAt = (time: number): unknown => {
          const { state, actions } = classify(run, time, options);
          return { state, actions };
        };
        const { changesAt } = classify(run, now, options);
        const until = changesAt ?? Number.POSITIVE_INFINITY;
        expect(stateAt(Math.min(now + wait, until - 1))).toEqual(stateAt(now));
        if (changesAt !== undefined) {
          expect(changesAt).toBeGreaterThan(now);
          expect(stateAt(changesAt)).not.toEqual(stateAt(now));
        }
      }),
    );
  });
});

it.each([
  [
    'the task that failed',
    journal().requested('a').requested('b').erred('a', 'No quota left').failed('No quota left'),
    'a',
  ],
  ['the task that ended with an error', journal().done('a').requested('b').erred('b', 'No'), 'b'],
  ['the last request, where none failed', journal().done('a').done('b').failed('It broke'), 'b'],
  ['nothing, where nothing was asked for', journal().created().failed('It broke'), undefined],
])('a run that cannot go on is forked from before %s', (_, story, expected) => {
  expect(forkedAway(aRun({ journal: story }))?.effectId).toBe(expected);
});

it('a run is judged without a moment being written, which takes a process 30 ms the first time', () => {
  writeMomentsIn('en');
  const DateTimeFormat = function DateTimeFormat(): never {
    throw new Error('A moment is written.');
  };
  vi.stubGlobal('Intl', { DateTimeFormat });
  onTestFinished(() => void vi.unstubAllGlobals());
  const asleep = { journal: journal().created().requested('s', 'sleep'), tasks: { s: sleep(later) } };
  const asked = { journal: journal().created().requested('a') };
  const judged = [
    classify(aRun(asleep), start, options),
    classify(aRun(asleep), later, options),
    classify(aRun(asked), start + second, options),
    classify(aRun(asked), later, options),
    classify(aRun({ ...asked, lock: { alive: true } }), later, options),
  ];
  expect(() => judged[0]?.reason).toThrow('A moment is written.');
  vi.unstubAllGlobals();
  for (const { reason } of judged) expect(reason).toMatch(/\d/);
});
