import { statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { manifestFolders, readManifest, type Manifest } from '../core/manifest';
import type { ThemisStore } from '../core/themisRun';
import { isInside } from '../../../core/paths';
import type { Sliced } from '../../../core/sliced';
import { entriesIn } from '../../../node/eachEntryIn';
import { exists, readTextInside, realPath } from '../../../node/safeFile';
import { holdsConfig } from './configs';
import { fileLimit, isRunId } from './jsonlStore';

/** A folder of manifests: a queue, or batches. */
export interface ManifestRoot {
  /** Absolute. */
  readonly path: string;
  readonly kind: keyof typeof manifestFolders;
}

/** So many manifests of one folder are looked at, and so many places that runs themselves tell. */
const mostManifests = 500;
export const mostToldRoots = 20;

/**
 * Where the manifests of a store's runs lie unless Themis is told otherwise: in `runs` beside the config, where the store
 * is, too; a store that lies elsewhere is beside its config, or in a folder beside it.
 */
export function manifestRoots(storePath: string): readonly ManifestRoot[] {
  const beside = dirname(storePath);
  const others = [beside, dirname(beside)]
    .map((folder) => join(folder, 'runs'))
    .filter((runs) => runs !== beside && exists(runs) && holdsConfig(dirname(runs)));
  return [beside, ...others].flatMap((folder): readonly ManifestRoot[] => [
    { path: join(folder, 'queue'), kind: 'queue' },
    { path: join(folder, 'batch'), kind: 'batch' },
  ]);
}

/** Where a run says that its manifests lie. What lies outside of its project is not looked at. */
export function toldRoots(
  {
    queueRoot,
    batchRoot,
  }: { readonly queueRoot: string | undefined; readonly batchRoot: string | undefined },
  projectDir: string,
): readonly ManifestRoot[] {
  const told = [
    { path: queueRoot, kind: 'queue' as const },
    { path: batchRoot, kind: 'batch' as const },
  ];
  return told.flatMap(({ path, kind }) => {
    if (path === undefined) return [];
    const full = isAbsolute(path) ? path : join(projectDir, path);
    const isOwn =
      isInside(projectDir, full) && isInside(realPath(projectDir) ?? projectDir, realPath(full) ?? full);
    return isOwn ? [{ path: full, kind }] : [];
  });
}

/** The folder in which the config lies that made a store's runs, as far as nothing says so: Themis puts stores into `runs`. */
export function projectDirOf({ path }: ThemisStore): string {
  const beside = dirname(path);
  return basename(beside) === 'runs' ? dirname(beside) : beside;
}

/** The folders in which manifests lie, whether they are there or not. */
export function manifestDirs({ path, kind }: ManifestRoot): readonly string[] {
  return manifestFolders[kind].map((state) => join(path, state));
}

/** Every manifest by the id of its run. Of one that is in several folders, as it is being moved, the furthest counts. */
export function* readManifests(roots: readonly ManifestRoot[]): Sliced<ReadonlyMap<string, Manifest>> {
  const found = new Map<string, Manifest>();
  for (const { path, kind } of roots) {
    // What lies elsewhere, by a link, is none of ours.
    const root = realPath(path);
    if (root === undefined || !isInside(realPath(dirname(path)) ?? path, root)) continue;
    for (const state of manifestFolders[kind]) {
      if (!isInside(root, realPath(join(root, state)) ?? '')) continue;
      const names = (yield* entriesIn(join(root, state))).map(({ name }) => name).filter(isManifest);
      for (const name of names.toSorted().slice(0, mostManifests)) {
        const manifest = readIn(root, { state, path: join(path, state, name) });
        if (manifest) found.set(basename(name, '.json'), manifest);
        yield;
      }
    }
  }
  return found;
}

function isManifest(name: string): boolean {
  return name.endsWith('.json') && isRunId(basename(name, '.json'));
}

/** @param root the folder of all states; a real path */
function readIn(root: string, { state, path }: Pick<Manifest, 'state' | 'path'>): Manifest | undefined {
  const text = readTextInside(root, join(state, basename(path)), fileLimit);
  const at = modifiedAt(path);
  return 'text' in text && at > 0 ? readManifest(text.text, { state, path, at }) : undefined;
}

/** When the file came to where it is; 0 where it is gone. */
function modifiedAt(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
  } catch {
    return 0;
  }
}
