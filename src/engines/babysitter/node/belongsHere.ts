import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isInside, isInsideAsWritten, samePath } from '../../../core/paths';
import type { Run } from '../../../core/run/run';
import { exists, realPath } from '../../../node/safeFile';

/**
 * Tells of home-wide runs whether they belong to one of these workspace folders: they were started in it or below, or in
 * the project that it is a part of. Paths are compared as real ones, as engines record them so, whatever links and
 * letter case a window was opened with; one that is not there any more, as it is written.
 */
export function belongsHere(folders: readonly string[]): (run: Pick<Run, 'projectDir'>) => boolean {
  const real = folders.map((folder) => realPath(folder) ?? folder);
  const projects = real.flatMap((folder) => projectAround(folder) ?? []);
  /** Thousands of runs come from few projects. */
  const known = new Map<string, boolean>();
  return ({ projectDir }) => {
    const before = known.get(projectDir);
    if (before !== undefined) return before;
    const dir = realPath(projectDir) ?? projectDir;
    const belongs =
      real.some((folder) => isInside(folder, dir)) ||
      projects.some((project) => samePath(project, dir)) ||
      folders.some((folder) => isInsideAsWritten(folder, projectDir, process.platform));
    known.set(projectDir, belongs);
    return belongs;
  };
}

/** The project that a folder is a part of, as engines look for it; `undefined`: it is none, or a whole one. */
function projectAround(folder: string): string | undefined {
  const home = realPath(homedir());
  for (let dir = folder; ; dir = dirname(dir)) {
    // What engines keep for all projects lies in the home folder.
    if (dir === home || dir === dirname(dir)) return undefined;
    if (exists(join(dir, '.git')) || exists(join(dir, '.a5c'))) return dir === folder ? undefined : dir;
  }
}
