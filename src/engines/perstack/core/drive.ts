import { toAnswer, type Decision } from '../../../core/run/answer';
import { canBeginAt, type Checkpoint } from './jobBodies';
import type { JobQuestion, PerstackRun, StepCheckpoint } from './perstackRun';

/** What follows the program in a command. Each word is passed on as it is. */
export type Args = readonly string[];

/**
 * Answers a question. Always in the JSON form: plain words would be put on the first tool call of the last message, which
 * may be another tool, and be lost.
 */
export function answerArgs(run: PerstackRun, { call, checkpoint }: JobQuestion, text: string): Args {
  const { newest } = run.job;
  const from = checkpoint && newest && checkpoint.id !== newest.id ? checkpoint.id : undefined;
  const answer = { toolCallId: call.id, toolName: call.toolName, skillName: call.skillName, text };
  const expert = checkpoint?.expertKey ?? run.job.expertKey;
  return goOn(run, expert, JSON.stringify(answer), from, '-i');
}

/** Continues a job with another query, from its highest step on, or from a checkpoint. */
export function continueArgs(run: PerstackRun, query: string, from?: Checkpoint): Args {
  return goOn(run, (from ?? run.job.newest)?.expertKey ?? run.job.expertKey, query, from?.id);
}

/** What looks at a job and changes nothing. */
export function logArgs({ runId }: PerstackRun): Args {
  return ['log', '--job', runId];
}

function goOn(
  { runId }: PerstackRun,
  expertKey: string,
  query: string,
  from: string | undefined,
  ...more: Args
): Args {
  const options = ['--continue-job', runId, ...(from === undefined ? [] : ['--resume-from', from]), ...more];
  // What begins with a dash would be taken for an option.
  return [expertKey, query].some((word) => word.startsWith('-'))
    ? ['run', ...options, '--', expertKey, query]
    : ['run', expertKey, query, ...options];
}

/** The question that a checkpoint asked, to be answered differently; `undefined`: it asked none. */
export function questionOfCheckpoint(checkpoint: Checkpoint): JobQuestion | undefined {
  const [call] = checkpoint.pending;
  return checkpoint.status === 'stoppedByInteractiveTool' && call
    ? { call, checkpoint, isKept: true, place: 1, of: checkpoint.pending.length }
    : undefined;
}

/** An answer as the words that a tool gets. */
export function answerText(decision: Decision): string {
  const { option, feedback, response, approved } = toAnswer(decision, '');
  const words = feedback ?? (option === undefined ? response : undefined);
  const text = [option, words].filter((part) => part !== undefined && part !== '').join('\n');
  return text === '' ? (approved ? 'Approved' : 'Rejected') : text;
}

/** Why no branch can begin at a step, as a sentence; `undefined`: one can. */
export function whyNotBranch(run: PerstackRun, step: StepCheckpoint | undefined): string | undefined {
  const checkpoint = step?.checkpoint;
  if (!step?.isKept || !checkpoint) return 'This step has no checkpoint that Perstack can read.';
  if (checkpoint.delegatedBy !== undefined || checkpoint.expertKey !== run.job.expertKey) {
    return `This checkpoint belongs to ${checkpoint.expertKey || 'another expert'}: only those of ${run.job.expertKey} can be branched from.`;
  }
  if (canBeginAt(checkpoint)) return undefined;
  switch (checkpoint.status) {
    case 'stoppedByDelegate':
      return 'It waits for a delegate here: branch from an earlier checkpoint.';
    case 'stoppedByInteractiveTool':
      return 'It asks a question here that cannot be read: branch from another checkpoint.';
    default:
      return `Its status is "${checkpoint.status}": no branch can begin there.`;
  }
}
