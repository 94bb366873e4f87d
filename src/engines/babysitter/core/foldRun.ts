import type { CostRecord } from '../../../core/run/cost';
import type { Effect } from '../../../core/run/effect';
import { EffectMap, type EffectDraft } from '../../../core/run/effectMap';
import type { JournalEntry, JournalEvent } from './journal';
import type { Problem } from '../../../core/run/problem';
import type { Stretch } from '../../../core/run/stretch';
import type { RunEnd, Story } from '../../../core/run/story';
import type { RecordedError } from '../../../core/run/recordedError';
import type { Entrypoint } from '../../../core/run/entrypoint';

/** What the readable events of a journal, in order, amount to. */
export interface RunFold extends Story {
  /** Events folded in, unknown types included. */
  readonly entries: number;
  /** Those of them that a hook of an agent wrote. */
  readonly hooks: number;
  readonly processId: string | undefined;
  readonly entry: Entrypoint | undefined;
  readonly prompt: string | undefined;
  readonly sdkVersion: string | undefined;
  readonly end: JournalEnd | undefined;
  /** Something was resolved or cancelled after the last request: an iterate has something new to work with. */
  readonly answeredSinceRequest: boolean;
  /** The latest error results after the last request: if the process does not catch one, it ends the run. */
  readonly errors: readonly ErrorResult[];
  /** The effect that was resolved or cancelled last, by its id. */
  readonly lastSettled: string | undefined;
  readonly resolvedCount: number;
  readonly batches: number;
  /** Whether the next request opens a new batch. */
  readonly batchClosed: boolean;
  readonly lastRequestAt: number | undefined;
  readonly created: boolean;
  readonly idle: readonly Stretch[];
  /** The last event says that the agent stopped. */
  readonly stopped: boolean;
}

/** A task that was answered with an error. */
export interface ErrorResult {
  readonly effectId: string;
  readonly message: string;
}

/** How a run of this engine ended. */
export interface JournalEnd extends RunEnd {
  readonly type: 'RUN_COMPLETED' | 'RUN_FAILED' | 'PROCESS_RUNTIME_ERROR' | 'RUN_HALTED';
  /** The journal's sequence number of the event. */
  readonly seq: number;
  /** The words of an error that the engine recorded after the run was completed, perhaps none; left out: it did not. */
  readonly lateError?: string;
}

export const emptyFold: RunFold = {
  entries: 0,
  hooks: 0,
  processId: undefined,
  entry: undefined,
  prompt: undefined,
  sdkVersion: undefined,
  effects: EffectMap.empty,
  pending: new Map(),
  counts: { pending: 0, ok: 0, error: 0, cancelled: 0 },
  end: undefined,
  firstAt: undefined,
  lastAt: undefined,
  answeredSinceRequest: false,
  errors: [],
  lastSettled: undefined,
  resolvedCount: 0,
  batches: 0,
  batchClosed: true,
  lastRequestAt: undefined,
  created: false,
  idle: [],
  stopped: false,
  skipped: new Set(),
  costs: [],
  problems: [],
};

/**
 * Requests of one iterate follow each other within milliseconds (32 ms at most were observed on 0.0.187), so a pause
 * this long means another iterate even if nothing was resolved in between.
 */
const batchPause = 5000;

/** Nobody works for so long without an event, in milliseconds; a guess. */
const longestWork = 4 * 3_600_000;
/** So many stretches without work are told; nobody counts more. */
const mostIdle = 1000;

/**
 * Folds entries, in journal order, onto what was folded before. Pure: folding in pieces gives the same as folding at
 * once. The first answer to an effect stands, as in the engine; a later one becomes a problem.
 */
export function foldRun(entries: readonly JournalEntry[], before: RunFold = emptyFold): RunFold {
  if (entries.length === 0) return before;
  const folding = new Folding(before);
  for (const entry of entries) folding.add(entry);
  return folding.result();
}

/** A fold under way, for long journals: copying what is folded so far is done once, however many entries are added. */
export class Folding {
  readonly #before: RunFold;
  readonly #run: Draft;

  constructor(before: RunFold = emptyFold) {
    this.#before = before;
    this.#run = {
      ...before,
      effects: before.effects.draft(),
      pending: new Map(before.pending),
      counts: { ...before.counts },
      costs: [...before.costs],
      idle: [...before.idle],
      errors: [...before.errors],
      problems: [...before.problems],
    };
  }

  add(entry: JournalEntry): void {
    apply(this.#run, entry);
  }

  /** Everything added so far. To be called once. */
  result(): RunFold {
    const run = this.#run;
    if (run.entries === this.#before.entries) return this.#before;
    return foldOf({ ...run, effects: run.effects.result() });
  }
}

/**
 * A fold of these fields. Each is named: of fields that are copied as a whole, V8 gives each object a layout of its own, which
 * was a third of what a run took in memory. Thousands of finished runs share their empty parts.
 */
export function foldOf(fold: RunFold): RunFold {
  return {
    entries: fold.entries,
    hooks: fold.hooks,
    processId: fold.processId,
    entry: fold.entry,
    prompt: fold.prompt,
    sdkVersion: fold.sdkVersion,
    effects: fold.effects,
    pending: fold.pending.size === 0 ? emptyFold.pending : fold.pending,
    counts: fold.counts,
    end: fold.end,
    firstAt: fold.firstAt,
    lastAt: fold.lastAt,
    answeredSinceRequest: fold.answeredSinceRequest,
    errors: fold.errors.length === 0 ? emptyFold.errors : fold.errors,
    lastSettled: fold.lastSettled,
    resolvedCount: fold.resolvedCount,
    batches: fold.batches,
    batchClosed: fold.batchClosed,
    lastRequestAt: fold.lastRequestAt,
    created: fold.created,
    idle: fold.idle.length === 0 ? emptyFold.idle : fold.idle,
    stopped: fold.stopped,
    skipped: fold.skipped.size === 0 ? emptyFold.skipped : fold.skipped,
    costs: fold.costs.length === 0 ? emptyFold.costs : fold.costs,
    problems: fold.problems.length === 0 ? emptyFold.problems : fold.problems,
  };
}

type Draft = { -readonly [K in keyof Omit<RunFold, 'effects'>]: RunFold[K] } & {
  readonly effects: EffectDraft;
  pending: Map<string, Effect>;
  counts: Record<Effect['status'], number>;
  costs: CostRecord[];
  errors: ErrorResult[];
  idle: Stretch[];
  problems: Problem[];
};

/** Puts a new or changed effect in its place. */
function put(run: Draft, effect: Effect): void {
  const before = run.effects.get(effect.effectId);
  if (before) run.counts[before.status] -= 1;
  run.counts[effect.status] += 1;
  run.effects.put(effect);
  if (effect.status === 'pending') run.pending.set(effect.effectId, effect);
  else run.pending.delete(effect.effectId);
}

/** Takes note of the time before an event in which nobody was at work. */
function rest(run: Draft, to: number | undefined): void {
  const { lastAt: from, stopped, idle } = run;
  if (from === undefined || to === undefined || to <= from || idle.length >= mostIdle) return;
  if (stopped || to - from > longestWork) idle.push({ from, to });
}

function apply(run: Draft, entry: JournalEntry): void {
  const { event, at } = entry;
  run.entries += 1;
  run.firstAt ??= at;
  rest(run, at);
  run.stopped = event.type === 'STOP_HOOK_INVOKED' && event.stops;
  run.lastAt = at ?? run.lastAt;
  run.sdkVersion ??= entry.sdkVersion;
  const problem = (what: string): unknown => run.problems.push({ file: `journal/${entry.file}`, what });

  switch (event.type) {
    case 'RUN_CREATED':
      if (run.created) problem('creates the run a second time: an existing id was used again');
      run.created = true;
      run.processId = event.processId ?? run.processId;
      run.entry = event.entry ?? run.entry;
      run.prompt = event.prompt ?? run.prompt;
      return;
    case 'EFFECT_REQUESTED':
      return request(run, entry, event);
    case 'EFFECT_RESOLVED': {
      const { status, startedAt, finishedAt, error } = event;
      settle(run, entry, event.effectId, { status, startedAt, finishedAt, error });
      return;
    }
    case 'EFFECT_CANCELLED':
      settle(run, entry, event.effectId, { status: 'cancelled', cancelReason: event.reason });
      return;
    case 'RUN_FAILED':
      run.batchClosed = true;
      // Engines write it by mistake, when they look at a completed run once more.
      if (run.end?.type === 'RUN_COMPLETED' && event.sealReason === undefined) {
        const said = event.error?.message ?? '';
        problem(`records an engine error after the run was completed${said === '' ? '' : `: ${said}`}`);
        run.end = { ...run.end, lateError: said };
        return;
      }
      run.end = failing(run, endOf(entry));
      return;
    case 'PROCESS_RUNTIME_ERROR':
      run.batchClosed = true;
      run.end = failing(run, endOf(entry));
      return;
    case 'RUN_COMPLETED':
    case 'RUN_HALTED':
      run.end = ending(run, endOf(entry));
      return;
    case 'PROCESS_ASSIGNED':
    case 'PROCESS_CODE_HASH_CHANGED':
      run.batchClosed = true;
      return;
    case 'PROCESS_LOG':
      if (event.skipped !== undefined && !run.skipped.has(event.skipped)) {
        run.skipped = new Set([...run.skipped, event.skipped]);
      }
      return;
    case 'COST_TRACKED':
      if (event.cost) run.costs.push(event.cost);
      return;
    case 'STOP_HOOK_INVOKED':
      run.hooks += 1;
      return;
    case 'other':
      if (event.name.endsWith('_HOOK_INVOKED')) run.hooks += 1;
      return;
    case 'EFFECT_PROGRESS':
      return;
    default:
      return event satisfies never;
  }
}

/** An end that is told again, with no request in between, is as old as the first telling. */
function ending({ end: before }: Draft, end: JournalEnd | undefined): JournalEnd | undefined {
  return end && before?.type === end.type ? { ...before, ...end, at: before.at } : end;
}

/** A failure that is told again, with no request in between, is as old as the first telling. */
function failing(run: Draft, end: JournalEnd | undefined): JournalEnd | undefined {
  const { end: before } = run;
  if (!end) return before;
  const failedTask = uncaughtError(run.errors, end);
  if (before?.type !== end.type) return { ...end, failedTask };
  const settled = run.lastSettled === undefined ? undefined : run.effects.get(run.lastSettled);
  const isNews = before.error?.message !== end.error?.message || (settled?.resolvedSeq ?? 0) > before.seq;
  return { ...end, failedTask, at: before.at, toldAt: isNews ? end.at : before.toldAt };
}

/**
 * The task whose error result a run failed with: the engine throws it into the process, which does not catch it. No
 * iterate asks for such a task again.
 * @param errors the error results after the last request
 * @returns its id; `undefined`: the process threw an error of its own
 */
export function uncaughtError(errors: readonly ErrorResult[], end: JournalEnd): string | undefined {
  const message = end.error?.message;
  if (end.type !== 'RUN_FAILED' || message === undefined) return undefined;
  return errors.findLast(
    (error) =>
      error.message === message || (error.message.length >= telling && message.includes(error.message)),
  )?.effectId;
}

/** What counts of a task's answer as an error that may end the run; `undefined`: it was no error, or says nothing. */
export function errorResult(
  effectId: string,
  { status, error }: Partial<Pick<Effect, 'status' | 'error'>>,
): ErrorResult | undefined {
  const message = error?.message ?? '';
  return status === 'error' && message.trim() !== '' ? { effectId, message } : undefined;
}

/** So many errors are remembered: a failure is searched for each of them. */
const mostErrors = 100;

/** From so many characters on, a text within another one is no coincidence. */
const telling = 12;

function settle(run: Draft, entry: JournalEntry, effectId: string, outcome: Partial<Effect>): void {
  const effect = run.effects.get(effectId);
  const file = `journal/${entry.file}`;
  if (!effect) {
    run.problems.push({
      file,
      what: `answers the effect ${effectId}, whose request is not in the journal`,
      stops: 'iterate',
    });
    return;
  }
  if (effect.status !== 'pending') {
    run.problems.push({
      file,
      what: `answers the effect ${effectId} a second time; the first answer stands`,
      stops: 'iterate',
    });
    return;
  }
  run.resolvedCount += 1;
  run.batchClosed = true;
  run.answeredSinceRequest = true;
  run.lastSettled = effectId;
  const error = errorResult(effectId, outcome);
  if (error) run.errors.push(error);
  if (run.errors.length > mostErrors) run.errors.shift();
  put(run, {
    ...effect,
    ...outcome,
    resolvedAt: entry.at,
    resolvedOrder: run.resolvedCount,
    resolvedSeq: entry.seq,
  });
}

/** The end that an event makes; `undefined`: it makes none. */
export function endOf({ event, at, seq }: JournalEntry): JournalEnd | undefined {
  const end = (
    type: JournalEnd['type'],
    error: RecordedError | undefined,
    reason: string | undefined,
    sealed = false,
  ): JournalEnd => ({
    outcome: outcomes[type],
    type,
    at,
    seq,
    toldAt: at,
    error,
    failedTask: undefined,
    reason,
    sealed,
  });
  switch (event.type) {
    case 'RUN_COMPLETED':
      return end(event.type, undefined, event.sealReason, event.sealReason !== undefined);
    case 'RUN_FAILED':
      return end(event.type, event.error, event.sealReason, event.sealReason !== undefined);
    case 'PROCESS_RUNTIME_ERROR':
      return end(event.type, event.error, undefined);
    case 'RUN_HALTED':
      return end(event.type, undefined, event.reason);
    case 'RUN_CREATED':
    case 'EFFECT_REQUESTED':
    case 'EFFECT_RESOLVED':
    case 'EFFECT_CANCELLED':
    case 'PROCESS_ASSIGNED':
    case 'PROCESS_CODE_HASH_CHANGED':
    case 'PROCESS_LOG':
    case 'STOP_HOOK_INVOKED':
    case 'EFFECT_PROGRESS':
    case 'COST_TRACKED':
    case 'other':
      return undefined;
    default:
      return event satisfies never;
  }
}

const outcomes = {
  RUN_COMPLETED: 'completed',
  RUN_FAILED: 'failed',
  PROCESS_RUNTIME_ERROR: 'failed',
  RUN_HALTED: 'halted',
} as const;

function request(
  run: Draft,
  { file, seq, at }: JournalEntry,
  event: Extract<JournalEvent, { type: 'EFFECT_REQUESTED' }>,
): void {
  const known = run.effects.get(event.effectId);
  if (known) {
    const what = `requests the effect ${event.effectId} a second time; engines refuse the run`;
    // The engine's repair drops what asks for a step once more.
    const mendable = known.invocationKey !== undefined && known.invocationKey === event.invocationKey;
    run.problems.push({ file: `journal/${file}`, what, stops: 'iterate', ...(mendable && { mendable }) });
    return;
  }
  const paused = at !== undefined && run.lastRequestAt !== undefined && at - run.lastRequestAt > batchPause;
  if (run.batchClosed || paused) run.batches += 1;
  run.batchClosed = false;
  run.lastRequestAt = at ?? run.lastRequestAt;
  run.end = undefined;
  run.answeredSinceRequest = false;
  run.errors = [];
  const { effectId, taskId, kind, label, labels, stepId, invocationKey } = event;
  const twin = invocationKey === undefined ? undefined : run.effects.withKey(invocationKey);
  if (twin) {
    // The engine's repair drops the later request, and its answer.
    const what = `requests the step ${invocationKey} a second time, as the effect ${effectId}; engines refuse the run`;
    run.problems.push({ file: `journal/${file}`, what, mendable: true, stops: 'any' });
  }
  put(run, {
    effectId,
    taskId,
    kind,
    label,
    labels,
    stepId,
    invocationKey,
    requestedAt: at,
    requestedSeq: seq,
    batch: run.batches,
    status: 'pending',
    resolvedAt: undefined,
    resolvedOrder: 0,
    resolvedSeq: 0,
    resolvedBefore: run.resolvedCount,
    startedAt: undefined,
    finishedAt: undefined,
    error: undefined,
    cancelReason: undefined,
  });
}
