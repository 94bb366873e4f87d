import type { Effect } from './effect';
import type { Run } from './run';

/** Who works on an effect: agents on tasks, people on questions, and time on sleeps. */
export type Worker = 'agent' | 'person' | 'clock';

/** How long a run, or a part of it, was worked on, in milliseconds. */
export interface WorkTime {
  /** While at least one task was worked on; tasks that ran side by side count once. */
  readonly agent: number;
  /** While at least one question waited for a person. */
  readonly human: number;
}

export function workerOf({ kind }: Effect): Worker {
  return kind === 'breakpoint' ? 'person' : kind === 'sleep' ? 'clock' : 'agent';
}

/** How long an effect was worked on, or waited for its person; `undefined`: nothing tells, or it pends. */
export function effectTime(effect: Effect): number | undefined {
  const known = span(effect, undefined);
  // Of what was told at one moment nobody knows how long it took.
  return known && known.to > known.from ? known.to - known.from : undefined;
}

/**
 * How long at least one of the effects was worked on.
 * @param until what pends has been under way up to then, and what comes later is left out; `undefined`: what pends is
 * left out
 */
export function workTime(effects: readonly Effect[], until?: number): WorkTime {
  const covered = (by: Worker): number => {
    const spans = effects
      .filter((effect) => workerOf(effect) === by)
      .flatMap((effect) => span(effect, until) ?? [])
      .toSorted((a, b) => a.from - b.from);
    let [sum, end] = [0, Number.NEGATIVE_INFINITY];
    for (const { from, to } of spans) {
      const last = Math.min(to, until ?? to);
      sum += Math.max(0, last - Math.max(from, end));
      end = Math.max(end, last);
    }
    return sum;
  };
  return { agent: covered('agent'), human: covered('person') };
}

/** From a run's creation to its end, or to its last event, in milliseconds. */
export function runTime({ createdAt, updatedAt, story }: Run): number {
  return Math.max(0, (story.end?.at ?? updatedAt) - createdAt);
}

/** When a task was worked on, or waited for its person. */
function span({ kind, status, requestedAt, resolvedAt, startedAt, finishedAt }: Effect, until?: number) {
  // The engine notes when an answer was handed in as its start, so that of a question only the journal tells the wait.
  const own = kind === 'breakpoint' ? [undefined, undefined] : [startedAt, finishedAt];
  const [from, to] =
    own[0] !== undefined && own[1] !== undefined && own[1] > own[0]
      ? own
      : [requestedAt, status === 'pending' ? until : resolvedAt];
  return from === undefined || to === undefined ? undefined : { from, to: Math.max(from, to) };
}
