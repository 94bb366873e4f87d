import { emptyFold, Folding, type RunFold } from './foldRun';
import type { JournalEntry } from './journal';
import type { InSlices, Sliced } from '../../../core/sliced';

/** Gives one event for each file; `undefined` for one that cannot be used, fewer when the run is gone. */
export type ReadEvents = (files: readonly string[]) => Promise<readonly (JournalEntry | undefined)[]>;

export interface HistoryLimits {
  /** What was folded is kept at every so many events. */
  readonly piece: number;
  /** At most so many of these folds are kept. */
  readonly folds: number;
  /** The events of so many pieces are kept, those that were used last. */
  readonly pieces: number;
  /** So many events are read before it is asked again whether they are still wanted. */
  readonly atOnce: number;
}

const usual: HistoryLimits = { piece: 5000, folds: 64, pieces: 3, atOnce: 250 };

/**
 * A run's journal as it was when it ended earlier. Events are read when they are asked for, and what they fold to is kept
 * now and then, so that going back and forth in a long journal reads and folds little.
 */
export class RunHistory {
  #files: readonly string[] = [];
  /** By the number of pieces that are in them. */
  readonly #folds = new Map<number, RunFold>();
  /** The first events of pieces, by the piece's place; the one that was used last at the end. */
  readonly #pieces = new Map<number, (JournalEntry | undefined)[]>();
  /** Some event could not be used, and may be mended. */
  #holes = false;
  /** How often the journal was another one. */
  #replaced = 0;
  #answering: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly readEvents: ReadEvents,
    private readonly inSlices: InSlices,
    private readonly limits: HistoryLimits = usual,
  ) {}

  /** Takes the names of the event files, in journal order. */
  list(files: readonly string[]): void {
    const last = this.#files.length - 1;
    // Journals only grow, unless they are repaired.
    const grown = files.length > last && files[0] === this.#files[0] && files[last] === this.#files[last];
    if (!grown) this.#replaced += 1;
    if (!grown || this.#holes) {
      this.#folds.clear();
      this.#pieces.clear();
      this.#holes = false;
    }
    this.#files = files;
  }

  /**
   * What the first `count` events amount to: the same as folding a journal that ends there.
   * @returns `undefined`: it is not wanted any more
   */
  foldAt(count: number, signal: AbortSignal): Promise<RunFold | undefined> {
    // One after the other, so that the later one finds what the earlier one read.
    const answer = this.#answering.then(() => this.#foldAt(count, signal));
    this.#answering = answer.catch(() => {});
    return answer;
  }

  async #foldAt(count: number, signal: AbortSignal): Promise<RunFold | undefined> {
    const files = this.#files;
    const replaced = this.#replaced;
    const { piece, folds } = this.limits;
    const end = Math.min(count, files.length);
    let place = Math.floor(end / piece);
    while (place > 0 && !this.#folds.has(place)) place -= 1;
    let fold = this.#folds.get(place) ?? emptyFold;
    const stride = Math.max(1, Math.ceil(files.length / piece / folds));
    for (; place * piece < end; place += 1) {
      const until = Math.min(end, (place + 1) * piece);
      const entries = await this.#entries(place, until - place * piece, signal);
      // The journal may have been replaced meanwhile.
      if (!entries || signal.aborted || this.#replaced !== replaced) return undefined;
      fold = await this.inSlices(foldOn(fold, entries));
      if (until === (place + 1) * piece && (place + 1) % stride === 0) this.#folds.set(place + 1, fold);
    }
    return signal.aborted ? undefined : fold;
  }

  /** The first events of a piece; `undefined`: they are not wanted any more. */
  async #entries(
    place: number,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly (JournalEntry | undefined)[] | undefined> {
    const { piece, pieces, atOnce } = this.limits;
    const known = this.#pieces.get(place) ?? [];
    this.#pieces.delete(place);
    this.#pieces.set(place, known);
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > pieces && oldest !== undefined) this.#pieces.delete(oldest);
    while (known.length < count) {
      if (signal.aborted) return undefined;
      const from = place * piece + known.length;
      const to = Math.min(from + atOnce, place * piece + count);
      const read = await this.readEvents(this.#files.slice(from, to));
      // The run is gone.
      if (read.length < to - from) return undefined;
      this.#holes ||= read.includes(undefined);
      known.push(...read);
    }
    return known.length === count ? known : known.slice(0, count);
  }
}

function* foldOn(before: RunFold, entries: readonly (JournalEntry | undefined)[]): Sliced<RunFold> {
  const folding = new Folding(before);
  let done = 0;
  for (const entry of entries) {
    if (entry) folding.add(entry);
    done += 1;
    if (done % 512 === 0) yield;
  }
  return folding.result();
}
