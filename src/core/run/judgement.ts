import type { CommandId } from '../commands';
import type { SessionState } from '../sessions/agentSessions';
import type { Run } from './run';

/** What a run is doing, in the order in which the first match wins. */
export type State =
  | 'reading'
  | 'unreadable'
  | 'completed'
  | 'failed'
  | 'partial'
  | 'stopped'
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
  'run.assignProcess',
] as const satisfies readonly CommandId[];

export type StateAction = (typeof stateActions)[number];

/** The one thing that moves a run on. */
export interface NextStep {
  /** `undefined`: nothing has to be done, or nothing can be. */
  readonly action: CommandId | undefined;
  /** One sentence a person understands. Raw run text may be in it. */
  readonly reason: string;
  /** In milliseconds since 1970, when something can be done; `undefined`: now, or no time is known. */
  readonly at: number | undefined;
}

/**
 * The one answer to "what is this run doing, and what may be done with it". Tree, badge, status bar, notifications, pages,
 * pickers, diagnosis and the command line all ask it, so that they cannot disagree.
 */
export interface Judgement {
  readonly state: State;
  /** One sentence a person understands. Raw run text may be in it. */
  readonly reason: string;
  /** The state is guessed from the time of the last event. */
  readonly guessed: boolean;
  /** What the state is called here ("paused"), where its usual word says too little; left out: by its usual word. */
  readonly word?: string;
  /** The agent's session that tells most of the run; `undefined`: none is known. */
  readonly session?: SessionState | undefined;
  /** What may be done with the run now. */
  readonly actions: readonly StateAction[];
  /** In milliseconds since 1970, when the state can change without an event; `undefined`: only an event changes it. */
  readonly changesAt: number | undefined;

  /** What moves the run on. */
  readonly next: NextStep;

  /**
   * Why something is not possible now, as a sentence; `undefined`: it is possible. An action that is among `actions` may
   * be refused all the same, where damage of the run's files makes it harmful.
   */
  whyNot(action: StateAction): string | undefined;
}

/** What is known besides the files of a run. */
export interface KnownOfRuns {
  /** The run that a task started and waits for; `undefined`: none is known. */
  childRun(run: Run): Run | undefined;
  /**
   * The number of events that the run had when the person's own action here ended: an iterate, an answer, a repair.
   * `undefined`: there was none.
   */
  actedAt(run: Run): number | undefined;
  /** The number of events at which an iterate made here ended in an error and brought nothing; `undefined`: none did. */
  failedAt(run: Run): number | undefined;
  /** Keeps that an action of the person's own on a run ended now, in an error where `failed`. */
  remember(run: Run, failed: boolean): void;
}

export interface JudgeOptions {
  /** For how long after its last event a run with pending tasks counts as working, in milliseconds. */
  readonly activityWindow: number;
  /**
   * Engines that are found here remove the lock of a dead process by themselves, as all do since 0.0.187; left out: no
   * engine is looked for.
   */
  readonly removesLocks?: boolean;
  /** What the sessions of agents on a run do now, the newest last; left out: nobody looks at them. */
  readonly sessions?: (run: Run) => readonly SessionState[];
  /** What only somebody who looks at more than one run can know; left out: nothing is. */
  readonly known?: KnownOfRuns;
}

export const defaultActivityWindow = 120_000;
