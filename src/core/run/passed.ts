import type { Effect } from './effect';
import type { TaskResult } from './task';

/**
 * Whether a task did what it was asked for. The one answer for every row, count, bar, table and report.
 * @param result `undefined`: it is not there yet, or cannot be read
 * @returns null: nothing tells, as it pends, was cancelled or cannot be read, or it is a breakpoint, which is approved or
 * rejected instead
 */
export function passed(
  { kind, status }: Pick<Effect, 'kind' | 'status'>,
  result: TaskResult | undefined,
): boolean | null {
  if (kind === 'breakpoint') return null;
  if (status === 'error') return false;
  if (status !== 'ok' || !result || (result.value === undefined && result.resultRef !== undefined)) {
    return null;
  }
  return result.failure === undefined;
}
