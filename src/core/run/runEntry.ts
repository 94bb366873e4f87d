import { type Breakpoint } from './breakpoint';
import { passed } from './passed';
import { outcomeGist, withGist } from './gist';
import { outcomeIn } from './outcome';
import { auditAnswers, verdictOf } from './audit';
import { toIso } from '../format';
import { prettyJson } from './jsonText';
import { maskSecrets } from './secrets';
import { deriveIterations, type Iteration, type Iterations } from './iterations';
import type { MetricChoice } from './metrics';
import { pendingEffects, runTitle, taskTitle, type Run, type RunDetails } from './run';
import type { RunEngine } from '../engine/runEngine';
import type { JudgeOptions, State, StateAction } from './judgement';

/** A run as the command line prints it: the stable, documented JSON face of the product. */
export interface RunEntry {
  readonly runId: string;
  readonly dir: string;
  readonly engine: string;
  readonly processId: string;
  readonly title: string;
  readonly state: State;
  readonly reason: string;
  /** What moves the run on; `at`: when it can. */
  readonly next: { readonly action: string | null; readonly reason: string; readonly at?: string };
  /** Of completed runs that left what the process returned. */
  readonly outcome?: { readonly success: boolean | null; readonly summary?: string };
  readonly events: number;
  readonly effects: {
    readonly requested: number;
    readonly ok: number;
    readonly error: number;
    readonly cancelled: number;
    readonly pending: number;
  };
  readonly pending: readonly {
    readonly effectId: string;
    readonly kind: string;
    readonly title: string;
    readonly question?: string;
    readonly options?: readonly {
      readonly value: string;
      readonly label?: string;
      /** Whether choosing it counts as approval; null: its words do not say. */
      readonly approved: boolean | null;
    }[];
  }[];
  readonly iterations: readonly {
    readonly n: number;
    /** The process's own number, within its phase. */
    readonly number?: number;
    readonly phase?: string;
    readonly requested: number;
    readonly ok: number;
    readonly error: number;
    readonly metric?: number;
  }[];
  readonly metricKey?: string;
  readonly best?: number;
  readonly actions: readonly StateAction[];
  readonly engineVersion?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Other folders that hold an older or equal state of the same run. */
  readonly copies?: readonly string[];
  readonly problems: readonly string[];
}

/** A task as `show` prints it. */
export interface TaskEntry {
  readonly effectId: string;
  readonly taskId: string;
  readonly kind: string;
  readonly title: string;
  readonly status: 'pending' | 'ok' | 'error' | 'cancelled';
  /** null: it pends, was cancelled, cannot be read, or is a question. */
  readonly passed: boolean | null;
  /** Left out: it belongs to none. */
  readonly iteration?: number;
  readonly requestedAt?: string;
  readonly resolvedAt?: string;
  readonly error?: string;
}

/** An answer to a question as `show` prints it. */
export interface AnswerEntry {
  readonly effectId: string;
  readonly title: string;
  /** approved, rejected, else the option's value; null: the answer does not say. */
  readonly answer: string | null;
  readonly option?: string;
  readonly words: string;
  readonly by?: string;
  readonly automatic: boolean;
  readonly at?: string;
}

/** Everything a person or a program may want to know of one run, from its files alone. */
export function toRunEntry(
  run: Run,
  details: RunDetails,
  now: number,
  options: JudgeOptions & { readonly engine: RunEngine; readonly metric: MetricChoice },
): RunEntry {
  const outcome = outcomeIn(details) ?? run.gist?.outcome;
  const { state, reason, actions, next } = options.engine.judge(
    withGist(run, outcomeGist(outcome)),
    now,
    options,
  );
  const effects = run.story.effects.list();
  const { list, metric } = deriveIterations(effects, details, options.metric);
  const pending = pendingEffects(run);
  return {
    runId: run.runId,
    dir: run.location,
    engine: run.engine,
    processId: run.processId,
    title: runTitle(run),
    state,
    reason,
    next: {
      action: next.action ?? null,
      reason: next.reason,
      ...optional('at', next.at === undefined ? undefined : toIso(next.at)),
    },
    ...optional('outcome', outcome && { success: outcome.success, ...optional('summary', outcome.summary) }),
    events: run.eventCount,
    effects: {
      requested: effects.length,
      ok: run.story.counts.ok,
      error: run.story.counts.error,
      cancelled: run.story.counts.cancelled,
      // Sleeps of finished runs are never resolved; what an engine has not come to yet pends without waiting for anybody.
      pending: run.story.counts.pending - sleepsOver(run),
    },
    pending: pending.map(({ effect, task }) => ({
      effectId: effect.effectId,
      kind: effect.kind,
      title: taskTitle(effect, task),
      ...optional('question', task?.breakpoint?.question),
      ...optional('options', task?.breakpoint?.options.length ? optionEntries(task.breakpoint) : undefined),
    })),
    iterations: list.filter(isOwn).map((iteration) => ({
      n: iteration.recorded?.number ?? iteration.n,
      ...optional('number', iteration.recorded ? undefined : iteration.number),
      ...optional('phase', iteration.phase),
      requested: iteration.requested,
      ok: iteration.ok,
      error: iteration.error,
      ...optional('metric', iteration.metric),
    })),
    ...optional('metricKey', metric?.key ?? details.recorded?.metricKey),
    ...optional('best', metric?.best),
    actions: actions.filter((action) => options.engine.can.has(action)),
    ...optional('engineVersion', run.engineVersion),
    createdAt: toIso(run.createdAt),
    updatedAt: toIso(run.updatedAt),
    problems: [...run.problems, ...details.problems].map(({ file, what }) => `${file}: ${what}`),
  };
}

/**
 * The same with its tasks, its answers and what it returned.
 * @param secrets values of the run that may stand in its output
 */
export function toShownEntry(
  run: Run,
  details: RunDetails,
  now: number,
  options: Parameters<typeof toRunEntry>[3],
  secrets: readonly string[],
) {
  const entry = toRunEntry(run, details, now, options);
  const tasks = toTaskEntries(run, details, options.metric);
  return {
    ...entry,
    effects: { ...entry.effects, notPassed: tasks.filter(({ passed: did }) => did === false).length },
    tasks,
    answers: toAnswerEntries(run, details),
    ...outputOf(details, secrets),
  };
}

/** What a process returned, which may quote the secret that ends an agent's loop; left out where it cannot be written. */
function outputOf(details: RunDetails, secrets: readonly string[]): { readonly output?: unknown } {
  const text = 'output' in details ? prettyJson(details.output) : undefined;
  return text === undefined ? {} : { output: JSON.parse(maskSecrets(text, secrets)) };
}

/** The tasks of a run in order of their requests, each with the iteration it belongs to. */
export function toTaskEntries(run: Run, details: RunDetails, metric: MetricChoice): readonly TaskEntry[] {
  const effects = run.story.effects.list();
  const numbers = iterationNumbers(deriveIterations(effects, details, metric));
  return effects.map((effect) => ({
    effectId: effect.effectId,
    taskId: effect.taskId,
    kind: effect.kind,
    title: taskTitle(effect, details.tasks.get(effect.effectId)),
    status: effect.status,
    passed: passed(effect, details.results.get(effect.effectId)),
    ...optional('iteration', numbers.get(effect.effectId)),
    ...optional('requestedAt', effect.requestedAt === undefined ? undefined : toIso(effect.requestedAt)),
    ...optional('resolvedAt', effect.resolvedAt === undefined ? undefined : toIso(effect.resolvedAt)),
    ...optional('error', effect.error?.message),
  }));
}

/** The answers to the questions of a run, in the order in which they were given. */
export function toAnswerEntries(run: Run, details: RunDetails): readonly AnswerEntry[] {
  return auditAnswers(run, details).map((answer) => ({
    effectId: answer.effectId,
    title: answer.title,
    answer: verdictOf(answer) ?? null,
    ...optional('option', answer.option),
    words: answer.text ?? '',
    ...optional('by', answer.respondedBy),
    automatic: answer.automatic,
    ...optional('at', answer.answeredAt === undefined ? undefined : toIso(answer.answeredAt)),
  }));
}

function sleepsOver({ story }: Run): number {
  return story.end ? [...story.pending.values()].filter(({ kind }) => kind === 'sleep').length : 0;
}

/** What the run delegated is part of it, and no iteration of its own. */
function isOwn({ recorded }: Iteration): boolean {
  return recorded?.delegated !== true;
}

function optionEntries({ options }: Breakpoint): RunEntry['pending'][number]['options'] {
  return options.map(({ value, label, approved }) => ({
    value,
    ...optional('label', label === value ? undefined : label),
    approved,
  }));
}

function iterationNumbers(iterations: Iterations): ReadonlyMap<string, number> {
  return new Map(
    iterations.list.flatMap(({ n, effects }) => effects.map(({ effectId }) => [effectId, n] as const)),
  );
}

/** A field that is left out when there is nothing to say. */
function optional<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]: V });
}
