import { ago, oneLine, visible } from '../format';
import { whyNot } from '../engine/whyNot';
import type { BreakpointOption } from '../run/breakpoint';
import { pendingEffects, processIdOf, runTitle } from '../run/run';
import type { StateAction } from '../run/runState';
import type { StoredRun } from '../source/runStore';
import type { OpenedRun } from '../tree/buildTree';
import {
  countEffects,
  describeBreakpoint,
  describeIteration,
  describeProblem,
  describeRun,
  describeTask,
  stateWord,
} from '../tree/describe';

/** An action on the page: a button, and beside a disabled one the reason. */
export interface ActionView {
  readonly whyNot: string | undefined;
}

export interface BreakpointView {
  readonly effectId: string;
  readonly title: string;
  /** Markdown of unknown origin, to be made safe by the page. */
  readonly question: string;
  /** The question goes on, longer than a page shows. */
  readonly cut: boolean;
  readonly asked: string;
  readonly askedBy: string;
  readonly options: readonly {
    /** Its place in the process's own list. */
    readonly place: number;
    readonly label: string;
    readonly description: string;
    readonly approves: boolean;
  }[];
  readonly files: readonly string[];
  readonly answer: ActionView;
}

export interface TaskView {
  readonly effectId: string;
  readonly title: string;
  readonly description: string;
  readonly icon: string;
}

export interface IterationView {
  readonly n: number;
  readonly description: string;
  readonly icon: string;
  readonly tasks: readonly TaskView[];
}

/** Everything the run page shows: bounded, serialisable, its texts made visible. */
export interface RunView {
  readonly title: string;
  readonly runId: string;
  readonly processId: string;
  /** The whole prompt, where it says more than the title; else empty. */
  readonly prompt: string;
  readonly state: string;
  readonly icon: string;
  readonly reason: string;
  readonly counts: string;
  readonly updated: string;
  readonly iterating: boolean;
  readonly breakpoints: readonly BreakpointView[];
  readonly iterate: ActionView;
  readonly resume: ActionView;
  /** Newest first. */
  readonly iterations: readonly IterationView[];
  /** Iterations and tasks that are left out because there are too many. */
  readonly left: { readonly iterations: number; readonly tasks: number };
  readonly problems: readonly { readonly file: string; readonly what: string }[];
}

/** So much of a run fits on the page; the journal has the rest. */
const most = {
  prompt: 20_000,
  iterations: 100,
  tasks: 500,
  problems: 50,
  breakpoints: 20,
  question: 200_000,
  options: 50,
  files: 100,
};

/** Makes the page's content from a run. */
export function toRunView(
  stored: StoredRun,
  opened: OpenedRun,
  now: number,
  iterating: boolean,
  trusted: boolean,
): RunView {
  const { run } = stored;
  const row = describeRun(stored, now, iterating);
  const prompt = run.metadata?.prompt ?? run.fold.prompt ?? '';
  const action = (id: StateAction): ActionView => {
    const why = trusted ? whyNot(id, stored) : 'The workspace is not trusted, so runs can only be read.';
    return { whyNot: why && withoutReason(visible(why), visible(stored.state.reason)) };
  };
  const newestFirst = opened.iterations.list.toReversed();
  const iterations: IterationView[] = [];
  let tasks = 0;
  for (const iteration of newestFirst.slice(0, most.iterations)) {
    const shown = iteration.effects.slice(0, Math.max(0, most.tasks - tasks));
    tasks += shown.length;
    const iterationRow = describeIteration(iteration, opened.iterations.metric);
    iterations.push({
      n: iteration.n,
      description: iterationRow.description,
      icon: iterationRow.icon.name,
      tasks: shown.map((known) => {
        const effect = run.fold.effects.get(known.effectId) ?? known;
        const { label, description, icon } = describeTask(
          effect,
          opened.details.tasks.get(effect.effectId),
          now,
        );
        return { effectId: effect.effectId, title: label, description, icon: icon.name };
      }),
    });
  }
  const problems = [...run.problems, ...opened.details.problems];
  return {
    title: visible(runTitle(run)),
    runId: visible(run.runId),
    processId: visible(processIdOf(run)),
    prompt: runTitle(run) === oneLine(prompt) ? '' : visible(prompt.slice(0, most.prompt)),
    state: iterating ? 'iterating' : stateWord(stored),
    icon: row.icon.name.replace('~spin', ''),
    reason: visible(stored.state.reason),
    counts: countEffects(run),
    updated: ago(now - run.updatedAt),
    iterating,
    breakpoints: pendingEffects(run)
      .filter(({ effect }) => effect.kind === 'breakpoint')
      .slice(0, most.breakpoints)
      .map(({ effect, task }) => {
        const asks = task?.breakpoint;
        const text = asks?.question ?? (asks?.payload === undefined ? '' : asJsonBlock(asks.payload));
        return {
          effectId: effect.effectId,
          title: describeBreakpoint(stored, effect, task, now, false).label,
          question: visible(text.slice(0, most.question)),
          cut: text.length > most.question,
          asked: effect.requestedAt === undefined ? '' : `asked ${ago(now - effect.requestedAt)}`,
          askedBy: visible([asks?.expert, ...(asks?.tags ?? [])].filter(Boolean).join(' · ')),
          options: (asks?.options ?? [])
            .slice(0, most.options)
            .map((option, place) => ({ option, place }))
            .filter(({ option }) => !hasOwnButton(option))
            .map(({ option, place }) => ({
              place,
              label: visible(option.label),
              description: visible(option.description ?? ''),
              approves: option.approved,
            })),
          files: (asks?.files ?? []).slice(0, most.files).map(({ path }) => visible(path)),
          answer: action('breakpoint.answer'),
        };
      }),
    iterate: action('run.iterate'),
    resume: action('run.resume'),
    iterations,
    left: {
      iterations: Math.max(0, newestFirst.length - most.iterations),
      tasks: newestFirst.slice(0, most.iterations).reduce((sum, { requested }) => sum + requested, 0) - tasks,
    },
    problems: problems.slice(0, most.problems).map((problem) => {
      const { label, description } = describeProblem(problem);
      return { file: label, what: description };
    }),
  };
}

/** The page has said the reason already: "Sleeping until …; until then …" goes on with "Until then …". */
function withoutReason(sentence: string, reason: string): string {
  const rest = sentence.startsWith(reason) ? sentence.slice(reason.length).replace(/^[.;]\s*/, '') : '';
  return rest === '' ? sentence : rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** The page has Approve and Reject for every breakpoint; an option that says just that is not shown twice. */
function hasOwnButton({ label, value, description }: BreakpointOption): boolean {
  return value === label && description === undefined && /^(?:approve|reject)$/i.test(label.trim());
}

/** A payload without a question is shown as what it is. */
function asJsonBlock(payload: unknown): string {
  try {
    // Longer than any fence inside of it, so that nothing in the payload ends the block.
    const text = JSON.stringify(payload, null, 2).slice(0, most.question);
    const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map(({ length }) => length));
    const fence = '`'.repeat(longest + 1);
    return `${fence}json\n${text}\n${fence}`;
  } catch {
    // JSON.stringify is recursive, and a file may nest a million deep.
    return 'The question is nested too deeply to be shown.';
  }
}
