import type * as vscode from 'vscode';
import { pickerTitle } from '../../core/commands';
import type { SideReference } from '../../core/views/compare/protocol';
import { parseSides } from '../../core/contract';
import { HumanError, NotNowError, runDeleted } from '../../core/errors';
import { count, visible, capital } from '../../core/format';
import { type Iteration, iterationTitle, titleOfIteration } from '../../core/run/iterations';
import { runTitle } from '../../core/run/run';
import type { RunKey } from '../../core/run/runKey';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import type { OpenedRun } from '../../core/views/tree/buildTree';
import { formatNumber } from '../../core/views/tree/describe';
import { withoutIcons } from '../messages';
import type { Opener } from '../opener';
import type { OpenedRuns } from '../tree/openedRuns';
import { pick, toRunItem, type Targets } from './targets';

export interface ComparingDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly targets: Targets;
  readonly opener: Pick<Opener, 'compare'>;
}

const title = pickerTitle('run.compare');

interface IterationItem extends vscode.QuickPickItem {
  /** `undefined`: one of another run. */
  readonly n: number | undefined;
}

/** Finds out which two runs, or iterations, are to be compared. */
export class Comparing {
  constructor(private readonly deps: ComparingDeps) {}

  async compare(argument: unknown, selected?: unknown): Promise<void> {
    const { targets } = this.deps;
    const several = targets.several(argument, selected);
    const [a, b] = several ?? [];
    if (several && several.length > 2)
      throw new NotNowError(`Two runs can be compared, and ${several.length} are selected.`);
    if (a && b) return this.openRuns(a.run.key, b.run.key);
    const both = parseSides(argument);
    if (both) {
      const [left, right] = [await this.#named(both.left), await this.#named(both.right)];
      return this.open(left, right);
    }
    const { stored, iteration } = await targets.run(argument, title);
    const one: SideReference = { runKey: stored.run.key, n: iteration };
    const other =
      iteration === undefined ? await this.#pickOther(stored) : await this.#pickIteration(stored, iteration);
    if (other.of === 'iterations') {
      const n = await this.#pickOwn(stored);
      return this.#openInOrder({ runKey: stored.run.key, n }, (await this.#pickIteration(stored, n)).side);
    }
    return this.#openInOrder(one, other.side);
  }

  /** @throws HumanError when a side is not there */
  open(left: SideReference, right: SideReference): void {
    if (left.runKey === right.runKey && left.n === right.n) {
      throw new NotNowError('Both sides are the same, so there is nothing to compare.');
    }
    this.deps.opener.compare(left, right);
  }

  /** What was there first is on the left. */
  #openInOrder(a: SideReference, b: SideReference): void {
    const at = ({ runKey }: SideReference): number => this.#stored(runKey).run.createdAt;
    const order = a.runKey === b.runKey ? (a.n ?? 0) - (b.n ?? 0) : at(a) - at(b);
    if (order > 0) this.open(b, a);
    else this.open(a, b);
  }

  /** The two runs in the order of their creation. */
  openRuns(a: RunKey, b: RunKey): void {
    this.#openInOrder({ runKey: a }, { runKey: b });
  }

  async #named(reference: unknown): Promise<SideReference> {
    const { stored, iteration } = await this.deps.targets.run(reference, title);
    if (iteration !== undefined) this.#demand(await this.#opened(stored.run.key), iteration);
    return { runKey: stored.run.key, n: iteration };
  }

  #stored(key: RunKey): StoredRun {
    const stored = this.deps.store.get(key);
    if (!stored) throw new HumanError(runDeleted);
    return stored;
  }

  async #opened(key: RunKey): Promise<OpenedRun> {
    const opened = await this.deps.opened.get(key);
    if (!opened) throw new HumanError(runDeleted);
    return opened;
  }

  #demand({ run, iterations }: OpenedRun, n: number): void {
    if (iterations.list.some((iteration) => iteration.n === n)) return;
    throw new HumanError(`The run "${visible(runTitle(run))}" has no iteration ${n}.`);
  }

  /** The other run: its forks and its original first, then the same process, always from the newest; or two iterations of this one. */
  async #pickOther(
    stored: StoredRun,
  ): Promise<{ readonly of: 'run'; readonly side: SideReference } | { readonly of: 'iterations' }> {
    const { run } = stored;
    const process = run.processId;
    const rank = (other: StoredRun): number => {
      const [mine, its] = [run.origin, other.run.origin];
      if (its?.runId === run.runId || mine?.runId === other.run.runId) return 0;
      return other.run.processId === process ? 1 : 2;
    };
    const others = this.deps.store.all
      .filter((other) => other.run.key !== run.key)
      .map((other) => ({ item: toRunItem(other), rank: rank(other) }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ item, rank }) => ({
        ...item,
        description: [['fork of it, or its original', 'same process', ''][rank], item.description]
          .filter(Boolean)
          .join(' · '),
      }));
    const iterations = (await this.#opened(run.key)).iterations.list.length;
    const own = {
      label: '$(layers) Two of its iterations…',
      description: count(iterations, 'iteration'),
      stored: undefined,
    };
    const items = [...(iterations > 1 ? [own] : []), ...others];
    if (items.length === 0) throw new NotNowError('There is no other run to compare it with.');
    const chosen = await pick<(typeof items)[number]>(
      items,
      title,
      `Compare "${withoutIcons(visible(runTitle(run)))}" with…`,
    );
    return chosen.stored === undefined
      ? { of: 'iterations' }
      : { of: 'run', side: { runKey: chosen.stored.run.key } };
  }

  async #pickOwn(stored: StoredRun): Promise<number> {
    const { iterations } = await this.#opened(stored.run.key);
    const items = iterations.list
      .toReversed()
      .map((iteration) => toItem(iteration, iterations.metric?.key, ''));
    return (await pick(items, title, 'Choose an iteration')).n as number;
  }

  /** The other iteration: the one before and the best first, then from the newest; or one of another run. */
  async #pickIteration(
    stored: StoredRun,
    n: number,
  ): Promise<{ readonly of: 'run'; readonly side: SideReference }> {
    const opened = await this.#opened(stored.run.key);
    this.#demand(opened, n);
    const { list, metric } = opened.iterations;
    const before = list[list.findIndex((iteration) => iteration.n === n) - 1];
    const best = list.find((iteration) => iteration.best);
    const newestFirst = list.toReversed();
    const ordered = new Set([...(before ? [before] : []), ...(best ? [best] : []), ...newestFirst]);
    const items: IterationItem[] = [...ordered]
      .filter((iteration) => iteration.n !== n)
      .map((iteration) => toItem(iteration, metric?.key, iteration === before ? 'the one before' : ''));
    const elsewhere: IterationItem = { label: '$(git-compare) An iteration of another run…', n: undefined };
    const chosen = await pick([...items, elsewhere], title, `Compare ${titleOfIteration(list, n)} with…`);
    if (chosen.n !== undefined) return { of: 'run', side: { runKey: stored.run.key, n: chosen.n } };
    const process = stored.run.processId;
    const others = this.deps.store.all.filter(({ run }) => run.key !== stored.run.key);
    if (others.length === 0) throw new NotNowError('There is no other run to compare it with.');
    const same = (other: StoredRun): number => Number(other.run.processId === process);
    const { stored: other } = await pick(
      others.toSorted((a, b) => same(b) - same(a)).map((each) => toRunItem(each)),
      title,
      'Choose the run of the other iteration',
    );
    return { of: 'run', side: { runKey: other.run.key, n: await this.#pickOwn(other) } };
  }
}

function toItem(
  { n, number, phase, title, best, metric, requested }: Iteration,
  key: string | undefined,
  what: string,
): IterationItem {
  return {
    label: withoutIcons(capital(iterationTitle({ n, number, phase, title }))),
    description: [
      what,
      best ? 'best' : '',
      metric === undefined ? '' : withoutIcons(`${visible(key ?? '')} ${formatNumber(metric)}`),
      count(requested, 'task'),
    ]
      .filter(Boolean)
      .join(' · '),
    n,
  };
}
