import { csvText } from '../../csv';
import { capital } from '../../format';
import type { EngineId } from '../../run/engineId';
import type { State } from '../../run/judgement';
import type { RunKey } from '../../run/runKey';
import { eachOf, type Sliced } from '../../sliced';
import type { StoredRun } from '../../source/runStore';
import { stateWords } from '../tree/describe';
import { processName } from '../tree/describeList';
import { stateOrder } from '../tree/runGroups';
import type { RunNumbers } from './runNumbers';
import { merging, sorting } from '../../sorting';
import { csvColumns } from './csvColumns';
import { readingOf, toTableEntry, type TableEntry } from './tableEntry';
import { toTest, type TableFilter } from './tableFilter';
import { compareBy, rareColumns, readColumns, type Column, type TableOrder } from './tableOrder';
import { toTableRow, type TableRow } from './tableRow';

/** What runs can be filtered by, and how many have it. */
export interface Facets {
  readonly states: readonly { readonly state: State; readonly name: string; readonly runs: number }[];
  /** The most frequent ones. */
  readonly processes: readonly {
    readonly process: string;
    readonly name: string;
    readonly runs: number;
  }[];
  readonly engines: readonly { readonly engine: EngineId; readonly name: string; readonly runs: number }[];
}

const mostProcesses = 200;

/**
 * The rows of thousands of runs, filtered and sorted. What takes long is done by {@link settle}, in slices; between two of
 * them nothing moves. Of each run only a few numbers and texts are kept.
 */
export class RunTable {
  #entries = new Map<RunKey, TableEntry>();
  #shown: readonly TableEntry[] = [];
  #order: TableOrder = { sort: 'created', descending: true };
  #filter: TableFilter = {
    text: '',
    state: undefined,
    process: undefined,
    engine: undefined,
    onlySelected: false,
    also: () => true,
  };
  readonly #selected = new Set<RunKey>();
  #anchor: RunKey | undefined;
  /** All is to be sorted anew. */
  #stale = true;
  /** Numbers that came, by folder. They are put into the rows when these are sorted anew, as a list must not be sorted by what changes. */
  readonly #taken = new Map<RunKey, { readonly of: string; readonly numbers: RunNumbers | undefined }>();
  /** Up to here {@link unread} has found everything read. */
  #readUpTo = 0;
  #generation = 0;
  #hasUsage = false;
  #engines: ReadonlySet<EngineId> = new Set();

  /** @param now the time, for questions that wait */
  constructor(private readonly now: () => number) {}

  set filter(filter: TableFilter) {
    this.#filter = filter;
  }

  set order(order: TableOrder) {
    this.#order = order;
    this.#stale = true;
  }

  /**
   * Takes up the runs as they are now, and sorts them. Nothing else may be called meanwhile but {@link take}.
   * @param complete whether these are all runs there are, so that a selected one that is not among them is gone
   */
  *settle(all: readonly StoredRun[], complete = true): Sliced<void> {
    const moved = this.#putNumbers();
    const entries = new Map<RunKey, TableEntry>();
    const engines = new Set<EngineId>();
    for (const stored of all) {
      const known = this.#entries.get(stored.run.key);
      const same = known?.stored === stored;
      engines.add(stored.run.engine);
      entries.set(stored.run.key, same ? known : toTableEntry(stored, known));
      if (!same || entries.size % 256 === 0) yield;
    }
    this.#entries = entries;
    this.#engines = engines;
    if (complete) for (const key of this.#selected) if (!entries.has(key)) this.#selected.delete(key);
    const compare = compareBy(this.#order, this.now());
    const wanted = new Set<TableEntry>();
    const fits = toTest(this.#filter, this.#selected);
    yield* eachOf(entries.values(), (entry) => fits(entry) && wanted.add(entry));
    const kept = this.#stale ? [] : this.#shown.filter((entry) => wanted.has(entry) && !moved.has(entry));
    this.#stale = false;
    yield;
    const stays = new Set(kept);
    const fresh = [...wanted].filter((entry) => !stays.has(entry));
    this.#shown = yield* merging(kept, yield* sorting(fresh, compare), compare);
    this.#readUpTo = 0;
  }

  get total(): number {
    return this.#shown.length;
  }

  get all(): number {
    return this.#entries.size;
  }

  /** The runs that are selected, in the order in which they were. */
  get selected(): readonly RunKey[] {
    return [...this.#selected];
  }

  /** Selects what was selected when the window was left. */
  restore(keys: readonly RunKey[]): void {
    for (const key of keys) this.#selected.add(key);
  }

  /** Columns that would tell nothing: of usage where no run that was read has any, of engines where there is one. */
  get idle(): readonly Column[] {
    return rareColumns.filter((column) => (column === 'engine' ? this.#engines.size < 2 : !this.#hasUsage));
  }

  /** The place of a run; `undefined`: it is not shown. */
  placeOf(key: RunKey): number | undefined {
    const place = this.#shown.findIndex(({ stored }) => stored.run.key === key);
    return place === -1 ? undefined : place;
  }

  rows(from: number, to: number): readonly TableRow[] {
    const now = this.now();
    return this.#shown
      .slice(from, to)
      .map((entry, i) => toTableRow(entry, from + i, this.#selected.has(entry.stored.run.key), now));
  }

  facets(): Facets {
    const states = new Map<State, number>();
    const processes = new Map<string, number>();
    const engines = new Map<EngineId, { engine: EngineId; name: string; runs: number }>();
    for (const { stored } of this.#entries.values()) {
      const process = stored.run.processId;
      const { id, name } = stored.engine;
      engines.set(id, { engine: id, name, runs: (engines.get(id)?.runs ?? 0) + 1 });
      states.set(stored.state.state, (states.get(stored.state.state) ?? 0) + 1);
      processes.set(process, (processes.get(process) ?? 0) + 1);
    }
    return {
      states: stateOrder.flatMap((state) => {
        const runs = states.get(state);
        return runs === undefined ? [] : [{ state, name: capital(stateWords[state]), runs }];
      }),
      processes: [...processes]
        .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
        .slice(0, mostProcesses)
        .map(([process, runs]) => ({ process, name: processName(process), runs })),
      engines: [...engines.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }

  /** Selects as a person does who clicks, with or without Ctrl or Shift. */
  select(how: 'toggle' | 'only' | 'range' | 'all' | 'none', key?: RunKey): void {
    const anchor = this.#anchor;
    if (how === 'only' || how === 'none') this.#selected.clear();
    if (how === 'all') for (const { stored } of this.#shown) this.#selected.add(stored.run.key);
    const place = key === undefined ? undefined : this.placeOf(key);
    if (key === undefined || place === undefined) return;
    if (how === 'range') {
      const start = (anchor === undefined ? undefined : this.placeOf(anchor)) ?? place;
      this.#selected.clear();
      const [from, to] = start < place ? [start, place] : [place, start];
      for (const { stored } of this.#shown.slice(from, to + 1)) this.#selected.add(stored.run.key);
      return;
    }
    this.#anchor = key;
    if (how === 'toggle' && this.#selected.delete(key)) return;
    this.#selected.add(key);
  }

  /** Whether the order needs numbers of every run. */
  get needsAll(): boolean {
    return readColumns.has(this.#order.sort);
  }

  /** How many of the shown runs are read. */
  get read(): number {
    let n = 0;
    for (const { fresh } of this.#shown) if (fresh) n += 1;
    return n;
  }

  /**
   * The next run whose numbers are missing: one of those that are seen, else any that is shown.
   * @param everything whether those that are not seen count
   */
  unread(from: number, to: number, everything: boolean): StoredRun | undefined {
    const missing = ({ fresh, stored }: TableEntry): boolean => !fresh && stored.run.depth !== 'reading';
    const seen = this.#shown.slice(from, to).find(missing);
    if (seen || !everything) return seen?.stored;
    while (this.#readUpTo < this.#shown.length) {
      const entry = this.#shown[this.#readUpTo];
      if (entry && missing(entry)) return entry.stored;
      this.#readUpTo += 1;
    }
    return undefined;
  }

  /**
   * Takes what was read of a run. It is seen when the table has settled again.
   * @param numbers `undefined`: it could not be read
   * @param generation the table's when reading began; of an older one it is read again
   */
  take(stored: StoredRun, numbers: RunNumbers | undefined, generation = this.#generation): void {
    if (generation !== this.#generation) return;
    const entry = this.#entries.get(stored.run.key);
    const of = readingOf(stored);
    // It has changed meanwhile, and is read again.
    if (!entry || readingOf(entry.stored) !== of) return;
    entry.fresh = true;
    this.#hasUsage ||= numbers?.tokens !== undefined || numbers?.costUsd !== undefined;
    this.#taken.set(stored.run.key, { of, numbers });
  }

  /** @returns entries that may stand elsewhere now */
  #putNumbers(): ReadonlySet<TableEntry> {
    const moved = new Set<TableEntry>();
    for (const [key, { of, numbers }] of this.#taken) {
      const entry = this.#entries.get(key);
      if (!entry || readingOf(entry.stored) !== of) continue;
      entry.numbers = numbers;
      moved.add(entry);
    }
    this.#taken.clear();
    if (!this.needsAll) return new Set();
    // Those that wait do so longer now.
    for (const entry of this.#shown) if (entry.numbers?.waitingSince !== undefined) moved.add(entry);
    return moved;
  }

  /** Rises when what was read is not right any more. */
  get generation(): number {
    return this.#generation;
  }

  /** What was read is not right any more: another metric counts. */
  forgetNumbers(): void {
    this.#generation += 1;
    this.#taken.clear();
    for (const entry of this.#entries.values()) entry.fresh = false;
    this.#readUpTo = 0;
  }

  /** The rows that are shown as CSV, each below a row of names. */
  *csv(): Sliced<string> {
    const now = this.now();
    const lines = [csvText([csvColumns.map(([name]) => name)])];
    yield* eachOf(this.#shown, (entry) =>
      lines.push(csvText([csvColumns.map(([, value]) => value(entry, now))])),
    );
    return lines.join('');
  }
}
