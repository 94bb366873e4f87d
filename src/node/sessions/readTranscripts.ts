import { Seen, type LineReader, type Transcript } from '../../core/sessions/transcript';
import type { Sliced } from '../../core/sliced';
import type { AgentStore, Found } from './agentStore';
import { readLines, type ReadPlace } from './lineFile';

/** What was read of the sessions of one run, so that later only what came since is read. */
export class ReadTranscripts {
  #seen = new Seen();
  readonly #files = new Map<string, { readonly reader: LineReader; readonly place: ReadPlace }>();
  #found: readonly Found[] = [];
  #outdated = false;

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

  /** What a long search found once. */
  *found(search: () => Sliced<readonly Found[]>): Sliced<readonly Found[]> {
    if (this.#found.length === 0) this.#found = yield* search();
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
