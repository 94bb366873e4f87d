import { resolve } from 'node:path';
import { HumanError } from '../core/errors';
import { visible } from '../core/format';
import { isInside, isNetworkPath } from '../core/paths';
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
  const places = [run.location, ...folders];
  const real = places.map((folder) => realPath(folder) ?? folder);
  const isAllowed = (found: string): boolean =>
    [...places, ...real].some((folder) => isInside(folder, found));
  const bases = isNetworkPath(path) || path.includes('\0') ? [] : [run.location, ...project, ...folders];
  /** From some folder it would lie inside, but is not there. */
  let missing = path.includes('\0');
  for (const base of bases) {
    const named = resolve(base, path);
    // Decided before it is touched: merely looking at some paths contacts another machine.
    if (!isAllowed(named)) continue;
    const found = realPath(named);
    if (found !== undefined && real.some((folder) => isInside(folder, found))) return found;
    missing = found === undefined;
    if (!missing) break;
  }
  throw new HumanError(
    missing
      ? `${visible(path)} is not in the run, its project or the workspace.`
      : `${visible(path)} leads out of the run and the workspace, so it is not opened.`,
  );
}
