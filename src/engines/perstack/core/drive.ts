import { list } from '../../../core/format';
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

/** Options that a person may give. The rest names the job and the place that it goes on from, which is chosen here. */
const ownOptions = ['--max-steps', '--model', '--runtime', '--config'];

/**
 * Options that a person typed, as arguments. Perstack compares `--max-steps` with the steps of the whole job, so `+10`
 * stands for ten more.
 * @param step the job goes on from it
 * @returns `why`: they cannot be given, as a sentence
 */
export function readOptions(text: string, step: number): { readonly args: Args } | { readonly why: string } {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const args: string[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value] = words.slice(at, at + 2);
    if (!ownOptions.includes(name))
      return { why: `"${name}" cannot be given here, only ${list(ownOptions)}.` };
    if (value === undefined || value.startsWith('-')) return { why: `${name} needs a value behind it.` };
    if (name !== '--max-steps') args.push(name, value);
    else {
      const [, plus, digits] = /^(\+?)(\d{1,9})$/.exec(value) ?? [];
      const most = Number(digits) + (plus === '+' ? step : 0);
      if (digits === undefined) return { why: '--max-steps needs a number, or +10 for ten more steps.' };
      if (most <= step)
        return { why: `It goes on from step ${step}: give a larger number, or +10 for ten more.` };
      args.push(name, String(most));
    }
  }
  return { args };
}

/** A command with further options. */
export function withOptions(args: Args, options: Args): Args {
  const at = args.indexOf('--continue-job');
  return at < 0 ? args : args.toSpliced(at, 0, ...options);
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
