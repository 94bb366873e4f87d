import type { Effect } from './effect';
import type { Run } from './run';
import { lengthOf, minus, union, type Stretch } from './stretch';

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

/**
 * How long an effect was worked on, or waited for its person, in milliseconds; `undefined`: nothing tells, or it pends.
 * @param idle when nobody was at work ({@link Story.idle})
 */
export function effectTime(effect: Effect, idle: readonly Stretch[] = []): number | undefined {
  const known = span(effect, undefined);
  if (!known) return undefined;
  const time = lengthOf(isGuessed(effect) ? minus([known], idle) : [known]);
  // Of what was told at one moment nobody knows how long it took.
  return time > 0 ? time : undefined;
}

/**
 * How long at least one of the effects was worked on.
 * @param idle when nobody was at work ({@link Story.idle})
 * @param until what pends has been under way up to then, and what comes later is left out; `undefined`: what pends is
 * left out
 */
export function workTime(
  effects: readonly Effect[],
  idle: readonly Stretch[] = [],
  until?: number,
): WorkTime {
  const spans = (fits: (effect: Effect) => boolean): readonly Stretch[] =>
    union(effects.filter(fits).flatMap((effect) => spanUntil(effect, until) ?? []));
  const told = spans((effect) => workerOf(effect) === 'agent' && !isGuessed(effect));
  const guessed = minus(spans(isGuessed), idle);
  return {
    agent: lengthOf(union([...told, ...guessed])),
    human: lengthOf(spans((effect) => workerOf(effect) === 'person')),
  };
}

/** For how long nobody was at work in a run, nor was waited for, nor slept, in milliseconds; a guess. */
export function idleTime({ story }: Run): number {
  const others = story.effects.list().filter((effect) => workerOf(effect) !== 'agent');
  return lengthOf(
    minus(story.idle ?? [], union(others.flatMap((effect) => span(effect, story.lastAt) ?? []))),
  );
}

/**
 * The part of an effect's time in which nobody was at work, though it looks like work; a guess.
 * @param until what pends has been under way up to then
 */
export function idleIn(effect: Effect, idle: readonly Stretch[], until: number): readonly Stretch[] {
  const known = idle.length > 0 && isGuessed(effect) ? span(effect, until) : undefined;
  return known ? minus([known], minus([known], idle)) : [];
}

/** Nothing says when an agent's task was worked on: only when it was asked for and answered. */
function isGuessed(effect: Effect): boolean {
  return workerOf(effect) === 'agent' && !ownTimes(effect);
}

/** From a run's creation to its end, or to its last event, in milliseconds. */
export function runTime({ createdAt, updatedAt, story }: Run): number {
  return Math.max(0, (story.end?.at ?? updatedAt) - createdAt);
}

/** {@link span} as far as a moment. */
function spanUntil(effect: Effect, until: number | undefined): Stretch | undefined {
  const known = span(effect, until);
  const to = Math.min(known?.to ?? 0, until ?? Infinity);
  return known && to > known.from ? { from: known.from, to } : undefined;
}

/** When a task was worked on, or waited for its person. */
function span(effect: Effect, until: number | undefined): Stretch | undefined {
  const { status, requestedAt, resolvedAt } = effect;
  const to = status === 'pending' ? until : resolvedAt;
  return (
    ownTimes(effect) ??
    (requestedAt === undefined || to === undefined
      ? undefined
      : { from: requestedAt, to: Math.max(requestedAt, to) })
  );
}

/** When a task says that it was worked on; `undefined`: it does not say. */
function ownTimes({ kind, startedAt, finishedAt }: Effect): Stretch | undefined {
  // The engine notes when an answer was handed in as its start, so that of a question only the journal tells the wait.
  if (kind === 'breakpoint' || startedAt === undefined || finishedAt === undefined) return undefined;
  return finishedAt > startedAt ? { from: startedAt, to: finishedAt } : undefined;
}
