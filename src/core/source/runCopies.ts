import type { Run } from '../run/run';
import type { RunKey } from '../run/runKey';

/** One of the runs of one id, and the folders that hold an older or equal state of it. */
export interface RunWithCopies {
  readonly run: Run;
  readonly copies: readonly string[];
}

/** Tells which of several runs of one id are copies of others: those that are left out of what it gives. */
export type TellCopies = (same: readonly Run[]) => readonly RunWithCopies[];

/** What is told of a run that is in several places. */
export interface Copies {
  /** It is an older or equal state of another run, below which it is told. */
  readonly isCopy: boolean;
  /** The folders that hold an older or equal state of it. */
  readonly copies: readonly string[];
  /** Another run of its id went on differently. */
  readonly apart: boolean;
}

/** Keeps which runs are copies of which, as runs come, change and go. */
export class RunCopies {
  /** By run id; nearly all ids are in one place only. */
  readonly #keys = new Map<string, RunKey | readonly RunKey[]>();
  readonly #told = new Map<RunKey, Copies>();
  readonly #changed = new Set<string>();

  constructor(private readonly tell: TellCopies) {}

  /** `undefined`: the run is in one place only. */
  of(key: RunKey): Copies | undefined {
    return this.#told.get(key);
  }

  /** A run came, changed or went: what it was, and what it is. */
  follow(before: Run | undefined, now: Run | undefined): void {
    const run = now ?? before;
    if (!run) return;
    const { runId, key } = run;
    if (before && now && this.#goesOn(before, now)) return;
    const known = this.#keys.get(runId);
    const others = (
      Array.isArray(known) ? (known as readonly RunKey[]) : [known as RunKey | undefined]
    ).filter((other) => other !== undefined && other !== key) as readonly RunKey[];
    const keys = now ? [...others, key] : others;
    const [only] = keys;
    if (only === undefined) this.#keys.delete(runId);
    else if (keys.length > 1 || known !== only) this.#keys.set(runId, keys.length === 1 ? only : keys);
    if (keys.length > 1 || this.#told.has(key)) this.#changed.add(runId);
  }

  /** A run that only got further holds its copies' states as before. One that went apart may be a copy by now. */
  #goesOn(before: Run, now: Run): boolean {
    if (before === now) return true;
    const told = this.#told.get(now.key);
    return (
      told !== undefined &&
      !told.isCopy &&
      !told.apart &&
      before.eventCount > 0 &&
      before.eventCount <= now.eventCount &&
      before.createdAt === now.createdAt
    );
  }

  /**
   * Looks at the ids of which something changed.
   * @returns the runs of which something else is told now
   */
  settle(runOf: (key: RunKey) => Run | undefined): ReadonlySet<RunKey> {
    const differ = new Set<RunKey>();
    for (const runId of this.#changed) {
      const known = this.#keys.get(runId);
      const keys = known === undefined ? [] : ((Array.isArray(known) ? known : [known]) as readonly RunKey[]);
      const runs = keys.flatMap((key) => runOf(key) ?? []);
      const whole = runs.length > 1 ? this.tell(runs) : [];
      for (const { key } of runs) {
        const found = whole.find(({ run }) => run.key === key);
        this.#put(key, runs.length < 2 ? undefined : toCopies(found, whole.length > 1), differ);
      }
    }
    this.#changed.clear();
    return differ;
  }

  /** A run is not there any more. */
  forget(key: RunKey): void {
    this.#told.delete(key);
  }

  #put(key: RunKey, copies: Copies | undefined, differ: Set<RunKey>): void {
    if (JSON.stringify(this.#told.get(key)) === JSON.stringify(copies)) return;
    differ.add(key);
    if (copies) this.#told.set(key, copies);
    else this.#told.delete(key);
  }
}

function toCopies(found: RunWithCopies | undefined, apart: boolean): Copies {
  return { isCopy: !found, copies: found?.copies ?? [], apart: apart && found !== undefined };
}
