/** Something that is watched, as one `stat` of it tells. Times are modification times in milliseconds since 1970. */
export interface Polled {
  readonly modifiedAt: number;
  /** What `modifiedAt` was when it was last read. */
  readonly readAt: number;
  /** Reads it again. */
  read(): void;
}

/** Notices changes of which the system told nothing, as network file systems do. */
export class ChangePoll {
  #isTold = false;

  /**
   * @param every how often {@link look} will be called, in milliseconds
   * @param onSilence called once, when a change came of which the system told nothing
   */
  constructor(
    private readonly every: number,
    private readonly onSilence: () => void,
  ) {}

  /**
   * Reads again what changed.
   * @param isIdle nothing waits to be read: otherwise a change may be known, and not read yet
   */
  look(watched: Iterable<Polled>, isIdle: boolean): void {
    let isLate = false;
    for (const { modifiedAt, readAt, read } of watched) {
      if (modifiedAt === readAt) continue;
      // A change that has just come may be on its way to us.
      isLate ||= Date.now() - modifiedAt > this.every / 2;
      read();
    }
    if (!isLate || !isIdle || this.#isTold) return;
    this.#isTold = true;
    this.onSilence();
  }
}
