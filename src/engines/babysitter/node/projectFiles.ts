import { relative, resolve, sep } from 'node:path';
import { isInside } from '../../../core/paths';
import { isFile, realPath } from '../../../node/safeFile';

/**
 * Finds files that run text names, in the project and in the run, and nowhere else, links resolved.
 * @param projectDir absolute
 * @param runDir absolute; a name is looked for in the project first
 * @returns a function from a name to the path relative to the project, "/" between parts; `undefined`: there is no such file
 */
export function projectFiles(projectDir: string, runDir: string): (name: string) => string | undefined {
  const project = realPath(projectDir);
  return (name) => {
    if (project === undefined || name.includes('\0')) return undefined;
    for (const base of [projectDir, runDir]) {
      const named = resolve(base, name);
      // Decided before it is touched.
      if (![project, projectDir, runDir].some((folder) => isInside(folder, named))) continue;
      const found = realPath(named);
      if (found !== undefined && found !== project && isInside(project, found) && isFile(found)) {
        return relative(project, found).split(sep).join('/');
      }
    }
    return undefined;
  };
}
