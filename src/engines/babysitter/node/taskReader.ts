import type { RunFold } from '../core/foldRun';
import { parseJson } from '../../../core/run/lenient';
import type { Problem } from '../../../core/run/problem';
import {
  parseResult,
  parseTask,
  type AskedTask,
  type TaskDefinition,
  type TaskResult,
} from '../../../core/run/task';
import type { Sliced } from '../../../core/sliced';
import { namesIn } from '../../../node/eachEntryIn';
import { fileLimits, readTextInside } from '../../../node/safeFile';
import { isResolved, type Effect } from '../../../core/run/effect';

/** Thousands of runs without pending effects share it. */
const noTasks = new Map<string, never>();

/** The files of one settled effect, and what was looked for in them. */
interface DetailReading {
  readonly status: string;
  readonly keys: string;
  readonly task: TaskReading;
  readonly result: ResultReading | undefined;
}

/** The task files of a run, for whoever looks into it. */
export interface TaskFilesReading {
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly results: ReadonlyMap<string, TaskResult>;
  /** Those of pending tasks are left out: {@link TaskReader.readPending} tells them. */
  readonly problems: readonly Problem[];
}

/** Reads the task files of one run, those that never change only once. */
export class TaskReader {
  #pending: ReadonlyMap<string, TaskReading> = noTasks;
  /** Kept while somebody looks into the run. */
  #details: Map<string, DetailReading> | undefined;

  /**
   * Reads what the pending effects ask for.
   * @param real the run folder, links resolved
   * @param found what is wrong with the files is added here
   */
  *readPending(
    real: string,
    { pending }: RunFold,
    found: Problem[],
  ): Sliced<ReadonlyMap<string, TaskDefinition>> {
    if (pending.size === 0) {
      this.#pending = noTasks;
      return noTasks;
    }
    const tasks = new Map<string, TaskDefinition>();
    const readings = new Map<string, TaskReading>();
    for (const { effectId, kind } of pending.values()) {
      // task.json never changes once it is written, so it is read once; a failed reading is tried again.
      const before = this.#pending.get(effectId);
      const reading = before?.task ? before : readTask(real, effectId, kind);
      readings.set(effectId, reading);
      if (reading.task) tasks.set(effectId, reading.task);
      found.push(...reading.problems);
      yield;
    }
    this.#pending = readings;
    return tasks;
  }

  /**
   * Reads the files of every task.
   * @param real the run folder, links resolved
   * @param metricKeys the numbers to look for in results
   */
  *readAll(real: string, effects: Iterable<Effect>, metricKeys: readonly string[]): Sliced<TaskFilesReading> {
    const tasks = new Map<string, TaskDefinition>();
    const results = new Map<string, TaskResult>();
    const problems: Problem[] = [];
    const keys = metricKeys.join(' ');
    const details = (this.#details ??= new Map<string, DetailReading>());
    for (const { effectId, kind, status } of effects) {
      const before = details.get(effectId);
      const isKnown = before?.status === status && before.keys === keys;
      const reading = isKnown
        ? before
        : { status, keys, ...readDetail(real, { effectId, kind, status }, metricKeys) };
      const { task, result } = reading;
      if (task.task) tasks.set(effectId, task.task);
      if (result?.result) results.set(effectId, result.result);
      // Problems of pending tasks are on the run already; the others stop nothing, their results are replayed.
      const wrong = status === 'pending' ? [] : task.problems.map(({ file, what }) => ({ file, what }));
      wrong.push(...(result?.problems ?? []));
      problems.push(...wrong);
      // A file that something is wrong with may be mended, and one of a pending effect may still come.
      if (status !== 'pending' && wrong.length === 0) details.set(effectId, reading);
      yield;
    }
    return { tasks, results, problems };
  }

  /** Forgets what {@link readAll} read, when nobody looks into the run any more or its journal is another. */
  forgetAll(): void {
    this.#details = undefined;
  }
}

/**
 * Reads what the tasks of a run are called: titles and labels, each once.
 * @param real the run folder, links resolved
 * @param signal ends the reading; what was found by then is given
 */
export function* readTaskTitles(real: string, signal: AbortSignal): Sliced<readonly string[]> {
  const titles = new Set<string>();
  for (const effectId of namesIn(`${real}/tasks`)) {
    if (signal.aborted) break;
    const { task } = readTask(real, effectId, 'breakpoint');
    for (const title of [task?.title, task?.breakpoint?.title, ...(task?.labels ?? [])]) {
      if (title !== undefined && title.trim() !== '') titles.add(title);
    }
    yield;
  }
  return [...titles];
}

/** A task.json; without a task when it cannot be used. */
interface TaskReading {
  readonly task: TaskDefinition | undefined;
  readonly problems: readonly Problem[];
}

/** A result.json; without a result when it cannot be used. */
interface ResultReading {
  readonly result: TaskResult | undefined;
  readonly problems: readonly Problem[];
}

function readDetail(
  real: string,
  { effectId, kind, status }: Pick<Effect, 'effectId' | 'kind' | 'status'>,
  metricKeys: readonly string[],
): Pick<DetailReading, 'task' | 'result'> {
  const task = readTask(real, effectId, kind);
  const asked = { kind, expectedExitCode: task.task?.expectedExitCode };
  const result = isResolved(status) ? readResult(real, effectId, metricKeys, asked) : undefined;
  return { task, result };
}

export function readTask(real: string, effectId: string, kind: string): TaskReading {
  const file = `tasks/${effectId}/task.json`;
  const read = readTextInside(real, file, fileLimits.task);
  if ('problem' in read)
    return { task: undefined, problems: [{ file, what: read.problem, stops: 'iterate' }] };
  const { task, problems } = parseTask(read.text, kind, readInputFile(real, effectId, kind));
  const stops = task ? {} : ({ stops: 'iterate' } as const);
  return { task, problems: problems.map((what) => ({ file, what, ...stops })) };
}

/** Agents may write a breakpoint's texts beside it. The file is theirs, so a broken one counts as none. */
function readInputFile(real: string, effectId: string, kind: string): unknown {
  if (kind !== 'breakpoint') return undefined;
  const read = readTextInside(real, `tasks/${effectId}/input.json`, fileLimits.task);
  if ('problem' in read) return undefined;
  const json = parseJson(read.text);
  return 'value' in json ? json.value : undefined;
}

function readResult(
  real: string,
  effectId: string,
  metricKeys: readonly string[],
  asked: AskedTask,
): ResultReading {
  const file = `tasks/${effectId}/result.json`;
  const read = readTextInside(real, file, fileLimits.task);
  if ('problem' in read) return { result: undefined, problems: [{ file, what: read.problem }] };
  const { result, problems } = parseResult(read.text, metricKeys, asked);
  return { result, problems: problems.map((what) => ({ file, what })) };
}
