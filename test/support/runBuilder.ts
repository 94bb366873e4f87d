import { foldRun } from '../../src/engines/babysitter/core/foldRun';
import type { RunLock } from '../../src/engines/babysitter/core/lock';
import { parseMetadata, type RunMetadata } from '../../src/engines/babysitter/core/metadata';
import type { Problem } from '../../src/core/run/problem';
import {
  babysitterKey,
  babysitterRun,
  type BabysitterRun,
} from '../../src/engines/babysitter/core/babysitterRun';
import { parseTask } from '../../src/core/run/task';
import { start, type JournalBuilder } from './journalBuilder';

export interface RunParts {
  readonly journal?: JournalBuilder;
  /** Fields of run.json over the usual ones; `null`: there is none. */
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  /** task.json by effect id; those of pending effects count. */
  readonly tasks?: Readonly<Record<string, unknown>>;
  readonly lock?: Partial<RunLock>;
  readonly problems?: readonly Problem[];
}

/** run.json as an engine writes it. */
export const runJson = {
  runId: 'run',
  request: 'demo/process',
  processId: 'demo/process',
  entrypoint: { importPath: '../../processes/demo.mjs', exportName: 'process' },
  layoutVersion: '2026.01-storage-preview',
  createdAt: new Date(start).toISOString(),
};

/** A run as reading its folder would give it. */
export function aRun(parts: RunParts = {}): BabysitterRun {
  const fold = foldRun(parts.journal?.entries ?? []);
  const metadata = parts.metadata === null ? undefined : metadataOf(parts.metadata);
  const createdAt = metadata?.createdAt ?? fold.firstAt ?? start;
  const tasks = Object.entries(parts.tasks ?? {}).flatMap(([id, json]) => {
    const effect = fold.effects.get(id);
    const { task } = parseTask(JSON.stringify(json), effect?.kind ?? '');
    return effect?.status === 'pending' && task ? [[id, task] as const] : [];
  });
  return babysitterRun({
    dir: '/project/.a5c/runs/run',
    runId: 'run',
    projectDir: '/project',
    metadata,
    story: fold,
    depth: 'whole',
    eventCount: fold.entries,
    lock: parts.lock && { pid: 4242, owner: 'runtime', acquiredAt: start, alive: true, ...parts.lock },
    createdAt,
    updatedAt: fold.lastAt ?? createdAt,
    pendingTasks: new Map(tasks),
    problems: [...(parts.problems ?? []), ...fold.problems],
  });
}

function metadataOf(fields: Readonly<Record<string, unknown>> = {}): RunMetadata | undefined {
  return parseMetadata(JSON.stringify({ ...runJson, ...fields })).metadata;
}

/** The fields that tell where a run lies: to be spread over one that was built. */
export function lyingIn(dir: string): Pick<BabysitterRun, 'key' | 'dir' | 'location' | 'place'> {
  return { key: babysitterKey(dir), dir, location: dir, place: dir.slice(0, dir.lastIndexOf('/')) };
}
