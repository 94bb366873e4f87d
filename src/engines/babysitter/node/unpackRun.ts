import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type * as z from 'zod/mini';
import type { ProcessFile, UnpackedRun } from '../core/archive/runArchives';
import { isUnreadable, type BabysitterRun } from '../core/babysitterRun';
import { HumanError } from '../../../core/errors';
import { visible } from '../../../core/format';
import { isInside } from '../../../core/paths';
import { sequenceNumber } from '../core/eventName';
import { isRecord, isSegment, parseJson } from '../../../core/run/lenient';
import type { Sliced } from '../../../core/sliced';
import { checksumProblem } from '../../../node/checksum';
import { archiveLimits, inWords, isPartOfRun, manifestShape, megabyte } from './archiveShape';
import { projectOf } from './projectOf';
import { RunDirectory } from './runDirectory';
import { isAlive } from '../../../node/isAlive';
import { exists, fileLimits, readBytes, readTextInside, realPath } from '../../../node/safeFile';
import { breathe, inSlices, isSliceOver } from '../../../node/slices';
import { modifiedAt } from '../../../node/watchFolder';
import { ZipReader, type ZipEntry } from '../../../node/zip';

/** Reads a run out of an archive, and makes it one of the runs once a person agreed. See {@link RunArchives.unpack}. */
export async function unpackRun(archive: string, runsDir: string): Promise<UnpackedRun> {
  let zip: ZipReader | undefined;
  let folder: string | undefined;
  try {
    zip = await ZipReader.open(archive, archiveLimits);
    const files = await inSlices(arrange(zip));
    // Nothing is asked of a person about an archive that is damaged; where it is sound, only this is put on the disk.
    const told = files.run.filter(({ name }) => isTold(name));
    demandFew(told);
    for (const { entry } of files.run) {
      await zip.pour(entry);
      await breathe();
    }
    mkdirSync(runsDir, { recursive: true });
    sweep(runsDir);
    // It holds no run itself, so nobody takes it for one.
    folder = mkdtempSync(join(runsDir, `.import-${process.pid}-`));
    await write(zip, told, join(folder, 'run'));
    const processFile = files.process && zip.read(files.process);
    const manifest = files.manifest && readManifest(zip.read(files.manifest));
    const unpacked: Unpacked = { zip, files, folder, runsDir, manifest, processFile };
    return await inSlices(lookThrough(unpacked));
  } catch (error) {
    zip?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    throw inWords(error, 'The archive could not be imported');
  }
}

/** So old is what an import left that was ended in the middle, in milliseconds. */
const leftAfter = 3_600_000;

/** Removes what imports of processes left that are no more. */
function sweep(runsDir: string): void {
  for (const name of readdirSync(runsDir)) {
    const pid = /^\.import-(\d+)-/.exec(name)?.[1];
    const path = join(runsDir, name);
    if (pid === undefined || isAlive(Number(pid))) continue;
    if (Date.now() - modifiedAt(path) > leftAfter) rmSync(path, { recursive: true, force: true });
  }
}

/** A file of the run, and where it lies in the run's folder. */
interface RunFile {
  readonly name: string;
  readonly entry: ZipEntry;
}

interface ArchiveFiles {
  readonly run: readonly RunFile[];
  /** The folder in the archive that holds the run. */
  readonly root: string;
  readonly process: ZipEntry | undefined;
  readonly manifest: ZipEntry | undefined;
}

/** What tells a person which run it is: the rest is written when they agreed. */
function isTold(name: string): boolean {
  return name === 'run.json' || name.startsWith('journal/');
}

/** So much is written before a person agreed, in bytes: some hundred thousand events. */
const mostTold = 256 * megabyte;

function demandFew(told: readonly RunFile[]): void {
  const large = told.find(
    ({ name, entry }) => entry.size > fileLimits[name === 'run.json' ? 'metadata' : 'event'],
  );
  const total = told.reduce((sum, { entry }) => sum + entry.size, 0);
  if (large || total > mostTold)
    throw new HumanError(
      `The archive holds ${large ? `${visible(large.name)}, which is larger than engines write it` : 'a journal that is larger than any'}; nothing is imported.`,
    );
}

/** @throws Error when a file is there already */
async function write(zip: ZipReader, files: readonly RunFile[], dir: string): Promise<void> {
  for (const { name, entry } of files) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    await zip.pour(entry, path);
    await breathe();
  }
}

/**
 * Refuses whatever could be written elsewhere than into the run's folder, and finds the run: in `run/` of our own
 * archives, else in the only folder that has a run.json.
 */
function* arrange(zip: ZipReader): Sliced<ArchiveFiles> {
  const entries = zip.entries.filter(({ name }) => !/^__MACOSX\/|(?:^|\/)\.DS_Store$/.test(name));
  const names = new Set<string>();
  const places: Places = new Map();
  for (const { name, kind } of entries) {
    const parts = name.replace(/\/$/, '').split('/');
    if (!parts.every(isSegment) || /^[a-z]:/i.test(name)) {
      throw new HumanError(
        `The archive holds ${visible(name)}, which leads out of the run's folder; nothing is imported.`,
      );
    }
    if (kind === 'other') {
      throw new HumanError(
        `The archive holds ${visible(name)}, which is a link or a device; nothing is imported.`,
      );
    }
    if (names.has(name))
      throw new HumanError(`The archive holds ${visible(name)} twice; nothing is imported.`);
    names.add(name);
    const other = otherName(places, parts);
    if (other !== undefined)
      throw new HumanError(
        `The archive holds ${visible(name)} and ${visible(other)}, which are one place on many systems; nothing is imported.`,
      );
    if (isSliceOver()) yield;
  }
  const manifest = entries.find(({ name }) => name === 'archive.json');
  if (manifest && names.has('run/run.json')) {
    if (manifest.size > megabyte) {
      throw new HumanError(
        'The archive’s archive.json is larger than 1 MB, which no export writes; nothing is imported.',
      );
    }
    return {
      root: 'run/',
      run: filesOf(entries, 'run/'),
      process: entries.find(({ name, size }) => /^process\/[^/]+$/.test(name) && size <= megabyte),
      manifest,
    };
  }
  const roots = [...names].flatMap((name) => /^([^/]+\/)?run\.json$/.exec(name)?.[1] ?? []);
  const [root] = roots;
  if (root === undefined || roots.length > 1) {
    throw new HumanError(
      root === undefined
        ? 'The archive holds no run: there is no folder with a run.json in it.'
        : 'The archive holds several runs; import them one by one.',
    );
  }
  return { root, run: filesOf(entries, root), process: undefined, manifest: undefined };
}

/** Every file and folder, with a number, by the number of its folder and what all systems take for its name. */
type Places = Map<string, { readonly name: string; readonly number: number }>;

/**
 * Takes a path in. Names that differ in nothing that all systems tell apart would be one place there: events could come
 * into a journal that the person was never shown.
 * @returns the other name of one of its parts; `undefined`: it has none
 */
function otherName(places: Places, parts: readonly string[]): string | undefined {
  let folder = 0;
  for (const name of parts) {
    const key = `${folder} ${sameName(name)}`;
    const known = places.get(key) ?? { name, number: places.size + 1 };
    if (known.name !== name) return known.name;
    places.set(key, known);
    folder = known.number;
  }
  return undefined;
}

/** A name without case, how its characters are composed, a stream behind a colon, and dots and spaces at its end. */
function sameName(name: string): string {
  const [folded = ''] = name.normalize('NFC').toUpperCase().toLowerCase().split(':', 1);
  return folded.replace(/(?<![. ])[. ]+$/, '');
}

/** The files of the run that lies in a folder of the archive; locks and leftovers are none. */
function filesOf(entries: readonly ZipEntry[], root: string): readonly RunFile[] {
  return entries
    .filter(({ name, kind }) => kind === 'file' && name.startsWith(root))
    .map((entry) => ({ name: entry.name.slice(root.length), entry }))
    .filter(({ name }) => isPartOfRun(name) || /^journal\/[^/]+$/.test(name));
}

function readManifest(bytes: Uint8Array): z.infer<typeof manifestShape> {
  const json = parseJson(Buffer.from(bytes).toString());
  const parsed = manifestShape.safeParse('value' in json ? json.value : undefined);
  if (!parsed.success) {
    throw new HumanError('The archive was made by a newer version of this extension, or is damaged.');
  }
  return parsed.data;
}

interface Unpacked {
  /** Stays open until the run is placed, or is not wanted. */
  readonly zip: ZipReader;
  readonly files: ArchiveFiles;
  readonly folder: string;
  readonly runsDir: string;
  readonly manifest: z.infer<typeof manifestShape> | undefined;
  readonly processFile: Uint8Array | undefined;
}

function* lookThrough(unpacked: Unpacked): Sliced<UnpackedRun> {
  const { zip, files, folder, runsDir, manifest, processFile } = unpacked;
  const dir = join(folder, 'run');
  const runId = manifest?.runId ?? files.root.slice(0, -1);
  if (!isRunId(runId)) {
    throw new HumanError(
      `The archive's run is called ${visible(runId)}, which is not a plain name; nothing is imported.`,
    );
  }
  const real = realPath(dir) ?? dir;
  const run = yield* new RunDirectory(real, realPath(folder) ?? folder).read();
  if (!run || !run.metadata || isUnreadable(run) || run.story.entries === 0) {
    throw new HumanError(
      'The archive holds no run that can be read: its run.json or all its events are missing or broken.',
    );
  }
  const altered: string[] = [];
  for (const file of readdirSync(join(real, 'journal')).toSorted()) {
    if (sequenceNumber(file) === undefined) continue;
    const read = readTextInside(real, `journal/${file}`, fileLimits.event);
    if ('text' in read && checksumProblem(read.text) !== undefined) altered.push(file);
    yield;
  }
  let placed: { readonly dir: string; readonly processFile: ProcessFile } | undefined;
  const isTaken = (id: string): boolean => exists(join(runsDir, id));
  return {
    runId,
    run,
    size: files.run.reduce((sum, { entry }) => sum + entry.size, 0),
    altered,
    firstEvents: manifest?.firstEvents,
    isTaken,
    async place(id) {
      if (!isRunId(id))
        throw new HumanError(`${visible(id)} is not a plain name, so it cannot be the id of a run.`);
      if (isTaken(id)) throw new HumanError(`There is a run ${visible(id)} already; it is left as it is.`);
      const target = join(runsDir, id);
      try {
        await write(
          zip,
          files.run.filter(({ name }) => !isTold(name)),
          dir,
        );
        makeAtHome(dir, id, projectOf(target));
        // Fails where a folder with anything in it has come meanwhile.
        renameSync(dir, target);
      } catch (error) {
        throw inWords(error, 'The run could not be put among the others');
      }
      rmSync(folder, { recursive: true, force: true });
      placed = { dir: target, processFile: findProcessFile(target, run, processFile) };
      return placed;
    },
    writeProcessFile() {
      if (placed?.processFile.state !== 'missing' || !placed.processFile.carried || !processFile) return;
      const { path } = placed.processFile;
      try {
        const [parent, project] = [realPath(existingAbove(path)), realPath(projectOf(placed.dir))];
        if (parent === undefined || project === undefined || !isInside(project, parent)) {
          throw new HumanError(
            'The process file belongs to a place outside of the project; it is not written.',
          );
        }
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, processFile, { flag: 'wx' });
      } catch (error) {
        throw inWords(error, 'The process file could not be written');
      }
    },
    discard() {
      zip.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Names that begin with a dot are hidden, and may be one of our own folders. */
function isRunId(name: string): boolean {
  return isSegment(name) && !name.startsWith('.');
}

/** run.json names the run's id and, since 6.x, the project it belongs to: from now on both are these. */
function makeAtHome(dir: string, runId: string, project: string): void {
  const path = join(dir, 'run.json');
  const read = readTextInside(realPath(dir) ?? dir, 'run.json', fileLimits.metadata);
  const parsed = 'text' in read ? parseJson(read.text) : undefined;
  const json = parsed && 'value' in parsed ? parsed.value : undefined;
  if (!isRecord(json)) return;
  const cwd = typeof json['cwd'] === 'string' ? { cwd: project } : {};
  const changed = { ...json, runId, ...cwd };
  if (json['runId'] === runId && json['cwd'] === (changed as { cwd?: unknown }).cwd) return;
  writeFileSync(path, `${JSON.stringify(changed, null, 2)}\n`);
}

/** The folder around a path that is there, be it a link: what is made below it lies where it leads. */
function existingAbove(path: string): string {
  const folder = dirname(path);
  return exists(folder) || folder === path ? folder : existingAbove(folder);
}

/**
 * Whether a process file of an archive may be put there: JavaScript or TypeScript, and in no hidden folder but the one
 * for processes, as files elsewhere may mean something to other programs.
 * @param way from the project
 */
function isProcessPlace(way: string): boolean {
  const parts = way.split(/[/\\]/);
  const shown = parts[0] === '.a5c' && parts[1] === 'processes' ? parts.slice(2) : parts;
  return /\.[cm]?[jt]s$/.test(way) && !shown.some((part) => part.startsWith('.') || part === 'node_modules');
}

function findProcessFile(dir: string, run: BabysitterRun, carried: Uint8Array | undefined): ProcessFile {
  const { entry } = run.metadata ?? {};
  if (!entry) return { state: 'none' };
  const path = isAbsolute(entry.importPath) ? entry.importPath : resolve(dir, entry.importPath);
  if (entry.importPath.includes('\0') || !isInside(projectOf(dir), path)) return { state: 'outside' };
  const mayBeWritten = carried !== undefined && isProcessPlace(relative(projectOf(dir), path));
  if (!exists(path)) return { state: 'missing', path, carried: mayBeWritten };
  const here = carried && readBytes(path, archiveLimits.each);
  const same = !here || ('bytes' in here && Buffer.compare(here.bytes, carried) === 0);
  return { state: same ? 'there' : 'different', path };
}
