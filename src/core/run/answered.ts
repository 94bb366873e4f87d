import { isResolved, type Effect } from './effect';
import { isRecord } from './lenient';
import type { TaskResult } from './task';

/** What came of a question; `answered`: it does not say what counts. */
export type Answered = 'approved' | 'rejected' | 'answered';

/** What came of a question, the one word for it everywhere; `undefined`: it is open, was cancelled, or is no question. */
export function answeredAs(
  { kind, status }: Pick<Effect, 'kind' | 'status'>,
  result: TaskResult | undefined,
): Answered | undefined {
  if (kind !== 'breakpoint' || !isResolved(status)) return undefined;
  // Some agents post a rejection as an error.
  const approved = status !== 'error' && approvedIn(result?.value);
  return approved === undefined ? 'answered' : approved ? 'approved' : 'rejected';
}

const yes = new Set(['approve', 'approved', 'yes', 'ok', 'okay', 'accept', 'accepted']);
const no = new Set(['reject', 'rejected', 'deny', 'denied', 'decline', 'declined', 'no']);

/** Whether a word is a plain yes or no; `undefined`: it is neither. */
export function plainly(word: unknown): boolean | undefined {
  const text = typeof word === 'string' ? word.trim().toLowerCase() : '';
  return yes.has(text) ? true : no.has(text) ? false : undefined;
}

/** Whether an answer approves, by its own word for that, else by a plain yes or no; `undefined`: it does not say. */
function approvedIn(value: unknown): boolean | undefined {
  if (!isRecord(value)) return plainly(value);
  if (typeof value['approved'] === 'boolean') return value['approved'];
  if (value['rejected'] === true) return false;
  return ['decision', 'status', 'verdict', 'answer', 'option']
    .map((name) => plainly(value[name]))
    .find((said) => said !== undefined);
}
