import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { manifestFolders, readManifest, type Manifest, type ManifestState } from '../core/manifest';
import type { ThemisStore } from '../core/themisRun';
import { isInside } from '../../../core/paths';
import { codeOf, exists, readTextInside, realPath } from '../../../node/safeFile';
import { holdsConfig } from './configs';
import { fileLimit, isRunId } from './jsonlStore';

/** A folder of manifests: a queue, or batches. */
export interface ManifestRoot {
  /** Absolute. */
  readonly path: string;
  readonly kind: keyof typeof manifestFolders;
}

/** So many manifests of one folder are looked at. */
const mostManifests = 500;

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
    return isInside(projectDir, full) ? [{ path: full, kind }] : [];
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
export function readManifests(roots: readonly ManifestRoot[]): ReadonlyMap<string, Manifest> {
  const found = new Map<string, Manifest>();
  for (const root of roots) {
    for (const dir of manifestDirs(root)) {
      for (const name of namesIn(dir)) {
        const manifest = readIn(dir, name);
        if (manifest) found.set(basename(name, '.json'), manifest);
      }
    }
  }
  return found;
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.json') && isRunId(basename(name, '.json')))
      .slice(0, mostManifests);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return [];
  }
}

function readIn(dir: string, name: string): Manifest | undefined {
  const root = realPath(dir);
  const text = root === undefined ? undefined : readTextInside(root, name, fileLimit);
  if (root === undefined || !text || !('text' in text)) return undefined;
  const path = join(dir, name);
  const state = basename(dir) as ManifestState;
  return readManifest(text.text, { state, path, at: statSync(path).ctimeMs });
}
