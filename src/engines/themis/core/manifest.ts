import { isRecord, parseJson } from '../../../core/run/lenient';
import { readSnapshot, type Snapshot } from './snapshot';
import { textOf } from './values';

/** The folders in which work waits, is done or has been done, by the names that Themis gives them. */
export const manifestFolders = {
  queue: ['queued', 'claimed', 'done'],
  batch: ['requests', 'completed'],
} as const;

export type ManifestState = (typeof manifestFolders)['queue' | 'batch'][number];

/** Work that was handed to a worker: one file in a folder that tells how far it is. */
export interface Manifest {
  readonly state: ManifestState;
  /** Absolute path of the file. */
  readonly path: string;
  /** The config that it was submitted with, as the file says; it may be on another machine. */
  readonly configPath: string | undefined;
  /** When the file came to where it is, in milliseconds since 1970. */
  readonly at: number;
  /** What it is to run, for a run that no store has. */
  readonly snapshot: Snapshot | undefined;
  /** The run id in the file; the file's name counts. */
  readonly ownRunId: string | undefined;
}

/** Reads a manifest; `undefined`: it is none. */
export function readManifest(
  text: string,
  where: Pick<Manifest, 'state' | 'path' | 'at'>,
): Manifest | undefined {
  const json = parseJson(text);
  if (!('value' in json) || !isRecord(json.value)) return undefined;
  return {
    ...where,
    configPath: textOf(json.value['config_path']),
    snapshot: readSnapshot(json.value['snapshot']),
    ownRunId: textOf(json.value['run_id']),
  };
}

/** Nobody has taken it yet. */
export function isWaiting({ state }: Manifest): boolean {
  return state === 'queued' || state === 'requests';
}
