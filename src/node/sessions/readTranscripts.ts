import { Seen, type LineReader, type Transcript } from '../../core/sessions/transcript';
import type { Sliced } from '../../core/sliced';
import type { AgentStore, Found } from './agentStore';
import { readLines, type ReadPlace } from './lineFile';

/** So long a search that found nothing holds, in milliseconds. */
const searchEvery = 60_000;

/** What was read of the sessions of one run, so that later only what came since is read. */
export class ReadTranscripts {
  #seen = new Seen();
  readonly #files = new Map<string, { readonly reader: LineReader; readonly place: ReadPlace }>();
  #found: readonly Found[] = [];
  #searchedAt = Number.NEGATIVE_INFINITY;
  #outdated = false;

  /** @param searches whether sessions may be searched for */
  constructor(private readonly searches = true) {}

  /** A file that was read is another one by now, so that the numbers do not hold. */
  get isOutdated(): boolean {
    return this.#outdated;
  }

  /** Begins to read, anew where what was read does not hold any more. */
  begin(): void {
    if (!this.#outdated) return;
    this.#outdated = false;
    this.#seen = new Seen();
    this.#files.clear();
  }

  /**
   * What a long search found once; nothing where none is wanted. One that finds nothing is made again, but not at every event.
   * @param now milliseconds since 1970
   */
  *found(now: number, search: () => Sliced<readonly Found[]>): Sliced<readonly Found[]> {
    if (this.searches && this.#found.length === 0 && now - this.#searchedAt >= searchEvery) {
      this.#searchedAt = now;
      this.#found = yield* search();
    }
    return this.#found;
  }

  /** Reads a file on to its end; `undefined`: it cannot be read. */
  *read(path: string, store: AgentStore): Sliced<Transcript | undefined> {
    const known = this.#files.get(path);
    const reader = known?.reader ?? store.reader(this.#seen);
    const place = yield* readLines(path, reader, known?.place);
    if (place) this.#files.set(path, { reader, place });
    else if (known) this.#outdated = true;
    return place && reader.transcript;
  }
}
