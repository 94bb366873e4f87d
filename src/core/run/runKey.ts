/** Which kind of engine a run belongs to: `babysitter`, `perstack`, `themis`, `daystrom`. */
export type EngineId = string;

/**
 * Names one run among all runs of all engines. Opaque: only the source that made it knows what is in it. It is no path,
 * even where a source tells its runs apart by their folders, since other sources do not.
 */
export type RunKey = string & { readonly __run: never };

/**
 * Makes the key of a run.
 * @param engine whose run it is
 * @param id tells the run apart within its engine; an id that may be there twice (in copies, in nested projects) needs
 *   its place with it
 */
export function runKey(engine: EngineId, id: string): RunKey {
  return `${engine}:${id}` as RunKey;
}

/**
 * The name under which something about a run is kept beyond this window: snoozes, seen failures, claims, drafts. Runs of
 * Babysitter are kept by their folder, as they were before runs had keys, so that nothing kept is lost.
 */
export function keptName(key: RunKey): string {
  return key.startsWith(foldersOf) ? key.slice(foldersOf.length) : key;
}

/** The key of a run that was kept under this name: the reverse of {@link keptName}. */
export function keyOfKept(name: string): RunKey {
  return (isAbsolutePath.test(name) ? foldersOf + name : name) as RunKey;
}

const foldersOf = 'babysitter:';
const isAbsolutePath = /^(?:[/\\]|[a-z]:[/\\])/i;
