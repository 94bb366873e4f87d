import { eachOf, type Sliced } from '../sliced';
import { answeredAs } from './answered';
import type { Effect } from './effect';
import { passed } from './passed';
import type { TaskResult } from './task';

/** What results tell of effects that were resolved, beyond their statuses. The others of them are done. */
export interface SeenResults {
  /** Tasks that were posted as done and did not pass. */
  readonly notPassed: number;
  /** Tasks that ended with an error. */
  readonly failed: number;
  /** Questions that were answered with a rejection; some are posted as an error. */
  readonly rejected: number;
}

/** Counts them, interruptibly. The one count for rows, pages and reports. */
export function* seeingResults(
  effects: readonly Effect[],
  results: ReadonlyMap<string, TaskResult>,
): Sliced<SeenResults> {
  const seen = { notPassed: 0, failed: 0, rejected: 0 };
  yield* eachOf(effects, (effect) => {
    const result = results.get(effect.effectId);
    if (answeredAs(effect, result) === 'rejected') seen.rejected += 1;
    else if (passed(effect, result) === false) seen[effect.status === 'error' ? 'failed' : 'notPassed'] += 1;
  });
  return seen;
}
