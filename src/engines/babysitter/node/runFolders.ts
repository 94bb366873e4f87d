import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { RunFolders } from '../core/newRun/runMaker';
import { exists } from '../../../node/safeFile';

/** The disk, as making a run asks it. */
export const runFolders: RunFolders = {
  path: (runsDir, runId) => join(runsDir, runId),
  exists,
  isCreated: (dir) =>
    exists(join(dir, 'run.json')) && names(join(dir, 'journal')).some((name) => /^0+1\./.test(name)),
};

/** An id as the engine makes it. */
export function newRunId(): string {
  return ulid();
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
