import { csvText, type CsvValue } from '../csv';
import { capital, cutAtWord, duration, shortId, toIso, visible } from '../format';
import { compareRuns, processIdOf, runTitle } from '../run/run';
import type { State } from '../run/runState';
import { maskSecrets } from '../run/secrets';
import { runTime } from '../run/workTime';
import { eachOf, type Sliced } from '../sliced';
import type { StoredRun } from '../source/runStore';
import { formatNumber, processName, stateIcons, stateWord, stateWords } from '../tree/describe';
import { stateOrder } from '../tree/runGroups';
import { isInId } from '../tree/runSearch';
import { waitedBy, type RunNumbers } from './runNumbers';
import { merging, sorting } from './sorting';

/** What the runs table can be sorted by. */
export const columns = [
  'state',
  'title',
  'run',
  'process',
  'iterations',
  'best',
  'created',
  'updated',
  'duration',
  'waited',
] as const;

export type Column = (typeof columns)[number];

/** Those whose values are in the task files of each run. */
const readColumns: ReadonlySet<Column> = new Set(['iterations', 'best', 'waited']);

export interface TableOrder {
  readonly sort: Column;
  readonly descending: boolean;
}

/** Which runs the table shows: those that fit every part. */
export interface TableFilter {
  /** Words that must all occur in what a row says; empty: whatever it says. */
  readonly text: string;
  readonly state: State | undefined;
  /** A process id; empty: runs without one. */
  readonly process: string | undefined;
  readonly onlySelected: boolean;
  /** What else is let through. */
  readonly also: (stored: StoredRun) => boolean;
}

/** A row; its texts made visible. */
export interface TableRow {
  readonly place: number;
  /** Names the run to the extension. */
  readonly dir: string;
  readonly selected: boolean;
  readonly state: string;
  readonly icon: string;
  readonly reason: string;
  readonly title: string;
  readonly runId: string;
  readonly shortId: string;
  readonly process: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
  readonly duration: string;
  /** `undefined`: not read yet. */
  readonly read:
    | {
        /** "3", or "3 of 4" while one is under way. */
        readonly iterations: string;
        readonly best: { readonly value: string; readonly key: string; readonly n: number } | undefined;
        /** Empty: it never waited. */
        readonly waited: string;
        readonly waiting: boolean;
      }
    | undefined;
}

/** What runs can be filtered by, and how many have it. */
export interface Facets {
  readonly states: readonly { readonly state: State; readonly name: string; readonly runs: number }[];
  /** The most frequent ones. */
  readonly processes: readonly {
    readonly process: string;
    readonly name: string;
    readonly runs: number;
  }[];
}

interface Entry {
  readonly stored: StoredRun;
  readonly title: string;
  readonly process: string;
  /** All that a row says, and its id, in lower case. */
  readonly words: string;
  readonly id: string;
  /** `undefined`: nothing is known, as nobody has looked or it cannot be read. */
  numbers: RunNumbers | undefined;
  /** Whether the numbers are of the run as it is now. */
  fresh: boolean;
}

const mostProcesses = 200;

const compareText = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;

/**
 * The rows of thousands of runs, filtered and sorted. What takes long is done by {@link settle}, in slices; between two of
 * them nothing moves. Of each run only a few numbers and texts are kept.
 */
export class RunTable {
  #entries = new Map<string, Entry>();
  #shown: readonly Entry[] = [];
  #order: TableOrder = { sort: 'created', descending: true };
  #filter: TableFilter = {
    text: '',
    state: undefined,
    process: undefined,
    onlySelected: false,
    also: () => true,
  };
  readonly #selected = new Set<string>();
  #anchor: string | undefined;
  /** All is to be sorted anew. */
  #stale = true;
  /** Numbers that came, by folder. They are put into the rows when these are sorted anew, as a list must not be sorted by what changes. */
  readonly #taken = new Map<string, { readonly of: string; readonly numbers: RunNumbers | undefined }>();
  /** Up to here {@link unread} has found everything read. */
  #readUpTo = 0;
  #generation = 0;

  /** @param now the time, for questions that wait */
  constructor(private readonly now: () => number) {}

  set filter(filter: TableFilter) {
    this.#filter = filter;
  }

  set order(order: TableOrder) {
    this.#order = order;
    this.#stale = true;
  }

  /** Takes up the runs as they are now, and sorts them. Nothing else may be called meanwhile but {@link take}. */
  *settle(all: readonly StoredRun[]): Sliced<void> {
    const moved = this.#putNumbers();
    const entries = new Map<string, Entry>();
    for (const stored of all) {
      const known = this.#entries.get(stored.run.dir);
      const same = known?.stored === stored;
      entries.set(stored.run.dir, same ? known : toEntry(stored, known));
      if (!same || entries.size % 256 === 0) yield;
    }
    this.#entries = entries;
    for (const dir of this.#selected) if (!entries.has(dir)) this.#selected.delete(dir);
    const compare = compareBy(this.#order, this.now());
    const wanted = new Set<Entry>();
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

  /** The folders of the runs that are selected, in the order in which they were. */
  get selected(): readonly string[] {
    return [...this.#selected];
  }

  /** The place of a run; `undefined`: it is not shown. */
  placeOf(dir: string): number | undefined {
    const place = this.#shown.findIndex(({ stored }) => stored.run.dir === dir);
    return place === -1 ? undefined : place;
  }

  rows(from: number, to: number): readonly TableRow[] {
    const now = this.now();
    return this.#shown
      .slice(from, to)
      .map((entry, i) => toRow(entry, from + i, this.#selected.has(entry.stored.run.dir), now));
  }

  facets(): Facets {
    const states = new Map<State, number>();
    const processes = new Map<string, number>();
    for (const { stored } of this.#entries.values()) {
      const process = processIdOf(stored.run);
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
    };
  }

  /** Selects as a person does who clicks, with or without Ctrl or Shift. */
  select(how: 'toggle' | 'only' | 'range' | 'all' | 'none', dir = ''): void {
    const anchor = this.#anchor;
    if (how === 'only' || how === 'none') this.#selected.clear();
    if (how === 'all') for (const { stored } of this.#shown) this.#selected.add(stored.run.dir);
    const place = dir === '' ? undefined : this.placeOf(dir);
    if (place === undefined) return;
    if (how === 'range') {
      const start = (anchor === undefined ? undefined : this.placeOf(anchor)) ?? place;
      this.#selected.clear();
      const [from, to] = start < place ? [start, place] : [place, start];
      for (const { stored } of this.#shown.slice(from, to + 1)) this.#selected.add(stored.run.dir);
      return;
    }
    this.#anchor = dir;
    if (how === 'toggle' && this.#selected.delete(dir)) return;
    this.#selected.add(dir);
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
    const missing = ({ fresh, stored }: Entry): boolean => !fresh && !stored.run.reading;
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
    const entry = this.#entries.get(stored.run.dir);
    const of = readingOf(stored);
    // It has changed meanwhile, and is read again.
    if (!entry || readingOf(entry.stored) !== of) return;
    entry.fresh = true;
    this.#taken.set(stored.run.dir, { of, numbers });
  }

  /** @returns entries that may stand elsewhere now */
  #putNumbers(): ReadonlySet<Entry> {
    const moved = new Set<Entry>();
    for (const [dir, { of, numbers }] of this.#taken) {
      const entry = this.#entries.get(dir);
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

const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;

const csvColumns: readonly (readonly [name: string, value: (entry: Entry, now: number) => CsvValue])[] = [
  ['run', ({ stored }) => visible(stored.run.runId)],
  ['title', ({ title }) => title],
  ['state', ({ stored }) => stateWord(stored)],
  ['process', ({ process }) => process],
  ['iterations', ({ numbers }) => numbers?.iterations],
  ['iterationsDone', ({ numbers }) => numbers?.done],
  ['metric', ({ numbers }) => numbers?.best && visible(numbers.best.key)],
  ['best', ({ numbers }) => numbers?.best?.value],
  ['bestIteration', ({ numbers }) => numbers?.best?.n],
  ['createdAt', ({ stored }) => toIso(stored.run.createdAt)],
  ['updatedAt', ({ stored }) => toIso(stored.run.updatedAt)],
  ['durationSeconds', ({ stored }) => seconds(runTime(stored.run))],
  ['waitedSeconds', ({ numbers }, now) => numbers && seconds(waitedBy(numbers, now))],
];

/** A run has the same task files as long as this stays the same. */
function readingOf({ run }: StoredRun): string {
  return `${run.eventFiles} ${run.updatedAt}`;
}

function toEntry(stored: StoredRun, before: Entry | undefined): Entry {
  const { run } = stored;
  const title = visible(maskSecrets(runTitle(run)));
  const process = visible(cutAtWord(processIdOf(run), 120));
  const same = before !== undefined && readingOf(before.stored) === readingOf(stored);
  return {
    stored,
    title,
    process,
    words: [title, process, stateWord(stored)].join('\n').toLowerCase(),
    id: run.runId.toLowerCase(),
    // Older numbers are better than none, until the newer ones are there.
    numbers: before?.numbers,
    fresh: same && before.fresh,
  };
}

function toTest(filter: TableFilter, selected: ReadonlySet<string>): (entry: Entry) => boolean {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (entry) => {
    const { run, state } = entry.stored;
    return (
      (filter.state === undefined || state.state === filter.state) &&
      (filter.process === undefined || processIdOf(run) === filter.process) &&
      (!filter.onlySelected || selected.has(run.dir)) &&
      words.every((word) => entry.words.includes(word) || isInId(entry.id, word)) &&
      filter.also(entry.stored)
    );
  };
}

/** Unknown values come last in either direction; of equal ones the newest run comes first. */
function compareBy({ sort, descending }: TableOrder, now: number): (a: Entry, b: Entry) => number {
  const sign = descending ? -1 : 1;
  const newest = (a: Entry, b: Entry): number => compareRuns(a.stored.run, b.stored.run);
  const text = (of: (entry: Entry) => string) => (a: Entry, b: Entry) => {
    const [x, y] = [of(a), of(b)];
    if (x === y) return newest(a, b);
    if (x === '' || y === '') return x === '' ? 1 : -1;
    return sign * compareText(x, y) || newest(a, b);
  };
  const number = (of: (entry: Entry) => number | undefined) => (a: Entry, b: Entry) => {
    const [x, y] = [of(a), of(b)];
    if (x === y) return newest(a, b);
    if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
    return sign * (x - y);
  };
  switch (sort) {
    case 'state':
      return number(({ stored }) => stateOrder.indexOf(stored.state.state));
    case 'title':
      return text(({ title }) => title);
    case 'run':
      return text(({ stored }) => stored.run.runId);
    case 'process':
      return text(({ process }) => process);
    case 'iterations':
      return number(({ numbers }) => numbers?.done);
    case 'best':
      return number(({ numbers }) => numbers?.best?.value);
    case 'created':
      return number(({ stored }) => stored.run.createdAt);
    case 'updated':
      return number(({ stored }) => stored.run.updatedAt);
    case 'duration':
      return number(({ stored }) => runTime(stored.run));
    case 'waited':
      return number(({ numbers }) => numbers && waitedBy(numbers, now));
    default:
      return sort satisfies never;
  }
}

function toRow(
  { stored, title, process, numbers, fresh }: Entry,
  place: number,
  selected: boolean,
  now: number,
): TableRow {
  const { run, state } = stored;
  const waited = numbers ? waitedBy(numbers, now) : 0;
  return {
    place,
    dir: run.dir,
    selected,
    state: stateWord(stored),
    icon: stateIcons[state.state].name.replace('~spin', ''),
    reason: visible(maskSecrets(state.reason)),
    title,
    runId: visible(run.runId),
    shortId: shortId(visible(run.runId)),
    process,
    created: run.createdAt,
    updated: run.updatedAt,
    duration: duration(runTime(run)),
    read:
      numbers || fresh
        ? {
            iterations: !numbers
              ? ''
              : numbers.done === numbers.iterations
                ? String(numbers.done)
                : `${numbers.done} of ${numbers.iterations}`,
            best: numbers?.best && {
              value: formatNumber(numbers.best.value),
              key: visible(cutAtWord(numbers.best.key, 60)),
              n: numbers.best.n,
            },
            waited: waited > 0 ? duration(waited) : '',
            waiting: numbers?.waitingSince !== undefined,
          }
        : undefined,
  };
}
