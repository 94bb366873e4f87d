import { resolve } from 'node:path';
import { HumanError } from '../core/errors';
import { visible } from '../core/format';
import { isInside } from '../core/paths';
import type { Run } from '../core/run/run';

/**
 * Finds a file that a breakpoint points to: looked for in the run, then the project, then the workspace folders, and
 * never outside of them, links resolved.
 * @param realPath resolves links; `undefined` when there is no such file
 * @returns its absolute path, links resolved
 * @throws HumanError when there is none, or when it leads outside
 */
export function findContextFile(
  run: Run,
  path: string,
  folders: readonly string[],
  realPath: (path: string) => string | undefined,
): string {
  // A project is trusted as a place only where it lies in the workspace; run.json could name any folder.
  const project = folders.some((folder) => isInside(folder, run.projectDir)) ? [run.projectDir] : [];
  for (const base of [run.location, ...project, ...folders]) {
    const found = path.includes('\0') ? undefined : realPath(resolve(base, path));
    if (found === undefined) continue;
    const allowed = [run.location, ...folders].map((folder) => realPath(folder) ?? folder);
    if (!allowed.some((folder) => isInside(folder, found))) {
      throw new HumanError(`${visible(path)} leads out of the run and the workspace, so it is not opened.`);
    }
    return found;
  }
  throw new HumanError(`${visible(path)} is not in the run, its project or the workspace.`);
}
