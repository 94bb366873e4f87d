import * as z from 'zod/mini';
import type { EngineId } from '../../run/engineId';
import type { State } from '../../run/judgement';
import { noMarks } from '../../order/runMarks';
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
  /** Only archived runs, which are left out otherwise. */
  readonly archived: boolean;
  /** Only pinned runs. */
  readonly pinned: boolean;
  /** With one of these tags; empty: any. */
  readonly tags: readonly string[];
  /** Of one of these projects, by folder; empty: any. */
  readonly projects: readonly string[];
}

export const noFilter: RunFilter = {
  ...{ states: [], engines: [], processes: [], age: undefined },
  ...{ archived: false, pinned: false, tags: [], projects: [] },
};

const stored = z.object({
  states: z.array(z.enum(stateOrder)),
  processes: z.array(z.string()),
  // Earlier versions kept none of these.
  engines: z._default(z.array(z.string()), []),
  archived: z._default(z.boolean(), false),
  pinned: z._default(z.boolean(), false),
  tags: z._default(z.array(z.string()), []),
  projects: z._default(z.array(z.string()), []),
  age: z.optional(z.enum(['hour', 'day', 'week', 'month'])),
});

/** Reads a filter that was kept, perhaps by another version; whatever is none gives {@link noFilter}. */
export function parseFilter(kept: unknown): RunFilter {
  const parsed = stored.safeParse(kept);
  return parsed.success ? { ...parsed.data, age: parsed.data.age } : noFilter;
}

/** Whether the filter asks for nothing, so that all runs are shown but those that are archived. */
export function isOpen(filter: RunFilter): boolean {
  return Object.values(filter).every((part) =>
    Array.isArray(part) ? part.length === 0 : part === undefined || part === false,
  );
}

export function matches(filter: RunFilter, { run, state, marks = noMarks }: StoredRun, now: number): boolean {
  const isOneOf = <T>(wanted: readonly T[], value: T): boolean =>
    wanted.length === 0 || wanted.includes(value);
  return (
    marks.archived === filter.archived &&
    (!filter.pinned || marks.pinned) &&
    (filter.tags.length === 0 || filter.tags.some((tag) => marks.tags.includes(tag))) &&
    isOneOf(filter.states, state.state) &&
    isOneOf(filter.engines, run.engine) &&
    isOneOf(filter.processes, run.processId) &&
    isOneOf(filter.projects, run.projectDir) &&
    (filter.age === undefined || now - run.updatedAt <= ages[filter.age])
  );
}
