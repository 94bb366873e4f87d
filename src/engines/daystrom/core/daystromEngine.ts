import type { Fact, RunEngine } from '../../../core/engine/runEngine';
import { moment } from '../../../core/moments';
import type { Judgement, State } from '../../../core/run/judgement';
import type { Run } from '../../../core/run/run';
import { asDaystrom, daystrom, percent, type DaystromRun } from './daystromRun';

/** For so long after its last write a run may still be at work, in milliseconds. */
export const young = 330_000;

/** Daystrom, which nobody can install any more: its files are read, compared and exported. */
export const daystromEngine: RunEngine = {
  id: daystrom,
  name: 'Daystrom',
  can: new Set(['run.copyCommand']),
  judge(run, now) {
    const own = asDaystrom(run);
    const until = own.updatedAt + young;
    const { changes, ...told } = tell(own, Math.abs(now - own.updatedAt) <= young);
    return {
      ...told,
      guessed: told.guessed === true,
      actions: [],
      changesAt: changes ? until + 1 : undefined,
      next: { action: undefined, reason: 'There is nothing left to do but read it', at: undefined },
      whyNot: () => 'Runs of Daystrom can only be read.',
    };
  },
  facts,
  reportFacts: facts,
};

function facts(run: Run): readonly Fact[] {
  const { iterations, maxIterations, targetCoverage, bestCoverage } = asDaystrom(run).daystrom;
  return [
    ['Iterations', `${iterations} of ${maxIterations}`],
    [
      'Coverage',
      `${bestCoverage === undefined ? 'no best' : `best ${percent(bestCoverage)}`}, target ${percent(targetCoverage)}`,
    ],
  ];
}

interface Told extends Pick<Judgement, 'reason' | 'word'> {
  readonly state: State;
  readonly guessed?: true;
  /** Time alone changes it. */
  readonly changes?: true;
}

function tell(run: DaystromRun, isYoung: boolean): Told {
  const { status } = run.daystrom;
  const when = moment(run.updatedAt);
  switch (status) {
    case '':
      return { state: 'unreadable', reason: 'Its file cannot be read: being written?' };
    case 'completed':
      return { state: 'completed', reason: 'Completed' };
    case 'failed':
      return { state: 'failed', reason: 'Failed' };
    case 'paused':
      return { state: 'stopped', word: 'paused', reason: 'Paused' };
    case 'running':
      if (isYoung) {
        const reason = `Probably at work: its last write was at ${when}`;
        return { state: 'working', guessed: true, changes: true, reason };
      }
      return {
        ...{ state: 'stopped', word: 'interrupted?', guessed: true },
        reason: `Interrupted? No write since ${when}, it may have been killed`,
      };
    default:
      return { state: 'stopped', word: status, reason: status };
  }
}
