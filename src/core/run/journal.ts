import type { CostRecord } from './cost';
import type { EventName } from './eventName';
import type { Entrypoint } from './metadata';

/** An error as engines write it into events and results. */
export interface RecordedError {
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

/** What happened, as far as the extension acts on it. Every other type is `other` and only counts as an event. */
export type JournalEvent =
  | {
      readonly type: 'RUN_CREATED';
      readonly processId: string | undefined;
      readonly entry: Entrypoint | undefined;
      readonly prompt: string | undefined;
    }
  | {
      readonly type: 'EFFECT_REQUESTED';
      readonly effectId: string;
      readonly taskId: string;
      readonly kind: string;
      readonly label: string | undefined;
      readonly labels: readonly string[];
      readonly stepId: string | undefined;
      readonly invocationKey: string | undefined;
    }
  | {
      readonly type: 'EFFECT_RESOLVED';
      readonly effectId: string;
      readonly status: 'ok' | 'error';
      readonly error: RecordedError | undefined;
      readonly startedAt: number | undefined;
      readonly finishedAt: number | undefined;
    }
  | { readonly type: 'EFFECT_CANCELLED'; readonly effectId: string; readonly reason: string | undefined }
  | { readonly type: 'RUN_COMPLETED'; readonly sealReason: string | undefined }
  | {
      readonly type: 'RUN_FAILED';
      readonly error: RecordedError | undefined;
      readonly sealReason: string | undefined;
    }
  | { readonly type: 'PROCESS_RUNTIME_ERROR'; readonly error: RecordedError | undefined }
  | { readonly type: 'RUN_HALTED'; readonly reason: string | undefined }
  /** A breakpoint of a run that asks nobody; the engine logs it again at every iterate. */
  | { readonly type: 'BREAKPOINT_SKIPPED'; readonly name: string }
  | { readonly type: 'COST_TRACKED'; readonly cost: CostRecord }
  | { readonly type: 'other'; readonly name: string };

/** One readable event at its place in the journal. */
export interface JournalEntry extends EventName {
  /** When it was recorded, in milliseconds since 1970; `undefined` when the event does not say so readably. */
  readonly at: number | undefined;
  /** Written by engines since 5.x. */
  readonly sdkVersion: string | undefined;
  readonly event: JournalEvent;
}
