import type { Fact, RunEngine } from '../../../core/engine/runEngine';
import { cutAtWord, firstLine, list, oneLine, thousands } from '../../../core/format';
import { moment } from '../../../core/moments';
import type { Judgement, NextStep, State, StateAction } from '../../../core/run/judgement';
import type { Run } from '../../../core/run/run';
import { pendingEffects, taskTitle } from '../../../core/run/run';
import { asPerstack, perstack, type JobFacts, type PerstackRun } from './perstackRun';

/** For so long after its last write a job may still be at work: the default model timeout and a tenth, in milliseconds. */
export const young = 330_000;

/** Perstack, whose jobs are read from their files and driven by commands in a terminal. */
export const perstackEngine: RunEngine = {
  id: perstack,
  name: 'Perstack',
  can: new Set(['breakpoint.answer', 'run.resume', 'run.fork', 'run.copyCommand']),
  calls: { 'run.resume': 'run.continueJob', 'run.fork': 'run.branch' },
  judge: (run, now) => judge(asPerstack(run), now),
  facts: (run) => facts(asPerstack(run)),
  reportFacts: (run) => facts(asPerstack(run)),
};

interface Told {
  readonly state: State;
  readonly reason: string;
  readonly word?: string;
  readonly guessed?: true;
  /** It is a guess that time changes. */
  readonly changes?: true;
}

function judge(run: PerstackRun, now: number): Judgement {
  const until = run.updatedAt + young;
  // A time far ahead is another clock's, and tells nothing.
  const told = tell(run, Math.abs(now - run.updatedAt) <= young);
  const whyNot = (action: StateAction): string | undefined => refusal(action, told, run.job);
  return {
    ...{ state: told.state, reason: told.reason, guessed: told.guessed === true },
    ...(told.word === undefined ? {} : { word: told.word }),
    actions: (['breakpoint.answer', 'run.resume', 'run.fork'] as const).filter(
      (action) => whyNot(action) === undefined,
    ),
    changesAt: told.changes ? until + 1 : undefined,
    next: nextStep(told, run, whyNot),
    whyNot,
  };
}

function tell(run: PerstackRun, isYoung: boolean): Told {
  const { job } = run;
  if (job.trouble !== undefined) return { state: 'unreadable', reason: job.trouble };
  if (job.isEmpty) {
    return {
      state: 'created',
      reason: run.eventCount === 0 ? 'Nothing recorded' : 'Only its start is recorded',
    };
  }
  if (job.status !== undefined) return { state: 'stopped', word: job.status, reason: job.status };
  switch (job.stop) {
    case 'completeRun': {
      const text = cutAtWord(firstLine(job.text ?? ''), 200);
      return { state: 'completed', reason: text === '' ? 'Completed' : `Completed: ${text}` };
    }
    case 'stopRunByError':
      return { state: 'failed', reason: oneLine(job.error ?? '') || 'Failed, and nothing says why' };
    case 'stopRunByExceededMaxSteps':
      return { state: 'stopped', reason: `Stopped at its step limit (${job.steps})` };
    case 'stopRunByInteractiveTool':
      return { state: 'needs-you', reason: `Needs your answer: ${question(run)}` };
    default:
      return guess(run, isYoung);
  }
}

/** Nothing tells whether a program is at work on a job: only its last write can. */
function guess({ job, updatedAt }: PerstackRun, isYoung: boolean): Told {
  const when = moment(updatedAt);
  const { count, reason: why = '' } = job.retries;
  const retries =
    count === 0 ? '' : `; ${count} ${count === 1 ? 'retry' : 'retries'}, the last: ${oneLine(why)}`;
  if (!isYoung) {
    const last = job.last === undefined ? '' : ` Last: ${job.last};`;
    const reason = `Interrupted?${last} no write since ${when}, it may have been killed${retries}`;
    return { state: 'stopped', word: 'interrupted?', guessed: true, reason };
  }
  if (job.stop === 'stopRunByDelegate') {
    const whom = list(job.delegateTo.filter((name) => name !== ''));
    return { state: 'waiting', reason: `Waits for ${whom || 'another expert'}`, changes: true };
  }
  return {
    state: 'working',
    guessed: true,
    reason: `Probably at work: its last write was at ${when}${retries}`,
    changes: true,
  };
}

function question(run: Run): string {
  const asked = pendingEffects(run).find(({ effect }) => effect.kind === 'breakpoint');
  return asked ? taskTitle(asked.effect, asked.task) : 'the question cannot be read';
}

const noCheckpoints = 'It has no checkpoint that can be read, so Perstack finds nothing to go on from.';

/** Why something is not possible now, as a sentence; Perstack itself would refuse it, or take it wrongly. */
function refusal(action: StateAction, { state }: Told, job: JobFacts): string | undefined {
  if (action === 'breakpoint.answer') {
    if (state !== 'needs-you') return 'No question is open in this job.';
    if (!job.question) return 'The question cannot be read.';
    if (!job.newest) return noCheckpoints;
    return job.question.isKept
      ? undefined
      : 'The checkpoint that asks cannot be read, so Perstack would go on from an earlier one.';
  }
  if (action !== 'run.resume' && action !== 'run.fork') return 'Perstack cannot do that.';
  if (state === 'working' || state === 'waiting') return 'It may still be at work.';
  if (state === 'needs-you') return 'It asks a question: answer that instead.';
  if (!job.newest || state === 'unreadable' || state === 'created') return noCheckpoints;
  if (action === 'run.fork') {
    return job.canBranch ? undefined : 'It has no checkpoint that another branch could begin at.';
  }
  if (job.newest.status === 'stoppedByDelegate' || job.newest.delegatedBy !== undefined) {
    return 'It stopped inside a delegate, from where Perstack cannot go on: branch from an earlier checkpoint instead.';
  }
  return job.newest.status === 'stoppedByInteractiveTool'
    ? 'Its checkpoint with the highest step asks a question: branch from another one instead.'
    : undefined;
}

function nextStep(
  { state }: Told,
  { job }: PerstackRun,
  whyNot: (action: StateAction) => string | undefined,
): NextStep {
  const nothing = (reason: string): NextStep => ({ action: undefined, reason, at: undefined });
  switch (state) {
    case 'needs-you': {
      const why = whyNot('breakpoint.answer');
      return why === undefined
        ? { action: 'breakpoint.answer', reason: 'It goes on with your answer', at: undefined }
        : nothing(why);
    }
    case 'completed':
      return nothing('It is completed; continuing it with another query adds a run');
    case 'working':
    case 'waiting':
      return nothing('It may still be at work');
    case 'stopped':
    case 'failed': {
      const why = whyNot('run.resume');
      if (why !== undefined) return nothing(why);
      const from = job.branch ? `, from step ${job.newest?.step} on, which is not its newest branch` : '';
      const poor = state === 'failed' ? '; what Perstack printed of the cause is not stored' : '';
      return { action: 'run.resume', reason: `It is continued with a query${from}${poor}`, at: undefined };
    }
    default:
      return nothing('There is nothing to go on from');
  }
}

function facts({ job, runId }: PerstackRun): readonly Fact[] {
  const tokens = (n: number | undefined): string => (n === undefined ? '' : thousands(n));
  const told: readonly Fact[] = [
    ['Job', runId],
    ['Expert', job.expertKey],
    ['Steps', String(job.steps)],
    ['Tokens of this branch', tokens(job.tokens)],
    ['Tokens spent', tokens(job.spent)],
    [
      'Context',
      job.contextUsage === undefined ? '' : `${Math.round(job.contextUsage * 100)} % of the context`,
    ],
    ['Continuing goes on from', job.branch && job.newest ? `step ${job.newest.step} (${job.newest.id})` : ''],
    ['Retries', job.retries.count === 0 ? '' : `${job.retries.count}: ${job.retries.reason ?? ''}`],
  ];
  return told.filter(([, text]) => text !== '');
}
