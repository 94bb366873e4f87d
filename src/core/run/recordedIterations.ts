import { largest } from '../largest';

/** An iteration as the engine itself keeps it. Raw run text may be in it. */
export interface RecordedIteration {
  /** Its own number, which may leave gaps and repeat; `undefined`: it has none and is called by its place. */
  readonly number: number | undefined;
  /** The part of the process that it is: the name of a stage. */
  readonly phase: string | undefined;
  /** What it is called ("step 3"); `undefined`: by its number and phase. */
  readonly title: string | undefined;
  /** What its row says; `undefined`: its metric, and how many tasks are done. */
  readonly note: string | undefined;
  /** Iterations of the same section stand together below a row of that name, where there are several sections. */
  readonly section: string | undefined;
  /** It is part of the run without being one of its own iterations: somebody else's, to whom work was delegated. */
  readonly delegated: boolean;
  /** The ids of its effects, in order of their requests. */
  readonly effects: readonly string[];
  /** What it scored, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What else there is to read of it, each with a name. */
  readonly about: readonly (readonly [name: string, text: string])[];
}

/** Iterations that the engine records itself, so that nothing is derived. */
export interface RecordedIterations {
  readonly list: readonly RecordedIteration[];
  /** The place in `list` of the one that the engine calls the best; `undefined`: none, whatever the metrics say. */
  readonly best: number | undefined;
  /** The metric that they are weighed by. */
  readonly metricKey: string | undefined;
}

/**
 * What tells each iteration apart within its run: its own number where that is free, else the next one after all of
 * them.
 */
export function numbersOf(list: readonly Pick<RecordedIteration, 'number'>[]): readonly number[] {
  let next =
    Math.max(
      0,
      largest(list, ({ number }) => number ?? 0),
      list.length - 1,
    ) + 1;
  const taken = new Set<number>();
  return list.map(({ number }, place) => {
    const own = number ?? place + 1;
    const n = taken.has(own) || own < 0 ? next++ : own;
    taken.add(n);
    return n;
  });
}
