import type { EngineId } from '../../run/engineId';
import type { State } from '../../run/judgement';
import type { RunKey } from '../../run/runKey';
import type { StoredRun } from '../../source/runStore';
import { isInId } from '../tree/runSearch';
import type { TableEntry } from './tableEntry';

/** Which runs the table shows: those that fit every part. */
export interface TableFilter {
  /** Words that must all occur in what a row says; empty: whatever it says. */
  readonly text: string;
  readonly state: State | undefined;
  /** A process id; empty: runs without one. */
  readonly process: string | undefined;
  /** `undefined`: any. */
  readonly engine: EngineId | undefined;
  readonly onlySelected: boolean;
  /** What else is let through. */
  readonly also: (stored: StoredRun) => boolean;
}

/** @param selected folders of the runs that are selected */
export function toTest(filter: TableFilter, selected: ReadonlySet<RunKey>): (entry: TableEntry) => boolean {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (entry) => {
    const { run, state } = entry.stored;
    return (
      (filter.state === undefined || state.state === filter.state) &&
      (filter.process === undefined || run.processId === filter.process) &&
      (filter.engine === undefined || run.engine === filter.engine) &&
      (!filter.onlySelected || selected.has(run.key)) &&
      words.every((word) => entry.words.includes(word) || isInId(entry.id, word)) &&
      filter.also(entry.stored)
    );
  };
}
