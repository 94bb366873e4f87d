import type { EventMark } from '../../../core/run/eventRecord';

/**
 * Every type of event that engines are known to write, in the order in which the run page offers them as a filter. What
 * each of them means is asked for by the compiler wherever events are told apart.
 */
export const eventTypes = [
  'EFFECT_REQUESTED',
  'EFFECT_RESOLVED',
  'EFFECT_CANCELLED',
  'RUN_CREATED',
  'RUN_COMPLETED',
  'RUN_FAILED',
  'RUN_HALTED',
  'PROCESS_RUNTIME_ERROR',
  'PROCESS_ASSIGNED',
  'PROCESS_CODE_HASH_CHANGED',
  'PROCESS_LOG',
  'STOP_HOOK_INVOKED',
  'EFFECT_PROGRESS',
  'COST_TRACKED',
] as const;

export type EventType = (typeof eventTypes)[number];

const all: ReadonlySet<string> = new Set(eventTypes);

/** False for a type that only newer engines know. */
export function isEventType(type: string): type is EventType {
  return all.has(type);
}

/** How an event of each type stands in the list of events; a result that is an error has failed all the same. */
export const eventMarks: Readonly<Record<EventType, EventMark>> = {
  EFFECT_REQUESTED: 'waiting',
  EFFECT_RESOLVED: 'resolved',
  EFFECT_CANCELLED: 'cancelled',
  RUN_CREATED: 'none',
  RUN_COMPLETED: 'resolved',
  RUN_FAILED: 'failed',
  RUN_HALTED: 'cancelled',
  PROCESS_RUNTIME_ERROR: 'failed',
  PROCESS_ASSIGNED: 'none',
  PROCESS_CODE_HASH_CHANGED: 'none',
  PROCESS_LOG: 'none',
  STOP_HOOK_INVOKED: 'none',
  EFFECT_PROGRESS: 'none',
  COST_TRACKED: 'none',
};
