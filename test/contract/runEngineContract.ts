import { describe, expect, it } from 'vitest';
import { engineActions, type RunEngine } from '../../src/core/engine/runEngine';
import { defaultActivityWindow, stateActions, type JudgeOptions } from '../../src/core/run/judgement';
import type { Run } from '../../src/core/run/run';

/** An engine, and runs of it in as many states as there are. */
export interface EngineUnderTest {
  readonly engine: RunEngine;
  /** By names for people. */
  readonly runs: Readonly<Record<string, Run>>;
}

const options: JudgeOptions = { activityWindow: defaultActivityWindow };
const aSentence = /^\S.*\S$/s;
const year = 365 * 24 * 3_600_000;

/** What every {@link RunEngine} holds to. */
export function describeRunEngine(name: string, { engine, runs }: EngineUnderTest): void {
  const each = Object.entries(runs).map(([title, run]) => ({ title, run }));

  describe(name, () => {
    it('has a name, and can only do what engines do', () => {
      expect(engine.name).not.toBe('');
      for (const action of engine.can) expect(engineActions).toContain(action);
    });

    it('judges no run of another engine', () => {
      for (const { run } of each) {
        const foreign: Run = { ...run, engine: 'none' };
        expect(() => engine.judge(foreign, run.updatedAt, options)).toThrow(Error);
      }
    });

    describe.each(each)('judging $title', ({ run }) => {
      it('judges its runs, the same each time', () => {
        for (const now of momentsOf(run)) {
          const [first, second] = [engine.judge(run, now, options), engine.judge(run, now, options)];
          expect(told(first)).toEqual(told(second));
          expect(first.reason).toMatch(aSentence);
        }
      });

      it('names only actions that it can do, and says why not of all others', () => {
        for (const now of momentsOf(run)) {
          const { actions, whyNot, next } = bound(engine.judge(run, now, options));
          for (const action of actions) expect(engine.can).toContain(action);
          const others = stateActions.filter((action) => !actions.includes(action));
          for (const action of others) expect(whyNot(action)).toMatch(/^\S.*\.$/s);
          expect(next.reason).toMatch(aSentence);
          const wanted = engineActions.find((action) => action === next.action);
          if (wanted) expect(engine.can).toContain(wanted);
        }
      });

      it('stays in its state until it says that this may change', () => {
        for (const now of momentsOf(run)) {
          const { state, changesAt } = engine.judge(run, now, options);
          const until = changesAt ?? now + year;
          expect(until).toBeGreaterThan(now);
          for (const then of [now + (until - now) / 2, until - 1]) {
            expect(engine.judge(run, then, options).state).toBe(state);
          }
        }
      });

      it('tells facts that have a name', () => {
        for (const [fact] of engine.facts(run)) expect(fact).not.toBe('');
      });
    });
  });
}

type Judgement = ReturnType<RunEngine['judge']>;

/** Before the run was, while it was active, and long after. */
function momentsOf({ createdAt, updatedAt }: Run): readonly number[] {
  const { activityWindow } = options;
  return [
    createdAt - activityWindow * 3,
    updatedAt,
    updatedAt + activityWindow - 1,
    updatedAt + activityWindow,
    updatedAt + year,
  ];
}

/** `whyNot` may be a method. */
function bound(judgement: Judgement): Pick<Judgement, 'actions' | 'next' | 'whyNot'> {
  const { actions, next } = judgement;
  return { actions, next, whyNot: (action) => judgement.whyNot(action) };
}

/** All that a judgement tells, as a value. */
function told(judgement: Judgement) {
  const { state, reason, guessed, actions, changesAt, next } = judgement;
  const whyNot = stateActions.map((action) => judgement.whyNot(action));
  return { state, reason, guessed, actions, changesAt, next, whyNot };
}
