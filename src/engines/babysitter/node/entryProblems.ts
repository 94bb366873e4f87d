import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { moment } from '../../../core/moments';
import { isInside } from '../../../core/paths';
import type { RunFold } from '../core/foldRun';
import type { RunMetadata } from '../core/metadata';
import type { Problem } from '../../../core/run/problem';
import { projectOf } from './projectOf';
import { readBytes } from '../../../node/safeFile';
import type { Entrypoint } from '../../../core/run/entrypoint';

/**
 * The process file that run.json names does not exist. Looked for only in the run's own project, since run.json is
 * untrusted, and there whatever folder the person named, so that a run tells the same everywhere.
 */
export function missingEntry(real: string, entry: Entrypoint | undefined): readonly Problem[] {
  if (!entry) return [];
  // Runs beside each other are mostly of one process: it is looked for once for all that are read together.
  const { importPath } = entry;
  const shared = importPath.startsWith('../') ? dirname(real) : real;
  const now = performance.now();
  if (importPath !== lastLook.importPath || shared !== lastLook.shared || now - lastLook.at > lookHolds) {
    lastLook = { shared, importPath, at: now, missing: entryChangedAt(real, entry) === 'missing' };
  }
  return lastLook.missing
    ? [{ file: 'run.json', what: `names the process file ${importPath}, which does not exist` }]
    : [];
}

let lastLook = { shared: '', importPath: '', at: 0, missing: false };
/** In milliseconds. */
const lookHolds = 10;

/**
 * The process file of a run that may go on was changed since the run used it: by the hash that newer engines record. Of
 * others the time of the file is only a hint, as a copy or a checkout changes it, too.
 */
export function changedEntry(
  real: string,
  { entry, codeHash }: Pick<RunMetadata, 'entry' | 'codeHash'> = { entry: undefined, codeHash: undefined },
  fold: RunFold | undefined,
): readonly Problem[] {
  if (!entry || fold?.lastAt === undefined || fold.effects.size === 0) return [];
  if (fold.end?.sealed || fold.end?.type === 'RUN_COMPLETED' || fold.end?.type === 'RUN_HALTED') return [];
  const at = entryChangedAt(real, entry);
  if (typeof at !== 'number') return [];
  const file = 'run.json';
  if (codeHash !== undefined) {
    const now = hashOf(resolve(real, entry.importPath));
    if (now === undefined || now === codeHash) return [];
    const what = `names the process file ${entry.importPath}, which was changed since the run used it: finished tasks may be asked again`;
    return [{ file, what }];
  }
  if (at <= fold.lastAt) return [];
  const what = `names the process file ${entry.importPath}, which may have changed since the run's last event (file time ${moment(at)})`;
  return [{ file, what, hint: true }];
}

/** Engines hash the bytes of the file. `undefined`: it cannot be read, or is no file that a person writes. */
function hashOf(path: string): string | undefined {
  const read = readBytes(path, longestEntry, true);
  return 'bytes' in read ? createHash('sha256').update(read.bytes).digest('hex') : undefined;
}

/** In bytes. */
const longestEntry = 4 * 1024 * 1024;

/** In milliseconds since 1970; `undefined`: it is not ours to look at. */
function entryChangedAt(real: string, { importPath }: Entrypoint): number | 'missing' | undefined {
  const path = resolve(real, importPath);
  if (importPath.includes('\0') || !isInside(projectOf(real), path)) return undefined;
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 'missing';
  } catch {
    return undefined;
  }
}
