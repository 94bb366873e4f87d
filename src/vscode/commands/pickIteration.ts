import { iterationTitle } from '../../core/run/iterations';
import { count, visible, capital } from '../../core/format';
import { figure } from '../../core/views/report/figures';
import type { OpenedRun } from '../../core/views/tree/buildTree';
import { withoutIcons } from '../messages';
import { pick } from './targets';

interface Choice {
  readonly label: string;
  readonly description: string;
  /** `undefined`: the whole run. */
  readonly n: number | undefined;
}

/** Asks for an iteration, the newest first. */
export async function pickIteration(opened: OpenedRun, title: string): Promise<number> {
  const { n } = await pick(choices(opened), title, 'Choose an iteration');
  return n as number;
}

/**
 * Asks for the whole run or an iteration, unless there is nothing to choose from.
 * @param first the iteration whose row was clicked, which comes first
 * @returns `undefined`: the whole run
 */
export async function pickExtent(
  opened: OpenedRun,
  title: string,
  placeHolder: string,
  first: number | undefined,
): Promise<number | undefined> {
  const all = choices(opened);
  if (all.length === 0) return undefined;
  const whole: Choice = { label: 'Whole run', description: count(all.length, 'iteration'), n: undefined };
  const named = all.filter(({ n }) => first !== undefined && n === first);
  const rest = all.filter((item) => !named.includes(item));
  return (await pick([...named, whole, ...rest], title, placeHolder)).n;
}

function choices({ iterations }: OpenedRun): readonly Choice[] {
  const key = iterations.metric?.key;
  return iterations.list.toReversed().map(({ n, number, phase, title, best, metric, requested }) => ({
    label: withoutIcons(capital(iterationTitle({ n, number, phase, title }))),
    description: [
      count(requested, 'task'),
      ...(metric === undefined ? [] : [withoutIcons(`${visible(key ?? '')} ${figure(metric)}`)]),
      ...(best ? ['best'] : []),
    ].join(' · '),
    n,
  }));
}
