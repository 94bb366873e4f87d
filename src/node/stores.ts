import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import type { RunEngine } from '../core/engine/runEngine';
import type { Logger } from '../core/log';
import { isInside } from '../core/paths';
import type { Sliced } from '../core/sliced';
import type { RunReading, RunSource } from '../core/source/runSource';
import { entriesIn } from './eachEntryIn';
import { noProjects } from './projectFolders';
import { realPath } from './safeFile';

/**
 * How deep below a folder stores are looked for, in how many folders, and how many of each kind are taken; a folder of more folders
 * than `beside` is looked into last.
 */
const most = { depth: 8, folders: 20_000, stores: 50, beside: 1000 };

/** What a path names: a store, or one run of it. */
export interface NamedStore {
  /** Absolute path of the folder or file. */
  readonly store: string;
  /** The text of the run's key; left out: all runs of the store are meant. */
  readonly run?: string;
}

/**
 * An engine whose runs lie in stores that it writes and we only read: nothing in or beside a store is ever created,
 * locked or changed. An engine is wired by one entry in `wire/storeKinds.ts`.
 */
export interface StoreKind {
  readonly engine: RunEngine;

  /**
   * The stores that lie directly in a folder, as what it holds tells: absolute paths. Called for each folder of a
   * workspace, so it may open next to nothing, and of a folder of a hundred thousand only in slices.
   */
  storesIn(folder: string, entries: readonly Dirent[]): Sliced<readonly string[]>;

  /** Where the engine keeps stores outside of workspaces: absolute paths, which may not exist; left out: nowhere. */
  storesAtHome?(home: string, env: Readonly<Record<string, string | undefined>>): readonly string[];

  /** What a folder says of runs that are kept where they cannot be read, each the beginning of a sentence; left out: nothing. */
  keptElsewhere?(folder: string): Sliced<readonly string[]>;

  /**
   * What a path means that a person gave: a store, or a run in one. There may be no such file.
   * @returns `undefined`: nothing of this engine
   */
  named(path: string): NamedStore | undefined;

  /**
   * Reads runs whole, at once: for the command line.
   * @param run the text of its key; left out: all of them
   * @returns in any order; empty where there is none
   */
  read(store: string, run?: string): Sliced<readonly RunReading[]>;

  /** Follows a store, which may come and go. */
  open(store: string, logger: Logger): RunSource;
}

/** A store, and whose it is. */
export interface FoundStore {
  readonly kind: StoreKind;
  /** Absolute path of the folder or file. */
  readonly store: string;
}

/**
 * Looks for stores in a folder and those below it, from the top. Links are not followed, and a store that lies outside
 * is none.
 */
export function* findStores(root: string, kinds: readonly StoreKind[]): Sliced<readonly FoundStore[]> {
  const found = new Map<string, FoundStore>();
  const stores = new Set<string>();
  const counts = new Map<StoreKind, number>();
  const real = realPath(root) ?? root;
  let folders = 0;
  /** Folders of very many folders come last, and keep nobody from finding what lies in others. */
  const wide: { readonly level: readonly string[]; readonly depth: number }[] = [{ level: [root], depth: 0 }];
  for (let next = wide.shift(); next; next = wide.shift()) {
    let { level, depth } = next;
    for (; depth <= most.depth && level.length > 0; depth += 1) {
      const below: string[] = [];
      for (const folder of level) {
        if (depth > 0 && (stores.has(folder) || isBabysitters(folder))) continue;
        if ((folders += 1) > most.folders) return inOrder(found.values());
        const entries = yield* entriesIn(folder);
        for (const kind of kinds) {
          for (const store of yield* kind.storesIn(folder, entries)) {
            const count = counts.get(kind) ?? 0;
            if (count >= most.stores || !isInside(real, realPath(store) ?? '')) continue;
            counts.set(kind, count + 1);
            found.set(JSON.stringify([kind.engine.id, store]), { kind, store });
            stores.add(store);
          }
        }
        // A run folder holds thousands of folders, and no stores.
        if (depth > 0 && entries.some(({ name }) => name === 'run.json')) continue;
        const inner = entries
          .filter((entry) => entry.isDirectory() && !noProjects.has(entry.name))
          .map(({ name }) => join(folder, name));
        if (inner.length > most.beside) wide.push({ level: inner, depth: depth + 1 });
        else below.push(...inner);
        yield;
      }
      level = below;
    }
  }
  return inOrder(found.values());
}

/** From the top, and then by name: folders are read in no order. */
function inOrder(found: Iterable<FoundStore>): readonly FoundStore[] {
  const depthOf = ({ store }: FoundStore): number => store.split(/[/\\]/).length;
  return [...found].toSorted((a, b) => depthOf(a) - depthOf(b) || (a.store < b.store ? -1 : 1));
}

/** `.a5c` may hold a hundred thousand folders. */
function isBabysitters(folder: string): boolean {
  return /[/\\]\.a5c$/.test(folder);
}
