import { count, duration } from '../../../core/format';
import { moment } from '../../../core/moments';
import type { Judgement, NextStep, StateAction } from '../../../core/run/judgement';
import { isWaiting } from './manifest';
import type { Failure } from './cases';
import type { RunRow } from './row';
import type { Stage } from './result';
import type { ThemisRun } from './themisRun';

/** A run counts as working for so long after its last event: the longest a model may take, and a tenth of that. */
export const workingFor = 330_000;

/** What is told of a run. */
interface Told {
  readonly state: Judgement['state'];
  readonly reason: string;
  readonly word?: string;
  readonly guessed?: boolean;
  readonly changesAt?: number;
}

/** State, reason and next step of a run, and what may be done with it. */
export function judgeThemis(run: ThemisRun, now: number): Judgement {
  const told = run.told ? tell(run, run.told, now) : unreadable(run);
  const whyNotResume = run.told ? whyNoResume(told, run.told) : notReadable;
  const whyNotReplay = run.told ? whyNoReplay(told, run.told) : notReadable;
  const actions: readonly StateAction[] = [
    ...(whyNotResume === undefined ? (['run.resume'] as const) : []),
    ...(whyNotReplay === undefined ? (['run.fork'] as const) : []),
  ];
  return {
    ...{ state: told.state, reason: told.reason, guessed: told.guessed ?? false },
    ...(told.word === undefined ? {} : { word: told.word }),
    ...{ actions, changesAt: told.changesAt },
    next: nextStep(run, told, whyNotResume),
    whyNot: (action) =>
      action === 'run.resume'
        ? whyNotResume
        : action === 'run.fork'
          ? whyNotReplay
          : 'Themis has no such step: its runs are carried on with their config.',
  };
}

const notReadable = 'The store cannot be read.';

function unreadable({ trouble }: ThemisRun): Told {
  return { state: 'unreadable', reason: trouble ?? 'It cannot be read' };
}

function tell(run: ThemisRun, told: RunRow, now: number): Told {
  const { manifest } = run;
  const { status, through, progress } = told.outcome;
  switch (status) {
    case 'completed':
      return through !== undefined && through !== 'judge'
        ? { state: 'ready', reason: `Completed through ${through}: ${countCases(told)}` }
        : { state: 'completed', reason: `Completed: ${countCases(told)}` };
    case 'partial_failure':
      return { state: 'partial', reason: partialReason(told) };
    case 'failed':
      return { state: 'failed', reason: told.failed ?? `Failed; ${countCases(told)}` };
    case 'running':
      return guess(run.updatedAt, now, told);
    case 'pending':
      if (manifest && isWaiting(manifest)) {
        return { state: 'waiting', word: 'waiting for a worker', reason: 'Waiting for a worker' };
      }
      if (manifest?.state === 'claimed') return guess(Math.max(manifest.at, told.lastAt ?? 0), now, told);
      return told.hasResults
        ? { state: 'ready', reason: `Imported, not run: ${count(progress.total, 'case')}` }
        : { state: 'created', reason: `Not started: ${count(progress.total, 'case')}` };
    default:
      return { state: 'stopped', word: status, reason: `Its status is "${status}"; ${countCases(told)}` };
  }
}

/** Nothing on disk tells whether somebody works on it: no lock, no process id. */
function guess(lastAt: number, now: number, told: RunRow): Told {
  const until = lastAt + workingFor;
  const since = duration(now - lastAt);
  return now < until && lastAt - now < workingFor
    ? {
        state: 'working',
        guessed: true,
        reason: `Probably running: last write ${moment(lastAt, now)}; ${unfinished(told)}`,
        changesAt: until,
      }
    : {
        state: 'stopped',
        guessed: true,
        word: 'interrupted?',
        reason: `Interrupted? No write for ${since}; it may have been killed. ${unfinished(told)}`,
      };
}

/** "2 done, 1 failed of 3 cases": what Themis itself counts. */
function countCases({ outcome: { progress } }: RunRow): string {
  const { completed, failed, total } = progress;
  return failed === 0 && completed === total
    ? `all ${count(total, 'case')} done`
    : `${completed} done, ${failed} failed of ${count(total, 'case')}`;
}

/** Themis counts every case that has any result as completed, in whatever stage it is. */
function unfinished({ outcome: { progress } }: RunRow): string {
  const { completed, failed, total } = progress;
  return `${completed} of ${count(total, 'case')} started without failure${failed === 0 ? '' : `, ${failed} failed`}`;
}

function partialReason(told: RunRow): string {
  const { failures, sameFailure } = told;
  const { failed, total } = told.outcome.progress;
  if (failed === 0) {
    return `Was partly failed; all ${count(total, 'case')} are done now`;
  }
  const head = `${failed} of ${count(total, 'case')} failed`;
  const [first] = failures;
  if (!first) return head;
  if (sameFailure && failed > 1) return `${head}: ${first.message}`;
  const more = failed > failures.length ? `, and ${failed - failures.length} more` : '';
  return `${head}: ${failures.map(failureText).join('; ')}${more}`;
}

/** What stands between the case and the message: the later stages are told by their own words. */
const stageWords: Readonly<Record<Stage, string>> = {
  generate: '',
  reduce: ' reduction_failed:',
  parse: ' parse_failed:',
  score: ':',
  judge: ':',
};

function failureText({ caseId, stage, message }: Failure): string {
  return `${caseId}${stageWords[stage]} ${message}`;
}

function whyNoResume({ state }: Told, told: RunRow): string | undefined {
  const { failed } = told.outcome.progress;
  switch (state) {
    case 'working':
      return 'It may be running: nothing tells whether somebody works on it.';
    case 'waiting':
      return 'It waits in a queue: a worker runs it.';
    case 'completed':
      return told.policy === 'rerun'
        ? `It is complete; its config says existing_run_policy: rerun, so running it again would first delete its ${count(told.events, 'event')}.`
        : 'It is already complete; running it again is a policy in the config (existing_run_policy: rerun).';
    case 'partial':
      if (failed === 0) return 'All its cases are done; there is nothing left to run.';
      break;
    default:
  }
  return policyError(told);
}

function whyNoReplay({ state }: Told, told: RunRow): string | undefined {
  if (state === 'working') return 'It may be running: nothing tells whether somebody works on it.';
  if (told.policy === 'rerun') {
    return `Its config says existing_run_policy: rerun: running it deletes its ${count(told.events, 'event')} first.`;
  }
  if (told.replay.length === 0) {
    return 'A replay needs the parsed answer of every case, and not every case has one.';
  }
  return policyError(told);
}

function policyError({ policy }: RunRow): string | undefined {
  return policy === 'error'
    ? 'Its config says existing_run_policy: error: Themis refuses to touch a run that exists.'
    : undefined;
}

function nextStep({ manifest }: ThemisRun, { state }: Told, whyNot: string | undefined): NextStep {
  const none = (reason: string): NextStep => ({ action: undefined, reason, at: undefined });
  if (state === 'waiting') {
    const isBatch = manifest?.state === 'requests';
    return none(`A worker takes it: themis ${isBatch ? 'batch run' : 'worker run'}`);
  }
  if (whyNot !== undefined) return none(whyNot);
  if (state === 'created' && manifest?.configPath === undefined) return none('Its config is not known');
  const reason = {
    ready: 'Run it with its config: it continues with the next stage',
    partial: 'Run it with its config: the failed cases are tried again',
    failed: 'Run it with its config, once the cause is mended',
    stopped: 'Run it with its config: it continues where it stopped',
    created: 'Run it with its config',
  }[state as string];
  return { action: 'run.resume', reason: reason ?? 'Run it with its config', at: undefined };
}
