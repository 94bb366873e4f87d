/** How an event stands in the list of events. `waiting`: a request, whose row shows how its effect stands now. */
export type EventMark = 'resolved' | 'rejected' | 'waiting' | 'failed' | 'cancelled' | 'none';

/** One recorded event of a run, as far as the list of events shows it. All texts are run text. */
export interface EventRecord {
  /** The same as long as it is the same event: its file's name, for example. */
  readonly id: string;
  /** The engine's own number for it, which never falls from one event to the next. */
  readonly seq: number;
  /** Milliseconds since 1970; `undefined`: the event does not say so readably. */
  readonly at: number | undefined;
  /** Empty: it cannot be read. */
  readonly type: string;
  readonly mark: EventMark;
  /** The effect it is about; `undefined`: none. */
  readonly effectId: string | undefined;
  /** "ok" or "error" of a resolved effect; else empty. */
  readonly status: string;
  /** What it says: an error, a reason, a message. */
  readonly note: string;
  /** The agent's session that wrote it. */
  readonly session: string | undefined;
}
