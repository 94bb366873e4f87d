import type { RunEngine } from '../../../src/core/engine/runEngine';
import type { JudgeOptions, State } from '../../../src/core/run/judgement';
import { pendingEffects, taskTitle, type Run } from '../../../src/core/run/run';
import { jsonEngineId } from './jsonRun';

/** An engine whose runs can only be looked at. */
export const jsonEngine: RunEngine = {
  id: jsonEngineId,
  name: 'JSON Notes',
  can: new Set(),
  judge(run, now, options) {
    if (run.engine !== jsonEngineId) throw new Error(`A run of ${run.engine} is no JSON file.`);
    const { state, reason, changesAt } = tell(run, now, options);
    return {
      ...{ state, reason, changesAt, guessed: state === 'working', actions: [] },
      next: { action: undefined, reason: 'Whoever writes the file moves the run on', at: undefined },
      whyNot: () => 'A JSON file only tells of a run.',
    };
  },
  facts: () => [['Kept as', 'one JSON file']],
};

interface Told {
  readonly state: State;
  readonly reason: string;
  readonly changesAt?: number;
}

function tell(run: Run, now: number, { activityWindow }: JudgeOptions): Told {
  const { end, effects } = run.story;
  if (end) return { state: end.outcome, reason: `The file says that it ${end.outcome}` };
  const pending = pendingEffects(run);
  const question = pending.find(({ effect }) => effect.kind === 'breakpoint');
  if (question)
    return { state: 'needs-you', reason: `It asks: ${taskTitle(question.effect, question.task)}` };
  if (pending.length === 0) {
    return effects.size > 0
      ? { state: 'ready', reason: 'Everything is answered' }
      : { state: 'created', reason: 'Nothing has happened yet' };
  }
  const until = run.updatedAt + activityWindow;
  return now < until
    ? { state: 'working', reason: 'Something happened a moment ago', changesAt: until }
    : { state: 'waiting', reason: 'Nothing has happened for a while' };
}
