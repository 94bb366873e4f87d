/** Work that never runs beside itself. */
export interface OneAtATime {
  /** Settles when a run that began after the call is done; rejects with what that run throws. */
  (): Promise<void>;
  /** Settles when what is under way is done; never rejects. */
  idle(): Promise<void>;
}

/** Makes work run one at a time. A call that comes while it runs leads to one more run, whatever the number of calls. */
export function oneAtATime(work: () => Promise<void>): OneAtATime {
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
  const call = (): Promise<void> => {
    if (next) return next;
    if (!running) return begin();
    next = running.then(again, again);
    return next;
  };
  const idle = async (): Promise<void> => {
    await (next ?? running)?.catch(() => {});
    if (next ?? running) await idle();
  };
  return Object.assign(call, { idle });
}
