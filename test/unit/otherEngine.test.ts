import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock';
import { canWord, contextWords } from '../../src/core/contract';
import type { Engine } from '../../src/engines/babysitter/core/drive/engine';
import { engineMismatch } from '../../src/engines/babysitter/core/drive/engineMismatch';
import { RunActivity } from '../../src/core/engine/runActivity';
import { RunDriver } from '../../src/engines/babysitter/core/drive/runDriver';
import { engineActions, enginesOf, type RunEngine } from '../../src/core/engine/runEngine';
import { demandEngineCan, whyNot } from '../../src/core/engine/whyNot';
import { Forker } from '../../src/engines/babysitter/core/fork/forker';
import { forkPlan } from '../../src/engines/babysitter/core/fork/forkPlan';
import { toRunView } from '../../src/core/views/page/runView';
import { Repairer } from '../../src/engines/babysitter/core/repair/repairer';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import type { Run } from '../../src/core/run/run';
import { toRunEntry } from '../../src/core/run/runEntry';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { classify } from '../../src/engines/babysitter/core/judge';
import { RunStore, type StoredRun } from '../../src/core/source/runStore';
import { TaskPoster } from '../../src/engines/babysitter/core/taskRun/taskPoster';
import { contextValue } from '../../src/core/views/tree/contextValue';
import { describeBreakpoint, describeRun, describeTask } from '../../src/core/views/tree/describe';
import { FakeSource } from '../support/fakeSource';
import { journal } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now, opened } from '../support/treeText';

// A run of an engine that can do nothing from here, with a question, a task and an error that Babysitter could deal with.

const base = aRun({
  journal: journal().created().requested('q', 'breakpoint').requested('work').done('earlier'),
  tasks: { q: { kind: 'breakpoint', metadata: { payload: { question: 'Ship it?' } } } },
});
const foreign: Run = { ...base, engine: 'other' };

/** Judges carelessly, so that a refusal cannot come from the judge. */
const other: RunEngine = {
  id: 'other',
  name: 'Other',
  can: new Set(),
  judge: (_run, at, options) => {
    const judgement = classify(base, at, options);
    const { reason, guessed, next } = judgement;
    return { ...judgement, reason, guessed, next, whyNot: () => undefined };
  },
  facts: () => [],
};

const options = { activityWindow: defaultActivityWindow };
const storedRun: StoredRun = { run: foreign, state: other.judge(foreign, now, options), engine: other };

function called(): never {
  throw new Error('Something of Babysitter was called.');
}
const engine: Engine = { call: called };

function driving() {
  const store = new RunStore(systemClock, enginesOf(other), options);
  const source = new FakeSource('other');
  store.add(source);
  source.onReread = () => foreign;
  source.deliver(foreign);
  const responder = { respondedBy: called, product: 'test' };
  return {
    store,
    driver: new RunDriver(store, engine, systemClock, responder, new RunActivity()),
    poster: new TaskPoster({ store, engine, clock: systemClock, responder }),
    repairer: new Repairer(store, engine, { read: called, moveAside: called }, systemClock),
    forker: new Forker(
      store,
      engine,
      { fit: called, open: called, gaveUp: called },
      {
        ...{ answer: called, answers: called, inputsFile: called },
        ...{ places: called, changedAt: called, sibling: called },
      },
      systemClock,
    ),
  };
}

const never = (title: string): string => `${title} is not something Other can do.`;

describe('what an engine lacks', () => {
  it.each(engineActions)('%s is refused in one sentence, whatever the judge says', (action) => {
    expect(whyNot(action, storedRun)).toMatch(/^[A-Z].*[^…] is not something Other can do\.$/);
    expect(() => demandEngineCan(action, storedRun)).toThrow(whyNot(action, storedRun));
  });

  it('is on no row', () => {
    const q = foreign.story.effects.get('q') ?? expect.fail('no question');
    const work = foreign.story.effects.get('work') ?? expect.fail('no task');
    const rows = [
      describeRun(storedRun, now, false),
      describeBreakpoint(storedRun, q, foreign.pendingTasks.get('q'), now, false),
      describeTask(work, undefined, now),
    ];
    expect(rows.map((row) => contextValue(row, other))).toEqual(['run', 'breakpoint', 'task pending']);
    const able: RunEngine = { ...other, can: new Set(['run.fork']) };
    expect(contextValue({ words: ['task'] }, able)).toBe('task can_run_fork');
    expect(contextValue({ words: [] }, able)).toBe('');
    const branching: RunEngine = { ...able, calls: { 'run.fork': 'run.branch' } };
    expect(contextValue({ words: ['task'] }, branching)).toBe('task can_run_branch');
  });

  it('has words that menus do not take for others', () => {
    for (const word of contextWords) {
      expect(engineActions.map(canWord).join(' ')).not.toMatch(new RegExp(`\\b${word}\\b`));
    }
  });

  it('is not on its page, which says why', () => {
    const view = toRunView(storedRun, opened(foreign), now, { iterating: false, trusted: false });
    expect(view.can).toEqual([]);
    expect(view.iterate.whyNot).toBe(never('Iterate Once'));
    expect(view.resume.whyNot).toBe(never('Resume Run'));
    expect(view.breakpoints[0]?.answer.whyNot).toBe(never('Answer Breakpoint'));
    expect(view.verdict.hint).toBe(never('Answer Breakpoint'));
  });

  it('is not among the actions that the command line names', () => {
    const details = { ...opened(foreign).details };
    const entry = toRunEntry(foreign, details, now, {
      ...options,
      engine: other,
      metric: defaultMetricChoice,
    });
    expect(entry.actions).toEqual([]);
  });

  it('is not warned of with the version of another', () => {
    expect(engineMismatch({ ...foreign, engineVersion: '1.0.0' }, '6.0.0')).toBeUndefined();
    expect(engineMismatch({ ...base, engineVersion: '1.0.0' }, '6.0.0')).toBeDefined();
  });

  it('is refused by whatever would call Babysitter, which is not called', async () => {
    const { driver, poster, repairer, forker } = driving();
    const { key } = foreign;
    const approval = { kind: 'approve', text: '' } as const;
    expect(await driver.answer(key, 'q', approval, 'page')).toEqual({
      recorded: false,
      sentence: never('Answer Breakpoint'),
    });
    expect(await driver.iterate(key, 1, new AbortController().signal, () => {})).toMatchObject({
      reason: 'refused',
      sentence: never('Iterate Once'),
    });
    expect(await driver.recover(key)).toBe(never('Resume Run'));
    expect(await poster.post(key, 'work', { status: 'ok', value: 1 }, 'page')).toEqual({
      recorded: false,
      sentence: never('Post Task Result'),
    });
    await expect(repairer.plan(key)).rejects.toThrow(never('Repair Run'));
    const plan = forkPlan(base, opened(base).details, undefined);
    const progress = { signal: new AbortController().signal, onReplayed: called };
    await expect(forker.fork(foreign, plan, progress)).rejects.toThrow(never('Fork From Here'));
    await expect(forker.recover(foreign, progress)).rejects.toThrow(never('Repair Run'));
  });
});
