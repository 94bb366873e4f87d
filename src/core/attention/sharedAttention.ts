import type { Event } from '../event';
import type { RunKey } from '../run/runKey';

/** Something that a person put off. */
export interface Snooze {
  /** Milliseconds since 1970; {@link untilItChanges} for a run that is put off until something happens in it. */
  readonly until: number;
  /** When it was put off. A run (not a question) comes back as soon as something happened in it after that. */
  readonly at: number;
}

/** The latest moment there is (8.64e15 ms, the edge of JavaScript's dates). */
export const untilItChanges = 8_640_000_000_000_000;

/** How a run stood when an action of the person's own on it ended: an iterate, an answer, a result, a repair. */
export interface OwnAction {
  /** How many events it had. */
  readonly events: number;
  /** It was an iterate that brought nothing but an error. */
  readonly failed: boolean;
}

/** Something that is to be told in one window only. */
export interface Claim {
  readonly kind: 'question' | 'reminder' | 'end' | 'workspace' | 'sleep' | 'command';
  /** The text of a run's key; of a workspace, its folder; of a command that failed, "failed". */
  readonly about: string;
  /** What tells it apart from others of the same kind about the same. */
  readonly detail: string;
}

/** What the windows of one person share: who was told what, and what was put off or looked at. */
export interface SharedAttention {
  /** Fires when a snooze or a look came or went, here or in another window. */
  readonly onDidChange: Event<void>;

  /**
   * The snooze of a question, or of a run when `effectId` is left out; its time may have passed.
   * `undefined`: it was not put off, or it was woken.
   */
  snooze(key: RunKey, effectId?: string): Snooze | undefined;

  /** Puts a question or a run off. `undefined` wakes it. */
  setSnooze(key: RunKey, effectId: string | undefined, snooze: Snooze | undefined): void;

  /** The moment of the run's failure or damage that somebody took note of last; `undefined`: there was none. */
  seenTrouble(key: RunKey): number | undefined;

  setSeenTrouble(key: RunKey, at: number): void;

  /** What the person did with a run last, in any window; `undefined`: nothing. */
  ownAction(key: RunKey): OwnAction | undefined;

  setOwnAction(key: RunKey, action: OwnAction): void;

  /** True in the one window that claims it first, for ever false everywhere else. */
  claim(claim: Claim): boolean;
}
