import { basename, dirname } from 'node:path';
import type { Sliced } from '../../../core/sliced';
import type { RunsPlace } from '../../../core/source/runSource';
import type { LookedPlace } from '../../../core/source/whyMissing';
import { modifiedAt } from '../../../node/watchFolder';
import { findRunsDirectories, listRuns, looksLikeRun } from './findRuns';

/**
 * Looks at the places of runs once more, and tells what of them is not shown, and why.
 * @param shown the folders of all runs that are shown
 */
export function* lookAround(
  places: readonly RunsPlace[],
  shown: readonly string[],
): Sliced<readonly LookedPlace[]> {
  const looked: LookedPlace[] = [];
  const known = new Set(shown);
  const shownIn = countBy(shown, dirname);
  for (const place of places) {
    const dirs = place.holds === 'runs' ? [place.dir] : yield* findRunsDirectories(place.dir);
    const by = place.home ? 'home' : place.holds === 'runs' ? 'runsDirectories' : 'workspace';
    for (const dir of dirs) {
      const there = modifiedAt(dir) > 0;
      const missing = (there ? yield* listRuns(dir) : []).filter((path) => !known.has(path));
      looked.push({
        ...{ dir, by, there },
        shown: shownIn.get(dir) ?? 0,
        leftOut: missing.map((path) => ({ name: basename(path), why: whyNotShown(path, place) })),
      });
      yield;
    }
  }
  return looked;
}

function countBy(paths: readonly string[], keyOf: (path: string) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(keyOf(path), (counts.get(keyOf(path)) ?? 0) + 1);
  return counts;
}

function whyNotShown(path: string, { accepts }: RunsPlace): string {
  if (!looksLikeRun(path)) return 'has neither run.json nor a journal';
  return accepts
    ? 'belongs to a project outside of this workspace'
    : 'has only hook events, or is the copy of a run that is shown';
}
