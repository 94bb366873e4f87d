import { withGist } from '../../../core/run/gist';
import type { RunGist } from '../../../core/run/run';
import type { BabysitterRun } from '../core/babysitterRun';
import type { Sliced } from '../../../core/sliced';
import type { DigestIndex } from './digestIndex';
import type { KeptRun, KnownRun } from './indexLine';
import { RunDirectory } from './runDirectory';
import type { WatchNeed } from '../../../node/runWatches';
import { exists } from '../../../node/safeFile';
import { modifiedAt } from '../../../node/watchFolder';

/** A run without an event for so long is not watched but swept, in milliseconds. */
const liveFor = 24 * 3_600_000;

/** What is to be read of a run: new files of its journal, or whatever a listing of it brings. */
export type RunDirt = ReadonlySet<string> | 'anything';

/** @param added new files of the journal, perhaps none; `undefined`: anything may have happened to it */
export function toDirt(added: readonly string[] | undefined): RunDirt {
  return added ? new Set(added) : 'anything';
}

export function mergeDirt(before: RunDirt, more: RunDirt): RunDirt {
  return before === 'anything' || more === 'anything' ? 'anything' : new Set([...before, ...more]);
}

/** What runs beside each other share: the folder that links must not leave, and the one they lie in; real paths. */
export interface RunParent {
  readonly root: string;
  readonly real: string | undefined;
}

/** So long, in milliseconds, the next piece of a run that is being copied may take, and the whole of it. */
export const piecesTake = 2000;
const wholeTakes = 15_000;

/** A run of a source: what was last read of it, and how to read on. */
export class TrackedRun {
  /** `undefined`: it was not read yet. */
  run: BabysitterRun | undefined;
  /** Somebody looked into the run or acts on it: a row alone does not need every event of a finished run. */
  whole = false;
  /** Whether the place takes it in. */
  accepted = true;
  /** How many look at the run or act on it now. */
  attended = 0;
  /** Made when the run is read: a row that the index gives needs none. */
  #directory: RunDirectory | undefined;
  /** What the index gave, until the run is read on from there. */
  #kept: KeptRun | undefined;
  #journalAt = 0;
  /** The journal's modification time as the index has it. */
  #keptAt: number | undefined;
  /** Events were taken up without listing the journal since it was last listed. */
  #appended = false;

  /** @param dir absolute path of the run folder */
  constructor(
    readonly dir: string,
    private readonly parent: RunParent,
  ) {}

  /** The journal's modification time at the last reading, in milliseconds since 1970. */
  get journalAt(): number {
    return this.#journalAt;
  }

  /** Reads the run's files. */
  get directory(): RunDirectory {
    const { parent } = this;
    const directory = (this.#directory ??= new RunDirectory(this.dir, parent.root, parent.real));
    if (this.#kept?.journal) directory.goOn(this.#kept.run, this.#kept.journal);
    this.#kept = undefined;
    return directory;
  }

  /** One `stat` tells whether anything came that no watch told. */
  get isOutdated(): boolean {
    return this.#appended || modifiedAt(`${this.dir}/journal`) !== this.#journalAt;
  }

  /** Whether more of it may be about to be written: a copy, a checkout and an unpacked archive come piece by piece. */
  get isInTheMaking(): boolean {
    if (!this.run) return false;
    const isYoung = (at: number, most: number): boolean => Math.abs(Date.now() - at) < most;
    if (this.run.problems.length === 0) return isYoung(this.#journalAt, piecesTake);
    return isYoung(Math.max(this.#journalAt, modifiedAt(this.dir)), wholeTakes);
  }

  /** Whether the index has the run otherwise than it is now. */
  get isNewToIndex(): boolean {
    return this.#keptAt !== this.#journalAt;
  }

  /** Events are soon to be expected of an unfinished run in which something happened lately. */
  get watchNeed(): WatchNeed {
    if (this.attended > 0) return 'always';
    const { run } = this;
    if (!run || !this.accepted || run.story.end) return undefined;
    const isLive = run.lock !== undefined || Date.now() - run.updatedAt < liveFor;
    return isLive ? run.updatedAt : undefined;
  }

  /**
   * Takes note of what was seen in the files of the run as it was last read.
   * @returns the run with it; `undefined`: it is nothing new
   */
  learn(gist: RunGist): BabysitterRun | undefined {
    const run = this.run && withGist(this.run, gist);
    if (run === this.run) return undefined;
    this.run = run;
    return run;
  }

  /** Takes note of what the index has of the run, which was read without it. */
  lookUp(index: DigestIndex): void {
    this.#keptAt = index.get(this.dir)?.journalAt;
  }

  /** Begins what another thread can do of the first {@link read}, which comes soon. */
  prepare(index: DigestIndex | undefined): void {
    if (this.run === undefined && !index?.has(this.dir)) this.directory.prepare();
  }

  /**
   * Reads the run as it is now. The first time it is taken over from the index, where that still holds.
   * @returns `undefined`: there is no such folder, or it is no run
   */
  *read(dirt: RunDirt, index: DigestIndex | undefined): Sliced<BabysitterRun | undefined> {
    const isFirst = this.run === undefined;
    const kept = isFirst && index ? this.#takeOver(index) : undefined;
    const isAsKept = isFirst && this.#keptAt !== undefined;
    const added = isAsKept ? [] : dirt === 'anything' ? undefined : [...dirt];
    const before = this.run ?? this.#kept?.run;
    const read = kept ?? (yield* this.directory.read({ whole: this.whole, added, glimpse: isFirst }));
    const run = read && goingOn(read, before);
    this.#journalAt = kept ? (this.#keptAt ?? 0) : this.directory.journalAt;
    this.#appended = added !== undefined && (this.#appended || added.length > 0);
    this.run = run ?? this.run;
    return run;
  }

  /** Forgets the files of its tasks, when nobody looks into the run any more. */
  forgetDetails(): void {
    this.#directory?.forgetDetails();
  }

  /** What the index is to keep, which it is then taken to have; `undefined`: nothing was read yet. */
  keep(): KnownRun | undefined {
    const { journal } = this.#kept ? this.directory : (this.#directory ?? {});
    this.#keptAt = this.#journalAt;
    return this.run && { run: this.run, journal, journalAt: this.#journalAt };
  }

  #takeOver(index: DigestIndex): BabysitterRun | undefined {
    const kept = index.get(this.dir);
    if (!kept || kept.journalAt !== modifiedAt(`${this.dir}/journal`)) return undefined;
    const { run, journal } = kept;
    // A finished run is not looked at for a lock, then or later, until somebody wants to do something with it.
    if (!run.story.end && exists(`${this.dir}/run.lock`)) return undefined;
    this.#keptAt = kept.journalAt;
    if (journal) this.#kept = kept;
    // A run with effects under way has more than its journal; it is read on, from there.
    return run.story.end || run.story.effects.size === 0 ? run : undefined;
  }
}

/** What was seen in the files of a run holds as long as no event comes. */
function goingOn(run: BabysitterRun, before: BabysitterRun | undefined): BabysitterRun {
  const { gist } = before ?? {};
  const isAsBefore = before?.eventCount === run.eventCount && before.updatedAt === run.updatedAt;
  return gist && isAsBefore ? withGist(run, gist) : run;
}
