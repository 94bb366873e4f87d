import { smallest } from '../../../core/largest';
import { majorOf } from '../../../core/engine/engineVersion';
import { capital, count, cutAtWord, firstLine, list } from '../../../core/format';
import { moment } from '../../../core/moments';
import { foremost } from '../../../core/sessions/agentFact';
import type { SessionState } from '../../../core/sessions/agentSessions';
import type { JournalEnd } from './foldRun';
import { tellAgent } from './judgeAgent';
import {
  stateActions,
  type JudgeOptions,
  type Judgement,
  type NextStep,
  type State,
  type StateAction,
} from '../../../core/run/judgement';
import {
  isHalfRead,
  pendingEffects,
  runTitle,
  sleepUntil,
  taskTitle,
  type PendingEffect,
  type Run,
} from '../../../core/run/run';
import { asBabysitter, erredEffect, isUnreadable, type BabysitterRun } from './babysitterRun';
import type { Effect } from '../../../core/run/effect';
import { intern } from '../../../core/run/intern';
import { completedReason } from '../../../core/run/outcome';
import type { Problem } from '../../../core/run/problem';

/** Judges runs of Babysitter. Pure: the same run, lock and time give the same. */
export function classify(anyRun: Run, now: number, options: JudgeOptions): Judgement {
  const run = asBabysitter(anyRun);
  const session = foremost(options.sessions?.(run) ?? []);
  const { state, reason, changesAt } = tell(run, now, options, session);
  const actions = state === 'reading' ? [] : legalActions(state, run, options);
  return new BabysitterJudgement(state, reason, actions, changesAt, session, run, options);
}

/** What is asked for rarely is found out only then: there are thousands of runs, and each is judged at each change. */
class BabysitterJudgement implements Judgement {
  readonly #run: BabysitterRun;
  readonly #options: JudgeOptions;
  readonly #reason: Reason;

  constructor(
    readonly state: State,
    reason: Reason,
    readonly actions: readonly StateAction[],
    readonly changesAt: number | undefined,
    readonly session: SessionState | undefined,
    run: BabysitterRun,
    options: JudgeOptions,
  ) {
    this.#run = run;
    this.#options = options;
    this.#reason = typeof reason === 'string' ? intern(reason) : reason;
  }

  get reason(): string {
    return typeof this.#reason === 'string' ? this.#reason : this.#reason();
  }

  get guessed(): boolean {
    return this.state === 'working' && !this.#run.lock?.alive && this.session?.living !== true;
  }

  get next(): NextStep {
    return nextStep(this, this.#run, this.#options);
  }

  whyNot(action: StateAction): string | undefined {
    return whyNot(action, this, this.#run, this.#options);
  }
}

/** A sentence, or what makes it: the first moment that is written takes a process 30 ms. */
type Reason = string | (() => string);

interface Told extends Pick<Judgement, 'state' | 'changesAt'> {
  readonly reason: Reason;
}

/** One list for all runs with which the same may be done: there are few such lists, and thousands of runs. */
const actionLists = new Map<number, readonly StateAction[]>();

function legalActions(state: State, run: BabysitterRun, options: JudgeOptions): readonly StateAction[] {
  let legal = 0;
  stateActions.forEach((action, i) => {
    if (isLegal(action, state, run, options)) legal |= 1 << i;
  });
  const known = actionLists.get(legal);
  if (known) return known;
  const list = stateActions.filter((_, i) => legal & (1 << i));
  actionLists.set(legal, list);
  return list;
}

function tell(
  run: BabysitterRun,
  now: number,
  options: JudgeOptions,
  session: SessionState | undefined,
): Told {
  const { story, lock } = run;
  const still = (state: State, reason: Reason, changesAt?: number): Told => ({ state, reason, changesAt });

  // Only in the editor, and only for a moment: it is a state of the reading, and not of the run.
  if (run.depth === 'reading') return still('reading', 'Its events are being read');
  if (isUnreadable(run)) {
    const problem = run.problems[0];
    const file = problem?.file === '.' ? 'its folder' : problem?.file;
    return still(
      'unreadable',
      `Nothing of this run can be read${problem ? `: ${cutAtWord(`${file} ${problem.what}`, 200)}` : ''}`,
    );
  }
  if (story.end) return still(endState(story.end), endReason(story.end, run));

  const pending = pendingEffects(run);
  const breakpoints = pending.filter(({ effect }) => effect.kind === 'breakpoint');
  const [first] = breakpoints;
  if (first) {
    const more = breakpoints.length > 1 ? ` (and ${breakpoints.length - 1} more)` : '';
    return still('needs-you', `Needs your answer: ${taskTitle(first.effect, first.task)}${more}`);
  }
  if (lock?.alive) {
    const { pid, acquiredAt } = lock;
    return still(
      'working',
      () =>
        `Working: process ${pid} holds the run${acquiredAt === undefined ? '' : ` since ${moment(acquiredAt)}`}`,
    );
  }
  const others = pending.filter(({ effect }) => effect.kind !== 'sleep');
  if (pending.length > 0 && others.length === 0) return tellSleep(pending, now);
  const told = session && others.length > 0 ? tellAgent(session) : undefined;
  if (told) return told;
  if (others.length > 0) {
    // An event from the future (a clock that runs ahead) must not keep a run "working" for long.
    const [from, until] = [run.updatedAt - options.activityWindow, run.updatedAt + options.activityWindow];
    // After what the person did here, nobody is at work yet.
    const own = options.known?.actedAt(run) === run.eventCount;
    if (!own && from < now && now < until) {
      return still(
        'working',
        () => `Probably working: ${kinds(others)} pending, last event ${moment(run.updatedAt, now)}`,
        until,
      );
    }
    return still(
      'waiting',
      () => `Waiting for an agent since ${moment(run.updatedAt)}: ${kinds(others)} pending`,
      !own && now < until ? from + 1 : undefined,
    );
  }
  // An iterate is no advice where the engine would fail or do more damage.
  const advice = (text: string): string => (damageOf(run, options) ? '' : `; ${text}`);
  if (story.effects.size > 0) return still('ready', readyReason(run, advice));
  return still(
    'created',
    hasProcess(run) ? `Not started${advice('iterate to begin')}` : 'Not started: it has no process yet',
  );
}

function readyReason({ story, erredTask }: BabysitterRun, advice: (text: string) => string): string {
  const last = erredEffect(story);
  if (!last) return `Everything is answered${advice('iterate to go on')}`;
  const said = firstLine(last.error?.message ?? '');
  const title = taskTitle(last, erredTask);
  return `${capital(title)} ended with an error${said === '' ? '' : `: ${cutAtWord(said, 200)}`}${advice('iterating shows whether the process handles it')}`;
}

function tellSleep(sleeps: readonly PendingEffect[], now: number): Told {
  const next = smallest(sleeps, (sleep) => sleepUntil(sleep) ?? Number.POSITIVE_INFINITY);
  if (next === Number.POSITIVE_INFINITY) {
    return { state: 'sleeping', reason: 'Sleeping until a time that cannot be read', changesAt: undefined };
  }
  return next <= now
    ? {
        state: 'ready',
        reason: () => `Its sleep was over at ${moment(next)}; iterate to go on`,
        changesAt: undefined,
      }
    : { state: 'sleeping', reason: () => `Sleeping until ${moment(next, now)}`, changesAt: next };
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

function endState(end: JournalEnd): State {
  if (end.type === 'RUN_COMPLETED') return 'completed';
  return end.type === 'RUN_HALTED' ? 'halted' : 'failed';
}

function endReason(end: JournalEnd, { gist }: Run): string {
  const said = (text: string | undefined): string => cutAtWord(text ?? '', 200);
  const because = (text: string | undefined): string => (said(text) === '' ? '' : `: ${said(text)}`);
  if (end.sealed) return `Sealed as ${endState(end)}${because(end.reason)}`;
  if (end.type === 'RUN_COMPLETED') {
    const late =
      end.lateError === undefined ? '' : `; the engine recorded an error afterwards${because(end.lateError)}`;
    return `${completedReason(gist?.outcome)}${late}`;
  }
  if (end.type === 'RUN_HALTED') return `Halted${because(end.reason)}`;
  return said(end.error?.message) || said(end.error?.name) || 'Failed without saying why';
}

/** Whether iterating has a process function to run. */
export function hasProcess(run: Run): boolean {
  return run.entry !== undefined;
}

function isLegal(action: StateAction, state: State, run: BabysitterRun, options: JudgeOptions): boolean {
  const { end } = run.story;
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
      return !run.lock?.alive && !damageOf(run, options) && movesOn(state, run);
    case 'run.resume':
      return !['completed', 'halted', 'unreadable'].includes(state) && !end?.sealed;
    case 'run.fork':
    case 'run.startAgain':
      return run.metadata !== undefined;
    case 'run.repair':
      return run.problems.some((problem) => problem.mendable);
    case 'run.assignProcess':
      return state === 'created' && !hasProcess(run) && isSix(run);
    default:
      return action satisfies never;
  }
}

/** Engines of 6.x have commands of their own, and repeat how a failed run ended instead of running the process again. */
export function isSix({ engineVersion }: Run): boolean {
  return (majorOf(engineVersion) ?? 0) >= 6;
}

/** What is wrong with a run's files so that the engine would fail or do more damage; `undefined`: nothing is. */
function damageOf(
  { problems, lock, engineVersion }: BabysitterRun,
  { removesLocks = false }: JudgeOptions,
): Problem | undefined {
  // So do engines that record their version.
  const leftLock = lock !== undefined && (removesLocks || engineVersion !== undefined);
  return problems.find(
    ({ file, mendable, stops }) => stops || (mendable && !(leftLock && file === 'run.lock')),
  );
}

/** Whether an iterate could bring anything new. */
function movesOn(state: State, run: BabysitterRun): boolean {
  switch (state) {
    case 'created':
      return hasProcess(run);
    case 'ready':
      return true;
    case 'failed':
      return !run.story.end?.sealed && run.story.end?.type === 'RUN_FAILED' && !isSix(run);
    case 'needs-you':
    case 'waiting':
    case 'working':
      return run.story.answeredSinceRequest;
    default:
      return false;
  }
}

/** Why an action is not possible on a run now, as a sentence; `undefined` when it is. */
function whyNot(
  action: StateAction,
  { state, reason, actions }: Judgement,
  run: BabysitterRun,
  options: JudgeOptions,
): string | undefined {
  if (actions.includes(action)) return stoppedBy(action, run);
  if (action === 'run.assignProcess') {
    return hasProcess(run)
      ? 'The run has its process already.'
      : state === 'created'
        ? 'A process can be assigned to runs of engine 6 and newer only.'
        : 'A process can only be assigned before the run begins.';
  }
  if (action === 'run.repair') return 'None of its problems can be mended in place.';
  if (action === 'run.fork' || action === 'run.startAgain') {
    return 'Its run.json cannot be read, so its process is not known.';
  }
  if (action.startsWith('breakpoint.')) {
    return run.story.end ? `No question is open: the run is ${state}.` : 'No question is open in this run.';
  }
  if (state === 'unreadable') return 'Nothing of this run can be read.';
  if (run.story.end?.sealed) return 'The run was sealed, which is final. Make a new run instead.';
  switch (state) {
    case 'completed':
      return 'The run is completed, which is final: iterating would run the whole process again. Make a new run instead.';
    case 'halted':
      return 'The process halted the run, which is final. Make a new run instead.';
    case 'failed':
      if (action === 'task.post') return 'No task waits for a result: the run has failed.';
      if (run.story.end?.type === 'PROCESS_RUNTIME_ERROR') {
        return 'The process itself threw an error; the engine must recover from it before it can go on.';
      }
      if (isSix(run)) {
        return 'Engines of 6.x keep to it that the run failed, and run nothing again. Fork it from before it failed.';
      }
      break;
    default:
  }
  if (action === 'run.iterate' || action === 'run.continue') {
    const damage = movesOn(state, run) ? damageOf(run, options) : undefined;
    if (damage) return mustBeMended(damage);
  }
  if (run.lock?.alive) {
    const since = run.lock.acquiredAt === undefined ? '' : ` since ${moment(run.lock.acquiredAt)}`;
    return `Process ${run.lock.pid} holds the run${since}; wait until it is done.`;
  }
  switch (state) {
    case 'needs-you':
      if (!asksAnswer(run)) return `${reason}. Iterating will not change anything yet.`;
      return 'Answer the open question first. Iterating will not change anything yet.';
    case 'sleeping':
      return `${reason}. Iterating will not change anything yet.`;
    case 'created':
      return hasProcess(run) ? `${reason}.` : 'The run has no process yet; assign one first.';
    default:
      return `${reason}. Iterating will not change anything yet.`;
  }
}

/** A problem of the run's files with which the engine would fail or do damage. */
function stoppedBy(action: StateAction, { problems }: BabysitterRun): string | undefined {
  const changes = action.startsWith('breakpoint.') || action === 'task.post';
  const problem = changes ? problems.find(({ stops }) => stops === 'any') : undefined;
  return problem && mustBeMended(problem);
}

function mustBeMended({ file, what }: Problem): string {
  return `${file} ${what}. The engine would fail or cause damage; repair it first.`;
}

/** The first that fits, from what has to be put right first to what is done last. */
function nextStep(judgement: Judgement, run: BabysitterRun, options: JudgeOptions): NextStep {
  const { state, reason, changesAt } = judgement;
  const step = (action: NextStep['action'], why = reason, at?: number): NextStep => ({
    action,
    reason: why,
    at,
  });
  const { end } = run.story;
  if (state === 'reading') return step(undefined);
  const over = state === 'completed' || state === 'halted' || end?.sealed === true;
  const damage = over ? undefined : damageOf(run, options);
  if (damage) return step('run.repair', `${damage.file} ${damage.what}`);
  if (over || state === 'unreadable') return step(undefined);
  // What lies before its end may yet turn out to be damaged.
  if (end && isHalfRead(run)) return step(undefined);
  if (end?.type === 'PROCESS_RUNTIME_ERROR') return step('run.resume');
  const repeats = options.known?.failedAt(run) === run.eventCount;
  if (end) return step(end.failedTask !== undefined || isSix(run) || repeats ? 'run.fork' : 'run.iterate');
  if (state === 'needs-you') return step(asksAnswer(run) ? 'breakpoint.answer' : undefined);
  if (state === 'working' || state === 'sleeping') return step(undefined, reason, changesAt);
  const { kind, until } = judgement.session?.now ?? {};
  if (state === 'waiting' && kind === 'limit') {
    return step(judgement.session?.living ? undefined : 'run.resume', reason, until);
  }
  if (state === 'waiting') return waitingStep(step, run, options);
  if (repeats) return step('run.fork', `${reason}. It does not: an iterate ended with the same error`);
  if (state === 'ready' || hasProcess(run)) return step('run.iterate');
  return step(isSix(run) ? 'run.assignProcess' : undefined);
}

/** An agent may need the person, too. */
function asksAnswer(run: BabysitterRun): boolean {
  return pendingEffects(run).some(({ effect }) => effect.kind === 'breakpoint');
}

/** A run that waits for nothing but a child run goes on by itself. */
function waitingStep(
  step: (action: NextStep['action'], reason?: string) => NextStep,
  run: BabysitterRun,
  { known }: JudgeOptions,
): NextStep {
  const child = pendingEffects(run).every(({ effect }) => effect.kind === 'subprocess')
    ? known?.childRun(run)
    : undefined;
  return child ? step(undefined, `It waits for its child run ${runTitle(child)}`) : step('run.resume');
}

/** See {@link BabysitterRun.story}: the task whose error result a run failed with; `undefined`: none did. */
export function failedTask({ story }: Run): Effect | undefined {
  return story.end?.failedTask === undefined ? undefined : story.effects.get(story.end.failedTask);
}

/**
 * Before which task a run is forked that cannot go on otherwise: the one that failed, else the one asked for last.
 * `undefined`: it asked for none.
 */
export function forkedAway(run: Run): Effect | undefined {
  const { story } = asBabysitter(run);
  return failedTask(run) ?? erredEffect(story) ?? story.effects.last;
}
