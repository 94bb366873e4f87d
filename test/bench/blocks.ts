type CpuUsage = () => { readonly user: number; readonly system: number };

/** Of this thread alone, where Node can tell (24); else of the process, which is never less. */
const cpuUsage: CpuUsage =
  (process as unknown as { readonly threadCpuUsage?: CpuUsage }).threadCpuUsage?.bind(process) ??
  process.cpuUsage.bind(process);

/** Processor time in milliseconds. Unlike time it does not grow while another program has the processor. */
function cpu(): number {
  const { user, system } = cpuUsage();
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
