// oxlint-disable-next-line no-restricted-imports -- files of the kernel, which have no size
import { readFileSync } from 'node:fs';
import { isAlive } from './isAlive';

/** What a program wrote down of its own process when it started. */
export interface RecordedProcess {
  readonly pid: number;
  /** When it started, as Linux counts; `undefined`: not told. */
  readonly procStart: string | undefined;
  /** Milliseconds since 1970; `undefined`: not told. */
  readonly startedAt: number | undefined;
}

/** Ticks a second in which Linux tells when a process started; the same on every system that it runs on. */
const ticks = 100;

/**
 * Whether a process lives and is still the one that was written down: ids are given again. Where the system does not tell
 * when it started, its id has to do.
 */
export function isSameProcess({ pid, procStart, startedAt }: RecordedProcess): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const start = startOf(pid);
  if (start === undefined) return true;
  if (procStart !== undefined) return procStart === start.ticks;
  // It wrote its entry after it had started; the clocks round differently.
  return startedAt === undefined || start.at === undefined || start.at <= startedAt + 2000;
}

/** When a process started; `undefined`: the system does not tell. */
function startOf(pid: number): { readonly ticks: string; readonly at: number | undefined } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may hold anything.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const booted = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
    if (started === undefined) return undefined;
    return {
      ticks: started,
      at: booted === undefined ? undefined : (Number(booted) + Number(started) / ticks) * 1000,
    };
  } catch {
    return undefined;
  }
}
