import type { Clock } from '../clock';
import type { Disposable } from '../disposables';
import type { KeptRecords } from '../review/keptRecords';
import { keyText, type RunKey } from '../run/runKey';
import { newest, parseSessionNumbers, type SessionNumbers } from './sessionNumbers';

/** So long numbers rest before they are written down, in milliseconds: those of a session at work change all the time. */
const restsFor = 5000;

/**
 * What sessions did for runs, in numbers, so that they are there when the agents have deleted their transcripts. Of the
 * transcripts themselves nothing is kept.
 */
export class KeptSessions implements Disposable {
  #known: Map<string, readonly SessionNumbers[]> | undefined;
  /** What is not written down yet. */
  readonly #waiting = new Map<string, Disposable>();

  constructor(
    private readonly kept: KeptRecords,
    private readonly clock: Clock,
    /** Whether what work cost is wanted to be seen; asked again each time. */
    private readonly wantsCosts: () => boolean = () => true,
  ) {}

  /** Read when somebody first asks: a window that starts has other work. */
  get #runs(): Map<string, readonly SessionNumbers[]> {
    this.#known ??= new Map(parseSessionNumbers(this.kept.all()).map(({ run, sessions }) => [run, sessions]));
    return this.#known;
  }

  /** Of a run; empty: nothing is kept of it. */
  of(key: RunKey): readonly SessionNumbers[] {
    const known = this.#runs.get(keyText(key)) ?? [];
    if (this.wantsCosts()) return known;
    return known.map((session) => ({
      ...session,
      parts: session.parts.map((part) => ({ ...part, cost: undefined })),
    }));
  }

  /** Keeps what is known of sessions now, besides those of the run that are gone. */
  put(key: RunKey, sessions: readonly SessionNumbers[]): void {
    const run = keyText(key);
    const before = this.#runs.get(run) ?? [];
    const ids = new Set(sessions.map(({ id }) => id));
    const all = newest([...before.filter(({ id }) => !ids.has(id)), ...sessions]);
    if (JSON.stringify(all) === JSON.stringify(before)) return;
    this.#runs.set(run, all);
    if (!this.#waiting.has(run))
      this.#waiting.set(
        run,
        this.clock.after(restsFor, () => this.#write(run)),
      );
  }

  dispose(): void {
    for (const run of this.#waiting.keys()) this.#write(run);
  }

  #write(run: string): void {
    this.#waiting.get(run)?.dispose();
    this.#waiting.delete(run);
    this.kept.put(run, { run, sessions: this.#runs.get(run) });
  }
}
