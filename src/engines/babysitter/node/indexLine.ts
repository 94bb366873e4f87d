import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { babysitterRun, type BabysitterRun } from '../core/babysitterRun';
import { EffectMap } from '../../../core/run/effectMap';
import type { Effect } from '../../../core/run/effect';
import { entrypoint } from '../../../core/run/entrypoint';
import { emptyFold, foldOf, type RunFold } from '../core/foldRun';
import { intern } from '../../../core/run/intern';
import type { RunGist } from '../../../core/run/run';
import type { RunMetadata } from '../core/metadata';
import type { JournalReading, KeptJournal } from './journalReader';

/** What a session read of a run, to be kept for the next one. */
export interface KnownRun {
  readonly run: BabysitterRun;
  /** `undefined`: only the journal's end was read. */
  readonly journal: JournalReading | undefined;
  /** The journal folder's modification time when it was read; as long as it is the same, nothing came. */
  readonly journalAt: number;
}

/** What is written of a run. Whatever is added here is told by the samples of {@link indexShape}, too. */
export interface Writable {
  readonly run: Pick<
    BabysitterRun,
    'metadata' | 'projectDir' | 'eventCount' | 'story' | 'createdAt' | 'updatedAt' | 'gist'
  >;
  readonly journal: KeptJournal | undefined;
  readonly journalAt: number;
}

/** What the index gives of a run. */
export interface KeptRun {
  /** Without the files of its pending tasks, which the index does not keep. */
  readonly run: BabysitterRun;
  /** How to read on; `undefined`: only the journal's end was read. */
  readonly journal: KeptJournal | undefined;
  readonly journalAt: number;
}

const noTasks: BabysitterRun['pendingTasks'] = new Map();
const noProblems: BabysitterRun['problems'] = [];

/** A run as one line: what is not told by its folder, nor the same in every run that is kept. */
interface Line {
  readonly journalAt: number;
  readonly metadata: RunMetadata | undefined;
  readonly projectDir: string;
  readonly eventCount: number;
  /** Where it is another time than the metadata's. */
  readonly createdAt?: number | undefined;
  /** Where it is another time than the fold's last. */
  readonly updatedAt?: number | undefined;
  /** What is otherwise than in an empty fold. */
  readonly fold: Partial<RunFold>;
  /** The first event says the same as the metadata, which the fold then leaves out. */
  readonly told?: true;
  readonly journal?: KeptJournal;
  /** How many effects there are, and those that are pending. */
  readonly effects?: number;
  readonly pending?: readonly Effect[];
  readonly gist?: RunGist | undefined;
}

/** Of a finished run the next session needs neither effects nor costs, until somebody looks into it. */
function goesOn({ run, journal }: Writable): boolean {
  return run.story.end === undefined && journal !== undefined;
}

/** A run as the JSON of one line. */
export function writeLine(known: Writable): string {
  return JSON.stringify(toLine(known));
}

/** The effects of a run under way as JSON, piece by piece; nothing for a finished run. */
export function* writeEffects(known: Writable): Generator<string, void> {
  if (goesOn(known)) yield* known.run.story.effects.texts();
}

function toLine(known: Writable): Line {
  // Tasks are read again: what they ask for may be long, and nobody's business outside the run.
  const { metadata, projectDir, eventCount, gist, story: fold } = known.run;
  const createdAt = known.run.createdAt === metadata?.createdAt ? undefined : known.run.createdAt;
  const updatedAt = known.run.updatedAt === fold.lastAt ? undefined : known.run.updatedAt;
  const { journalAt, journal } = known;
  const line = { journalAt, metadata, projectDir, eventCount, createdAt, updatedAt, gist };
  const { effects, pending, ...rest } = fold;
  const scalars = effects.size === 0 ? { ...rest, counts: emptyFold.counts } : rest;
  if (!journal || !goesOn(known)) {
    return { ...line, fold: unusual({ ...scalars, counts: countsAtEnd(fold), costs: emptyFold.costs }) };
  }
  const { names, last, verified } = journal;
  const told = metadata !== undefined && isDeepStrictEqual(firstOf(fold), firstOf(metadata));
  const kept = {
    ...line,
    fold: unusual(told ? { ...scalars, ...firstOf(emptyFold) } : scalars),
    ...(told ? { told } : {}),
    journal: { names, last, verified },
  };
  return effects.size === 0 ? kept : { ...kept, effects: effects.size, pending: [...pending.values()] };
}

/** What a row tells of the effects of a run that ended: nobody waits for its sleeps any more. */
function countsAtEnd({ effects, pending, counts }: RunFold): RunFold['counts'] {
  const waiting =
    effects.size === 0 ? counts.pending : [...pending.values()].filter(({ kind }) => kind !== 'sleep').length;
  const none = counts.ok + counts.error + counts.cancelled + waiting === 0;
  return none ? emptyFold.counts : { ...counts, pending: waiting };
}

/** What the first event tells as the metadata does. */
function firstOf({
  processId,
  entry,
  prompt,
}: Pick<RunFold, 'processId' | 'entry' | 'prompt'>): Pick<RunFold, 'processId' | 'entry' | 'prompt'> {
  return { processId, entry, prompt };
}

/** The shorter a line, the faster it is read. */
function unusual(fold: Omit<RunFold, 'effects' | 'pending'>): Partial<RunFold> {
  const entries = Object.entries(fold).filter(([key, value]) => {
    const usual = emptyFold[key as keyof RunFold];
    return value !== usual && !(Array.isArray(value) && value.length === 0);
  });
  // JSON knows no sets.
  return Object.fromEntries(entries.map(([key, value]) => [key, value instanceof Set ? [...value] : value]));
}

/**
 * The run that was written.
 * @param dir its folder
 * @param text what {@link writeLine} gave
 * @param texts what {@link writeEffects} gave
 */
export function readLine(dir: string, text: string, texts: readonly string[]): KeptRun {
  // Nobody but a program that writes the same shape has written it, which the index has made sure of.
  const line = JSON.parse(text) as Line;
  const { journalAt, eventCount, journal, effects = 0, pending = [] } = line;
  const metadata = line.metadata && sharing(line.metadata);
  // JSON knows no sets.
  const skipped = line.fold.skipped ? new Set(line.fold.skipped) : emptyFold.skipped;
  const first = line.told && metadata ? firstOf(metadata) : undefined;
  const under = effects === 0 ? {} : { effects: EffectMap.kept(texts, effects), pending: byId(pending) };
  const fold = foldOf({ ...emptyFold, ...line.fold, ...first, ...under, skipped });
  const createdAt = line.createdAt ?? metadata?.createdAt ?? 0;
  const run = babysitterRun({
    dir,
    runId: basename(dir),
    projectDir: intern(line.projectDir),
    metadata,
    story: fold,
    depth: journal === undefined ? 'end' : 'whole',
    eventCount,
    lock: undefined,
    createdAt,
    updatedAt: line.updatedAt ?? fold.lastAt ?? createdAt,
    pendingTasks: noTasks,
    problems: noProblems,
    gist: line.gist,
  });
  return { journalAt, run, journal };
}

function byId(effects: readonly Effect[]): RunFold['pending'] {
  return new Map(effects.map((effect) => [effect.effectId, effect]));
}

/** The same, with one text for what is equal in thousands of runs. */
function sharing(metadata: RunMetadata): RunMetadata {
  const { processId, entry, request } = metadata;
  return {
    ...metadata,
    processId: processId && intern(processId),
    entry: entry && entrypoint(entry.importPath, entry.exportName),
    request: request && intern(request),
  };
}
