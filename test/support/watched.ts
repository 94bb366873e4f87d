import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Disposable } from '../../src/core/disposables';
import { silentLogger, type Logger } from '../../src/core/log';
import { asBabysitter, type BabysitterRun } from '../../src/engines/babysitter/core/babysitterRun';
import type { RunChange, RunsPlace } from '../../src/core/source/runSource';
import type { DigestIndex } from '../../src/engines/babysitter/node/digestIndex';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { journal, start, type JournalBuilder } from './journalBuilder';
import { write, writeRun, type RunFolderParts } from './runFolder';
import { asRunKey, type RunKey } from '../../src/core/run/runKey';

/** Longer than anything takes on a busy machine; nobody waits for it unless a test fails. */
const patience = 15_000;

/** A source under watch: every batch it delivered, and what is known of each run by now. */
export class Watched {
  readonly batches: (readonly RunChange[])[] = [];
  loaded = false;
  /** By run folder. */
  readonly runs = new Map<RunKey, BabysitterRun>();
  readonly #waiting = new Set<() => void>();
  readonly #watch: Disposable;

  constructor(readonly source: FsRunSource) {
    this.#watch = source.watch((batch, loaded) => {
      this.loaded = loaded;
      this.batches.push(batch);
      for (const change of batch) {
        if (change.type === 'read') this.runs.set(change.run.key, asBabysitter(change.run));
        else this.runs.delete(change.key);
      }
      for (const check of this.#waiting) check();
    });
  }

  /** Waits for the batch after which something is so; what is so already is not waited for. */
  async until(what: string, isSo: (watched: this) => boolean, within = patience): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const check = (): void => {
        if (!isSo(this)) return;
        stop();
        resolve();
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`Waited ${within} ms in vain until ${what}; known: ${this.ids.join(', ')}`));
      }, within);
      this.#waiting.add(check);
      check();
    });
  }

  /** Waits until a run's journal was read up to so many events. */
  events(dir: string, n: number, within?: number): Promise<void> {
    return this.until(
      `${dir} has ${n} events`,
      ({ runs }) => runs.get(asRunKey(dir))?.eventCount === n,
      within,
    );
  }

  get ids(): readonly string[] {
    return [...this.runs.values()].map(({ runId }) => runId).toSorted();
  }

  dispose(): void {
    this.#watch.dispose();
  }
}

/** Watches a place for the length of a test; returns when its first batch came. */
export async function watched(
  place: RunsPlace,
  logger: Logger = silentLogger,
  index?: DigestIndex,
): Promise<Watched> {
  const result = new Watched(new FsRunSource(place, logger, index));
  onTestFinished(() => result.dispose());
  await result.until('everything was read', ({ loaded }) => loaded);
  return result;
}

/** A journal that begins now, so that its run counts as live. */
export function liveJournal(): JournalBuilder {
  return journal().after(Date.now() - start);
}

/** Writes a run as the engine makes it: the folder with its parts first, run.json a moment later, then the journal. */
export async function makeRunSlowly(
  runsDir: string,
  runId: string,
  parts: RunFolderParts,
  pause: () => Promise<void>,
): Promise<string> {
  const dir = join(runsDir, runId);
  mkdirSync(dir, { recursive: true });
  await pause();
  mkdirSync(join(dir, 'tasks'));
  mkdirSync(join(dir, 'state'));
  return writeRun(runsDir, runId, parts);
}

/** Writes the events that are not there yet, as the engine does: a temporary file, then a rename. */
export function writeNewEvents(dir: string, story: JournalBuilder): void {
  for (const [file, text] of Object.entries(story.files)) {
    const path = join(dir, 'journal', file);
    if (existsSync(path)) continue;
    const temporary = `${path}.tmp-${process.pid}-1`;
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  }
}

/** Writes run.lock as the engine does. */
export function writeLock(dir: string, pid: number): void {
  const owner = 'runtime:orchestrateIteration';
  write(dir, 'run.lock', { pid, owner, acquiredAt: new Date().toISOString() });
}

/** How many folders and files this process has under the system's watch; `undefined` where the system does not tell. */
export function systemWatches(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  let count = 0;
  for (const fd of readdirSync('/proc/self/fdinfo')) {
    try {
      count += readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').match(/^inotify wd:/gm)?.length ?? 0;
    } catch {
      // The descriptor that listed the folder is closed by now.
    }
  }
  return count;
}
