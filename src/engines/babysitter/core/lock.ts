import { moment, parseLenient, text, Wrong, type Field } from '../../../core/run/lenient';

/** run.lock: an engine process is changing the run right now, or one died while it did. */
export interface RunLock {
  readonly pid: number;
  /** What holds it: "runtime:orchestrateIteration". */
  readonly owner: string | undefined;
  /** Milliseconds since 1970. */
  readonly acquiredAt: number | undefined;
  /** Whether a process with this pid exists on this machine. */
  readonly alive: boolean;
}

const processNumber: Field<number> = (value) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    return new Wrong('it must be a whole number');
  return value > 0 ? value : new Wrong('it must be a positive number');
};

const shape = { pid: processNumber, owner: text, acquiredAt: moment };

/**
 * Reads run.lock.
 * @param isAlive whether a process exists
 * @returns no lock and a problem when the file names no process: engines then fail every call until it is removed
 */
export function parseLock(
  json: string,
  isAlive: (pid: number) => boolean,
): { readonly lock: RunLock | undefined; readonly problems: readonly string[] } {
  const { fields, problems } = parseLenient(json, shape);
  if (fields?.pid === undefined) {
    const what = problems[0] ?? 'names no process';
    return { lock: undefined, problems: [`${what}; while it is here, every step of the run fails`] };
  }
  const lock = {
    pid: fields.pid,
    owner: fields.owner,
    acquiredAt: fields.acquiredAt,
    alive: isAlive(fields.pid),
  };
  const stale = `was left behind by process ${fields.pid}, which no longer runs`;
  return { lock, problems: lock.alive ? [] : [stale] };
}
