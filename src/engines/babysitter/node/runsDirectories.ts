import { join } from 'node:path';
import type { Disposable } from '../../../core/disposables';
import type { Logger } from '../../../core/log';
import { oneAtATime } from '../../../core/oneAtATime';
import type { Sliced } from '../../../core/sliced';
import type { RunsPlace } from '../../../core/source/runSource';
import type { Polled } from '../../../node/changePoll';
import { findRunsDirectories, namesOfRuns, newestFirst, newestOf } from './findRuns';
import { inSlices } from '../../../node/slices';
import { modifiedAt, watchFolder } from '../../../node/watchFolder';
import { watchFolders } from '../../../node/watchFolders';

/** Looking for new nested projects takes at most this share of the time, and at least so long, in milliseconds. */
const searchEvery = 5000;
const searchShare = 100;
/** A runs directory that changed is looked at again after so long, in milliseconds. */
const secondLook = 500;

/** Of more runs than these the newest ones are told before all are sorted. */
const many = 2000;
const firstPage = 50;

/** What is told of runs directories. */
export interface RunsDirectoriesListener {
  /** The newest ones of very many runs of a directory that is listed for the first time. */
  newest(runs: readonly string[], runsDir: string): Promise<void>;
  /** A runs directory was listed. @param runs absolute paths of all folders in it that may be runs */
  listed(runsDir: string, runs: readonly string[]): Sliced<void>;
  /** A runs directory is not there any more. */
  gone(runsDir: string): void;
}

/** A runs directory under watch. */
interface RunsDir extends Disposable {
  /** Its modification time when it was last listed. */
  readonly listedAt: () => number;
  list(): Promise<void>;
}

/** Finds the runs directories of a place and watches them for runs that come and go. */
export class RunsDirectories implements Disposable {
  readonly #runsDirs = new Map<string, RunsDir>();
  #searchTimer: NodeJS.Timeout | undefined;
  /** Waits for the place's own runs directory, while there is none. */
  #structure: Disposable | undefined;
  #disposed = false;

  /** Looks for runs directories, begins and ends their watches, and lists new ones. */
  readonly search = oneAtATime(() => this.#searchOnce());

  constructor(
    private readonly place: RunsPlace,
    private readonly logger: Logger,
    private readonly listener: RunsDirectoriesListener,
  ) {}

  /** Searches now and then for nested projects, until disposed. */
  searchRegularly(): void {
    this.#searchAfter(searchEvery);
  }

  /** Searches, and lists every runs directory. */
  async listAll(): Promise<void> {
    await this.search();
    for (const runsDir of this.#runsDirs.values()) await runsDir.list();
  }

  /** The runs directories, for whoever does not trust their watches. */
  *polled(): Generator<Polled, void> {
    for (const [path, runsDir] of this.#runsDirs) {
      yield {
        modifiedAt: modifiedAt(path),
        readAt: runsDir.listedAt(),
        read: () => void runsDir.list(),
      };
    }
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#searchTimer);
    this.#structure?.dispose();
    for (const runsDir of this.#runsDirs.values()) runsDir.dispose();
    this.#runsDirs.clear();
  }

  /** The place's own runs directory. */
  get #ownRunsDir(): string {
    return this.place.holds === 'project' ? join(this.place.dir, '.a5c', 'runs') : this.place.dir;
  }

  async #searchOnce(): Promise<void> {
    const { dir, holds } = this.place;
    const paths = holds === 'runs' ? [dir] : await inSlices(findRunsDirectories(dir));
    if (this.#disposed) return;
    const existing = new Set(paths.filter((path) => modifiedAt(path) > 0));
    for (const [path, runsDir] of this.#runsDirs) {
      if (existing.has(path)) continue;
      runsDir.dispose();
      this.#runsDirs.delete(path);
      this.listener.gone(path);
    }
    for (const path of existing) {
      if (this.#runsDirs.has(path)) continue;
      const runsDir = this.#watchRunsDir(path);
      this.#runsDirs.set(path, runsDir);
      await runsDir.list();
      if (this.#disposed) return;
    }
    this.#watchStructure();
  }

  #searchAfter(milliseconds: number): void {
    this.#searchTimer = setTimeout(async () => {
      const start = performance.now();
      await this.search();
      if (this.#disposed) return;
      this.#searchAfter(Math.max(searchEvery, (performance.now() - start) * searchShare));
    }, milliseconds);
    this.#searchTimer.unref();
  }

  #watchRunsDir(path: string): RunsDir {
    let again: NodeJS.Timeout | undefined;
    let listedAt = 0;
    // A hundred runs deleted together are a hundred events, and each listing looks at every run.
    const list = oneAtATime(async () => {
      const isFirst = listedAt === 0;
      listedAt = modifiedAt(path);
      const names = await inSlices(namesOfRuns(path));
      if (isFirst && names.length > many) {
        await this.listener.newest(await inSlices(newestFirst(path, newestOf(names, firstPage))), path);
      }
      const runs = await inSlices(newestFirst(path, names));
      if (this.#disposed || !this.#runsDirs.has(path)) return;
      await inSlices(this.listener.listed(path, runs));
    });
    const watcher = watchFolder(path, this.logger, () => {
      if (modifiedAt(path) === 0) {
        void this.search();
        return;
      }
      void list();
      // The engine makes a run's folder first and run.json a moment later, which only the folder itself would tell.
      clearTimeout(again);
      again = setTimeout(() => void list(), secondLook);
    });
    return {
      list,
      listedAt: () => listedAt,
      dispose() {
        clearTimeout(again);
        watcher.dispose();
      },
    };
  }

  /** As long as the place's own runs directory is missing, waits for it to come. Nested ones are searched for. */
  #watchStructure(): void {
    if (this.#runsDirs.has(this.#ownRunsDir)) {
      this.#structure?.dispose();
      this.#structure = undefined;
    } else {
      this.#structure ??= this.#waitForRunsDir();
    }
  }

  #waitForRunsDir(): Disposable {
    const { dir, holds } = this.place;
    const below: readonly string[] = holds === 'project' ? [join(dir, '.a5c'), this.#ownRunsDir] : [];
    return watchFolders([dir, ...below], this.logger, {
      added: () => void this.search(),
      ready: () => {
        // What came after the first search and before it looked makes no event.
        if (modifiedAt(this.#ownRunsDir) > 0) void this.search();
      },
    });
  }
}
