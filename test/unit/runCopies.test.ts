import { expect, it } from 'vitest';
import { asRunKey } from '../../src/core/run/runKey';
import type { Run } from '../../src/core/run/run';
import { RunCopies } from '../../src/core/source/runCopies';
import { journal } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

it('whether runs are copies is looked at only where something else than the run itself went on', () => {
  const asked: number[] = [];
  const copies = new RunCopies((same) => {
    asked.push(same.length);
    const [whole, ...others] = same.toSorted((a, b) => b.eventCount - a.eventCount);
    return whole ? [{ run: whole, copies: others.map(({ location }) => location) }] : [];
  });
  const runs = new Map<string, Run>();
  const put = (name: string, eventCount: number, again = false): void => {
    const [key, before] = [asRunKey(name), runs.get(name)];
    const now = again && before ? before : { ...base, key, location: name, runId: 'one', eventCount };
    runs.set(name, now);
    copies.follow(before, now);
    copies.settle((wanted) => [...runs.values()].find((run) => run.key === wanted));
  };
  const base = aRun({ journal: journal().created() });
  put('/a', 3);
  expect(asked).toEqual([]);
  put('/b', 1);
  expect([asked.length, copies.of(asRunKey('/a'))]).toEqual([
    1,
    { isCopy: false, copies: ['/b'], apart: false },
  ]);
  // Judged anew, and gone on.
  put('/a', 3, true);
  for (const events of [4, 5, 6]) put('/a', events);
  expect(asked.length).toBe(1);
  // The copy goes on, and overtakes it.
  put('/b', 2);
  put('/b', 9);
  expect(asked.length).toBe(3);
  expect(copies.of(asRunKey('/a'))).toMatchObject({ isCopy: true });
  // It lost events.
  put('/b', 2);
  expect(asked.length).toBe(4);
});
