import * as z from 'zod/mini';
import type { EngineId } from '../../run/engineId';
import type { State } from '../../run/judgement';
import type { StoredRun } from '../../source/runStore';
import { stateOrder } from './runGroups';

/** How long ago the last event may be at most, in milliseconds. */
export const ages = {
  hour: 3_600_000,
  day: 24 * 3_600_000,
  week: 7 * 24 * 3_600_000,
  month: 30 * 24 * 3_600_000,
} as const;

export type Age = keyof typeof ages;

/** Which runs the Runs view shows: those that fit every part. It decides over each run by itself. */
export interface RunFilter {
  /** One of these; empty: any. */
  readonly states: readonly State[];
  /** One of these engines, by id; empty: any. */
  readonly engines: readonly EngineId[];
  /** One of these process ids, where the empty text is a run without a process; empty: any. */
  readonly processes: readonly string[];
  /** `undefined`: any. */
  readonly age: Age | undefined;
}

export const noFilter: RunFilter = { states: [], engines: [], processes: [], age: undefined };

const stored = z.object({
  states: z.array(z.enum(stateOrder)),
  // Earlier versions kept none.
  engines: z._default(z.array(z.string()), []),
  processes: z.array(z.string()),
  age: z.optional(z.enum(['hour', 'day', 'week', 'month'])),
});

/** Reads a filter that was kept, perhaps by another version; whatever is none gives {@link noFilter}. */
export function parseFilter(kept: unknown): RunFilter {
  const parsed = stored.safeParse(kept);
  return parsed.success ? { ...parsed.data, age: parsed.data.age } : noFilter;
}

/** Whether the filter lets every run through. */
export function isOpen({ states, engines, processes, age }: RunFilter): boolean {
  return states.length === 0 && engines.length === 0 && processes.length === 0 && age === undefined;
}

export function matches(filter: RunFilter, { run, state }: StoredRun, now: number): boolean {
  return (
    (filter.states.length === 0 || filter.states.includes(state.state)) &&
    (filter.engines.length === 0 || filter.engines.includes(run.engine)) &&
    (filter.processes.length === 0 || filter.processes.includes(run.processId)) &&
    (filter.age === undefined || now - run.updatedAt <= ages[filter.age])
  );
}
