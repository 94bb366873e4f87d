import type { Disposable } from '../../../core/disposables';
import { messageOf } from '../../../core/errors';
import type { Logger } from '../../../core/log';
import type { DigestIndex } from './digestIndex';
import type { KnownRun } from './indexLine';
import { inSlices } from '../../../node/slices';

/** What was read is kept for the next session so long after a change, in milliseconds. */
const saveAfter = 60_000;

/** Keeps in an index what a source read, some time after it changed. */
export class IndexKeeper implements Disposable {
  #timer: NodeJS.Timeout | undefined;

  /** @param runs all that the source knows by now */
  constructor(
    private readonly index: DigestIndex,
    private readonly logger: Logger,
    private readonly runs: () => Iterable<KnownRun>,
  ) {}

  /** Something is new, and is to be kept. */
  saveLater(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => void this.save(), saveAfter);
    this.#timer.unref();
  }

  /** Writes the index at once, if anything is new. Never rejects. */
  async save(): Promise<void> {
    if (!this.#timer) return;
    this.dispose();
    try {
      await inSlices(this.index.save(this.runs(), Date.now()));
    } catch (error) {
      this.logger.warn(`What was read cannot be kept for the next start: ${messageOf(error)}`);
    }
  }

  /** What is not written yet stays unwritten. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
