import type { RecordedError } from './recordedError';

/** One effect: a task, breakpoint or sleep that the process asked for. */
export interface Effect {
  readonly effectId: string;
  readonly taskId: string;
  /** agent, shell, node, breakpoint, sleep, orchestrator_task, skill, subprocess, or anything else. */
  readonly kind: string;
  readonly label: string | undefined;
  readonly labels: readonly string[];
  readonly stepId: string | undefined;
  readonly invocationKey: string | undefined;
  /** Milliseconds since 1970; `undefined` when the event does not say. */
  readonly requestedAt: number | undefined;
  /** The journal's sequence number of the request. */
  readonly requestedSeq: number;
  /** Effects that one iterate requested together share a number; numbered from 1. */
  readonly batch: number;
  readonly status: 'pending' | 'ok' | 'error' | 'cancelled';
  /** When it was resolved or cancelled. */
  readonly resolvedAt: number | undefined;
  /** Its place among the resolved, from 1; 0 while it is pending. */
  readonly resolvedOrder: number;
  /** The journal's sequence number of the event that resolved or cancelled it; 0 while it is pending. */
  readonly resolvedSeq: number;
  /** How many effects were resolved when it was requested. */
  readonly resolvedBefore: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly error: RecordedError | undefined;
  /** Why it was cancelled. */
  readonly cancelReason: string | undefined;
}

/** Whether a result is recorded. */
export function isResolved(status: Effect['status']): boolean {
  return status === 'ok' || status === 'error';
}
