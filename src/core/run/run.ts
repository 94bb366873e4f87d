import { capital, cutAtWord, firstLine, oneLine } from '../format';
import { moment } from '../moments';
import type { Effect } from './effect';
import type { TaskFiles } from './iterations';
import { parseTime } from './lenient';
import type { Outcome } from './outcome';
import type { Problem } from './problem';
import type { SeenResults } from './seenResults';
import type { EngineId } from './engineId';
import type { Story } from './story';
import type { TaskDefinition } from './task';
import type { Origin } from './origin';
import type { Entrypoint } from './entrypoint';
import { keyText, type RunKey } from './runKey';

/** One run as it was last read, of whatever engine. Never changed: a new reading makes a new object. */
export interface Run {
  readonly key: RunKey;
  readonly engine: EngineId;
  /** The engine's own id for it, which may be there more than once. */
  readonly runId: string;
  /** Absolute path of the folder or file that the run is kept in. */
  readonly location: string;
  /** What the run is kept in together with others: they know each other by their ids alone. */
  readonly place: string;
  /** The project the run belongs to. Absolute. */
  readonly projectDir: string;
  /** The process's name as the run tells it; empty when nothing does. */
  readonly processId: string;
  /** What the run was asked for; `undefined`: nothing says so. */
  readonly prompt: string | undefined;
  /** Where the code lies that the run runs; `undefined`: it has none, or nothing says so. */
  readonly entry: Entrypoint | undefined;
  /** The version of the engine that made it; `undefined`: it is not recorded. */
  readonly engineVersion: string | undefined;
  /** The program that drove it, as the engine names it: claude-code. */
  readonly harness: string | undefined;
  /** It was made to ask nobody: its questions are answered by themselves. */
  readonly asksNobody: boolean;
  /** The id of the run that started this one. */
  readonly parentRunId: string | undefined;
  /** Which run it was made from. */
  readonly origin: Origin | undefined;
  readonly story: Story;
  /**
   * How much of it was read: what is said of the whole ("reading": the rest follows by itself), also how it ended,
   * without what happened before (`end`), or everything.
   */
  readonly depth: 'reading' | 'end' | 'whole';
  /** How many events are recorded, readable or not. */
  readonly eventCount: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970 of the last event, else `createdAt`. */
  readonly updatedAt: number;
  /** What is known of every effect that is pending; of the others when somebody looks ({@link RunDetails}). */
  readonly pendingTasks: ReadonlyMap<string, TaskDefinition>;
  readonly problems: readonly Problem[];
  /** What was seen in its files with these events; left out: nobody has looked yet. */
  readonly gist?: RunGist | undefined;
  /** What its row says, where its engine has words of its own for it; left out: title and counts. */
  readonly row?: RowWords;
}

/** Only the last events of a finished run were read, and nobody has looked through the others. */
export function isHalfRead({ depth, gist }: Run): boolean {
  return depth === 'end' && gist?.sound !== true;
}

/** What a row tells of the files that are read only when somebody looks into a run. */
export interface RunGist {
  /** What its process says of its work, in at most 200 characters; left out: it was not read, or says nothing. */
  readonly outcome?: Outcome;
  /** What the results of its tasks tell; left out: they were not read. */
  readonly seen?: SeenResults;
  /** Every event of a failed run was looked through, and told no more than its end does; left out: nobody did yet. */
  readonly sound?: true;
}

/** What an engine lets the row of a run say. Raw run text may be in it. */
export interface RowWords {
  /** Stands in place of the run's title, and is not cut. */
  readonly label: string;
  /** Stand between state and age, in place of the counts: "470 tokens". */
  readonly notes: readonly string[];
}

/** What is read only when somebody looks into a run: the files of all its tasks. */
export interface RunDetails extends TaskFiles {
  readonly problems: readonly Problem[];
  /** What a person should know before the run goes on, though nothing is wrong with its files. */
  readonly warnings: readonly Problem[];
  /** What the process returned; left out: it has not ended well, or left nothing that can be read. */
  readonly output?: unknown;
  /** What it was given, where the source read that along; left out: a report looks for it elsewhere. */
  readonly inputs?: unknown;
}

/** All that is wrong with the files of a run, each thing once; what may be so and is not proven is left out. */
export function problemsOf(run: Run, { problems, warnings }: RunDetails): readonly Problem[] {
  const all = [...run.problems, ...problems, ...warnings.filter(({ hint }) => !hint)];
  const known = new Map<string, Problem>();
  for (const problem of all) {
    const key = JSON.stringify([problem.file, problem.what]);
    if (!known.has(key)) known.set(key, problem);
  }
  return [...known.values()];
}

/** An effect that waits for something, with what its task.json says. */
export interface PendingEffect {
  readonly effect: Effect;
  readonly task: TaskDefinition | undefined;
}

/**
 * Effects neither resolved nor cancelled, in order of their requests. Sleeps of finished runs are left out: the engine
 * never resolves a sleep.
 */
export function pendingEffects(run: Run): readonly PendingEffect[] {
  return [...run.story.pending.values()]
    .filter((effect) => !(run.story.end && effect.kind === 'sleep'))
    .map((effect) => ({ effect, task: run.pendingTasks.get(effect.effectId) }));
}

/** A title for people: the prompt's first line, else the process, else the id. */
export function runTitle(run: Run): string {
  return cutAtWord(firstLine(run.prompt ?? '') || run.processId || run.runId, 60);
}

/** A title for people: the breakpoint's own, else task.json's, else what the journal has. */
export function taskTitle(effect: Effect, task: TaskDefinition | undefined): string {
  const { title, question = '', questions = [] } = task?.breakpoint ?? {};
  const named = [title, task?.title, effect.label].find(
    (name) => name !== undefined && name.trim() !== '' && !isInternal(effect, name),
  );
  const until = effect.kind === 'sleep' ? sleepUntil({ effect, task }) : undefined;
  if (until !== undefined && (named === undefined || named.startsWith('sleep:'))) {
    return `Sleep until ${moment(until)}`;
  }
  if (named !== undefined) return cutAtWord(oneLine(named), 80);
  const asked = cutAtWord(oneLine(firstLine(question)), 70);
  if (asked !== '') return questions.length > 1 ? `${asked} and ${questions.length - 1} more` : asked;
  const kind = effect.kind.replaceAll('_', ' ');
  return cutAtWord(oneLine(isInternal(effect, effect.taskId) ? capital(kind) : effect.taskId), 80);
}

/** The engine's own name for what the process gave none. A breakpoint's question says more. */
function isInternal({ kind }: Effect, name: string): boolean {
  return name.startsWith('__sdk.') || (kind === 'breakpoint' && name === 'breakpoint');
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
    b.createdAt - a.createdAt ||
    (a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : keyText(a.key) < keyText(b.key) ? -1 : 1)
  );
}
