import { ago, count, cutAtWord, duration, firstLine, shortId, visible } from '../format';
import type { ContextWord } from '../contract';
import type { Effect } from '../run/foldRun';
import type { Iteration } from '../run/iterations';
import type { MetricTable } from '../run/metrics';
import type { Problem } from '../run/problem';
import { pendingEffects, processIdOf, runTitle, taskTitle, type Run } from '../run/run';
import type { State } from '../run/runState';
import type { TaskDefinition } from '../run/task';
import type { StoredRun } from '../source/runStore';

/** What a row shows. Every text is safe to show as plain text: control and reordering characters are spelled out. */
export interface Row {
  readonly label: string;
  readonly description: string;
  /** A name and a text per line; run text, to be shown as plain text. */
  readonly tooltip: readonly (readonly [name: string, text: string])[];
  /** A codicon, and the theme colour it takes. Shapes differ, so that colour is never the only sign. */
  readonly icon: { readonly name: string; readonly color?: string };
  readonly words: readonly ContextWord[];
  /** One sentence for a screen reader. */
  readonly spoken: string;
  readonly expandable: boolean;
}

const stateWords: Record<State, string> = {
  reading: 'reading…',
  unreadable: 'unreadable',
  completed: 'completed',
  failed: 'failed',
  halted: 'halted',
  'needs-you': 'needs you',
  working: 'working',
  sleeping: 'sleeping',
  ready: 'ready to continue',
  waiting: 'waiting for an agent',
  created: 'not started',
};

const stateIcons: Record<State, Row['icon']> = {
  reading: { name: 'loading~spin' },
  unreadable: { name: 'warning', color: 'list.warningForeground' },
  completed: { name: 'pass', color: 'testing.iconPassed' },
  failed: { name: 'error', color: 'testing.iconFailed' },
  halted: { name: 'circle-slash' },
  'needs-you': { name: 'bell-dot', color: 'notificationsWarningIcon.foreground' },
  working: { name: 'sync' },
  sleeping: { name: 'watch' },
  ready: { name: 'debug-continue', color: 'notificationsInfoIcon.foreground' },
  waiting: { name: 'hubot' },
  created: { name: 'circle-large-outline' },
};

/** Icons of effects that are done or pending, by status; pending ones of some kinds have their own. */
const statusIcons: Record<Effect['status'], Row['icon']> = {
  pending: { name: 'circle-outline' },
  ok: { name: 'pass', color: 'testing.iconPassed' },
  error: { name: 'error', color: 'testing.iconFailed' },
  cancelled: { name: 'circle-slash' },
};

const statusWords: Record<Effect['status'], string> = {
  pending: 'pending',
  ok: 'done',
  error: 'failed',
  cancelled: 'cancelled',
};

/** The state as a word in a row: "needs you". A state that is guessed from time says so. */
export function stateWord({ run, state }: StoredRun): string {
  return state.state === 'working' && !run.lock?.alive ? 'probably working' : stateWords[state.state];
}

/** A run. `iterating`: this window is iterating it right now. */
export function describeRun(stored: StoredRun, now: number, iterating: boolean): Row {
  const { run, state } = stored;
  const word = iterating ? 'iterating' : stateWord(stored);
  const age = ago(now - run.updatedAt);
  const counts = run.folded ? countEffects(run) : count(run.eventFiles, 'event');
  const problems = run.problems.length === 0 ? '' : count(run.problems.length, 'problem');
  const reason = visible(state.reason);
  const title = visible(runTitle(run));
  const resume = state.actions.includes('run.resume');
  return {
    // Short, so that in a side bar of usual width some of the description is seen; the tooltip has it all.
    label: cutAtWord(title, 28),
    description: [word, counts, problems, age].filter(Boolean).join(' · '),
    tooltip: [
      ['', reason],
      ['Prompt', visible(cutAtWord(run.metadata?.prompt ?? run.fold.prompt ?? '', 500))],
      ['Process', visible(processIdOf(run))],
      ['Run', visible(run.runId)],
      ['Folder', visible(run.dir)],
      ['Tasks', counts],
      ['Last event', `${age}, ${count(run.eventFiles, 'event')}`],
      ...run.problems.slice(0, 5).map((p): [string, string] => ['Problem', problemText(p)]),
    ],
    icon: iterating ? { name: 'sync~spin' } : stateIcons[state.state],
    words: ['run', ...(iterating ? (['stop'] as const) : resume ? (['resume'] as const) : [])],
    spoken: `${title}, ${word}. ${reason}. ${[counts, problems, `last event ${age}`].filter(Boolean).join(', ')}`,
    expandable: !run.folded || run.fold.effects.size > 0 || run.problems.length > 0,
  };
}

/** A breakpoint that waits for a person. `withRun`: the row stands alone, so it names its run. */
export function describeBreakpoint(
  stored: StoredRun,
  effect: Effect,
  task: TaskDefinition | undefined,
  now: number,
  withRun: boolean,
): Row {
  const { run, state } = stored;
  const title = visible(taskTitle(effect, task));
  const runName = visible(runTitle(run));
  const age = effect.requestedAt === undefined ? '' : ago(now - effect.requestedAt);
  const question = task?.breakpoint?.question ?? '';
  const asked = visible(cutAtWord(firstLine(question), 120));
  const shown = withRun ? runName : asked === title ? '' : asked;
  const options = (task?.breakpoint?.options ?? []).map(({ label }) => label).join(' / ');
  return {
    label: title,
    description: [shown, age].filter(Boolean).join(' · '),
    tooltip: [
      ['Question', visible(cutAtWord(firstLine(question), 300))],
      ['Options', visible(options)],
      ['Run', runName],
      ['Asked', age],
    ],
    icon: { name: 'question', color: 'notificationsWarningIcon.foreground' },
    words: ['breakpoint', ...(state.actions.includes('breakpoint.answer') ? (['answer'] as const) : [])],
    spoken: `Breakpoint ${title}${asked === '' || asked === title ? '' : `: ${asked}`}, in ${runName}${age === '' ? '' : `, asked ${age}`}`,
    expandable: false,
  };
}

/** An iteration; the newest one of an unfinished run may still be under way. */
export function describeIteration(iteration: Iteration, table: MetricTable | undefined): Row {
  const { n, metric } = iteration;
  // One value alone is not the best of anything.
  const best = iteration.best && table !== undefined && table.values.size > 1;
  const score = metric === undefined ? '' : `${table?.key} ${formatNumber(metric)}`;
  const counts = countStatuses(iteration.effects);
  return {
    label: `Iteration ${n}`,
    description: [best ? '★ best' : '', score, counts].filter(Boolean).join(' · '),
    tooltip: [
      ['', `Iteration ${n}`],
      ['Tasks', counts],
      ['Metric', score],
    ],
    icon: { name: best ? 'star-full' : 'layers' },
    words: [],
    spoken: `Iteration ${n}, ${counts}${score === '' ? '' : `, ${score}`}${best ? ', the best one' : ''}`,
    expandable: true,
  };
}

/** A task, or any other effect. */
export function describeTask(effect: Effect, task: TaskDefinition | undefined, now: number): Row {
  const title = visible(taskTitle(effect, task));
  const kind = visible(cutAtWord(effect.kind.replaceAll('_', ' '), 40));
  const word = statusWords[effect.status];
  const time = taskTime(effect, now);
  const error = visible(cutAtWord(effect.error?.message ?? effect.cancelReason ?? '', 300));
  return {
    label: title,
    description: [kind, word, time].filter(Boolean).join(' · '),
    tooltip: [
      ['', title],
      ['Kind', kind],
      ['State', [word, time].filter(Boolean).join(', ')],
      ['Error', error],
      ['Task', visible(effect.taskId)],
      ['Effect', visible(effect.effectId)],
    ],
    icon: pendingIcon(effect) ?? statusIcons[effect.status],
    words: ['task'],
    spoken: `${title}, ${kind} task, ${word}${time === '' ? '' : `, ${time}`}${error === '' ? '' : `: ${error}`}`,
    expandable: false,
  };
}

/** Something wrong with a file of the run. */
export function describeProblem({ file, what }: Problem): Row {
  const name = visible(file === '.' ? 'Run folder' : shortFile(file));
  return {
    label: name,
    description: visible(what),
    tooltip: [['', problemText({ file, what })]],
    icon: { name: 'warning', color: 'list.warningForeground' },
    words: [],
    spoken: `Problem: ${problemText({ file, what })}`,
    expandable: false,
  };
}

/** "7 done, 2 pending, 1 failed"; empty when there are no effects. */
export function countEffects(run: Run): string {
  return countWords({ ...run.fold.counts, pending: pendingEffects(run).length });
}

function countStatuses(effects: readonly Effect[]): string {
  const counts = { ok: 0, pending: 0, error: 0, cancelled: 0 };
  for (const { status } of effects) counts[status] += 1;
  return countWords(counts);
}

function countWords(counts: Readonly<Record<Effect['status'], number>>): string {
  return (['ok', 'pending', 'error', 'cancelled'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${statusWords[status]}`)
    .join(', ');
}

function pendingIcon(effect: Effect): Row['icon'] | undefined {
  if (effect.status !== 'pending') return undefined;
  if (effect.kind === 'breakpoint') return { name: 'question', color: 'notificationsWarningIcon.foreground' };
  return effect.kind === 'sleep' ? { name: 'watch' } : undefined;
}

function taskTime(effect: Effect, now: number): string {
  const { requestedAt, resolvedAt, startedAt, finishedAt } = effect;
  if (effect.status === 'pending')
    return requestedAt === undefined ? '' : `since ${duration(now - requestedAt)}`;
  if (startedAt !== undefined && finishedAt !== undefined && finishedAt > startedAt) {
    return duration(finishedAt - startedAt);
  }
  return requestedAt === undefined || resolvedAt === undefined ? '' : duration(resolvedAt - requestedAt);
}

function problemText({ file, what }: Problem): string {
  return visible(file === '.' ? `The run folder ${what}` : `${file} ${what}`);
}

/** The path with its ids shortened: "tasks/01M7…QSN/task.json". */
function shortFile(file: string): string {
  return file
    .split('/')
    .map((part) => part.replace(/[0-9A-Za-z]{26}/, shortId))
    .join('/');
}

function formatNumber(n: number): string {
  return Number.isInteger(n) ? String(n) : String(Number(n.toPrecision(4)));
}
