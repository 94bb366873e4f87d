import { explainNoEffect } from '../drive/explain';
import type { Engine } from '../drive/engine';
import { createCall, type NewRun } from '../drive/cliCalls';
import { visible } from '../../../../core/format';
import { isSegment } from '../../../../core/run/lenient';

/** What is asked of the disk before and after a run is made. */
export interface RunFolders {
  /** The path of a run's folder. */
  path(runsDir: string, runId: string): string;
  /** Whether there is anything of that name. */
  exists(dir: string): boolean;
  /** Whether the folder holds run.json and the event that creates the run. */
  isCreated(dir: string): boolean;
}

export type MakeReport =
  | { readonly made: true; readonly dir: string }
  /** No run was made. `taken`: as there is one of this id. */
  | { readonly made: false; readonly sentence: string; readonly taken: boolean };

/** Why a run cannot be called so, as a sentence; `undefined` when it can. */
export function whyNotRunId(runId: string): string | undefined {
  if (!isSegment(runId))
    return `"${visible(runId)}" is not a plain name: it would lead out of the runs folder.`;
  if (runId !== runId.trim()) return 'An id must not begin or end with a space.';
  // The engine takes an option for a value, and folders beginning with "." are passed over by many tools.
  if (/^[.-]/.test(runId)) return 'An id must not begin with "." or "-".';
  return /[<>:"|?*]/.test(runId) || runId.endsWith('.')
    ? `"${visible(runId)}" is not a folder name on every system: leave out < > : " | ? * and a dot at the end.`
    : undefined;
}

/** Makes a run through the engine. Whether it was made is read from the disk, not from an exit code. */
export async function makeRun(
  run: NewRun,
  projectDir: string,
  engine: Engine,
  folders: RunFolders,
): Promise<MakeReport> {
  const refused = (sentence: string, taken = false): MakeReport => ({ made: false, sentence, taken });
  const wrong = whyNotRunId(run.runId);
  if (wrong !== undefined) return refused(wrong);
  const dir = folders.path(run.runsDir, run.runId);
  // The engine would overwrite it.
  if (folders.exists(dir)) return refused(`There is a run "${visible(run.runId)}" already.`, true);
  const outcome = await engine.call(createCall(run), projectDir, new AbortController().signal);
  return folders.isCreated(dir) ? { made: true, dir } : refused(explainNoEffect(outcome));
}
