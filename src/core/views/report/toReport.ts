import { linkText } from '../../links/runLink';
import { outcomeGist, withGist } from '../../run/gist';
import { outcomeIn } from '../../run/outcome';
import type { Fact } from '../../engine/runEngine';
import { HumanError } from '../../errors';
import { oneLine, toIso } from '../../format';
import { auditAnswers, isAutomatic, timedEffects, type AnswerRecord } from '../../run/audit';
import type { Usage } from '../../run/cost';
import type { Effect } from '../../run/effect';
import { iterationTitle, mainIteration, metricsOfIteration, type Iteration } from '../../run/iterations';
import { isRecord } from '../../run/lenient';
import { passed } from '../../run/passed';
import { pendingEffects, problemsOf, runTitle, taskTitle } from '../../run/run';
import { secretsIn } from '../../run/secrets';
import { usageByTask, usageInAll } from '../../run/usage';
import { effectTime, idleTime, runTime, workerOf, workTime } from '../../run/workTime';
import { atOnce, type Sliced } from '../../sliced';
import type { OpenedRun } from '../tree/buildTree';
import { cleaner, type CleanText } from './cleanText';
import { findingsOf, pathsOf } from './findings';
import { optional } from './optional';
import type {
  Report,
  ReportAnswer,
  ReportFact,
  ReportIteration,
  ReportOptions,
  ReportSources,
  ReportTask,
  ReportUsage,
} from './report';
import { fewMetrics, metricsTable, numbersTable, targetsOf } from './reportMetrics';
import { iterationWork, reportWork, taskWork } from './reportWork';
import { entryPath, folderAround } from './reportPaths';

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
  facts: 100,
  question: 20_000,
  description: 4000,
};

/** What every part of a report is made from. */
interface Making {
  readonly opened: OpenedRun;
  readonly clean: CleanText;
  /** On one line, and bounded. */
  readonly short: CleanShort;
  /** The effects that are reported on. */
  readonly effects: readonly Effect[];
  /** Their ids. */
  readonly ids: ReadonlySet<string>;
  /** Numbers of the iterations, by effect id. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly usages: ReadonlyMap<string, Usage>;
  readonly work: ReportSources['work'];
}

type CleanShort = (text: string) => string;

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
  const focus = focusOf(opened, options.iteration);
  const making = begin(opened, sources, options.iteration === undefined ? undefined : focus);
  const { clean, effects, ids, usages } = making;
  const targets = targetsOf('inputs' in details ? details.inputs : sources.inputs);
  yield;
  const { findings, left: leftFindings } = yield* findingFindings(making);
  const answers = auditAnswers(run, details).filter(({ effectId }) => ids.has(effectId));
  const artefacts = yield* findingArtefacts(opened, effects, sources, clean);
  const scored = yield* mapped(iterations.list, ({ n, effects: some, recorded }) => ({
    n,
    metrics: metricsOfIteration({ effects: some, recorded }, details),
  }));
  const { metrics, names, others } = yield* fewMetrics(scored, iterations.metric?.key);
  const numbers = yield* numbersTable(
    iterations.list.map(({ n, effects: some }) => ({ n, effects: some })),
    (effectId) => details.results.get(effectId)?.value,
    { known: names, choice: options.metric, focus: focus?.n, clean },
  );
  const tasks = yield* mapped(effects.slice(0, most.tasks), (effect) => toReportTask(making, effect));
  const rows = yield* mapped(iterations.list, (iteration, place) =>
    toReportIteration(making, iteration, metrics[place]?.metrics ?? []),
  );
  const problems = problemsOf(run, details);
  return {
    format: 'babysitter-runs/report',
    version: 1,
    generatedAt: toIso(options.now),
    scope: options.iteration === undefined ? 'run' : 'iteration',
    ...optional('iteration', focus?.n),
    run: aboutRun(making, options),
    about: factsOf(making, focus?.recorded?.about ?? []),
    attempted: attemptedIn(making, focus?.effects ?? []),
    tasks,
    metrics: metricsTable(
      metrics,
      iterations.metric,
      options.metric,
      focus?.n,
      targets.quality,
      iterations.list.map(({ recorded }) => recorded),
    ),
    numbers,
    targets,
    iterations: rows,
    findings,
    artefacts: artefacts.slice(0, most.artefacts),
    answers: answers.slice(0, most.answers).map((answer) => toReportAnswer(making, answer)),
    questions: openQuestions(making),
    time: {
      total: runTime(run),
      ...workTime(timedEffects(run, effects, details), run.story.idle),
      ...optional('idle', options.iteration === undefined ? idleTime(run) || undefined : undefined),
    },
    ...optional(
      'usage',
      usageTotal(opened, options.iteration === undefined ? undefined : ids, usages, clean),
    ),
    ...optional('work', reportWork(sources.work, options.iteration === undefined ? undefined : ids, clean)),
    provenance: {
      ...provenanceOf(making),
      facts: factsOf(making, options.engine.reportFacts?.(run) ?? []),
    },
    problems: problems
      .slice(0, most.problems)
      .map(({ file, what }) => ({ file: clean(file, 1000), what: clean(what, 1000) })),
    left: {
      metrics: others.size - numbers.filter(({ key }) => others.has(key)).length,
      tasks: Math.max(0, effects.length - most.tasks),
      findings: leftFindings,
      answers: Math.max(0, answers.length - most.answers),
      artefacts: Math.max(0, artefacts.length - most.artefacts),
      problems: Math.max(0, problems.length - most.problems),
    },
  };
}

/** @param only the iteration to report on; `undefined`: the whole run */
function begin(opened: OpenedRun, sources: ReportSources, only: Iteration | undefined): Making {
  const { run, details, iterations } = opened;
  const clean = cleaner(secretsOf(sources), [
    [run.projectDir, ''],
    [folderAround(run.location), ''],
    [sources.home, '~'],
  ]);
  const effects = only ? only.effects : run.story.effects.list();
  return {
    opened,
    clean,
    short: (text) => clean(oneLine(text), 300),
    effects,
    ids: new Set(effects.map(({ effectId }) => effectId)),
    numbers: new Map(
      iterations.list.flatMap(({ n, effects: some }) => some.map(({ effectId }) => [effectId, n] as const)),
    ),
    usages: usageByTask(run.story.costs, details.results),
    work: sources.work,
  };
}

function aboutRun({ opened: { run, details }, clean, short }: Making, options: ReportOptions): Report['run'] {
  const { linkScheme } = options;
  const outcome = outcomeIn(details);
  const known = withGist(run, outcomeGist(outcome));
  const { state, reason } = options.engine.judge(known, options.now, options.classify);
  const prompt = run.prompt;
  return {
    engine: clean(run.engine),
    runId: clean(run.runId),
    ...optional('link', linkScheme && linkText(linkScheme, { runId: run.runId, part: undefined })),
    title: short(runTitle(run)),
    state,
    reason: short(reason),
    ...optional(
      'outcome',
      outcome && {
        success: outcome.success,
        ...optional('summary', outcome.summary && clean(outcome.summary)),
      },
    ),
    ...optional('prompt', prompt && clean(prompt, most.question)),
    createdAt: toIso(run.createdAt),
    updatedAt: toIso(run.updatedAt),
    ...optional('endedAt', time(run.story.end?.at)),
    events: run.eventCount,
  };
}

/** What the tasks of an iteration were to do. */
function attemptedIn(
  { opened: { details }, clean, short }: Making,
  effects: readonly Effect[],
): Report['attempted'] {
  return effects
    .filter(({ kind }) => kind !== 'breakpoint' && kind !== 'sleep')
    .slice(0, most.attempted)
    .map((effect) => {
      const task = details.tasks.get(effect.effectId);
      return {
        title: short(taskTitle(effect, task)),
        ...optional('description', task?.description && clean(task.description)),
      };
    });
}

function* findingFindings({
  opened: { run, details },
  effects,
  clean,
  short,
}: Making): Sliced<{ readonly findings: Report['findings']; readonly left: number }> {
  const titleOf = (effectId: string): string => {
    const effect = run.story.effects.get(effectId);
    return effect ? short(taskTitle(effect, details.tasks.get(effectId))) : '';
  };
  const found = yield* mapped(
    effects.filter(({ kind }) => kind !== 'breakpoint'),
    ({ effectId }) =>
      findingsOf(details.results.get(effectId)?.value).map((finding) => ({ effectId, finding })),
  );
  const all = found.flat();
  const cleaned = yield* mapped(all.slice(0, most.findings), ({ effectId, finding }) => ({
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
  return { findings, left: all.length - findings.length };
}

function toReportTask(
  { opened: { details, run }, clean, short, numbers, usages, work }: Making,
  effect: Effect,
): ReportTask {
  const task = details.tasks.get(effect.effectId);
  const result = details.results.get(effect.effectId);
  const exitCode = isRecord(result?.value) ? result.value['exitCode'] : undefined;
  const automatic = isAutomatic(run, effect, details);
  const why = effect.error?.message ?? effect.cancelReason ?? result?.failure;
  return {
    effectId: clean(effect.effectId),
    taskId: clean(effect.taskId, 300),
    iteration: numbers.get(effect.effectId) as number,
    kind: clean(effect.kind, 100),
    title: short(taskTitle(effect, task)),
    ...optional('description', task?.description && clean(task.description, most.description)),
    status: effect.status,
    ...optional('passed', passed(effect, result) ?? undefined),
    ...optional('exitCode', Number.isInteger(exitCode) ? (exitCode as number) : undefined),
    ...optional('why', why && clean(why)),
    by: automatic ? 'agent' : workerOf(effect),
    ...optional('requestedAt', time(effect.requestedAt)),
    ...optional('resolvedAt', time(effect.resolvedAt)),
    ...optional('duration', automatic ? undefined : effectTime(effect, run.story.idle)),
    ...optional('usage', told(usages.get(effect.effectId))),
    ...optional('work', taskWork(work, effect.effectId, clean)),
  };
}

function toReportIteration(
  { opened: { run, details }, clean, work }: Making,
  iteration: Iteration,
  metrics: readonly Readonly<Record<string, number>>[],
): ReportIteration {
  const times = iteration.effects.flatMap(({ requestedAt, resolvedAt }) => [requestedAt, resolvedAt]);
  const known = times.filter((at) => at !== undefined);
  return {
    n: iteration.n,
    ...optional('number', iteration.number),
    ...optional('phase', iteration.phase),
    ...optional('title', iteration.title === undefined ? undefined : iterationTitle(iteration)),
    requested: iteration.requested,
    ok: iteration.ok,
    error: iteration.error,
    cancelled: iteration.cancelled,
    passed: iteration.passed,
    notPassed: iteration.notPassed,
    ...(iteration.best ? { best: true as const } : {}),
    metrics: Object.assign({}, ...metrics) as Record<string, number>,
    ...optional('startedAt', time(minimum(known))),
    ...optional('endedAt', time(maximum(known))),
    time: workTime(timedEffects(run, iteration.effects, details), run.story.idle),
    ...optional('work', iterationWork(work, iteration.effects, clean)),
  };
}

function toReportAnswer({ clean, short, numbers }: Making, answer: AnswerRecord): ReportAnswer {
  return {
    effectId: clean(answer.effectId),
    iteration: numbers.get(answer.effectId) as number,
    title: short(answer.title),
    ...optional('question', answer.question && clean(answer.question, most.question)),
    ...optional('approved', answer.approved),
    ...optional('option', answer.option && short(answer.option)),
    ...optional('text', answer.text && clean(answer.text)),
    ...(answer.automatic ? { automatic: true as const } : {}),
    ...optional('respondedBy', answer.respondedBy && short(answer.respondedBy)),
    ...optional('answeredAt', time(answer.answeredAt)),
    ...optional('waited', answer.waited),
    ...optional('product', answer.product && short(answer.product)),
    ...optional('surface', answer.surface && short(answer.surface)),
    ...optional('signedWith', answer.signedWith && short(answer.signedWith)),
  };
}

function openQuestions({ opened: { run }, clean, short, ids }: Making): Report['questions'] {
  return pendingEffects(run)
    .filter(({ effect }) => effect.kind === 'breakpoint' && ids.has(effect.effectId))
    .map(({ effect, task }) => ({
      effectId: clean(effect.effectId),
      title: short(taskTitle(effect, task)),
      ...optional('askedAt', time(effect.requestedAt)),
    }));
}

function factsOf({ clean }: Making, told: readonly Fact[]): readonly ReportFact[] {
  return told
    .slice(0, most.facts)
    .map(([name, text]) => ({ name: clean(name, 100), text: clean(text, 5000) }));
}

function provenanceOf({ opened: { run }, clean }: Making): Omit<Report['provenance'], 'facts'> {
  const { entry, engineVersion, harness, parentRunId, asksNobody } = run;
  return {
    processId: clean(run.processId, 300),
    ...optional('entry', entry && clean(entryPath(run.location, entry.importPath), 1000)),
    ...optional('function', entry && clean(entry.exportName, 300)),
    ...optional('engineVersion', engineVersion && clean(engineVersion, 100)),
    ...optional('harness', harness && clean(harness, 100)),
    ...optional('parentRunId', parentRunId && clean(parentRunId, 300)),
    ...(asksNobody ? { nonInteractive: true as const } : {}),
  };
}

function secretsOf({ runJson }: ReportSources): readonly string[] {
  return runJson === undefined ? [] : secretsIn(runJson);
}

/** The iteration that a report opens on. */
function focusOf({ run, iterations: { list } }: OpenedRun, asked: number | undefined): Iteration | undefined {
  if (asked === undefined) return mainIteration(list, run.story.end?.outcome);
  const found = list.find(({ n }) => n === asked);
  if (found) return found;
  const [first, last] = [list[0]?.n, list.at(-1)?.n];
  throw new HumanError(
    first === undefined
      ? 'The run has no iterations yet.'
      : `The run has no iteration ${asked}; ${first === last ? `its only one is ${first}` : `they go from ${first} to ${last}`}.`,
  );
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
  const usage = usageInAll(run.story.costs, usages, ids);
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
