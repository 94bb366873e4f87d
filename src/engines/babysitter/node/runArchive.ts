import { isUnreadable, type BabysitterRun } from '../core/babysitterRun';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import * as z from 'zod';
import type {
  PackedRun,
  PackOptions,
  ProcessFile,
  RunArchives,
  UnpackedRun,
} from '../core/archive/runArchives';
import { HumanError, messageOf } from '../../../core/errors';
import { visible } from '../../../core/format';
import { isInside } from '../../../core/paths';
import { foldRun } from '../core/foldRun';
import { sequenceNumber } from '../core/eventName';
import { parseEvent } from '../core/parseEvent';
import { isRecord, isSegment, parseJson } from '../../../core/run/lenient';
import type { Problem } from '../../../core/run/problem';
import type { Sliced } from '../../../core/sliced';
import { checksumProblem } from '../../../node/checksum';
import { projectOf } from './projectOf';
import { RunDirectory } from './runDirectory';
import {
  codeOf,
  exists,
  fileLimits,
  readBytes as readBytesOf,
  readTextInside,
  realPath,
  whyNotRead,
} from '../../../node/safeFile';
import { inSlices } from '../../../node/slices';
import { ZipReader, ZipWriter, type ZipEntry } from '../../../node/zip';

const megabyte = 1024 * 1024;

/** No run is larger; an archive may pretend to be small and be a bomb. */
const limits = { entries: 500_000, total: 2048 * megabyte, each: 256 * megabyte };

/** What an archive of ours says of itself, in `archive.json`; the run lies in `run/`, the process file in `process/`. */
const manifestShape = z.looseObject({
  format: z.literal('babysitter-runs/archive'),
  version: z.literal(1),
  runId: z.string(),
  firstEvents: z.number().int().positive().optional(),
});

/** Archives on this machine's disk, without blocking anything for long. */
export const runArchives: RunArchives = {
  pack: (dir, target, options) => inSlices(packRun(dir, target, options)),
  unpack: (archive, runsDir) => inSlices(unpackRun(archive, runsDir)),
};

/** Packs a run. See {@link RunArchives.pack}. */
export function* packRun(dir: string, target: string, options: PackOptions): Sliced<PackedRun> {
  const directory = new RunDirectory(dir, realPath(dirname(dir)) ?? dirname(dir));
  const real = realPath(dir);
  const run = yield* directory.read();
  if (!run || real === undefined) throw new HumanError('The run is not there any more.');
  // Listed before its tasks are: what an event names is written before the event.
  const journal = (yield* directory.listEvents()).slice(0, options.firstEvents);
  const cut = options.firstEvents === undefined ? undefined : yield* foldFirst(real, journal);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  rmSync(temporary, { force: true });
  const zip = create(temporary);
  const left: Problem[] = [];
  let files = 0;
  try {
    const add = (path: string, name: string): void => {
      const content = readBytes(path);
      if ('problem' in content) left.push({ file: name, what: content.problem });
      else {
        zip.add(`run/${name}`, content.bytes);
        files += 1;
      }
    };
    const manifest = { format: 'babysitter-runs/archive', version: 1, runId: run.runId };
    const shortened = cut ? { firstEvents: journal.length } : {};
    zip.add('archive.json', Buffer.from(`${JSON.stringify({ ...manifest, ...shortened }, null, 2)}\n`));
    for (const file of journal) {
      add(`${real}/journal/${file}`, `journal/${file}`);
      yield;
    }
    for (const name of filesBelow(real, '', left)) {
      if (isPartOfRun(name) && (!cut || wasThere(name, cut))) add(`${real}/${name}`, name);
      yield;
    }
    const entry = options.processFile ? entryFile(run, real) : undefined;
    if (entry !== undefined) {
      const content = readBytes(entry);
      if ('problem' in content) left.push({ file: basename(entry), what: content.problem });
      else zip.add(`process/${basename(entry)}`, content.bytes);
    }
    zip.finish();
    zip.close();
    renameSync(temporary, target);
  } catch (error) {
    throw inWords(error, 'The archive could not be written');
  } finally {
    zip.close();
    rmSync(temporary, { force: true });
  }
  return { files, events: journal.length, left };
}

function create(path: string): ZipWriter {
  try {
    return new ZipWriter(path);
  } catch (error) {
    throw inWords(error, 'The archive could not be written');
  }
}

/** The process file that lies in the run's project; `undefined`: it is elsewhere, or there is none. */
function entryFile(run: BabysitterRun, real: string): string | undefined {
  const { entry } = run.metadata ?? {};
  const named = entry && resolve(real, entry.importPath);
  const folders = [run.projectDir, projectOf(run.location)];
  const projects = folders.flatMap((project) => realPath(project) ?? []);
  // Decided before it is touched: a path may lead to another machine.
  if (named === undefined || ![...folders, ...projects].some((folder) => isInside(folder, named)))
    return undefined;
  const path = realPath(named);
  return path !== undefined && projects.some((project) => isInside(project, path)) ? path : undefined;
}

/** Which effects the first events ask for, and which of them they answer. */
function* foldFirst(real: string, journal: readonly string[]) {
  const entries = [];
  for (const file of journal) {
    const read = readTextInside(real, `journal/${file}`, fileLimits.event);
    const entry = 'text' in read ? parseEvent(file, read.text).entry : undefined;
    if (entry) entries.push(entry);
    yield;
  }
  return foldRun(entries).effects;
}

/** Journals are packed event by event; locks and what interrupted writes left belong to the process that made them. */
function isPartOfRun(name: string): boolean {
  return !/^(?:run\.lock$|journal(?:\.|\/))/.test(name) && !/\.tmp-[^/]*$/.test(name);
}

/** Whether a file was there when only the first events were. What is in `state/` tells of the end. */
function wasThere(
  name: string,
  effects: { get(id: string): { readonly status: string } | undefined },
): boolean {
  const [folder, effectId, file = '', inner = ''] = name.split('/');
  if (folder === 'state') return false;
  if (folder !== 'tasks' || effectId === undefined) return true;
  const effect = effects.get(effectId);
  if (!effect) return false;
  if (effect.status !== 'pending') return true;
  return /^(?:task|inputs?)\.json$/.test(file) || (file === 'blobs' && inner.startsWith('inputs-'));
}

/** The regular files below a folder; anything else is noted. */
function* filesBelow(root: string, folder: string, left: Problem[]): Generator<string> {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    left.push({ file: folder, what: whyNotRead(error) });
    return;
  }
  for (const entry of entries) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, name, left);
    else if (entry.isFile()) yield name;
    else left.push({ file: name, what: entry.isSymbolicLink() ? 'is a link' : 'is no regular file' });
  }
}

function readBytes(path: string): { readonly bytes: Uint8Array } | { readonly problem: string } {
  return readBytesOf(path, limits.each);
}

/** Unpacks a run. See {@link RunArchives.unpack}. */
export function* unpackRun(archive: string, runsDir: string): Sliced<UnpackedRun> {
  let zip: ZipReader | undefined;
  let folder: string | undefined;
  try {
    zip = new ZipReader(archive, limits);
    const { entries, root } = arrange(zip);
    mkdirSync(runsDir, { recursive: true });
    // It holds no run itself, so nobody takes it for one.
    folder = mkdtempSync(join(runsDir, '.import-'));
    const dir = join(folder, 'run');
    let process: Uint8Array | undefined;
    for (const entry of entries) {
      const inner = entry.name.startsWith(root) ? entry.name.slice(root.length) : undefined;
      if (root === 'run/' && /^process\/[^/]+$/.test(entry.name)) process ??= zip.read(entry);
      if (inner === undefined || inner === '' || entry.kind !== 'file') continue;
      if (!isPartOfRun(inner) && !/^journal\/[^/]+$/.test(inner)) continue;
      const path = join(dir, inner);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, zip.read(entry), { flag: 'wx' });
      yield;
    }
    const manifest = root === 'run/' ? readManifest(zip) : undefined;
    return yield* lookThrough({ folder, dir, runsDir, archiveName: root.slice(0, -1), manifest, process });
  } catch (error) {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    throw inWords(error, 'The archive could not be imported');
  } finally {
    zip?.close();
  }
}

/**
 * Refuses whatever could be written elsewhere than into the run's folder, and finds the run: in `run/` of our own
 * archives, else in the only folder that has a run.json.
 */
function arrange(zip: ZipReader): { readonly entries: readonly ZipEntry[]; readonly root: string } {
  const entries = zip.entries.filter(({ name }) => !/^__MACOSX\/|(?:^|\/)\.DS_Store$/.test(name));
  const names = new Set<string>();
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
  }
  if (names.has('archive.json') && names.has('run/run.json')) return { entries, root: 'run/' };
  const roots = [...names].flatMap((name) => /^([^/]+\/)?run\.json$/.exec(name)?.[1] ?? []);
  const [root] = roots;
  if (root === undefined || roots.length > 1) {
    throw new HumanError(
      root === undefined
        ? 'The archive holds no run: there is no folder with a run.json in it.'
        : 'The archive holds several runs; import them one by one.',
    );
  }
  return { entries, root };
}

function readManifest(zip: ZipReader): z.infer<typeof manifestShape> {
  const entry = zip.entries.find(({ name }) => name === 'archive.json');
  const json =
    entry && entry.size < megabyte ? parseJson(Buffer.from(zip.read(entry)).toString()) : undefined;
  const parsed = manifestShape.safeParse(json && 'value' in json ? json.value : undefined);
  if (!parsed.success) {
    throw new HumanError('The archive was made by a newer version of this extension, or is damaged.');
  }
  return parsed.data;
}

interface Unpacked {
  readonly folder: string;
  readonly dir: string;
  readonly runsDir: string;
  readonly archiveName: string;
  readonly manifest: z.infer<typeof manifestShape> | undefined;
  readonly process: Uint8Array | undefined;
}

function* lookThrough(unpacked: Unpacked): Sliced<UnpackedRun> {
  const { folder, dir, runsDir, archiveName, manifest, process } = unpacked;
  const runId = manifest?.runId ?? archiveName;
  if (!isRunId(runId)) {
    throw new HumanError(
      `The archive's run is called ${visible(runId)}, which is no plain name; nothing is imported.`,
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
    altered,
    firstEvents: manifest?.firstEvents,
    isTaken,
    place(id) {
      if (!isRunId(id))
        throw new HumanError(`${visible(id)} is no plain name, so it cannot be the id of a run.`);
      if (isTaken(id)) throw new HumanError(`There is a run ${visible(id)} already; it is left as it is.`);
      const target = join(runsDir, id);
      try {
        makeAtHome(dir, id, projectOf(target));
        // Fails where a folder with anything in it has come meanwhile.
        renameSync(dir, target);
      } catch (error) {
        throw inWords(error, 'The run could not be put among the others');
      }
      rmSync(folder, { recursive: true, force: true });
      placed = { dir: target, processFile: findProcessFile(target, run, process) };
      return placed;
    },
    writeProcessFile() {
      if (placed?.processFile.state !== 'missing' || !placed.processFile.carried || !process) return;
      const { path } = placed.processFile;
      try {
        const [parent, project] = [realPath(existingAbove(path)), realPath(projectOf(placed.dir))];
        if (parent === undefined || project === undefined || !isInside(project, parent)) {
          throw new HumanError(
            'The process file belongs to a place outside of the project; it is not written.',
          );
        }
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, process, { flag: 'wx' });
      } catch (error) {
        throw inWords(error, 'The process file could not be written');
      }
    },
    discard: () => rmSync(folder, { recursive: true, force: true }),
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
  const here = carried && readBytes(path);
  const same = !here || ('bytes' in here && Buffer.compare(here.bytes, carried) === 0);
  return { state: same ? 'there' : 'different', path };
}

/** What a person is told; errors that say it already stay as they are. */
function inWords(error: unknown, what: string): Error {
  if (error instanceof HumanError) return error;
  const code = codeOf(error);
  const why =
    code === 'ENOSPC'
      ? 'the disk is full'
      : code === 'EEXIST' || code === 'ENOTEMPTY'
        ? 'something of that name is there already'
        : code === undefined
          ? messageOf(error)
          : `it ${whyNotRead(error)}`;
  return new HumanError(`${what}: ${why}.`, undefined, { cause: error });
}
