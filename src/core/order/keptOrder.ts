import type { Clock } from '../clock';
import { DisposableStore, type Disposable } from '../disposables';
import { Emitter, type Event } from '../event';
import { asRunKey, keyText, type RunKey } from '../run/runKey';
import { bounded, idOf, isEmpty, isLater, type OrderChange, type OrderEntry } from './orderEntry';
import { noMarks, type RunMarks } from './runMarks';

/** Where the windows of a workspace keep what a person decided about its runs. */
export interface OrderFile {
  /** Fires when another window may have written. */
  readonly onDidChange: Event<void>;
  /** What is kept now. Never throws: of what is damaged, whatever can be read. */
  read(): readonly OrderEntry[];
  /** Keeps this instead. Never throws: what cannot be kept still holds in this window. */
  write(entries: readonly OrderEntry[]): void;
}

/** A filter and a grouping under a name, as they were kept. */
export interface KeptView {
  readonly name: string;
  readonly filter: unknown;
  readonly grouping: string;
}

/** Takes a change back, as far as nothing else was decided since. */
export type Undo = () => void;

/** The order that a person keeps among the runs of a workspace: pins, archive, names, tags and views. */
export class KeptOrder implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<ReadonlySet<RunKey>>());
  readonly #entries = new Map<string, OrderEntry>();
  readonly #marks = new Map<RunKey, RunMarks>();

  /** Fires with the runs of which something else is kept now, here or in another window; none: a view changed. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly file: OrderFile,
    private readonly clock: Clock,
  ) {
    this.#disposables.add(file.onDidChange(() => this.#follow()));
    this.#follow();
  }

  /** What is kept of a run; `undefined`: nothing. */
  marks(key: RunKey): RunMarks | undefined {
    return this.#marks.get(key);
  }

  /** In the order of their names. */
  get views(): readonly KeptView[] {
    return [...this.#entries.values()]
      .flatMap((entry) => (entry.what === 'view' && entry.value ? [{ name: entry.of, ...entry.value }] : []))
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }

  /** Decides something. What is so already is left as it is. */
  change(changes: readonly OrderChange[]): Undo {
    this.#follow();
    const now = this.clock.now();
    const made: { readonly before: OrderEntry | undefined; readonly after: OrderEntry }[] = [];
    for (const change of changes) {
      const before = this.#entries.get(idOf(change));
      if (before ? JSON.stringify(before.value) === JSON.stringify(change.value) : isEmpty(change)) continue;
      made.push({ before, after: { ...change, at: Math.max(now, (before?.at ?? -1) + 1) } as OrderEntry });
    }
    this.#put(made.map(({ after }) => after));
    return () => {
      this.#follow();
      const still = made.filter(({ after }) => this.#entries.get(idOf(after)) === after);
      this.#put(still.map(({ before, after }) => ({ ...(before ?? emptied(after)), at: after.at + 1 })));
    };
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** Takes up what other windows decided. What only this one knows, since both wrote at once, is written again. */
  #follow(): void {
    const kept = new Map(this.file.read().map((entry) => [idOf(entry), entry]));
    const newer = [...this.#entries].some(([id, entry]) => {
      const other = kept.get(id);
      return other === undefined || isLater(entry, other);
    });
    this.#take([...kept.values()].filter((entry) => this.#counts(entry)));
    if (newer) this.#write();
  }

  #put(entries: readonly OrderEntry[]): void {
    if (entries.length === 0) return;
    this.#take(entries);
    this.#write();
  }

  #counts(entry: OrderEntry): boolean {
    const known = this.#entries.get(idOf(entry));
    return known === undefined || isLater(entry, known);
  }

  #take(entries: readonly OrderEntry[]): void {
    for (const entry of entries) this.#entries.set(idOf(entry), entry);
    this.#markAll(entries);
  }

  #write(): void {
    const entries = bounded(this.#entries.values());
    if (entries.length < this.#entries.size) {
      const all = [...this.#entries.values()];
      this.#entries.clear();
      for (const entry of entries) this.#entries.set(idOf(entry), entry);
      this.#markAll(all.filter((entry) => !this.#entries.has(idOf(entry))));
    }
    this.file.write(entries);
  }

  #markAll(entries: readonly OrderEntry[]): void {
    const runs = new Set(entries.flatMap(({ what, of }) => (what === 'view' ? [] : [asRunKey(of)])));
    for (const key of runs) this.#mark(key);
    if (entries.length > 0) this.#changed.fire(runs);
  }

  #mark(key: RunKey): void {
    const of = keyText(key);
    const value = <W extends OrderEntry['what']>(what: W) =>
      this.#entries.get(idOf({ what, of }))?.value as (OrderEntry & { what: W })['value'] | undefined;
    const marks: RunMarks = {
      pinned: value('pinned') ?? noMarks.pinned,
      archived: value('archived') ?? noMarks.archived,
      name: value('name') ?? noMarks.name,
      tags: value('tags') ?? noMarks.tags,
    };
    if (JSON.stringify(marks) === JSON.stringify(noMarks)) this.#marks.delete(key);
    else this.#marks.set(key, marks);
  }
}

/** What there was before the first decision. */
function emptied(entry: OrderEntry): OrderEntry {
  switch (entry.what) {
    case 'pinned':
    case 'archived':
      return { ...entry, value: false };
    case 'tags':
      return { ...entry, value: [] };
    default:
      return { ...entry, value: null };
  }
}
