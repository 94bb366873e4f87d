import { atOnce, eachOf, type Sliced } from '../../sliced';

/** What tasks are told apart by. */
export interface Matchable {
  readonly taskId: string;
  readonly kind: string;
  readonly title: string;
  /** `undefined`: iterations do not count. */
  readonly iteration: number | undefined;
}

/** Two tasks that are the same step, or one that the other side lacks; by their places. */
export type Match =
  | { readonly left: number; readonly right: number }
  | { readonly left: number; readonly right: undefined }
  | { readonly left: undefined; readonly right: number };

type Key = (task: Matchable) => string | undefined;

const exact: Key = ({ kind, taskId, title }) => JSON.stringify([kind, taskId, title]);

/** "Fix 3 bugs" and "Fix 12 bugs". */
const withoutNumbers: Key = ({ kind, taskId, title }) =>
  JSON.stringify([kind, taskId, title.replace(/\d+/g, '#')]);

/** By name alone; questions and sleeps, and whatever else the engine names itself, share one. */
const byName: Key = ({ kind, taskId }) =>
  kind === 'breakpoint' || kind === 'sleep' || taskId.startsWith('__sdk.')
    ? undefined
    : JSON.stringify([kind, taskId]);

const within =
  (key: Key): Key =>
  (task) => {
    const found = key(task);
    return found === undefined ? undefined : JSON.stringify([task.iteration, found]);
  };

/** From the strictest on; what one of them matches is no more looked at. */
const passes: readonly { readonly key: Key; readonly onlyIfEven: boolean }[] = [
  { key: within(exact), onlyIfEven: false },
  { key: within(withoutNumbers), onlyIfEven: false },
  // Another title is a renamed task only where nothing else of that name is left over.
  { key: within(byName), onlyIfEven: true },
  { key: exact, onlyIfEven: false },
  { key: withoutNumbers, onlyIfEven: false },
  { key: byName, onlyIfEven: true },
];

/**
 * Finds the same steps on both sides: by task id, title and order, first within iterations of the same number, then
 * anywhere. Of equal ones, the first is matched with the first. It makes no difference which side is which.
 * @returns in the order of both sides, as far as they agree
 */
export function matchTasks(left: readonly Matchable[], right: readonly Matchable[]): readonly Match[] {
  return atOnce(matchingTasks(left, right));
}

/** The same, interruptibly: runs may have asked for tens of thousands. */
export function* matchingTasks(
  left: readonly Matchable[],
  right: readonly Matchable[],
): Sliced<readonly Match[]> {
  const matches: Match[] = [];
  let [leftOver, rightOver] = [[...left.keys()], [...right.keys()]];
  for (const { key, onlyIfEven } of passes) {
    const [a, b] = [yield* groupBy(leftOver, left, key), yield* groupBy(rightOver, right, key)];
    const done = { left: new Set<number>(), right: new Set<number>() };
    for (const [name, places] of a) {
      const others = b.get(name) ?? [];
      if (onlyIfEven && places.length !== others.length) continue;
      for (let i = 0; i < Math.min(places.length, others.length); i += 1) {
        const match = { left: places[i] as number, right: others[i] as number };
        matches.push(match);
        done.left.add(match.left);
        done.right.add(match.right);
      }
    }
    yield;
    leftOver = leftOver.filter((place) => !done.left.has(place));
    rightOver = rightOver.filter((place) => !done.right.has(place));
    if (leftOver.length === 0 || rightOver.length === 0) break;
  }
  for (const place of leftOver) matches.push({ left: place, right: undefined });
  for (const place of rightOver) matches.push({ left: undefined, right: place });
  const order = ({ left: a, right: b }: Match): number => (a ?? b ?? 0) + (b ?? a ?? 0);
  return matches.toSorted((a, b) => order(a) - order(b));
}

function* groupBy(
  places: readonly number[],
  tasks: readonly Matchable[],
  key: Key,
): Sliced<ReadonlyMap<string, readonly number[]>> {
  const groups = new Map<string, number[]>();
  yield* eachOf(places, (place) => {
    const name = key(tasks[place] as Matchable);
    if (name === undefined) return;
    const group = groups.get(name);
    if (group) group.push(place);
    else groups.set(name, [place]);
  });
  return groups;
}
