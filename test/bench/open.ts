import { watchTurns } from './blocks';
import { load } from './load';
import { plansOf, type Shape } from './trees';
import { asRunKey } from '../../src/core/run/runKey';

export interface OpenFigures {
  /** Milliseconds until the run was folded, and until its tasks were read as well. */
  readonly folded: number;
  readonly whole: number;
  readonly longest: number;
}

/** Looks into the only, finished run of a project as the tree does. */
export async function open(project: string, shape: Shape): Promise<OpenFigures> {
  const { store } = await load(project, { plans: plansOf(shape) });
  const key = store.all[0]?.run.key ?? asRunKey('');
  const longest = watchTurns();
  const start = performance.now();
  let folded: number | undefined;
  store.onDidChange(() => {
    if (store.get(key)?.run.depth === 'whole') folded ??= performance.now() - start;
  });
  const details = await store.readDetails(key, ['score']);
  const whole = performance.now() - start;
  const effects = store.get(key)?.run.story.effects.size;
  if (folded === undefined || details?.results.size !== effects || effects !== (shape.events - 2) / 2) {
    throw new Error(`The run was opened with ${effects} effects and ${details?.results.size} results`);
  }
  return { folded, whole, longest: longest() };
}
