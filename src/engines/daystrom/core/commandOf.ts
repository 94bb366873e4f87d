import type { DaystromRun } from './daystromRun';

/** A command about a run, and what a person should know of it. */
export interface DaystromCommand {
  readonly words: readonly [string, ...string[]];
  readonly note: string;
}

/** Ids may begin with "-", so they stand behind "--". */
export function commandOf({ runId, daystrom: { status, maxIterations } }: DaystromRun): DaystromCommand {
  const gone = 'Daystrom cannot be installed any more.';
  if (status !== 'paused' && status !== 'failed') {
    return { words: ['daystrom', 'report', '--', runId], note: `${gone} The report here needs none of it.` };
  }
  return {
    words: ['daystrom', 'resume', '--max-iterations', String(maxIterations), '--', runId],
    note: `${gone} Where it is there, this starts a new run with a new id and the same inputs.`,
  };
}
