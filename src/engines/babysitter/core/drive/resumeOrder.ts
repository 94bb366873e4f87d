import type { CommandId } from '../../../../core/commands';

/** A way to go on with a run. */
export type ResumeWay = 'iterate' | 'continue' | 'recover' | 'agent' | 'choose-agent';

/** Which next step a way takes. `undefined`: it takes none, it prepares others. */
const takesStep: Record<ResumeWay, CommandId | undefined> = {
  iterate: 'run.iterate',
  continue: 'run.iterate',
  recover: 'run.resume',
  agent: 'run.resume',
  'choose-agent': undefined,
};

/**
 * The most useful way first: what takes the next step, as everywhere; of those the one used last. What takes no step comes
 * after all that do. Otherwise the order stays as it is.
 * @param next the run's next step; `undefined`: there is none
 * @param last the way used last; `undefined`: none yet
 */
export function inResumeOrder<T>(
  ways: readonly T[],
  wayOf: (item: T) => ResumeWay,
  next: CommandId | undefined,
  last: string | undefined,
): readonly T[] {
  const rank = (item: T): number => {
    const way = wayOf(item);
    const step = takesStep[way];
    if (step === undefined) return -1;
    return (step === next ? 2 : 0) + (way === last ? 1 : 0);
  };
  return ways.toSorted((a, b) => rank(b) - rank(a));
}
