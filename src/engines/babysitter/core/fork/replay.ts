import { list } from '../../../../core/format';
import { moment } from '../../../../core/moments';
import { positionalStep } from '../drive/engineMismatch';
import type { Effect } from '../../../../core/run/effect';
import { haveSameInputs } from '../../../../core/run/iterations';
import { isRecord } from '../../../../core/run/lenient';
import { sleepUntil, type Run } from '../../../../core/run/run';
import type { TaskDefinition } from '../../../../core/run/task';
import type { ReplayStep } from './forkPlan';
import type { RecordedTask } from './recordedTask';

/** An answer as it is given to the new run. */
export interface ReplayedAnswer {
  readonly recorded: RecordedTask;
  /** What is recorded with it, besides where it comes from. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The new run, as far as it is fed. Every sentence says why something did not work; `undefined`: it did. */
export interface ReplayTarget {
  /** The run as it is on disk now. @throws HumanError when it is not there any more */
  read(): Promise<Run>;
  iterate(): Promise<string | undefined>;
  post(effectId: string, answer: ReplayedAnswer): Promise<string | undefined>;
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
  recorded(effectId: string): Promise<ReplayedAnswer | undefined>;
  readonly signal: AbortSignal;
  onReplayed(count: number): void;
  now(): number;
}

/**
 * Repeats the original's journal in a new run, event by event: iterates only where the next request is not there yet,
 * and posts at each answer. Whatever else is pending is left alone, since answering in another order makes nested
 * parallel steps ask differently. The first difference of step or task stops it.
 */
export function replay(steps: readonly ReplayStep[], options: ReplayOptions): Promise<ReplayReport> {
  return new Replay(steps, options).run();
}

class Replay {
  readonly #steps: readonly ReplayStep[];
  readonly #options: ReplayOptions;
  readonly #known: ReadonlySet<string | undefined>;
  /** The original's sleeps, by key. */
  readonly #sleeps: ReadonlyMap<string | undefined, ReplayStep>;
  readonly #notes: string[] = [];
  /** Titles of what was asked for with other inputs than in the original. */
  readonly #askedOtherwise: string[] = [];
  #replayed = 0;
  /** The new run as it was last read, and what it asked for, by key. */
  #run!: Run;
  #asked: ReadonlyMap<string, Effect> = new Map();

  constructor(steps: readonly ReplayStep[], options: ReplayOptions) {
    this.#steps = steps;
    this.#options = options;
    this.#known = new Set(steps.map(({ effect }) => effect.invocationKey));
    const sleeps = steps.filter(({ type, effect }) => type === 'requested' && effect.kind === 'sleep');
    this.#sleeps = new Map(sleeps.map((step) => [step.effect.invocationKey, step]));
  }

  async run(): Promise<ReplayReport> {
    await this.#read();
    for (const step of this.#steps) {
      const stopped = this.#options.signal.aborted
        ? 'It was cancelled.'
        : await (step.type === 'requested' ? this.#request(step) : this.#settle(step));
      if (stopped !== undefined) return this.#report(stopped);
    }
    return this.#report();
  }

  #report(stopped?: string): ReplayReport {
    const all = this.#askedOtherwise.map((title) => `"${title}"`);
    const names = list([...all.slice(0, 5), ...(all.length > 5 ? [`${all.length - 5} more`] : [])]);
    const otherwise = `Asked for with other inputs than in the original, and given the same result: ${names}.`;
    const notes = all.length === 0 ? this.#notes : [...this.#notes, otherwise];
    return { replayed: this.#replayed, notes, stopped };
  }

  async #read(): Promise<void> {
    this.#run = await this.#options.target.read();
    this.#asked = byKey(this.#run);
  }

  /** @returns why the replay ends here */
  async #request(step: ReplayStep): Promise<string | undefined> {
    const { effect, title } = step;
    const { invocationKey = '' } = effect;
    const ended = `The new run ended where the original asked for "${title}".`;
    if (!this.#asked.has(invocationKey)) {
      const end = this.#run.story.end?.type;
      if (end === 'RUN_COMPLETED' || end === 'RUN_HALTED') return ended;
      const stopped = (await this.#wake(effect)) ?? (await this.#options.target.iterate());
      if (stopped !== undefined) return stopped;
      await this.#read();
    }
    const same = this.#asked.get(invocationKey);
    if (same) return same.taskId === effect.taskId ? undefined : differs(title, effect, same);
    const sleep = effect.kind === 'sleep' ? undefined : this.#pendingSleeps[0];
    if (sleep) {
      const until = this.#until(sleep);
      const time = until === undefined ? ', as the original did' : ` until ${moment(until)}`;
      return `The new run sleeps here${time}; what follows its sleep was not replayed.`;
    }
    const other = [...this.#run.story.pending.values()].find(
      ({ kind, invocationKey: key }) => kind !== 'sleep' && !this.#known.has(key),
    );
    if (other) return differs(title, effect, other);
    if (this.#run.story.end) return ended;
    // A sleep that is over by now is not asked for.
    if (effect.kind !== 'sleep') {
      this.#notes.push(`"${title}" is not asked for any more; its answer was left out.`);
    }
    return undefined;
  }

  /** @returns why the replay ends here */
  async #settle({ effect, title, until, task }: ReplayStep): Promise<string | undefined> {
    const { invocationKey = '', effectId } = effect;
    const same = this.#asked.get(invocationKey);
    if (same?.status !== 'pending') return undefined;
    const { recorded, target, onReplayed } = this.#options;
    if (effect.kind === 'sleep') {
      if (positionalStep.test(effect.stepId ?? '') && !this.#isMeasuredAnew(same, { effect, until })) {
        return undefined;
      }
      return this.#answerSleep(same, effect);
    }
    const answer = await recorded(effectId);
    if (!answer) return `The recorded answer of "${title}" cannot be read.`;
    if (answer.recorded.invocationKey !== invocationKey || answer.recorded.taskId !== effect.taskId) {
      return `The files of "${title}" belong to another step.`;
    }
    const asked = this.#run.pendingTasks.get(same.effectId);
    const failure = await target.post(same.effectId, answer);
    if (failure !== undefined) return failure;
    // Times and random values may be among them, so it is no reason to stop.
    if (task && asked && !haveSameInputs(timeless(task), timeless(asked))) this.#askedOtherwise.push(title);
    this.#replayed += 1;
    onReplayed(this.#replayed);
    return this.#read().then(() => undefined);
  }

  /** Answers the sleeps that the original had behind it when it asked for an effect, where that does no harm. */
  async #wake(wanted: Effect): Promise<string | undefined> {
    for (const sleep of this.#pendingSleeps) {
      const original = this.#sleeps.get(sleep.invocationKey);
      const passed = (original?.until ?? Infinity) <= (wanted.requestedAt ?? this.#options.now());
      if (!original || !passed || !this.#isMeasuredAnew(sleep, original)) continue;
      const stopped = await this.#answerSleep(sleep, original.effect);
      if (stopped !== undefined) return stopped;
    }
    return undefined;
  }

  /** Sleeps of the new run that are not over, or of which that is not known. */
  get #pendingSleeps(): readonly Effect[] {
    return [...this.#run.story.pending.values()].filter(
      (effect) => effect.kind === 'sleep' && (this.#until(effect) ?? Infinity) > this.#options.now(),
    );
  }

  #until(effect: Effect): number | undefined {
    return sleepUntil({ effect, task: this.#run.pendingTasks.get(effect.effectId) });
  }

  /**
   * Whether a sleep lasts for a while from whenever the process comes to it, and not until a time. It then is asked for
   * at every iterate for ever, so that an answer keeps its place among the steps; that of one until a time would lose it
   * once that time is over, and with it engines before 5.0 count all later steps differently (0006).
   */
  #isMeasuredAnew(sleep: Effect, original: Pick<ReplayStep, 'effect' | 'until'>): boolean {
    const now = this.#until(sleep);
    const then = original.until;
    if (now === undefined || then === undefined || now === then) return false;
    if (sleep.requestedAt === undefined || original.effect.requestedAt === undefined) return false;
    return Math.abs(now - sleep.requestedAt - (then - original.effect.requestedAt)) <= sameDelay;
  }

  async #answerSleep(sleep: Effect, original: Effect): Promise<string | undefined> {
    const { effectId, taskId, kind, invocationKey = '' } = original;
    const nothing = { value: undefined, valueRef: undefined, error: undefined, metadata: undefined };
    const times = { startedAt: undefined, finishedAt: undefined };
    const failure = await this.#options.target.post(sleep.effectId, {
      recorded: {
        ...{ effectId, taskId, kind, invocationKey, title: '' },
        result: { ...nothing, ...times, status: 'ok', value: null },
        files: { value: undefined, stdout: undefined, stderr: undefined },
      },
      metadata: { sleptIn: 'the original' },
    });
    if (failure === undefined) await this.#read();
    return failure;
  }
}

/** The inputs of a task without the time that the engine puts into those of every breakpoint. */
function timeless({
  inputs,
  inputsRef,
  breakpoint,
}: TaskDefinition): Pick<TaskDefinition, 'inputs' | 'inputsRef'> {
  if (!breakpoint || !isRecord(inputs)) return { inputs, inputsRef };
  const { requestedAt: _, ...rest } = inputs;
  return { inputs: rest, inputsRef };
}

/** Delays that differ by less are the same one; the process runs for a moment before it asks. In milliseconds. */
const sameDelay = 10_000;

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
    if (run.story.end) return report();
    const pending = new Map([...run.story.pending.values()].map((effect) => [effect.invocationKey, effect]));
    let posted = 0;
    for (const [key, recorded] of left) {
      const effect = pending.get(key);
      if (!effect || effect.taskId !== recorded.taskId || effect.kind === 'sleep') continue;
      if (signal.aborted) return report('It was cancelled.');
      const refused = await target.post(effect.effectId, { recorded });
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
  return new Map(run.story.effects.list().map((effect) => [effect.invocationKey ?? '', effect]));
}

function differs(title: string, { taskId }: Effect, other: Effect): string {
  return other.taskId === taskId
    ? `The new run counts its steps differently at "${title}": the process asks for more or fewer before it.`
    : `The new run asks for "${other.taskId}" where the original asked for "${title}": the process does not repeat itself.`;
}
