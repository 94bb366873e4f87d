import type { CostRecord } from '../../../core/run/cost';
import type { Effect } from '../../../core/run/effect';
import type { EventName } from './eventName';
import type { RecordedError } from '../../../core/run/recordedError';
import type { Entrypoint } from '../../../core/run/entrypoint';

/** What happened, as far as the extension acts on it: one shape for each of the `eventTypes`, and `other` for the rest. */
export type JournalEvent =
  | {
      readonly type: 'RUN_CREATED';
      readonly processId: string | undefined;
      readonly entry: Entrypoint | undefined;
      readonly prompt: string | undefined;
    }
  | ({ readonly type: 'EFFECT_REQUESTED' } & Pick<
      Effect,
      'effectId' | 'taskId' | 'kind' | 'label' | 'labels' | 'stepId' | 'invocationKey'
    >)
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
  | { readonly type: 'PROCESS_ASSIGNED' }
  | { readonly type: 'PROCESS_CODE_HASH_CHANGED' }
  | {
      readonly type: 'PROCESS_LOG';
      /** The name of a breakpoint that a run without a person skipped; the engine logs it again at every iterate. */
      readonly skipped: string | undefined;
    }
  | {
      readonly type: 'COST_TRACKED';
      /** `undefined`: it tells no number. */
      readonly cost: CostRecord | undefined;
    }
  | {
      readonly type: 'STOP_HOOK_INVOKED';
      /** The agent was allowed to stop. */
      readonly stops: boolean;
    }
  // Nothing about a run follows from this, but that something happened.
  | { readonly type: 'EFFECT_PROGRESS' }
  /** A type that we do not know. It only counts as an event. */
  | { readonly type: 'other'; readonly name: string };

/** One readable event at its place in the journal. */
export interface JournalEntry extends EventName {
  /** When it was recorded, in milliseconds since 1970; `undefined` when the event does not say so readably. */
  readonly at: number | undefined;
  /** Written by engines since 5.x. */
  readonly sdkVersion: string | undefined;
  readonly event: JournalEvent;
}
