import { parentOf } from '../../../core/paths';
import type { RunFold } from './foldRun';
import type { RunLock } from './lock';
import type { RunMetadata } from './metadata';
import type { Effect } from '../../../core/run/effect';
import type { Run } from '../../../core/run/run';
import type { TaskDefinition } from '../../../core/run/task';
import { intern } from '../../../core/run/intern';
import { originOf } from '../../../core/run/origin';
import { asRunKey, keyText, type RunKey } from '../../../core/run/runKey';

/** A run of Babysitter, with what only this engine's own parts ask for. */
export interface BabysitterRun extends Run {
  /** The run folder's absolute path. */
  readonly dir: string;
  readonly story: RunFold;
  /** `undefined`: run.json is missing or cannot be read. */
  readonly metadata: RunMetadata | undefined;
  readonly lock: RunLock | undefined;
  /** What was asked of the task that was answered last, where that was an error and nothing pends; `undefined`: it was none. */
  readonly erredTask?: TaskDefinition | undefined;
}

/** The task of {@link BabysitterRun.erredTask}; `undefined`: there is none. */
export function erredEffect({ end, pending, lastSettled, effects }: RunFold): Effect | undefined {
  if (end || pending.size > 0 || lastSettled === undefined) return undefined;
  const effect = effects.get(lastSettled);
  return effect?.status === 'error' ? effect : undefined;
}

export const babysitter = 'babysitter';

/** The key of the run in a folder (an absolute path). */
export function babysitterKey(dir: string): RunKey {
  return asRunKey(dir);
}

/** The folder, an absolute path, of the run that a key stands for. */
export function folderOf(key: RunKey): string {
  return keyText(key);
}

/** What a reading of a run folder found. */
export type BabysitterParts = Pick<
  BabysitterRun,
  | 'metadata'
  | 'lock'
  | 'story'
  | 'depth'
  | 'eventCount'
  | 'projectDir'
  | 'createdAt'
  | 'updatedAt'
  | 'pendingTasks'
  | 'problems'
  | 'gist'
  | 'erredTask'
> & {
  /** The run folder's absolute path, and its name. */
  readonly dir: string;
  readonly runId: string;
};

/**
 * Makes the run that everybody knows of what its folder holds. run.json counts before the journal. Thousands are made at a
 * start, so each field is named: copying parts as a whole is felt there.
 */
export function babysitterRun(parts: BabysitterParts): BabysitterRun {
  const { dir, metadata, story } = parts;
  return {
    key: babysitterKey(dir),
    dir,
    runId: parts.runId,
    projectDir: parts.projectDir,
    metadata,
    story,
    depth: parts.depth,
    eventCount: parts.eventCount,
    lock: parts.lock,
    createdAt: parts.createdAt,
    updatedAt: parts.updatedAt,
    pendingTasks: parts.pendingTasks,
    problems: parts.problems,
    gist: parts.gist,
    erredTask: parts.erredTask,
    engine: babysitter,
    location: dir,
    place: intern(parentOf(dir)),
    processId: metadata?.processId ?? story.processId ?? '',
    prompt: metadata?.prompt ?? story.prompt,
    entry: metadata ? metadata.entry : story.entry,
    engineVersion: metadata?.sdkVersion ?? story.sdkVersion,
    harness: metadata?.harness,
    asksNobody: metadata?.nonInteractive ?? false,
    parentRunId: metadata?.parentRunId,
    origin: originOf(metadata?.request),
  };
}

/**
 * Takes a run for one of Babysitter, in the parts that drive this engine alone.
 * @throws Error when it is of another engine: nothing of Babysitter may be asked of it
 */
export function asBabysitter(run: Run): BabysitterRun {
  if (run.engine !== babysitter) throw new Error(`A run of ${run.engine} is no run of Babysitter.`);
  return run as BabysitterRun;
}

/** Nothing of it can be read: neither run.json nor a single event. */
export function isUnreadable({ metadata, story }: BabysitterRun): boolean {
  return metadata === undefined && story.entries === 0;
}
