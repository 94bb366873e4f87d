import type { Problem } from '../../../../core/run/problem';
import type { Run } from '../../../../core/run/run';

/** What goes into an archive. */
export interface PackOptions {
  /** So many of the run's first events; `undefined`: the whole run. */
  readonly firstEvents: number | undefined;
  /** Whether the process file is put beside the run. */
  readonly processFile: boolean;
}

export interface PackedRun {
  readonly files: number;
  readonly events: number;
  /** Files that were not packed, with the reason: links, pipes, what cannot be opened. */
  readonly left: readonly Problem[];
}

/** How the process file that an imported run names stands here. */
export type ProcessFile =
  /** It is there, and the same as the archive's, or the archive has none. */
  | { readonly state: 'there'; readonly path: string }
  /** It is there and is another one than the archive's; it is left as it is. */
  | { readonly state: 'different'; readonly path: string }
  /** It is not there; `carried`: the archive has it. */
  | { readonly state: 'missing'; readonly path: string; readonly carried: boolean }
  /** The run names none, or one outside of the project, which is not looked at. */
  | { readonly state: 'none' | 'outside' };

/** A run of an archive that was looked through, and is none of the others yet. */
export interface UnpackedRun {
  /** Its id as the archive tells it: one plain name. */
  readonly runId: string;
  /** As its journal tells it; of its tasks nothing is unpacked yet. */
  readonly run: Run;
  /** Of all its files unpacked, in bytes. */
  readonly size: number;
  /** Events that are not what the engine once wrote. */
  readonly altered: readonly string[];
  /** The archive holds only so many of the run's first events; `undefined`: all there were. */
  readonly firstEvents: number | undefined;

  /** Whether the runs directory has something of this name. */
  isTaken(runId: string): boolean;

  /**
   * Unpacks the rest and makes it one of the runs, under an id of choice, and never over another one.
   * @returns the run's folder
   * @throws HumanError when the name is taken or cannot be used, or the archive is not what it was
   */
  place(runId: string): Promise<{ readonly dir: string; readonly processFile: ProcessFile }>;

  /**
   * Writes the process file that the archive has, where there is none. Once it was placed.
   * @throws HumanError when that is not possible
   */
  writeProcessFile(): void;

  /** Removes what was unpacked, if it was not placed, and lets go of the archive. */
  discard(): void;
}

/** Runs as single files, to be handed on. */
export interface RunArchives {
  /**
   * @param dir the run's folder
   * @param target is overwritten when it exists
   * @throws HumanError with the reason; then `target` is as it was
   */
  pack(dir: string, target: string, options: PackOptions): Promise<PackedRun>;

  /**
   * Verifies an archive, made by this extension or any other program, and looks at the run in it: nothing but run.json and
   * its journal is unpacked, into a folder of its own beside the others.
   * @throws HumanError with the reason; then nothing is left of it
   */
  unpack(archive: string, runsDir: string): Promise<UnpackedRun>;
}
