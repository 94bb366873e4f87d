import { lstatSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Disposable } from '../../../core/disposables';
import { messageOf } from '../../../core/errors';
import type { Logger } from '../../../core/log';
import { isRecord, isSegment, parseJson } from '../../../core/run/lenient';
import type { EventRecord } from '../../../core/run/eventRecord';
import type { Sliced } from '../../../core/sliced';
import type { DocumentName } from '../../../core/source/documentName';
import { documentOf, type DocumentPart } from '../../../core/documents';
import type { RunReading } from '../../../core/source/runSource';
import { entriesIn, firstNamesIn } from '../../../node/eachEntryIn';
import { mayBeHalfWritten } from '../../../node/halfWritten';
import { readTextIn, readTextInside, realPath } from '../../../node/safeFile';
import type { StoreKind } from '../../../node/stores';
import { StoreSource, type StoreReader } from '../../../node/storeSource';
import { watchFolder } from '../../../node/watchFolder';
import { daystromEngine } from '../core/daystromEngine';
import { daystrom, daystromReading, isDaystromRun } from '../core/daystromRun';

/** How large a file may be to be read, in bytes. */
const limit = 8 * 1024 * 1024;
/** So many names of a folder, and files that may be runs, are looked at to see whether it holds runs. */
const looked = { names: 10_000, files: 50 };

/** Runs of Daystrom: one JSON file each, in a folder of the home folder or anywhere. */
export const daystromStores: StoreKind = {
  engine: daystromEngine,

  *storesIn(folder, entries) {
    yield;
    return entries.flatMap((entry) => {
      const runs = join(folder, entry.name, 'runs');
      return ownFolders.has(entry.name) && entry.isDirectory() && isFolder(runs) ? [runs] : [];
    });
  },

  storesAtHome(home, env) {
    const named = env['DATA_DIR']?.trim() || dataDirIn(home);
    const own = named === undefined ? join(home, '.daystrom', 'runs') : withHome(named, home);
    return [...(isAbsolute(own) ? [own] : []), join(home, '.prisma-airs', 'runs')];
  },

  named(path) {
    const full = resolve(path);
    if (isFile(full)) return isNamedRun(full) ? { store: dirname(full), run: full } : undefined;
    return isStore(full) ? { store: full } : undefined;
  },

  *read(store, run) {
    const readings: RunReading[] = [];
    for (const name of yield* runNames(store)) {
      const file = join(store, name);
      const reading = run === undefined || run === file ? readRun(file) : undefined;
      if (reading) readings.push(reading);
      yield;
    }
    return readings;
  },

  open: (store, logger) => new StoreSource(new RunFiles(store, logger), logger),
};

/** The folders of Daystrom, and of what it is called now. */
const ownFolders: ReadonlySet<string> = new Set(['.daystrom', '.prisma-airs']);

/** Where `~/.daystrom/config.json` says that runs are kept; the file holds keys, and nothing else of it is looked at. */
function dataDirIn(home: string): string | undefined {
  const folder = realPath(join(home, '.daystrom'));
  const read = folder === undefined ? undefined : readTextInside(folder, 'config.json', limit);
  const json = read && 'text' in read ? parseJson(read.text) : undefined;
  const value = json && 'value' in json && isRecord(json.value) ? json.value['dataDir'] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function withHome(path: string, home: string): string {
  return path.replace(/^~(?=$|[/\\])/, () => home);
}

/** The files of a folder that may be runs. */
function* runNames(folder: string): Sliced<readonly string[]> {
  return (yield* entriesIn(folder))
    .filter((entry) => !entry.isDirectory() && isSegment(entry.name) && isRunName(entry.name))
    .map(({ name }) => name)
    .toSorted();
}

function isRunName(name: string): boolean {
  return name.endsWith('.json') && !name.endsWith('.bulk-scan.json');
}

/** Whether a folder holds runs: by its own name, or as one of its files is one. */
function isStore(folder: string): boolean {
  if (basename(folder) === 'runs' && ownFolders.has(basename(dirname(folder)))) return isFolder(folder);
  return firstNamesIn(folder, looked.names)
    .filter(isRunName)
    .slice(0, looked.files)
    .some((name) => isRunFile(join(folder, name)));
}

/** A file that cannot be read is a run if it lies among others. */
function isNamedRun(file: string): boolean {
  if (!isRunName(basename(file))) return false;
  return isRunFile(file) || ('problem' in contentOf(file) && isStore(dirname(file)));
}

/** Whether a file surely is a run. */
function isRunFile(file: string): boolean {
  const json = isRunName(basename(file)) ? contentOf(file) : undefined;
  return json !== undefined && 'value' in json && isDaystromRun(json.value);
}

function contentOf(file: string): ReturnType<typeof parseJson> {
  const folder = realPath(dirname(file));
  const read = folder === undefined ? undefined : readTextIn(folder, join(folder, basename(file)), limit);
  if (!read) return { problem: 'is missing' };
  return 'text' in read ? parseJson(read.text) : { problem: read.problem };
}

/** @returns `undefined`: it is gone, or no run */
function readRun(file: string): (RunReading & { readonly isSettling: boolean }) | undefined {
  const modifiedAt = modified(file);
  if (modifiedAt === 0) return undefined;
  const json = contentOf(file);
  const place = { file, folder: dirname(file), id: basename(file, '.json'), modifiedAt };
  if ('problem' in json) {
    return { ...daystromReading(place, undefined, json.problem), isSettling: mayBeHalfWritten(modifiedAt) };
  }
  if (!isDaystromRun(json.value)) return undefined;
  try {
    return { ...daystromReading(place, json.value), isSettling: false };
  } catch (error) {
    // Whatever is in one run, it and the others have rows.
    return { ...daystromReading(place, undefined, `cannot be read: ${messageOf(error)}`), isSettling: false };
  }
}

class RunFiles implements StoreReader {
  readonly engine = daystrom;
  readonly eventTypes = ['test'];

  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
  ) {}

  *list(): Sliced<readonly string[]> {
    const found: { readonly file: string; readonly at: number }[] = [];
    for (const name of yield* runNames(this.folder)) {
      const file = join(this.folder, name);
      found.push({ file, at: modified(file) });
      yield;
    }
    return found.toSorted((a, b) => b.at - a.at).map(({ file }) => file);
  }

  *stamp(file: string): Sliced<string> {
    yield;
    return `${modified(file)} ${sizeOf(file)}`;
  }

  *read(file: string): Sliced<(RunReading & { readonly isSettling: boolean }) | undefined> {
    yield;
    return readRun(file);
  }

  *document(file: string, name: DocumentName): Sliced<DocumentPart> {
    yield;
    const shown = basename(file);
    const json = contentOf(file);
    if ('problem' in json) return { file: shown, problem: json.problem };
    const part = partOf(file, json.value, name);
    return part === undefined
      ? { file: shown, problem: 'has no such part', missing: true }
      : documentOf(shown, part);
  }

  *events(file: string, from: number, to: number): Sliced<readonly EventRecord[]> {
    yield;
    const effects = readRun(file)?.run.story.effects.list() ?? [];
    return effects.slice(from, to).map(({ effectId, requestedAt, requestedSeq, status, label }) => ({
      ...{ id: effectId, seq: requestedSeq, at: requestedAt, type: 'test', effectId, session: undefined },
      ...{ mark: status === 'ok' ? 'resolved' : 'failed', status, note: label ?? '' },
    }));
  }

  watchStore(onChange: () => void): Disposable {
    return watchFolder(this.folder, this.logger, onChange);
  }

  watchRun(): Disposable {
    // The folder's own watch tells of every file in it.
    return { dispose: () => {} };
  }
}

/** A part of a run's file by its name. */
function partOf(file: string, value: unknown, name: DocumentName): unknown {
  if (!isDaystromRun(value)) return undefined;
  if (name === 'run') return value;
  if (name === 'inputs') return value['userInput'];
  if (typeof name !== 'object') return undefined;
  if ('file' in name) return name.file === basename(file) ? value : undefined;
  const { run, details } = daystromReading(
    { file, folder: dirname(file), id: basename(file, '.json'), modifiedAt: 0 },
    value,
  );
  const id = 'task' in name ? name.task : run.story.effects.list()[name.event - 1]?.effectId;
  if (id === undefined || !details.tasks.has(id)) return undefined;
  const asked = details.tasks.get(id)?.inputs;
  if ('task' in name)
    return name.part === 'task' ? asked : name.part === 'result' ? details.results.get(id)?.value : undefined;
  return { testCase: asked, result: details.results.get(id)?.value };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** In milliseconds since 1970; 0 where there is nothing. A link that leads nowhere is there. */
function modified(path: string): number {
  return (statOf(path, statSync) ?? statOf(path, lstatSync))?.mtimeMs ?? 0;
}

function sizeOf(path: string): number {
  return statOf(path, statSync)?.size ?? 0;
}

function statOf(path: string, stat: typeof statSync): Stats | undefined {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
