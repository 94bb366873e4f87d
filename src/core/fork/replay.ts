import type { Effect } from '../run/foldRun';
import { sleepUntil, type Run } from '../run/run';
import type { ReplayStep } from './forkPlan';
import type { RecordedTask } from './recordedTask';

/** The new run, as far as it is fed. Every sentence says why something did not work; `undefined`: it did. */
export interface ReplayTarget {
  /** The run as it is on disk now. @throws HumanError when it is not there any more */
  read(): Promise<Run>;
  iterate(): Promise<string | undefined>;
  post(effectId: string, recorded: RecordedTask): Promise<string | undefined>;
}

/** What was fed to a new run. */
export interface ReplayReport {
  readonly replayed: number;
  /** What was left out, and why, as sentences. */
  readonly notes: readonly string[];
  /** Why the replay ended before its last step; `undefined`: it did not. */
  readonly stopped: string | undefined;
}

export interface ReplayOptions {
  readonly target: ReplayTarget;
  /** The recorded answer of an effect of the original; `undefined`: its files cannot be read. */
  recorded(effectId: string): Promise<RecordedTask | undefined>;
  readonly signal: AbortSignal;
  onReplayed(count: number): void;
  now(): number;
}

/**
 * Repeats the original's journal in a new run, event by event: iterates only where the next request is not there yet,
 * and posts at each answer. Whatever else is pending is left alone, since answering in another order makes nested
 * parallel steps ask differently. The first difference of step or task stops it.
 */
export async function replay(steps: readonly ReplayStep[], options: ReplayOptions): Promise<ReplayReport> {
  const { target, recorded, signal, onReplayed, now } = options;
  const known = new Set(steps.map(({ effect }) => effect.invocationKey));
  const notes: string[] = [];
  let replayed = 0;
  const stop = (stopped: string): ReplayReport => ({ replayed, notes, stopped });
  let run = await target.read();
  let asked = byKey(run);

  for (const { type, effect, title } of steps) {
    if (signal.aborted) return stop('It was cancelled.');
    const { invocationKey = '' } = effect;
    if (type === 'requested') {
      if (!asked.has(invocationKey)) {
        if (run.fold.end?.type === 'RUN_COMPLETED' || run.fold.end?.type === 'RUN_HALTED') {
          return stop(`The new run ended where the original asked for "${title}".`);
        }
        const failure = await target.iterate();
        if (failure !== undefined) return stop(failure);
        run = await target.read();
        asked = byKey(run);
      }
      const same = asked.get(invocationKey);
      if (same && same.taskId !== effect.taskId) return stop(differs(title, effect, same));
      if (same) continue;
      // A sleep that is over by now is not asked for; one that is not, holds everything after it.
      if (effect.kind !== 'sleep' && sleepsOn(run, now())) {
        return stop('The new run sleeps here, as the original did; what follows its sleep was not replayed.');
      }
      const other = [...run.fold.pending.values()].find(
        ({ kind, invocationKey: key }) => kind !== 'sleep' && !known.has(key),
      );
      if (other) return stop(differs(title, effect, other));
      if (run.fold.end) return stop(`The new run ended where the original asked for "${title}".`);
      if (effect.kind !== 'sleep')
        notes.push(`"${title}" is not asked for any more; its answer was left out.`);
      continue;
    }
    const same = asked.get(invocationKey);
    if (!same || same.status !== 'pending' || run.fold.effects.get(same.effectId)?.status !== 'pending')
      continue;
    // Nothing wakes a sleep early: engines before 5.0 would count the later steps differently once it is over.
    if (effect.kind === 'sleep') continue;
    const answer = await recorded(effect.effectId);
    if (!answer) return stop(`The recorded answer of "${title}" cannot be read.`);
    if (answer.invocationKey !== invocationKey || answer.taskId !== effect.taskId) {
      return stop(`The files of "${title}" belong to another step.`);
    }
    const failure = await target.post(same.effectId, answer);
    if (failure !== undefined) return stop(failure);
    replayed += 1;
    onReplayed(replayed);
    run = await target.read();
    asked = byKey(run);
  }
  return { replayed, notes, stopped: undefined };
}

/**
 * Feeds a new run with whatever was answered, for a run whose journal cannot tell the order: each step that the new
 * run asks for and that has an answer gets it, in the order in which the answers were finished.
 */
export async function feed(
  answers: readonly RecordedTask[],
  { target, signal, onReplayed }: Pick<ReplayOptions, 'target' | 'signal' | 'onReplayed'>,
): Promise<ReplayReport> {
  const left = new Map(
    answers
      .toSorted((a, b) => ((a.result.finishedAt ?? '') < (b.result.finishedAt ?? '') ? -1 : 1))
      .map((answer) => [answer.invocationKey, answer]),
  );
  let replayed = 0;
  const report = (stopped?: string): ReplayReport => ({
    replayed,
    notes: [...left.values()].map(({ title, taskId }) => `"${title || taskId}" was not asked for.`),
    stopped,
  });
  for (;;) {
    if (signal.aborted) return report('It was cancelled.');
    const failure = await target.iterate();
    if (failure !== undefined) return report(failure);
    const run = await target.read();
    if (run.fold.end) return report();
    const pending = new Map([...run.fold.pending.values()].map((effect) => [effect.invocationKey, effect]));
    let posted = 0;
    for (const [key, answer] of left) {
      const effect = pending.get(key);
      if (!effect || effect.taskId !== answer.taskId || effect.kind === 'sleep') continue;
      if (signal.aborted) return report('It was cancelled.');
      const refused = await target.post(effect.effectId, answer);
      if (refused !== undefined) return report(refused);
      left.delete(key);
      posted += 1;
      replayed += 1;
      onReplayed(replayed);
    }
    if (posted === 0) return report();
  }
}

function byKey(run: Run): ReadonlyMap<string, Effect> {
  return new Map([...run.fold.effects.values()].map((effect) => [effect.invocationKey ?? '', effect]));
}

function differs(title: string, { taskId }: Effect, other: Effect): string {
  return other.taskId === taskId
    ? `The new run counts its steps differently at "${title}": the process asks for more or fewer before it.`
    : `The new run asks for "${other.taskId}" where the original asked for "${title}": the process does not repeat itself.`;
}

/** Whether a sleep is pending that is not over, or of which that is not known. */
function sleepsOn(run: Run, now: number): boolean {
  return [...run.fold.pending.values()]
    .filter(({ kind }) => kind === 'sleep')
    .some(
      (effect) => (sleepUntil({ effect, task: run.pendingTasks.get(effect.effectId) }) ?? Infinity) > now,
    );
}
