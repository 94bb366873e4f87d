import { ago, count, cutAtWord, list, utcMinute } from '../format';
import type { RunEnd } from './foldRun';
import { isUnreadable, pendingEffects, sleepUntil, taskTitle, type PendingEffect, type Run } from './run';

/** What a run is doing, in the order in which the first match wins. */
export type State =
  | 'reading'
  | 'unreadable'
  | 'completed'
  | 'failed'
  | 'halted'
  | 'needs-you'
  | 'working'
  | 'sleeping'
  | 'ready'
  | 'waiting'
  | 'created';

/** Commands whose legality depends on the run's state, in the order in which they are listed. */
export const stateActions = [
  'breakpoint.answer',
  'breakpoint.approve',
  'breakpoint.reject',
  'task.post',
  'run.iterate',
  'run.continue',
  'run.resume',
  'run.fork',
  'run.startAgain',
  'run.repair',
] as const;

export type StateAction = (typeof stateActions)[number];

/** The one answer that tree, badge, status bar, notifications, pages and the command line all use. */
export interface RunState {
  readonly state: State;
  /** One sentence a person understands. Raw run text may be in it. */
  readonly reason: string;
  readonly actions: readonly StateAction[];
  /** In milliseconds since 1970, when the state can change without an event; `undefined`: only an event changes it. */
  readonly changesAt: number | undefined;
}

export interface ClassifyOptions {
  /** For how long after its last event a run with pending tasks counts as working, in milliseconds. */
  readonly activityWindow: number;
  /** Writes a moment for people; UTC to the minute unless given. */
  readonly formatTime?: (time: number) => string;
}

export const defaultActivityWindow = 120_000;

type Told = Omit<RunState, 'actions'>;

/** Tells what a run is doing, why, and what may be done with it. Pure: the same run, lock and time give the same. */
export function classify(run: Run, now: number, options: ClassifyOptions): RunState {
  const { state, reason, changesAt } = tell(run, now, options);
  return { state, reason, actions: state === 'reading' ? [] : legalActions(state, run), changesAt };
}

/** One list for all runs with which the same may be done: there are few such lists, and thousands of runs. */
const actionLists = new Map<number, readonly StateAction[]>();

function legalActions(state: State, run: Run): readonly StateAction[] {
  let legal = 0;
  stateActions.forEach((action, i) => {
    if (isLegal(action, state, run)) legal |= 1 << i;
  });
  const known = actionLists.get(legal);
  if (known) return known;
  const list = stateActions.filter((_, i) => legal & (1 << i));
  actionLists.set(legal, list);
  return list;
}

function tell(run: Run, now: number, options: ClassifyOptions): Told {
  const time = options.formatTime ?? utcMinute;
  const { fold, lock } = run;
  const still = (state: State, reason: string, changesAt?: number): Told => ({ state, reason, changesAt });

  // Only in the editor, and only for a moment: it is a state of the reading, and not of the run.
  if (run.reading) return still('reading', 'Its events are being read');
  if (isUnreadable(run)) {
    const problem = run.problems[0];
    const file = problem?.file === '.' ? 'its folder' : problem?.file;
    return still(
      'unreadable',
      `Nothing of this run can be read${problem ? `: ${cutAtWord(`${file} ${problem.what}`, 200)}` : ''}`,
    );
  }
  if (fold.end) return still(endState(fold.end), endReason(fold.end));

  const pending = pendingEffects(run);
  const breakpoints = pending.filter(({ effect }) => effect.kind === 'breakpoint');
  const [first] = breakpoints;
  if (first) {
    const more = breakpoints.length > 1 ? ` (and ${breakpoints.length - 1} more)` : '';
    return still('needs-you', `Waiting for you: ${taskTitle(first.effect, first.task)}${more}`);
  }
  if (lock?.alive) {
    const since = lock.acquiredAt === undefined ? '' : ` since ${time(lock.acquiredAt)}`;
    return still('working', `Working: process ${lock.pid} holds the run${since}`);
  }
  const others = pending.filter(({ effect }) => effect.kind !== 'sleep');
  if (pending.length > 0 && others.length === 0) return tellSleep(pending, now, time);
  if (others.length > 0) {
    // An event from the future (a clock that runs ahead) must not keep a run "working" for long.
    const [from, until] = [run.updatedAt - options.activityWindow, run.updatedAt + options.activityWindow];
    if (from < now && now < until) {
      const last = ago(now - run.updatedAt);
      return still('working', `Probably working: ${kinds(others)} pending, last event ${last}`, until);
    }
    return still(
      'waiting',
      `Waiting for an agent since ${time(run.updatedAt)}: ${kinds(others)} pending`,
      now < until ? from + 1 : undefined,
    );
  }
  if (fold.effects.size > 0) return still('ready', 'Everything is answered; iterate to go on');
  return still(
    'created',
    hasProcess(run) ? 'Not started; iterate to begin' : 'Not started: it has no process yet',
  );
}

function tellSleep(sleeps: readonly PendingEffect[], now: number, time: (time: number) => string): Told {
  const next = Math.min(...sleeps.map((sleep) => sleepUntil(sleep) ?? Number.POSITIVE_INFINITY));
  if (next === Number.POSITIVE_INFINITY) {
    return { state: 'sleeping', reason: 'Sleeping until a time that cannot be read', changesAt: undefined };
  }
  return next <= now
    ? {
        state: 'ready',
        reason: `Its sleep was over at ${time(next)}; iterate to go on`,
        changesAt: undefined,
      }
    : { state: 'sleeping', reason: `Sleeping until ${time(next)}`, changesAt: next };
}

/** "2 agent tasks and 1 shell task". */
function kinds(pending: readonly PendingEffect[]): string {
  const counts = new Map<string, number>();
  for (const { effect } of pending) counts.set(effect.kind, (counts.get(effect.kind) ?? 0) + 1);
  // A kind is any text that a process likes.
  const name = (kind: string): string => cutAtWord(kind.replaceAll('_', ' ').replace(/ task$/, ''), 40);
  const all = [...counts];
  const shown = all.slice(0, all.length > 5 ? 4 : 5);
  const rest = all.slice(shown.length).reduce((sum, [, n]) => sum + n, 0);
  const named = shown.map(([kind, n]) => count(n, `${name(kind)} task`));
  return list(rest > 0 ? [...named, count(rest, 'other task')] : named);
}

function endState(end: RunEnd): State {
  if (end.type === 'RUN_COMPLETED') return 'completed';
  return end.type === 'RUN_HALTED' ? 'halted' : 'failed';
}

function endReason(end: RunEnd): string {
  const said = (text: string | undefined): string => cutAtWord(text ?? '', 200);
  const because = (text: string | undefined): string => (said(text) === '' ? '' : `: ${said(text)}`);
  if (end.sealed) return `Sealed as ${endState(end)}${because(end.reason)}`;
  if (end.type === 'RUN_COMPLETED') return 'Completed';
  if (end.type === 'RUN_HALTED') return `Halted${because(end.reason)}`;
  return said(end.error?.message) || said(end.error?.name) || 'Failed without saying why';
}

/** Whether iterating has a process function to run. */
export function hasProcess(run: Run): boolean {
  return (run.metadata ? run.metadata.entry : run.fold.entry) !== undefined;
}

function isLegal(action: StateAction, state: State, run: Run): boolean {
  const { end } = run.fold;
  const asks = (test: (kind: string) => boolean): boolean =>
    !end && pendingEffects(run).some(({ effect }) => test(effect.kind));
  switch (action) {
    case 'breakpoint.answer':
    case 'breakpoint.approve':
    case 'breakpoint.reject':
      return asks((kind) => kind === 'breakpoint');
    case 'task.post':
      return asks((kind) => kind !== 'breakpoint' && kind !== 'sleep');
    case 'run.iterate':
    case 'run.continue':
      return !run.lock?.alive && movesOn(state, run);
    case 'run.resume':
      return !['completed', 'halted', 'unreadable'].includes(state) && !end?.sealed;
    case 'run.fork':
    case 'run.startAgain':
      return run.metadata !== undefined;
    case 'run.repair':
      return run.problems.some((problem) => problem.mendable);
    default:
      return action satisfies never;
  }
}

/** Whether an iterate could bring anything new. */
function movesOn(state: State, run: Run): boolean {
  switch (state) {
    case 'created':
      return hasProcess(run);
    case 'ready':
      return true;
    case 'failed':
      return !run.fold.end?.sealed && run.fold.end?.type !== 'PROCESS_RUNTIME_ERROR';
    case 'needs-you':
    case 'waiting':
    case 'working':
      return run.fold.answeredSinceRequest;
    default:
      return false;
  }
}
