import { existsSync, readFileSync } from 'node:fs';

type CpuUsage = () => { readonly user: number; readonly system: number };
const threadCpuUsage = (process as unknown as { readonly threadCpuUsage?: CpuUsage }).threadCpuUsage?.bind(
  process,
);
/** Nanoseconds that the thread which reads it has had a processor for, first of three numbers (Linux, proc_pid_schedstat). */
const ofThread = '/proc/thread-self/schedstat';
const isLinux = existsSync(ofThread);

/**
 * Processor time in milliseconds. Unlike time it does not grow while another program has the processor. Of this thread
 * alone, where that can be told (Node 24, Linux); else of the process, which is never less.
 */
export function cpu(): number {
  if (!threadCpuUsage && isLinux) return Number.parseInt(readFileSync(ofThread, 'utf8'), 10) / 1e6;
  const { user, system } = (threadCpuUsage ?? process.cpuUsage)();
  return (user + system) / 1000;
}

/**
 * Takes the processor time between one turn of the event loop and the next, until stopped.
 * @returns a function that stops and gives the longest, in milliseconds
 */
export function watchTurns(): () => number {
  let longest = 0;
  let last = cpu();
  let next: NodeJS.Immediate | undefined;
  const turn = (): void => {
    const now = cpu();
    longest = Math.max(longest, now - last);
    last = now;
    // Without a reference it is called at each turn, and does not keep the loop turning when there is nothing to do.
    next = setImmediate(turn).unref();
  };
  turn();
  return () => {
    clearImmediate(next);
    return longest;
  };
}
