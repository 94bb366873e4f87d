import { join } from 'node:path';
import type { RunEngine } from '../core/engine/runEngine';
import { atOnce } from '../core/sliced';
import type { RunReading } from '../core/source/runSource';
import { eachEntryIn } from '../node/eachEntryIn';
import { noProjects } from '../node/projectFolders';
import { findStores, type FoundStore, type StoreKind } from '../node/stores';
import { storeKinds } from './storeKinds';

/** A run that was read, and whose it is. */
export interface ReadRun extends RunReading {
  readonly engine: RunEngine;
}

/** All runs of the stores that a path names, or that lie in the folder. */
export function storeRunsIn(path: string): readonly ReadRun[] {
  const named = storeKinds.flatMap((kind) => {
    const meant = kind.named(path);
    return meant ? [{ kind, ...meant }] : [];
  });
  const kinds = storeKinds.filter((kind) => !named.some((each) => each.kind === kind));
  const found: readonly (FoundStore & { readonly run?: string })[] = [
    ...named,
    ...kinds.flatMap((kind) => storesBelow(path, kind)),
  ];
  return found.flatMap(({ kind: { engine, read }, store, run }) =>
    atOnce(read(store, run)).map((reading) => ({ ...reading, engine })),
  );
}

/** Where none of the usual places holds a store, a folder directly below may be one by what it holds. */
function storesBelow(folder: string, kind: StoreKind): readonly FoundStore[] {
  const found = atOnce(findStores(folder, [kind]));
  if (found.length > 0) return found;
  const children = [...eachEntryIn(folder)].filter(
    (entry) => entry.isDirectory() && !noProjects.has(entry.name),
  );
  return children.flatMap(({ name }) => {
    const meant = kind.named(join(folder, name));
    return meant && meant.run === undefined ? [{ kind, store: meant.store }] : [];
  });
}

/** The one run that a path names; `undefined`: it names none of a store. */
export function storeRunAt(path: string): ReadRun | undefined {
  for (const { engine, named, read } of storeKinds) {
    const meant = named(path);
    const [reading] = meant?.run === undefined ? [] : atOnce(read(meant.store, meant.run));
    if (reading) return { ...reading, engine };
  }
  return undefined;
}

/** Whether a path, which may be no folder, names something of a store. */
export function namesStore(path: string): boolean {
  return storeKinds.some((kind) => kind.named(path) !== undefined);
}
