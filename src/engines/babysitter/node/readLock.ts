import { parseLock, type RunLock } from '../core/lock';
import type { Problem } from '../../../core/run/problem';
import { isAlive } from '../../../node/isAlive';
import { fileLimits, readTextIn } from '../../../node/safeFile';

/**
 * Who holds a run, as its run.lock says.
 * @param real the run folder, links resolved
 * @param found what is wrong with the file is added here
 * @returns `undefined`: the file is gone, or names no process
 */
export function readLock(real: string, found: Problem[]): RunLock | undefined {
  const file = 'run.lock';
  const attempt = (): ReturnType<typeof parseLock> | undefined => {
    const read = readTextIn(real, `${real}/${file}`, fileLimits.lock);
    if ('problem' in read) return read.missing ? undefined : { lock: undefined, problems: [read.problem] };
    return parseLock(read.text, isAlive);
  };
  // The engine creates the file and then writes it: a reader in between sees it empty. So look twice.
  const first = attempt();
  const result = first && first.lock === undefined ? attempt() : first;
  // Newer engines clear the lock of a dead process away by themselves; none gets past one that names no process.
  const stops = result?.lock ? {} : ({ stops: 'any' } as const);
  for (const what of result?.problems ?? []) found.push({ file, what, mendable: true, ...stops });
  return result?.lock;
}
