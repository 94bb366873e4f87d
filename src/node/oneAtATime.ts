/**
 * Makes work run one at a time. A call that comes while it runs leads to one more run, whatever the number of calls.
 * @returns a function whose promise settles when a run that began after the call is done
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    running = work().finally(() => (running = undefined));
    return running;
  };
  const again = (): Promise<void> => {
    next = undefined;
    return begin();
  };
  return () => {
    if (!running) return begin();
    next ??= running.then(again, again);
    return next;
  };
}
