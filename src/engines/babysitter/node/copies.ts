import type { Run } from '../../../core/run/run';
import type { TellCopies } from '../../../core/source/runCopies';
import { atOnce } from '../../../core/sliced';
import { realPath } from '../../../node/safeFile';
import { listNames, openJournal } from './journalFolder';

/** One of several runs, and the folders that hold an older or equal state of it. */
export interface WithCopies<T> {
  readonly item: T;
  readonly copies: readonly string[];
}

/** Folders in which tools keep checkouts and snapshots of a project. */
const snapshots = /[/\\](?:\.claude[/\\]worktrees|\.?worktrees|\.?checkpoints|\.?snapshots)[/\\]/;

/**
 * Puts copies of one run together: a run that is committed is in every worktree. Of those whose journals begin alike the
 * longest is the run; of equal ones that outside of snapshots, else the one with the shorter path. Runs of one id that
 * went apart stay apart.
 * @returns in the order given, without the copies
 */
export function putCopiesTogether<T>(items: readonly T[], runOf: (item: T) => Run): readonly WithCopies<T>[] {
  const byId = new Map<string, T[]>();
  for (const item of items) {
    const { runId } = runOf(item);
    const same = byId.get(runId);
    if (same) same.push(item);
    else byId.set(runId, [item]);
  }
  const copiesOf = new Map<T, string[]>();
  for (const same of byId.values()) {
    if (same.length > 1) groupCopies(same, runOf, copiesOf);
    else for (const item of same) copiesOf.set(item, []);
  }
  return items.flatMap((item) => {
    const copies = copiesOf.get(item);
    return copies ? [{ item, copies }] : [];
  });
}

/** Adds the runs among those of one id, each with its copies. */
function groupCopies<T>(same: readonly T[], runOf: (item: T) => Run, copiesOf: Map<T, string[]>): void {
  const known = same.map((item) => {
    const run = runOf(item);
    const { location } = run;
    return { item, location, real: realPath(location) ?? location, names: eventNames(run) };
  });
  known.sort(
    (a, b) =>
      b.names.length - a.names.length ||
      Number(snapshots.test(a.real)) - Number(snapshots.test(b.real)) ||
      a.real.length - b.real.length ||
      (a.real < b.real ? -1 : 1),
  );
  const runs: typeof known = [];
  for (const one of known) {
    const { names } = one;
    const whole = runs.find(
      (run) => run.real === one.real || (names.length > 0 && names.every((name, i) => name === run.names[i])),
    );
    if (!whole) {
      runs.push(one);
      copiesOf.set(one.item, []);
    } else if (whole.real !== one.real) copiesOf.get(whole.item)?.push(one.location);
  }
}

/** Tells copies among runs that are kept. */
export const tellCopies: TellCopies = (same) =>
  putCopiesTogether(same, (run) => run).map(({ item, copies }) => ({ run: item, copies }));

function eventNames({ location }: Run): readonly string[] {
  return atOnce(listNames(openJournal(realPath(location) ?? location, []).names, true)).files;
}
