import { toIso } from '../format';
import { deriveIterations, type Iterations } from './iterations';
import type { MetricChoice } from './metrics';
import { pendingEffects, runTitle, taskTitle, type Run, type RunDetails } from './run';
import type { RunEngine } from '../engine/runEngine';
import type { JudgeOptions, State, StateAction } from './judgement';

/** A run as the command line prints it: the stable, documented JSON face of the product. */
export interface RunEntry {
  readonly runId: string;
  readonly dir: string;
  readonly processId: string;
  readonly title: string;
  readonly state: State;
  readonly reason: string;
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
  }[];
  readonly iterations: readonly {
    readonly n: number;
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
  readonly problems: readonly string[];
}

/** A task as `show` prints it. */
export interface TaskEntry {
  readonly effectId: string;
  readonly taskId: string;
  readonly kind: string;
  readonly title: string;
  readonly status: 'pending' | 'ok' | 'error' | 'cancelled';
  readonly iteration: number;
  readonly requestedAt?: string;
  readonly resolvedAt?: string;
  readonly error?: string;
}

/** Everything a person or a program may want to know of one run, from its files alone. */
export function toRunEntry(
  run: Run,
  details: RunDetails,
  now: number,
  options: JudgeOptions & { readonly engine: RunEngine; readonly metric: MetricChoice },
): RunEntry {
  const { state, reason, actions } = options.engine.judge(run, now, options);
  const effects = [...run.story.effects.values()];
  const { list, metric } = deriveIterations(effects, details, options.metric);
  const pending = pendingEffects(run);
  return {
    runId: run.runId,
    dir: run.location,
    processId: run.processId,
    title: runTitle(run),
    state,
    reason,
    events: run.eventCount,
    effects: {
      requested: effects.length,
      ok: run.story.counts.ok,
      error: run.story.counts.error,
      cancelled: run.story.counts.cancelled,
      pending: pending.length,
    },
    pending: pending.map(({ effect, task }) => ({
      effectId: effect.effectId,
      kind: effect.kind,
      title: taskTitle(effect, task),
      ...optional('question', task?.breakpoint?.question),
    })),
    iterations: list.map((iteration) => ({
      n: iteration.n,
      requested: iteration.requested,
      ok: iteration.ok,
      error: iteration.error,
      ...optional('metric', iteration.metric),
    })),
    ...optional('metricKey', metric?.key),
    ...optional('best', metric?.best),
    actions: actions.filter((action) => options.engine.can.has(action)),
    ...optional('engineVersion', run.engineVersion),
    createdAt: toIso(run.createdAt),
    updatedAt: toIso(run.updatedAt),
    problems: [...run.problems, ...details.problems].map(({ file, what }) => `${file}: ${what}`),
  };
}

/** The tasks of a run in order of their requests, each with the iteration it belongs to. */
export function toTaskEntries(run: Run, details: RunDetails, metric: MetricChoice): readonly TaskEntry[] {
  const effects = [...run.story.effects.values()];
  const numbers = iterationNumbers(deriveIterations(effects, details, metric));
  return effects.map((effect) => ({
    effectId: effect.effectId,
    taskId: effect.taskId,
    kind: effect.kind,
    title: taskTitle(effect, details.tasks.get(effect.effectId)),
    status: effect.status,
    iteration: numbers.get(effect.effectId) as number,
    ...optional('requestedAt', effect.requestedAt === undefined ? undefined : toIso(effect.requestedAt)),
    ...optional('resolvedAt', effect.resolvedAt === undefined ? undefined : toIso(effect.resolvedAt)),
    ...optional('error', effect.error?.message),
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
