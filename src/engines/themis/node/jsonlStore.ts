import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../core/errors';
import { isInside } from '../../../core/paths';
import { parseJson } from '../../../core/run/lenient';
import { atOnce, type Sliced } from '../../../core/sliced';
import type { Problem } from '../../../core/run/problem';
import { readingCases, type RunParts } from '../core/cases';
import { failureMessage, readEventLines, type ThemisEvent } from '../core/events';
import { foldingEvents } from '../core/foldEvents';
import {
  readBenchmark,
  readResult,
  readSelectionErrors,
  readTimeline,
  type RunResult,
  type TimelineEntry,
} from '../core/result';
import { toRow } from '../core/row';
import { boundProblems, idProblems, readSnapshot, type Snapshot } from '../core/snapshot';
import { entriesIn } from '../../../node/eachEntryIn';
import { mayBeHalfWritten } from '../../../node/halfWritten';
import { codeOf, readTextInside, realPath, type FileText } from '../../../node/safeFile';
import { rowReading, type RowReading, type StoreReader, type TextName, type WholeReading } from './reading';

/** No file is parsed that is larger, in bytes. */
export const fileLimit = 8 * 1024 * 1024;

const runFolder = /^[0-9a-f]{64}$/;
const projections = ['run_result', 'benchmark_result', 'timeline_view', 'execution_state'] as const;
type Projection = (typeof projections)[number];

/** Whether a folder's name can be that of a run. */
export function isRunId(name: string): boolean {
  return runFolder.test(name);
}

/** A store of Themis that is a folder of files. */
export class JsonlStore implements StoreReader {
  /** @param path the store's folder, which has `runs` in it and which links must not leave; a real path */
  constructor(private readonly path: string) {}

  list(newest?: number): readonly string[] {
    return atOnce(this.listing(newest));
  }

  /** See {@link list}. */
  *listing(newest?: number): Sliced<readonly string[]> {
    const runs = join(this.path, 'runs');
    if (!isInside(this.path, realPath(runs) ?? '')) throw new Error('runs is no folder of the store');
    const found: { readonly name: string; readonly at: number }[] = [];
    for (const { name } of yield* entriesIn(runs)) {
      if (isRunId(name)) found.push({ name, at: modifiedAt(join(runs, name, 'snapshot.json')) ?? 0 });
      yield;
    }
    const names = found.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
    return newest === undefined ? names : names.slice(-newest);
  }

  stamp(runId: string): string | undefined {
    const dir = join(this.path, 'runs', runId);
    const snapshot = stampOf(join(dir, 'snapshot.json'));
    const rest = ['events.jsonl', ...projections.map((name) => `projections/${name}.json`)];
    return snapshot && [snapshot, ...rest.map((file) => stampOf(join(dir, file)) ?? '')].join(' ');
  }

  *stamping(runId: string): Sliced<string | undefined> {
    yield;
    return this.stamp(runId);
  }

  readRow(runId: string): RowReading | WholeReading | undefined {
    return atOnce(this.readingRow(runId));
  }

  /** See {@link readRow}. */
  *readingRow(runId: string): Sliced<RowReading | WholeReading | undefined> {
    const reading = yield* this.#read(runId, false);
    return reading && rowReading(reading);
  }

  readWhole(runId: string): WholeReading | undefined {
    return atOnce(this.readingWhole(runId));
  }

  /** See {@link readWhole}. */
  readingWhole(runId: string): Sliced<WholeReading | undefined> {
    return this.#read(runId, true);
  }

  text(runId: string, name: TextName): FileText {
    return new RunFiles(this.path, runId).text(
      name === 'snapshot' ? 'snapshot.json' : `projections/${name}.json`,
    );
  }

  *#read(runId: string, whole: boolean): Sliced<WholeReading | undefined> {
    const dir = join(this.path, 'runs', runId);
    const fileAt = modifiedAt(join(dir, 'snapshot.json')) ?? modifiedAt(dir);
    if (fileAt === undefined || !isRunId(runId)) return undefined;
    const files = new RunFiles(this.path, runId);
    try {
      return yield* this.#readParts(files, runId, fileAt, whole);
    } catch (error) {
      // Whatever is in one run, the others are read.
      const problems = [...files.problems, { file: '', what: `It cannot be read: ${messageOf(error)}` }];
      return { ...nothing, fileAt, problems };
    }
  }

  *#readParts(files: RunFiles, runId: string, fileAt: number, whole: boolean): Sliced<WholeReading> {
    const snapshot = files.snapshot();
    yield;
    const result = readResult(files.projection('run_result'));
    yield;
    const needsEvents = whole || !result || result.status === 'failed' || result.status === 'running';
    const events = needsEvents ? yield* files.events() : [];
    const timeline = files.timeline(events);
    yield;
    const parts = yield* files.parts(snapshot, result, events.length > 0 ? events : timeline);
    yield;
    const cases = parts && (yield* readingCases(parts));
    yield;
    files.problems.push(
      ...boundProblems('snapshot.json', snapshot),
      ...idProblems(runId, 'folder', [
        ['snapshot.json', snapshot.runId],
        ['projections/run_result.json', result?.runId],
      ]),
    );
    return {
      row: parts && toRow(runId, parts, timeline, failureMessage(events), cases),
      ...{ fileAt, parts, timeline, events, problems: files.problems, beingWritten: files.beingWritten },
    };
  }
}

/** The files of one run, and what is wrong with them. */
class RunFiles {
  readonly problems: Problem[] = [];
  beingWritten = false;

  constructor(
    private readonly store: string,
    private readonly runId: string,
  ) {}

  text(file: string): FileText {
    return readTextInside(this.store, `runs/${this.runId}/${file}`, fileLimit);
  }

  snapshot(): Snapshot {
    return readSnapshot(this.#json('snapshot.json') ?? this.#json('projections/snapshot.json')) ?? noSnapshot;
  }

  projection(name: Projection): unknown {
    return this.#json(`projections/${name}.json`);
  }

  *events(): Sliced<readonly ThemisEvent[]> {
    const file = 'events.jsonl';
    const read = this.text(file);
    if ('problem' in read) {
      if (!read.missing) this.problems.push({ file, what: read.problem });
      return [];
    }
    const { events, damaged } = yield* readEventLines(read.text);
    if (damaged.length > 0) {
      this.problems.push({ file, what: `line ${damaged.join(', ')} is no event` });
    }
    return events;
  }

  /** The projection, or the events where they are ahead of it or alone. */
  timeline(events: readonly ThemisEvent[]): readonly TimelineEntry[] {
    const entries = readTimeline(this.projection('timeline_view'));
    return events.length > 0 ? events : entries;
  }

  /** `undefined`: nothing of the run can be read. */
  *parts(
    snapshot: Snapshot,
    result: RunResult | undefined,
    events: readonly (TimelineEntry & { readonly raw?: ThemisEvent['raw'] })[],
  ): Sliced<RunParts | undefined> {
    if (!result) {
      return events.length === 0 && snapshot === noSnapshot
        ? undefined
        : yield* foldingEvents(events, snapshot);
    }
    const benchmark = readBenchmark(this.projection('benchmark_result'));
    const parts: RunParts = { snapshot, result, benchmark, selectionErrors: new Map() };
    // No other file tells of these, and it is as large as all the others together.
    return result.progress.failed > 0 && snapshot.hasReducer
      ? { ...parts, selectionErrors: readSelectionErrors(this.projection('execution_state')) }
      : parts;
  }

  /** `undefined`: there is none, or it cannot be read, which is a problem unless it is being written. */
  #json(file: string): unknown {
    const read = this.text(file);
    if ('problem' in read) {
      if (!read.missing) this.problems.push({ file, what: read.problem });
      return undefined;
    }
    const json = parseJson(read.text);
    if ('value' in json) return json.value;
    this.beingWritten ||= mayBeHalfWritten(modifiedAt(join(this.store, 'runs', this.runId, file)) ?? 0);
    this.problems.push({ file, what: json.problem });
    return undefined;
  }
}

const nothing = {
  ...{ row: undefined, parts: undefined, timeline: [], events: [], beingWritten: false },
} as const;

const noSnapshot: Snapshot = {
  ...{
    runId: undefined,
    datasets: [],
    generator: '',
    hasReducer: false,
    parsers: [],
    metrics: [],
    moreMetrics: 0,
    judges: [],
  },
  ...{ existingRunPolicy: 'auto', version: undefined, queueRoot: undefined, batchRoot: undefined },
  provenance: [],
};

function stampOf(path: string): string | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat && `${stat.mtimeMs}-${stat.size}`;
  } catch (error) {
    // What is closed is there: it is a problem of its run, and of no other.
    return codeOf(error);
  }
}

function modifiedAt(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}
