import { cutAtWord, firstLine, oneLine, utcMinute } from '../format';
import type { Effect } from './effect';
import type { RunFold } from './foldRun';
import type { TaskFiles } from './iterations';
import { parseTime } from './lenient';
import type { RunLock } from './lock';
import type { RunMetadata } from './metadata';
import type { Problem } from './problem';
import type { TaskDefinition } from './task';

/** One run as it was last read from disk. Never changed: a new reading makes a new object. */
export interface Run {
  /** The run folder's absolute path, which tells runs apart (ids may repeat in several runs folders). */
  readonly dir: string;
  /** The run folder's name. */
  readonly runId: string;
  /** The project the run belongs to: its `cwd`, else the folder around `.a5c/runs`. Absolute. */
  readonly projectDir: string;
  /** `undefined`: run.json is missing or cannot be read. */
  readonly metadata: RunMetadata | undefined;
  readonly fold: RunFold;
  /** False for a finished run of which only the last events were read: it knows no effects yet. */
  readonly folded: boolean;
  /** True while its events are still being read: only what run.json says is known. */
  readonly reading: boolean;
  /** Files named like events, readable or not. */
  readonly eventFiles: number;
  readonly lock: RunLock | undefined;
  /** Milliseconds since 1970: run.json, else the first event, else the id's ULID time, else the folder's time. */
  readonly createdAt: number;
  /** Milliseconds since 1970 of the last event, else `createdAt`. */
  readonly updatedAt: number;
  /** task.json of every effect that is pending; the others are read when somebody looks ({@link RunDetails}). */
  readonly pendingTasks: ReadonlyMap<string, TaskDefinition>;
  readonly problems: readonly Problem[];
}

/** What is read only when somebody looks into a run: the files of all its tasks. */
export interface RunDetails extends TaskFiles {
  readonly problems: readonly Problem[];
  /** What a person should know before the run goes on, though nothing is wrong with its files. */
  readonly warnings: readonly Problem[];
}

/** An effect that waits for something, with what its task.json says. */
export interface PendingEffect {
  readonly effect: Effect;
  readonly task: TaskDefinition | undefined;
}

/** Nothing of it can be read: neither run.json nor a single event. */
export function isUnreadable(run: Run): boolean {
  return run.metadata === undefined && run.fold.entries === 0;
}

/**
 * Effects neither resolved nor cancelled, in order of their requests. Sleeps of finished runs are left out: the engine
 * never resolves a sleep.
 */
export function pendingEffects(run: Run): readonly PendingEffect[] {
  return [...run.fold.pending.values()]
    .filter((effect) => !(run.fold.end && effect.kind === 'sleep'))
    .map((effect) => ({ effect, task: run.pendingTasks.get(effect.effectId) }));
}

/** The process's name as the run tells it; empty when nothing does. */
export function processIdOf(run: Run): string {
  return run.metadata?.processId ?? run.fold.processId ?? '';
}

/** A title for people: the prompt's first line, else the process, else the id. */
export function runTitle(run: Run): string {
  const prompt = run.metadata?.prompt ?? run.fold.prompt ?? '';
  return cutAtWord(firstLine(prompt) || processIdOf(run) || run.runId, 60);
}

/** A title for people: the breakpoint's own, else task.json's, else what the journal has. */
export function taskTitle(effect: Effect, task: TaskDefinition | undefined): string {
  const question = task?.breakpoint?.question;
  // The engine calls an unnamed breakpoint "breakpoint"; its question says more.
  const named = [task?.breakpoint?.title, task?.title, effect.label].find(
    (name) =>
      name !== undefined && name.trim() !== '' && !(effect.kind === 'breakpoint' && name === 'breakpoint'),
  );
  const until = effect.kind === 'sleep' ? sleepUntil({ effect, task }) : undefined;
  if (until !== undefined && (named === undefined || /^(?:sleep:|__sdk\.)/.test(named))) {
    return `Sleep until ${utcMinute(until)}`;
  }
  const fallback = question === undefined ? effect.taskId : firstLine(question) || effect.taskId;
  return cutAtWord(oneLine(named ?? fallback), 80);
}

/** When a pending sleep is over, in milliseconds since 1970: task.json, else the label ("sleep:<iso>"). */
export function sleepUntil({ effect, task }: PendingEffect): number | undefined {
  if (task?.sleepUntil !== undefined) return task.sleepUntil;
  const time = parseTime(effect.label?.replace(/^sleep:/, '') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Newest first; the same order as `list --json`. */
export function compareRuns(a: Run, b: Run): number {
  return (
    b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : a.dir < b.dir ? -1 : 1)
  );
}
