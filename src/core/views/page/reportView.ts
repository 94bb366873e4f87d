import { capital, count, cutAtWord, duration, oneLine } from '../../format';
import type { Counterparts } from '../report/counterparts';
import type { Report, ReportAnswer, ReportIteration, ReportMetric, ReportTask } from '../report/report';
import {
  failuresFirst,
  iterationPlace,
  outcomes,
  sectionGroups,
  taskCounts,
  toSections,
  type Section,
  type SectionGroup,
  type SectionId,
} from '../report/sections';
import { iterationTitle } from '../../run/iterations';
import type { State } from '../../run/judgement';
import { failureIcon, stateIcons, stateWords } from '../tree/describe';

/** What a report page shows: the whole run, or one of its iterations. */
export type ReportExtent = 'run' | number;

export interface ReportTaskView {
  readonly effectId: string;
  /** The number of its iteration. */
  readonly n: number;
  /** "iteration 3"; empty: the report is of one iteration, or the run has one. */
  readonly iteration: string;
  readonly title: string;
  readonly kind: string;
  /** "✓ passed". */
  readonly outcome: string;
  readonly failed: boolean;
  /** "3 min", "waited 2 h". */
  readonly took: string;
  readonly why: string;
  /** What it was to do; Markdown. Empty: that is not recorded. */
  readonly asked: string;
  /** How the iterations are called that have the same task. */
  readonly previous?: string;
  readonly best?: string;
}

/** How long one task took, or those of one kind together. */
export interface TimeRow {
  readonly label: string;
  readonly by: ReportTask['by'];
  readonly milliseconds: number;
  /** "3m agent time". */
  readonly text: string;
}

export interface TimeView {
  readonly rows: readonly TimeRow[];
  /** Rows that are left out, the shortest. */
  readonly left: number;
}

/** Everything the report page shows of what was asked for: bounded, serialisable, its texts clean as the report's. */
export interface ReportView {
  readonly title: string;
  readonly runId: string;
  readonly icon: string;
  /** "Ready to continue: Everything is answered". */
  readonly state: string;
  readonly extent: ReportExtent;
  /** "Iteration 3 of 5 · best", "Whole run, 5 iterations". */
  readonly heading: string;
  /** The iteration in focus. */
  readonly focus: number | undefined;
  /** In rising order. */
  readonly iterations: readonly ReportIteration[];
  readonly leftIterations: number;
  readonly metrics: readonly ReportMetric[];
  /** Other numbers of results, which are drawn when somebody wants them. */
  readonly numbers: readonly ReportMetric[];
  /** What is said, of the iteration and of the run, in the order in which a person reads it. */
  readonly groups: readonly SectionGroup[];
  /** Those that are texts, tables and lists; the page makes the others by itself. */
  readonly sections: readonly Section[];
  /** What did not pass first. */
  readonly tasks: readonly ReportTaskView[];
  /** "13 passed, 2 failed, 0 pending". */
  readonly taskCounts: string;
  readonly leftTasks: number;
  readonly artefacts: readonly string[];
  readonly time: TimeView;
}

/** Sections that the page makes of data, to sort, open and compare. */
const own: ReadonlySet<SectionId> = new Set(['iterations', 'tasks', 'artefacts']);

const most = { iterations: 2000, tasks: 5000, why: 500, times: 40, answers: 200, asked: 2000 };

/** Makes the page's content from a report. */
export function toReportView(report: Report, counterparts: ReadonlyMap<string, Counterparts>): ReportView {
  const { run, scope, iteration, iterations } = report;
  const shown = bounded(report);
  const answers = new Map(report.answers.map((answer) => [answer.effectId, answer]));
  const isWhole = (scope === 'run' || iteration === undefined) && iterations.length > 1;
  const names = new Map(iterations.map((known) => [known.n, iterationTitle(known)]));
  const nameOf = (n: number): string => names.get(n) ?? iterationTitle({ n });
  return {
    title: run.title,
    runId: run.runId,
    icon: (run.outcome?.success === false ? failureIcon : stateIcons[run.state]).name.replace('~spin', ''),
    state: stateOf(run.state, run.reason),
    extent: scope === 'run' || iteration === undefined ? 'run' : iteration,
    heading: headingOf(report),
    focus: iteration,
    iterations: shown.iterations,
    leftIterations: iterations.length - shown.iterations.length,
    metrics: shown.metrics,
    numbers: shown.numbers,
    groups: sectionGroups(report),
    sections: toSections(shown, own),
    tasks: failuresFirst(report.tasks)
      .slice(0, most.tasks)
      .map((task) => toReportTaskView(task, answers, counterparts, nameOf, isWhole)),
    taskCounts: taskCounts(report),
    leftTasks: report.left.tasks + Math.max(0, report.tasks.length - most.tasks),
    artefacts: report.artefacts.map(({ path }) => path),
    time: timeOf(report),
  };
}

function stateOf(state: State, reason: string): string {
  const word = stateWords[state];
  return reason.toLowerCase().startsWith(word) ? reason : `${capital(word)}: ${reason}`;
}

function headingOf({ scope, iteration, iterations }: Report): string {
  const all = iterations.length;
  if (scope === 'run' || iteration === undefined) {
    return all < 2 ? 'Whole run' : `Whole run, ${count(all, 'iteration')}`;
  }
  return capital(iterationPlace({ iterations }, iteration));
}

/** The newest iterations, and the best one. */
function bounded(report: Report): Report {
  const from = report.iterations.length - most.iterations;
  const iterations = report.iterations.filter(({ best }, i) => i >= from || best);
  const numbers = new Set(iterations.map(({ n }) => n));
  const within = (metric: ReportMetric): ReportMetric => ({
    ...metric,
    series: metric.series.filter(({ iteration }) => numbers.has(iteration)),
  });
  return {
    ...report,
    iterations,
    metrics: report.metrics.map(within),
    numbers: report.numbers.map(within),
    answers: report.answers.slice(-most.answers),
    left: {
      ...report.left,
      answers: report.left.answers + Math.max(0, report.answers.length - most.answers),
    },
  };
}

function toReportTaskView(
  task: ReportTask,
  answers: ReadonlyMap<string, ReportAnswer>,
  counterparts: ReadonlyMap<string, Counterparts>,
  nameOf: (n: number) => string,
  isWhole: boolean,
): ReportTaskView {
  const { effectId, iteration: n, title, kind, status, passed, by, duration: ms, exitCode } = task;
  const answer = answers.get(effectId);
  const verdict = answer?.approved === undefined ? undefined : answer.approved ? '✓ approved' : '✗ rejected';
  const failed = passed === false;
  const { previous, best } = counterparts.get(effectId) ?? {};
  return {
    ...{ effectId, n, iteration: isWhole ? nameOf(n) : '', title, kind },
    outcome: failed
      ? `${outcomes.error}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`
      : (verdict ?? (answer ? '✓ answered' : outcomes[status])),
    failed,
    took: ms === undefined ? '' : `${by === 'person' ? 'waited ' : ''}${duration(ms)}`,
    why: task.why === undefined ? '' : cutAtWord(oneLine(task.why), most.why),
    asked: (task.description ?? '').slice(0, most.asked),
    ...(previous ? { previous: nameOf(previous.iteration) } : {}),
    ...(best ? { best: nameOf(best.iteration) } : {}),
  };
}

/** The longest first. Of a whole run, tasks of one name count together. */
function timeOf({ tasks, scope }: Report): TimeView {
  const groups = new Map<string, { task: ReportTask; sum: number; n: number }>();
  for (const task of tasks) {
    if (task.duration === undefined) continue;
    const key = scope === 'run' ? JSON.stringify([task.taskId, task.by, plainTitle(task)]) : task.effectId;
    const { sum, n } = groups.get(key) ?? { sum: 0, n: 0 };
    groups.set(key, { task, sum: sum + task.duration, n: n + 1 });
  }
  const whose = { agent: 'agent time', person: 'waiting for people', clock: 'asleep' } as const;
  const rows = [...groups.values()]
    .toSorted((a, b) => b.sum - a.sum)
    .map(({ task, sum, n }): TimeRow => ({
      label: n === 1 ? task.title : `${plainTitle(task)} (${n} times)`,
      by: task.by,
      milliseconds: sum,
      text: `${duration(sum)} ${whose[task.by]}`,
    }));
  return { rows: rows.slice(0, most.times), left: Math.max(0, rows.length - most.times) };
}

/** A title without the number of its iteration. */
function plainTitle({ title, taskId }: ReportTask): string {
  return title.replace(/\biteration[\s:#_-]*\d+\s*[:.–-]?\s*/i, '').replace(/\d+/g, '#') || taskId;
}
