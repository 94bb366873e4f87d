import type { Disposable } from '../disposables';
import type { DocumentPart } from '../documents';
import type { EventRecord } from '../run/eventRecord';
import type { Run, RunDetails } from '../run/run';
import type { EngineId } from '../run/engineId';
import type { RunKey } from '../run/runKey';
import type { DocumentName } from './documentName';

/** One run appeared or changed, or is gone. */
export type RunChange =
  { readonly type: 'read'; readonly run: Run } | { readonly type: 'gone'; readonly key: RunKey };

/** `loaded`: everything that was there at first has been delivered, with this batch at the latest. */
export type RunListener = (batch: readonly RunChange[], loaded: boolean) => void;

/** A run that was read whole, and the files of its tasks. */
export interface RunReading {
  readonly run: Run;
  readonly details: RunDetails;
}

/** A run as it was when one of its events was the last one: nothing that came later is in it. */
export interface PastReading extends RunReading {
  /** How many events there were. */
  readonly event: number;
  /** When the last of them was recorded, in milliseconds since 1970. */
  readonly at: number;
}

/** A place in which runs are looked for. */
export interface RunsPlace {
  /** Absolute path of a workspace folder, or of a runs directory. */
  readonly dir: string;
  /** `project`: every `.a5c/runs` in it; `runs`: the folder holds runs itself, and may not exist yet. */
  readonly holds: 'project' | 'runs';
  /** It holds the runs of all projects of this person; left out: it does not. */
  readonly home?: true;
  /** Leaves out runs that do not belong here. */
  readonly accepts?: (run: Run) => boolean;
}

/** Where runs come from. Everything else in the extension knows runs only through this port. */
export interface RunSource {
  /** Whose runs they are. */
  readonly engine: EngineId;

  /**
   * Delivers everything that is there as the first batches, then each change, until disposed. The last of the first
   * batches comes even when there is no run, so that it says: this place has been looked at. Called once.
   */
  watch(listener: RunListener): Disposable;

  /** Notices what watching may have missed, cheaply: for when the window gets the focus. Never rejects. */
  check(): Promise<void>;

  /** Looks again at everything, for a person who does not trust the watching. Never rejects. */
  refresh(): Promise<void>;

  /**
   * Keeps a run under close watch, finished or not, while somebody looks at it or acts on it, and reads it now.
   * Harmless for a run the source does not have.
   */
  attend(key: RunKey): Disposable;

  /** Reads a run now and delivers it, before an action that depends on it. `undefined`: the run is not there any more. */
  reread(key: RunKey): Promise<Run | undefined>;

  /**
   * Reads the task files of a run; a finished run of which only the end was read is read whole and delivered before.
   * @param metricKeys the numbers to look for in results
   * @returns `undefined` when the source does not have the run (any more)
   */
  readDetails(key: RunKey, metricKeys: readonly string[]): Promise<RunDetails | undefined>;

  /**
   * Reads a run whole, with its task files, and keeps nothing of it: for numbers about thousands of runs. Checksums are
   * not looked at.
   * @param metricKeys the numbers to look for in results
   * @returns `undefined` when the source does not have the run (any more)
   */
  readThrough(key: RunKey, metricKeys: readonly string[]): Promise<RunReading | undefined>;

  /**
   * Reads what a run's tasks are called, without keeping anything of the run: for a search over all runs.
   * @param signal ends the reading; what was found by then is given
   * @returns titles and labels, each once; empty when the source does not have the run
   */
  readTitles(key: RunKey, signal: AbortSignal): Promise<readonly string[]>;

  /**
   * Reads what the process of a completed run says of its work, and nothing else of the run, and delivers the run with it.
   * Nothing is delivered where it says nothing, or too much to be read for a row. Of a failed run of which only the end
   * was read it looks through the rest, and delivers the run as one that is sound, or else read whole. Left out: outcomes
   * are not known apart from the whole run.
   */
  readOutcome?(key: RunKey): Promise<void>;

  /** Reads a text of a run, or tells why it cannot be read. Never rejects. */
  document(key: RunKey, name: DocumentName): Promise<DocumentPart>;

  /** The types of events that its engine is known to write, in the order in which they are offered as a filter. */
  readonly eventTypes: readonly string[];

  /**
   * Reads recorded events by their places, from 0 in the order of the journal, `to` exclusive.
   * @returns fewer where the journal ends; empty when the source does not have the run (any more)
   */
  events(key: RunKey, from: number, to: number): Promise<readonly EventRecord[]>;

  /**
   * The run as it was with its first `count` events, or with as many as it has. Left out by a source that has no past.
   * @param details what {@link readDetails} gave
   * @param signal ends the reading
   * @returns `undefined`: the source does not have the run, it has no event, or it is not wanted any more
   */
  asOf?(
    key: RunKey,
    count: number,
    details: RunDetails,
    signal: AbortSignal,
  ): Promise<PastReading | undefined>;
}
