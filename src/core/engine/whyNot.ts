import type { StoredRun } from '../source/runStore';
import { utcMinute } from '../format';
import type { Run } from '../run/run';
import { hasProcess, type StateAction } from '../run/runState';

/** Why an action is not possible on a run now, as a sentence; `undefined` when it is. */
export function whyNot(
  action: StateAction,
  { run, state }: StoredRun,
  formatTime: (time: number) => string = utcMinute,
): string | undefined {
  if (state.actions.includes(action)) return stoppedBy(action, run);
  if (action === 'run.repair') return 'None of its problems can be mended in place.';
  if (action === 'run.fork' || action === 'run.startAgain') {
    return 'Its run.json cannot be read, so its process is not known.';
  }
  if (action.startsWith('breakpoint.')) {
    return run.fold.end
      ? `No question is open: the run is ${state.state}.`
      : 'No question is open in this run.';
  }
  if (state.state === 'unreadable') return 'Nothing of this run can be read.';
  if (run.fold.end?.sealed) return 'The run was sealed, which is final. Make a new run instead.';
  switch (state.state) {
    case 'completed':
      return 'The run is completed, which is final: iterating would run the whole process again. Make a new run instead.';
    case 'halted':
      return 'The process halted the run, which is final. Make a new run instead.';
    case 'failed':
      return 'The process itself threw an error; the engine must recover from it before it can go on.';
    default:
  }
  if (run.lock?.alive) {
    const since = run.lock.acquiredAt === undefined ? '' : ` since ${formatTime(run.lock.acquiredAt)}`;
    return `Process ${run.lock.pid} holds the run${since}; wait until it is done.`;
  }
  switch (state.state) {
    case 'needs-you':
      return 'Answer the open question first; until then an iterate brings nothing new.';
    case 'sleeping':
      return `${state.reason}; until then an iterate brings nothing new.`;
    case 'created':
      return hasProcess(run) ? `${state.reason}.` : 'The run has no process yet; assign one first.';
    default:
      return `${state.reason}. Until something is answered, an iterate brings nothing new.`;
  }
}

/** A problem of the run's files with which the engine would fail or do damage. */
function stoppedBy(action: StateAction, { problems }: Run): string | undefined {
  const iterates = action === 'run.iterate' || action === 'run.continue';
  const changes = iterates || action.startsWith('breakpoint.') || action === 'task.post';
  const problem = problems.find(
    ({ stops }) => (stops === 'any' && changes) || (stops === 'iterate' && iterates),
  );
  if (!problem) return undefined;
  return `${problem.file} ${problem.what}. With that, the engine would fail or do damage; it has to be mended first.`;
}
