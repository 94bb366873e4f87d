import { HumanError } from '../errors';
import { oneLine, toIso } from '../format';
import { auditAnswers } from '../run/audit';
import type { Usage } from '../run/cost';
import type { Effect } from '../run/effect';
import { metricsOf, type Iteration } from '../run/iterations';
import { isRecord } from '../run/lenient';
import { tabulateMetric, wantedMetricKeys, type MetricChoice } from '../run/metrics';
import { pendingEffects, processIdOf, runTitle, taskTitle } from '../run/run';
import { secretsIn } from '../run/secrets';
import { usageByTask, usageInAll } from '../run/usage';
import { classify, type ClassifyOptions, type State } from '../run/runState';
import { effectTime, runTime, workerOf, workTime, type Worker, type WorkTime } from '../run/workTime';
import { atOnce, type Sliced } from '../sliced';
import type { OpenedRun } from '../tree/buildTree';
import { cleaner, type CleanText } from './cleanText';
import { findingsOf, pathsOf, type Finding } from './findings';

/**
 * Everything a report of a run tells: plain data, bounded, its texts without secrets and absolute paths and with
 * deceptive characters spelled out. It is what the JSON format prints; `docs/report.md` describes it. Times are ISO 8601, durations
 * milliseconds. A field that is not there was not told by the run.
 */
export interface Report {
  readonly format: 'babysitter-runs/report';
  /** Rises when a field changes its meaning or goes; new fields may come without. */
  readonly version: 1;
  readonly generatedAt: string;
  /** `iteration`: tasks, findings, artefacts, answers, times and usage are those of the iteration alone. */
  readonly scope: 'run' | 'iteration';
  /** The iteration in focus: the one asked for, else the best by the metric, else the last. */
  readonly iteration?: number;
  readonly run: {
    readonly runId: string;
    readonly title: string;
    readonly state: State;
    readonly reason: string;
    readonly prompt?: string;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly endedAt?: string;
    readonly events: number;
  };
  /** What the tasks of the iteration in focus were to do. */
  readonly attempted: readonly { readonly title: string; readonly description?: string }[];
  readonly tasks: readonly ReportTask[];
  /** The main metric first. */
  readonly metrics: readonly ReportMetric[];
  /** From the process's inputs. */
  readonly targets: { readonly quality?: number; readonly iterations?: number };
  readonly iterations: readonly ReportIteration[];
  readonly findings: readonly (Finding & { readonly effectId: string; readonly task: string })[];
  /** Files that results and questions name, and that exist in the project; the path is relative to it. */
  readonly artefacts: readonly { readonly path: string; readonly effectIds: readonly string[] }[];
  readonly answers: readonly ReportAnswer[];
  readonly questions: readonly {
    readonly effectId: string;
    readonly title: string;
    readonly askedAt?: string;
  }[];
  readonly time: WorkTime & {
    /** From the run's creation to its end, or to its last event. */
    readonly total: number;
  };
  /** `undefined`: neither the journal nor a result tells any. */
  readonly usage?: ReportUsage & {
    /** Where the sum is from: cost records of the journal, which count alone if there are any, or results. */
    readonly from: 'journal' | 'results';
    readonly byModel?: readonly (ReportUsage & { readonly model: string })[];
  };
  readonly provenance: {
    readonly processId: string;
    /** The process file, relative to the project, and its function. */
    readonly entry?: string;
    readonly function?: string;
    readonly engineVersion?: string;
    readonly harness?: string;
    readonly parentRunId?: string;
    readonly nonInteractive?: true;
  };
  readonly problems: readonly { readonly file: string; readonly what: string }[];
  /** How many of each are left out because there are too many. */
  readonly left: Readonly<Record<'tasks' | 'findings' | 'artefacts' | 'answers' | 'problems', number>>;
}

export interface ReportTask {
  readonly effectId: string;
  readonly taskId: string;
  readonly iteration: number;
  readonly kind: string;
  readonly title: string;
  readonly status: Effect['status'];
  /** Not there while it is pending, when it was cancelled, and for questions, which people answer either way. */
  readonly passed?: boolean;
  readonly exitCode?: number;
  /** Why it did not pass. */
  readonly why?: string;
  readonly by: Worker;
  readonly requestedAt?: string;
  readonly resolvedAt?: string;
  /** How long it was worked on, or how long it waited for a person. */
  readonly duration?: number;
  readonly usage?: ReportUsage;
}

export interface ReportMetric {
  readonly key: string;
  readonly better: 'highest' | 'lowest';
  readonly this?: number;
  /** Of the iteration before the one in focus. */
  readonly previous?: number;
  readonly best: { readonly iteration: number; readonly value: number };
  readonly target?: number;
  readonly series: readonly { readonly iteration: number; readonly value: number }[];
}

export interface ReportIteration {
  readonly n: number;
  readonly requested: number;
  readonly ok: number;
  readonly error: number;
  readonly cancelled: number;
  readonly best?: true;
  readonly metrics: Readonly<Record<string, number>>;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly time: WorkTime;
}

export interface ReportAnswer {
  readonly effectId: string;
  readonly iteration: number;
  readonly title: string;
  readonly question?: string;
  readonly approved?: boolean;
  readonly option?: string;
  readonly text?: string;
  readonly respondedBy?: string;
  readonly answeredAt?: string;
  readonly waited?: number;
  readonly product?: string;
  readonly surface?: string;
  readonly signedWith?: string;
}

export type ReportUsage = { readonly [K in keyof Usage]?: number };

/** What is not in the run's events and tasks. */
export interface ReportSources {
  /** run.json as it is, for the secrets in it; `undefined`: it cannot be read. */
  readonly runJson: string | undefined;
  /** The value of inputs.json; `undefined`: there is none. */
  readonly inputs: unknown;
  /** The person's home folder, which becomes "~". */
  readonly home: string;
  /** The project-relative path, "/" between parts, of a file that a result names; `undefined`: there is none in the project. */
  findFile(path: string): string | undefined;
}

export interface ReportOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly classify: ClassifyOptions;
  readonly metric: MetricChoice;
  /** Report on this iteration alone; `undefined`: on the whole run. */
  readonly iteration: number | undefined;
}

const most = {
  tasks: 5000,
  findings: 500,
  /** Characters of all findings together. */
  findingTexts: 1_000_000,
  answers: 1000,
  artefacts: 500,
  /** Names of files that are looked for. */
  names: 5000,
  problems: 200,
  attempted: 100,
  question: 20_000,
};

/**
 * Makes the report of a run, or of one of its iterations.
 * @throws HumanError when the run has no such iteration
 */
export function toReport(opened: OpenedRun, sources: ReportSources, options: ReportOptions): Report {
  return atOnce(reporting(opened, sources, options));
}

/** The same, interruptibly. */
export function* reporting(
  opened: OpenedRun,
  sources: ReportSources,
  options: ReportOptions,
): Sliced<Report> {
  const { run, details, iterations } = opened;
  const { metadata, fold } = run;
  const clean = cleaner(secretsOf(sources), [
    [run.projectDir, ''],
    [folderAround(run.dir), ''],
    [sources.home, '~'],
  ]);
  const short = (text: string): string => clean(oneLine(text), 300);
  const titleOf = (effectId: string): string => {
    const effect = fold.effects.get(effectId);
    return effect ? short(taskTitle(effect, details.tasks.get(effectId))) : '';
  };
  const { state, reason } = classify(run, options.now, options.classify);
  const focus = focusOf(iterations.list, options.iteration);
  const numbers = new Map(
    iterations.list.flatMap(({ n, effects }) => effects.map(({ effectId }) => [effectId, n] as const)),
  );
  const effects = options.iteration === undefined ? [...fold.effects.values()] : (focus?.effects ?? []);
  const ids = new Set(effects.map(({ effectId }) => effectId));
  const targets = targetsOf(sources.inputs);
  const usages = usageByTask(opened.run.fold.costs, opened.details.results);
  const entry = metadata ? metadata.entry : fold.entry;
  yield;
  const found = yield* mapped(
    effects.filter(({ kind }) => kind !== 'breakpoint'),
    ({ effectId }) =>
      findingsOf(details.results.get(effectId)?.value).map((finding) => ({ effectId, finding })),
  );
  const allFindings = found.flat();
  const cleaned = yield* mapped(allFindings.slice(0, most.findings), ({ effectId, finding }) => ({
    effectId,
    task: titleOf(effectId),
    name: clean(finding.name, 100),
    texts: finding.texts.map((text) => clean(text)),
    left: finding.left,
  }));
  let characters = 0;
  const findings = cleaned.filter(({ texts }) => {
    characters += texts.reduce((sum, text) => sum + text.length, 0);
    return characters <= most.findingTexts;
  });
  const answers = auditAnswers(fold, details).filter(({ effectId }) => ids.has(effectId));
  const artefacts = yield* findingArtefacts(opened, effects, sources, clean);
  const metrics = yield* mapped(iterations.list, ({ n, effects: some }) => ({
    n,
    metrics: metricsOf(some, details),
  }));
  const tasks = yield* mapped(effects.slice(0, most.tasks), (effect): ReportTask => {
    const task = details.tasks.get(effect.effectId);
    const result = details.results.get(effect.effectId);
    const exitCode = isRecord(result?.value) ? result.value['exitCode'] : undefined;
    const why = effect.error?.message ?? effect.cancelReason ?? result?.failure;
    return {
      effectId: clean(effect.effectId),
      taskId: clean(effect.taskId, 300),
      iteration: numbers.get(effect.effectId) as number,
      kind: clean(effect.kind, 100),
      title: short(taskTitle(effect, task)),
      status: effect.status,
      ...optional('passed', passed(effect, result?.failure)),
      ...optional('exitCode', Number.isInteger(exitCode) ? (exitCode as number) : undefined),
      ...optional('why', why && clean(why)),
      by: workerOf(effect),
      ...optional('requestedAt', time(effect.requestedAt)),
      ...optional('resolvedAt', time(effect.resolvedAt)),
      ...optional('duration', effectTime(effect)),
      ...optional('usage', told(usages.get(effect.effectId))),
    };
  });
  const rows = yield* mapped(iterations.list, (iteration, place): ReportIteration => {
    const times = iteration.effects.flatMap(({ requestedAt, resolvedAt }) => [requestedAt, resolvedAt]);
    const known = times.filter((at) => at !== undefined);
    return {
      n: iteration.n,
      requested: iteration.requested,
      ok: iteration.ok,
      error: iteration.error,
      cancelled: iteration.cancelled,
      ...(iteration.best ? { best: true as const } : {}),
      metrics: Object.assign({}, ...(metrics[place]?.metrics ?? [])) as Record<string, number>,
      ...optional('startedAt', time(minimum(known))),
      ...optional('endedAt', time(maximum(known))),
      time: workTime(iteration.effects),
    };
  });
  const problems = [...run.problems, ...details.problems, ...details.warnings];
  const prompt = metadata?.prompt ?? fold.prompt;
  const endedAt = fold.end?.at;
  const version = metadata?.sdkVersion ?? fold.sdkVersion;
  return {
    format: 'babysitter-runs/report',
    version: 1,
    generatedAt: toIso(options.now),
    scope: options.iteration === undefined ? 'run' : 'iteration',
    ...optional('iteration', focus?.n),
    run: {
      runId: clean(run.runId),
      title: short(runTitle(run)),
      state,
      reason: short(reason),
      ...optional('prompt', prompt && clean(prompt, most.question)),
      createdAt: toIso(run.createdAt),
      updatedAt: toIso(run.updatedAt),
      ...optional('endedAt', time(endedAt)),
      events: run.eventFiles,
    },
    attempted: (focus?.effects ?? [])
      .filter(({ kind }) => kind !== 'breakpoint' && kind !== 'sleep')
      .slice(0, most.attempted)
      .map((effect) => {
        const task = details.tasks.get(effect.effectId);
        return {
          title: short(taskTitle(effect, task)),
          ...optional('description', task?.description && clean(task.description)),
        };
      }),
    tasks,
    metrics: metricsTable(metrics, iterations.metric?.key, options.metric, focus?.n, targets.quality),
    targets,
    iterations: rows,
    findings,
    artefacts: artefacts.slice(0, most.artefacts),
    answers: answers.slice(0, most.answers).map((answer) => ({
      effectId: clean(answer.effectId),
      iteration: numbers.get(answer.effectId) as number,
      title: short(answer.title),
      ...optional('question', answer.question && clean(answer.question, most.question)),
      ...optional('approved', answer.approved),
      ...optional('option', answer.option && short(answer.option)),
      ...optional('text', answer.text && clean(answer.text)),
      ...optional('respondedBy', answer.respondedBy && short(answer.respondedBy)),
      ...optional('answeredAt', time(answer.answeredAt)),
      ...optional('waited', answer.waited),
      ...optional('product', answer.product && short(answer.product)),
      ...optional('surface', answer.surface && short(answer.surface)),
      ...optional('signedWith', answer.signedWith && short(answer.signedWith)),
    })),
    questions: pendingEffects(run)
      .filter(({ effect }) => effect.kind === 'breakpoint' && ids.has(effect.effectId))
      .map(({ effect, task }) => ({
        effectId: clean(effect.effectId),
        title: short(taskTitle(effect, task)),
        ...optional('askedAt', time(effect.requestedAt)),
      })),
    time: {
      total: runTime(run),
      ...workTime(effects),
    },
    ...optional(
      'usage',
      usageTotal(opened, options.iteration === undefined ? undefined : ids, usages, clean),
    ),
    provenance: {
      processId: clean(processIdOf(run), 300),
      ...optional('entry', entry && clean(entryPath(run.dir, entry.importPath), 1000)),
      ...optional('function', entry && clean(entry.exportName, 300)),
      ...optional('engineVersion', version && clean(version, 100)),
      ...optional('harness', metadata?.harness && clean(metadata.harness, 100)),
      ...optional('parentRunId', metadata?.parentRunId && clean(metadata.parentRunId, 300)),
      ...(metadata?.nonInteractive ? { nonInteractive: true as const } : {}),
    },
    problems: problems
      .slice(0, most.problems)
      .map(({ file, what }) => ({ file: clean(file, 1000), what: clean(what, 1000) })),
    left: {
      tasks: Math.max(0, effects.length - most.tasks),
      findings: allFindings.length - findings.length,
      answers: Math.max(0, answers.length - most.answers),
      artefacts: Math.max(0, artefacts.length - most.artefacts),
      problems: Math.max(0, problems.length - most.problems),
    },
  };
}

function secretsOf({ runJson }: ReportSources): readonly string[] {
  return runJson === undefined ? [] : secretsIn(runJson);
}

/** The iteration that a report opens on. */
function focusOf(list: readonly Iteration[], asked: number | undefined): Iteration | undefined {
  if (asked === undefined) return list.find(({ best }) => best) ?? list.at(-1);
  const found = list.find(({ n }) => n === asked);
  if (found) return found;
  const [first, last] = [list[0]?.n, list.at(-1)?.n];
  throw new HumanError(
    first === undefined
      ? 'The run has no iterations yet.'
      : `The run has no iteration ${asked}; ${first === last ? `its only one is ${first}` : `they go from ${first} to ${last}`}.`,
  );
}

function targetsOf(inputs: unknown): Report['targets'] {
  const number = (name: string): number | undefined => {
    const value = isRecord(inputs) ? inputs[name] : undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  };
  return {
    ...optional('quality', number('targetQuality')),
    ...optional('iterations', number('maxIterations')),
  };
}

function metricsTable(
  found: Parameters<typeof tabulateMetric>[0],
  main: string | undefined,
  choice: MetricChoice,
  focus: number | undefined,
  target: number | undefined,
): readonly ReportMetric[] {
  const previous = found[found.findIndex(({ n }) => n === focus) - 1]?.n;
  const keys = wantedMetricKeys(choice).toSorted((a, b) => Number(b === main) - Number(a === main));
  return keys.flatMap((key) => {
    const table = tabulateMetric(found, { key, best: choice.best });
    if (!table) return [];
    return [
      {
        key,
        better: choice.best,
        ...optional('this', focus === undefined ? undefined : table.values.get(focus)),
        ...optional('previous', previous === undefined ? undefined : table.values.get(previous)),
        best: { iteration: table.best, value: table.values.get(table.best) as number },
        // A target is one number, and is meant for what iterations are weighed by.
        ...optional('target', key === main ? target : undefined),
        series: [...table.values].map(([iteration, value]) => ({ iteration, value })),
      },
    ];
  });
}

function* findingArtefacts(
  { details }: OpenedRun,
  effects: readonly Effect[],
  sources: ReportSources,
  clean: CleanText,
): Sliced<Report['artefacts']> {
  const found = new Map<string, string[]>();
  const known = new Map<string, string | undefined>();
  for (const { effectId } of effects) {
    yield;
    const named = [
      ...pathsOf(details.results.get(effectId)?.value),
      ...(details.tasks.get(effectId)?.breakpoint?.files ?? []).map(({ path }) => path),
    ];
    for (const name of named) {
      // Looking costs a few calls of the system for each name, and results may name anything.
      if (!known.has(name) && known.size < most.names) known.set(name, sources.findFile(name));
      const path = known.get(name);
      if (path === undefined) continue;
      const users = found.get(path) ?? [];
      if (!users.includes(effectId)) users.push(effectId);
      found.set(path, users);
    }
  }
  return [...found].map(([path, effectIds]) => ({ path: clean(path, 1000), effectIds }));
}

/** @param ids the tasks to be counted; `undefined`: all, and what belongs to no task */
function usageTotal(
  { run }: OpenedRun,
  ids: ReadonlySet<string> | undefined,
  usages: ReadonlyMap<string, Usage>,
  clean: CleanText,
): Report['usage'] {
  const usage = usageInAll(run.fold.costs, usages, ids);
  if (!usage) return undefined;
  const byModel = [...usage.byModel].map(([model, some]) => ({ model: clean(model, 100), ...told(some) }));
  return { from: usage.from, ...told(usage.total), ...(byModel.length > 0 ? { byModel } : {}) };
}

/** Makes one thing of each other, interruptibly: each takes a while. */
function* mapped<T, R>(items: readonly T[], make: (item: T, place: number) => R): Sliced<readonly R[]> {
  const made: R[] = [];
  for (const [place, item] of items.entries()) {
    made.push(make(item, place));
    yield;
  }
  return made;
}

function told(usage: Usage | undefined): ReportUsage | undefined {
  if (!usage) return undefined;
  return Object.fromEntries(Object.entries(usage).filter(([, number]) => number !== undefined));
}

function passed(effect: Effect, failure: string | undefined): boolean | undefined {
  if (effect.status === 'pending' || effect.status === 'cancelled') return undefined;
  if (effect.kind === 'breakpoint' && effect.status === 'ok') return undefined;
  return effect.status === 'ok' && failure === undefined;
}

/** The project that a run folder lies in; its run.json may name another one, from where it was made. */
function folderAround(dir: string): string {
  return dir.replace(/(?:[/\\]\.a5c)?[/\\]+[^/\\]+[/\\]+[^/\\]+[/\\]*$/, '');
}

/** The process file's path; run.json tells it from the run folder. Links and ".." in between are not looked at. */
function entryPath(dir: string, importPath: string): string {
  if (/^(?:[/\\]|[a-z]:)/i.test(importPath)) return importPath;
  const parts = dir.split(/[/\\]/);
  for (const part of importPath.split(/[/\\]/)) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Of lists that may be too long to be spread into a call. */
function minimum(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.min(a, b));
}

function maximum(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.max(a, b));
}

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : toIso(at);
}

/** A field that is left out when there is nothing to say. */
function optional<K extends string, V>(name: K, value: V | undefined | ''): { readonly [P in K]?: V } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { readonly [P in K]: V });
}
