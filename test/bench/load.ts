import { asBabysitter } from '../../src/engines/babysitter/core/babysitterRun';
import { enginesOf } from '../../src/core/engine/runEngine';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock';
import { silentLogger } from '../../src/core/log';
import { defaultActivityWindow, type State } from '../../src/core/run/judgement';
import { keyText } from '../../src/core/run/runKey';
import { RunStore } from '../../src/core/source/runStore';
import { DigestIndex } from '../../src/engines/babysitter/node/digestIndex';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { runIdOf, runsDirOf, statesOf, type RunPlan } from './trees';

/** Milliseconds after which a source that does not show what it should is given up. */
const patience = 180_000;
/** The rows of the first page. */
const page = 50;

export interface Loaded {
  readonly store: RunStore;
  /** Milliseconds until the newest 50 runs had rows with a title. */
  readonly firstRows: number;
  /** Milliseconds until every row told its final state. */
  readonly allRows: number;
}

/** What a project must show. */
export interface Expected {
  /** The runs whose states are counted, oldest first. */
  readonly plans: readonly RunPlan[];
  /** Folders of further runs, whose states do not matter. */
  readonly others?: readonly string[];
}

/**
 * Opens a project as the extension does, and waits for its rows.
 * @param indexFile where the source keeps what it learnt; none, when left out
 * @param begin called once what is expected is worked out, just before the source begins
 */
export async function load(
  project: string,
  { plans, others = [] }: Expected,
  indexFile?: string,
  begin = (): void => {},
): Promise<Loaded> {
  const states = statesOf(plans);
  const counted = new Set(plans.map((plan) => join(runsDirOf(project), runIdOf(plan))));
  const newest = new Set([...counted].slice(-page));
  const missing = new Set(others);
  const told = new Map<string, State>();
  const counts = new Map<State, number>();
  const count = (state: State, by: number): unknown => counts.set(state, (counts.get(state) ?? 0) + by);
  let firstRows: number | undefined;
  begin();
  const start = performance.now();
  const store = new RunStore(systemClock, enginesOf(babysitterEngine), {
    activityWindow: defaultActivityWindow,
  });
  const allRows = await new Promise<number>((resolve) => {
    const late = setTimeout(() => {
      const shown = (map: ReadonlyMap<State, number>): string => JSON.stringify([...map]);
      throw new Error(`After ${patience / 1000} s the rows are ${shown(counts)}, not ${shown(states)}`);
    }, patience);
    const listening = store.onDidChange(({ keys }) => {
      for (const key of keys) {
        const dir = keyText(key);
        const stored = store.get(key);
        if (stored && stored.run.depth !== 'reading') missing.delete(dir);
        if (!counted.has(dir) || !stored) continue;
        if (asBabysitter(stored.run).metadata) newest.delete(dir);
        if (stored.run.depth === 'reading') continue;
        const before = told.get(dir);
        if (before) count(before, -1);
        told.set(dir, stored.state.state);
        count(stored.state.state, 1);
      }
      const now = performance.now() - start;
      if (newest.size === 0) firstRows ??= now;
      const complete = told.size === counted.size && missing.size === 0;
      if (!complete || ![...states].every(([state, n]) => (counts.get(state) ?? 0) === n)) return;
      clearTimeout(late);
      // Else what is expected would stay in memory, too.
      listening.dispose();
      resolve(now);
    });
    const index = indexFile === undefined ? undefined : new DigestIndex(indexFile);
    store.add(new FsRunSource({ dir: project, holds: 'project' }, silentLogger, index));
  });
  return { store, firstRows: firstRows ?? allRows, allRows };
}

/** Waits until a source has written its index. */
export async function untilThere(indexFile: string): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    if (existsSync(indexFile)) return;
    await delay(100);
  }
  throw new Error('The source did not write its index');
}
