import type { Run } from '../run/run';
import type { TaskWindow } from './attribute';

/**
 * When each task of a run was to be worked on. Questions and sleeps are no work of an agent.
 * @param promptOf the words in which a task was asked for
 */
export function taskWindows(
  run: Run,
  promptOf: (effectId: string) => string | undefined,
): readonly TaskWindow[] {
  const { end, effects } = run.story;
  // What fails may go on.
  const over = end && end.outcome !== 'failed' ? end.at : undefined;
  return [...effects.values()].flatMap((effect) => {
    const { effectId, kind, requestedAt, resolvedAt, status } = effect;
    if (kind === 'breakpoint' || kind === 'sleep' || requestedAt === undefined) return [];
    const to = resolvedAt ?? (status === 'pending' ? (over ?? Number.POSITIVE_INFINITY) : requestedAt);
    return [{ effectId, from: requestedAt, to, prompt: promptOf(effectId) }];
  });
}

/** Whether tasks wait that an agent has to do. */
export function hasWorkLeft({ story }: Run): boolean {
  if (story.end) return false;
  return [...story.pending.values()].some(({ kind }) => kind !== 'breakpoint' && kind !== 'sleep');
}
