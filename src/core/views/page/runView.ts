import { moment } from '../../moments';
import { runTime } from '../../run/workTime';
import { count, duration, firstLine, oneLine, visible } from '../../format';
import { actionTitle, type EngineAction } from '../../engine/runEngine';
import { notSomethingItCanDo, whyNot } from '../../engine/whyNot';
import { auditAnswers } from '../../run/audit';
import { pendingIn, titleOfIteration, type Iterations } from '../../run/iterations';
import { previousValues } from '../../run/metrics';
import { pendingEffects, problemsOf, runTitle, type Run } from '../../run/run';
import type { StateAction } from '../../run/judgement';
import { atOnce, eachOf, type Sliced } from '../../sliced';
import type { StoredRun } from '../../source/runStore';
import type { OpenedRun } from '../tree/buildTree';
import { countEffects, describeIteration, describeProblem } from '../tree/describe';
import { changeFrom } from '../report/figures';
import { toAnswerView, type AnswerView } from './answerView';
import {
  answeredBreakpoints,
  toBreakpointView,
  toTaskView,
  type ActionView,
  type AnsweredView,
  type BreakpointView,
  type TaskView,
} from './breakpointView';
import { toOutputCard, type OutputCard } from './outputView';
import { whyNotThen } from './past';
import { resumeTitle, toVerdict, type Verdict } from './verdict';

export interface IterationView {
  readonly n: number;
  /** "Iteration 3", "Model · iteration 2": by the process's own number. */
  readonly name: string;
  readonly description: string;
  /** How far its metric is from the previous and the best iteration: "+6 vs previous · −2 vs best"; empty: no telling. */
  readonly change: string;
  readonly icon: string;
  /** To be read first: some of it did not pass, or it is under way. */
  readonly open: boolean;
  readonly tasks: readonly TaskView[];
}

/** Everything the run page shows: bounded, serialisable, its texts made visible. */
export interface RunView {
  readonly title: string;
  readonly runId: string;
  readonly processId: string;
  /** What the prompt says beyond the title; else empty. */
  readonly prompt: string;
  readonly verdict: Verdict;
  /** What the run's engine can do at all; the page offers nothing else of it. */
  readonly can: readonly EngineAction[];
  /** What its engine calls these. */
  readonly titles: { readonly resume: string; readonly fork: string };
  /** Its tasks are not read yet: there are many of them. */
  readonly partial: boolean;
  /** What is done, in numbers, and when: "15 done", "5 iterations", "active for 31m". */
  readonly facts: readonly string[];
  /** This is how it was: nothing can be done with it. */
  readonly past: boolean;
  readonly iterating: boolean;
  /** It has ended, well or not. */
  readonly ended: boolean;
  /** It ended for good: it is neither resumed nor iterated any more. */
  readonly final: boolean;
  /** The title of the run that it is most usefully compared with; empty: there is none. */
  readonly predecessor: string;
  /** `undefined`: the process has returned nothing, or nothing that can be read. */
  readonly output: OutputCard | undefined;
  readonly breakpoints: readonly BreakpointView[];
  /** So many further questions are open, and shown when they are asked for. */
  readonly moreBreakpoints: number;
  /** Newest first. */
  readonly answered: readonly AnsweredView[];
  readonly iterate: ActionView;
  readonly resume: ActionView;
  /** Who answered what, newest first. */
  readonly answers: readonly AnswerView[];
  readonly moreAnswers: number;
  /** Newest first. */
  readonly iterations: readonly IterationView[];
  /** How many tasks there are in all. */
  readonly taskCount: number;
  /** Iterations and tasks that are left out because there are too many. */
  readonly left: { readonly iterations: number; readonly tasks: number };
  /** So much of that is shown when it is asked for. */
  readonly more: { readonly iterations: number; readonly tasks: number };
  readonly problems: readonly { readonly file: string; readonly what: string }[];
}

/** So much of a run fits on the page; the journal has the rest. */
const most = {
  prompt: 20_000,
  iterations: 100,
  tasks: 500,
  problems: 50,
  breakpoints: 20,
  answers: 200,
};

/** So much more of the tasks is shown each time that a person asks for it. */
const moreAtOnce = { iterations: 1000, tasks: 5000 };

/** How a run is shown. */
export interface Shown {
  readonly iterating: boolean;
  readonly trusted: boolean;
  /** Only what the run itself says is known; its tasks are still being read. */
  readonly partial?: boolean;
  /** The run is given as it was at some event, and so is the current moment. */
  readonly past?: boolean;
  /** So many pages of open questions are shown; left out: one. */
  readonly questionPages?: number;
  /** So often the person asked for earlier iterations; left out: never. */
  readonly earlier?: number;
  /** The run that this one follows; left out: there is none. */
  readonly predecessor?: Run | undefined;
}

/** Makes the page's content from a run. */
export function toRunView(stored: StoredRun, opened: OpenedRun, now: number, shown: Shown): RunView {
  return atOnce(makingRunView(stored, opened, now, shown));
}

/** The same, interruptibly. */
export function* makingRunView(
  stored: StoredRun,
  opened: OpenedRun,
  now: number,
  { iterating, trusted, partial = false, past = false, predecessor, questionPages = 1, earlier = 0 }: Shown,
): Sliced<RunView> {
  const { run } = stored;
  const prompt = run.prompt ?? '';
  const action = (id: StateAction): ActionView => {
    if (past) return { whyNot: whyNotThen };
    const why =
      notSomethingItCanDo(id, stored.engine) ??
      (trusted ? whyNot(id, stored) : 'The workspace is not trusted, so runs can only be read.');
    return { whyNot: why && withoutReason(visible(why), visible(stored.state.reason)) };
  };
  const [iterate, resume] = [action('run.iterate'), action('run.resume')];
  const answers = auditAnswers(run, opened.details).toReversed();
  yield;
  const iterations = yield* makingIterationViews(stored, opened, now, earlier);
  const questions = pendingEffects(run).filter(({ effect }) => effect.kind === 'breakpoint');
  const shownQuestions = questions.slice(0, most.breakpoints * questionPages);
  return {
    title: visible(runTitle(run)),
    runId: visible(run.runId),
    processId: visible(run.processId),
    prompt: visible(beyondTitle(prompt.slice(0, most.prompt), runTitle(run))),
    verdict: toVerdict(stored, opened, now, { iterating, past }),
    can: [...stored.engine.can],
    titles: { resume: resumeTitle(stored.engine), fork: actionTitle(stored.engine, 'run.fork') },
    partial,
    facts: factsOf(stored, opened, now, past),
    past,
    iterating,
    ended: run.story.end !== undefined,
    final: isFinal(stored),
    predecessor: predecessor ? visible(runTitle(predecessor)) : '',
    output: toOutputCard(opened.details),
    breakpoints: shownQuestions.map((pending) =>
      toBreakpointView(opened, pending, now, action('breakpoint.answer')),
    ),
    moreBreakpoints: questions.length - shownQuestions.length,
    answered: answeredBreakpoints(opened),
    iterate,
    resume,
    answers: answers.slice(0, most.answers).map(toAnswerView),
    moreAnswers: Math.max(0, answers.length - most.answers),
    ...iterations,
    taskCount: run.story.effects.size,
    problems: problemsOf(run, opened.details)
      .slice(0, most.problems)
      .map((problem) => {
        const { label, description } = describeProblem(problem);
        return { file: label, what: description };
      }),
  };
}

/** The newest iterations, and how much is left out. @param earlier so often more was asked for */
function* makingIterationViews(
  { run }: StoredRun,
  opened: OpenedRun,
  now: number,
  earlier: number,
): Sliced<Pick<RunView, 'iterations' | 'left' | 'more'>> {
  const room = {
    iterations: most.iterations + earlier * moreAtOnce.iterations,
    tasks: most.tasks + earlier * moreAtOnce.tasks,
  };
  const newestFirst = opened.iterations.list.toReversed();
  const listed = newestFirst.slice(0, room.iterations);
  const changeOf = metricChanges(opened.iterations, listed.at(-1)?.n);
  let tasks = 0;
  const iterations: IterationView[] = [];
  for (const iteration of listed) {
    const shown = iteration.effects.slice(0, Math.max(0, room.tasks - tasks));
    tasks += shown.length;
    const views: TaskView[] = [];
    yield* eachOf(shown, (known) =>
      views.push(toTaskView(run.story.effects.get(known.effectId) ?? known, opened.details, now)),
    );
    const { label, description, icon } = describeIteration(iteration, opened.iterations.metric);
    iterations.push({
      ...{ n: iteration.n, name: label, description, icon: icon.name, change: changeOf(iteration.n) },
      open:
        iteration.notPassed > 0 ||
        (run.story.end === undefined && (iteration === newestFirst[0] || pendingIn(iteration) > 0)) ||
        newestFirst.length === 1,
      tasks: views,
    });
    yield;
  }
  const left = {
    iterations: newestFirst.length - listed.length,
    tasks: listed.reduce((sum, { requested }) => sum + requested, 0) - tasks,
  };
  const more = {
    iterations: Math.min(left.iterations, moreAtOnce.iterations),
    tasks: Math.min(left.tasks, moreAtOnce.tasks),
  };
  return { iterations, left, more };
}

function isFinal({ run, state }: StoredRun): boolean {
  const goesOn = state.next.action !== undefined || state.actions.some((id) => goingOn.has(id));
  return run.story.end !== undefined && !goesOn;
}

const goingOn: ReadonlySet<StateAction> = new Set(['run.resume', 'run.iterate']);

/** Tells of an iteration how far its metric is from others. @param from the first number that is asked about */
function metricChanges({ metric }: Iterations, from: number | undefined): (n: number) => string {
  const previous = previousValues(metric?.values ?? [], from);
  return (n) => {
    const value = metric?.values.get(n);
    const best = metric?.best === undefined || metric.best === n ? undefined : metric.values.get(metric.best);
    return [changeFrom('previous', value, previous.get(n)), changeFrom('best', value, best)]
      .filter(Boolean)
      .join(' · ');
  };
}

function factsOf({ run }: StoredRun, opened: OpenedRun, now: number, past: boolean): readonly string[] {
  const { list, metric } = opened.iterations;
  const lasted = runTime(run);
  return [
    countEffects(run, opened),
    list.length > 1 ? count(list.length, 'iteration') : '',
    metric?.best === undefined ? '' : `best is ${titleOfIteration(list, metric.best)}`,
    lasted > 0 ? `active for ${duration(lasted)}` : '',
    past ? '' : `last event ${moment(run.updatedAt, now)}`,
  ].filter((fact) => fact !== '');
}

/** What a prompt says after its first line, where that is the title already. */
function beyondTitle(prompt: string, title: string): string {
  const text = prompt.trimStart();
  if (oneLine(text) === title) return '';
  return oneLine(firstLine(text)) === title ? text.slice(text.indexOf('\n')).trim() : text;
}

/** The page has said the reason already: "Sleeping until …; until then …" goes on with "Until then …". */
function withoutReason(sentence: string, reason: string): string {
  const rest = sentence.startsWith(reason) ? sentence.slice(reason.length).replace(/^[.;]\s*/, '') : '';
  return rest === '' ? sentence : rest.charAt(0).toUpperCase() + rest.slice(1);
}
