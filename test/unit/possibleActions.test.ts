import { expect, it } from 'vitest';
import type { EngineAction } from '../../src/core/engine/runEngine';
import { asRunKey, type RunKey } from '../../src/core/run/runKey';
import { PossibleActions } from '../../src/core/source/possibleActions';
import type { StoredRun } from '../../src/core/source/runStore';

/** A run with which these are possible, of an engine that can do them and one thing more. */
function stored(...actions: readonly EngineAction[]): StoredRun {
  return { engine: { can: new Set([...actions, 'run.fork']) }, state: { actions } } as unknown as StoredRun;
}

it('is what some run allows, however runs come, change and go', () => {
  const runs = new Map<RunKey, StoredRun>();
  const possible = new PossibleActions();
  const update = (name: string, run: StoredRun | undefined): readonly string[] => {
    const key = asRunKey(name);
    if (run) runs.set(key, run);
    else runs.delete(key);
    possible.update([key], (each) => runs.get(each));
    return possible.all.filter(([, is]) => is).map(([action]) => action);
  };
  expect(update('a', stored('run.iterate', 'run.halt'))).toEqual(['run.iterate', 'run.halt']);
  expect(update('b', stored('run.iterate'))).toEqual(['run.iterate', 'run.halt']);
  expect(update('a', stored('breakpoint.answer'))).toEqual(['breakpoint.answer', 'run.iterate']);
  expect(update('b', undefined)).toEqual(['breakpoint.answer']);
  expect(update('a', undefined)).toEqual([]);
  expect(update('a', undefined)).toEqual([]);
});
