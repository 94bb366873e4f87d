import type * as vscode from 'vscode';
import type { Clock } from '../../core/clock';
import { contextKeys } from '../../core/contract';
import type { Disposable } from '../../core/disposables';
import { Emitter } from '../../core/event';
import { thousands, visible } from '../../core/format';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { describeFilter } from '../../core/views/tree/describeList';
import { isOpen, matches, noFilter, parseFilter, type RunFilter } from '../../core/views/tree/runFilter';
import { groupings, type Grouping } from '../../core/views/tree/runGroups';
import { viewNamed, type SavedView } from '../../core/views/tree/savedView';
import { listRuns, moves, type RunList } from '../../core/views/tree/runList';
import type { RunKey } from '../../core/run/runKey';
import { setContext } from '../contextKeys';

/** Under these names the workspace keeps what a person chose. */
const kept = { filter: 'runs.filter', grouping: 'runs.groupBy' };

/** How a person has the Runs view filtered and grouped, kept with the workspace, and the runs arranged that way. */
export class RunArrangement implements Disposable {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #filter: RunFilter;
  #grouping: Grouping;
  /** `undefined`: to be made anew. */
  #list: RunList | undefined;
  /** The readings that the list was made of. */
  readonly #arranged = new Map<RunKey, StoredRun>();
  readonly #following: Disposable;

  constructor(
    private readonly store: RunStore,
    private readonly memento: vscode.Memento,
    private readonly clock: Clock,
    /** The person's own, whose names are told where they show just this. */
    private readonly views: () => readonly SavedView[] = () => [],
  ) {
    this.#filter = parseFilter(memento.get(kept.filter));
    const grouping = memento.get(kept.grouping);
    this.#grouping = groupings.find((known) => known === grouping) ?? 'none';
    this.#following = store.onDidChange(({ keys, membership }) => this.#follow(keys, membership));
  }

  get filter(): RunFilter {
    return this.#filter;
  }

  set filter(filter: RunFilter) {
    this.show({ filter, grouping: this.#grouping });
  }

  clearFilter(): void {
    this.filter = noFilter;
  }

  get grouping(): Grouping {
    return this.#grouping;
  }

  set grouping(grouping: Grouping) {
    this.show({ filter: this.#filter, grouping });
  }

  /** Filters and groups as a view says. */
  show({ filter, grouping }: Omit<SavedView, 'name'>): void {
    this.#filter = filter;
    this.#grouping = grouping;
    void this.memento.update(kept.filter, isOpen(filter) ? undefined : filter);
    void this.memento.update(kept.grouping, grouping === 'none' ? undefined : grouping);
    this.#list = undefined;
    this.#changed.fire();
  }

  get list(): RunList {
    if (!this.#list) {
      this.#list = listRuns(
        this.store.all,
        { filter: this.#filter, grouping: this.#grouping },
        this.clock.now(),
      );
      this.#tellContext(this.#list);
    }
    return this.#list;
  }

  /** "Nightly: needs you, failed · 7 of 1,204", with the name of the view that shows it; `undefined`: nothing is filtered. */
  get description(): string | undefined {
    const name = viewNamed(this.views(), this)?.name;
    if (isOpen(this.#filter)) return name;
    const view = name === undefined ? '' : `${visible(name)}: `;
    return `${view}${describeFilter(this.#filter)} · ${thousands(this.list.shown)} of ${thousands(this.store.all.length)}`;
  }

  /** There are runs, and none is shown: by the filter, or since all are archived. */
  get hidesAll(): boolean {
    return this.store.all.length > 0 && this.list.shown === 0;
  }

  /** Whether the filter lets a run through. */
  shows(stored: StoredRun): boolean {
    return matches(this.#filter, stored, this.clock.now());
  }

  /** With time, runs become older than the filter lets them be. */
  tick(): void {
    if (this.#filter.age !== undefined) this.#list = undefined;
  }

  dispose(): void {
    this.#following.dispose();
    this.#changed.dispose();
  }

  /** Arranges anew, when next asked, if runs came or went or one may stand elsewhere now. */
  #follow(keys: ReadonlySet<RunKey>, membership: boolean): void {
    const order = { filter: this.#filter, grouping: this.#grouping };
    if (membership) this.#list = undefined;
    for (const key of keys) {
      const before = this.#arranged.get(key);
      const now = this.store.get(key);
      if (now) this.#arranged.set(key, now);
      else this.#arranged.delete(key);
      if (this.#list && before && now && moves(before, now, order, this.clock.now())) this.#list = undefined;
    }
  }

  #tellContext({ shown }: RunList): void {
    const { all } = this.store;
    const hidesAll = shown === 0 && all.length > 0;
    const open = isOpen(this.#filter);
    const filter = open ? undefined : hidesAll ? 'hidesAll' : 'set';
    const pinned = all.some(({ marks }) => marks?.pinned);
    const archived = open && hidesAll ? 'all' : all.some(({ marks }) => marks?.archived) ? 'some' : undefined;
    setContext(contextKeys.filter, filter);
    setContext(contextKeys.archived, archived);
    setContext(contextKeys.pinned, pinned);
  }
}
