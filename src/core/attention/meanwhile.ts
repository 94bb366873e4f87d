import { runDeleted } from '../errors';
import { visible } from '../format';
import { auditAnswers, whoAnswered } from '../run/audit';
import { runTitle, type Run } from '../run/run';
import type { RunStore } from '../source/runStore';
import type { NoticeItem } from './notifier';

type KnownRuns = Pick<RunStore, 'get' | 'readDetails'>;

/**
 * What became of something that a notification told of: a question that was answered, a run that went on or was deleted.
 * A notification stays until somebody looks at it.
 * @returns a sentence, safe to be shown as plain text; `undefined`: it is as it was told
 */
export async function sinceTold(
  store: KnownRuns,
  { kind, runKey, effectId }: NoticeItem,
  now: number,
): Promise<string | undefined> {
  const stored = store.get(runKey);
  if (!stored) return runDeleted;
  const { run, state } = stored;
  const title = visible(runTitle(run));
  if (kind !== 'breakpoint') {
    const told = state.state === 'partial' ? 'failed' : state.state;
    return told === kind ? undefined : `"${title}" went on meanwhile. ${visible(state.reason)}.`;
  }
  const status = run.story.effects.get(effectId ?? '')?.status;
  if (status === 'ok' || status === 'error') return saidOfAnswer(store, run, effectId ?? '', now);
  if (status === 'cancelled') return `This question of "${title}" was cancelled.`;
  return status === 'pending' && !run.story.end
    ? undefined
    : `This question of "${title}" is closed. ${visible(state.reason)}.`;
}

/** Whose answer a question has: "Ann approved this 2 s ago." */
export async function saidOfAnswer(
  store: KnownRuns,
  run: Run,
  effectId: string,
  now: number,
): Promise<string> {
  const details = await store.readDetails(run.key, []);
  const answer = details && auditAnswers(run, details).find((each) => each.effectId === effectId);
  return answer ? `${visible(whoAnswered(answer, now))}.` : 'This question was answered meanwhile.';
}
