import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { PackedRun, PackOptions, RunArchives } from '../core/archive/runArchives';
import type { BabysitterRun } from '../core/babysitterRun';
import { HumanError, runDeleted } from '../../../core/errors';
import { isInside } from '../../../core/paths';
import { foldRun } from '../core/foldRun';
import { parseEvent } from '../core/parseEvent';
import type { Problem } from '../../../core/run/problem';
import type { Sliced } from '../../../core/sliced';
import { archiveLimits, inWords, isPartOfRun } from './archiveShape';
import { projectOf } from './projectOf';
import { RunDirectory } from './runDirectory';
import {
  fileLimits,
  readBytes as readBytesOf,
  readTextInside,
  realPath,
  whyNotRead,
} from '../../../node/safeFile';
import { inSlices } from '../../../node/slices';
import { unpackRun } from './unpackRun';
import { ZipWriter } from '../../../node/zip';

/** Archives on this machine's disk, without blocking anything for long. */
export const runArchives: RunArchives = {
  pack: (dir, target, options) => inSlices(packRun(dir, target, options)),
  unpack: unpackRun,
};

/** Packs a run. See {@link RunArchives.pack}. */
export function* packRun(dir: string, target: string, options: PackOptions): Sliced<PackedRun> {
  const directory = new RunDirectory(dir, realPath(dirname(dir)) ?? dirname(dir));
  const real = realPath(dir);
  const run = yield* directory.read();
  if (!run || real === undefined) throw new HumanError(runDeleted);
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
  return readBytesOf(path, archiveLimits.each);
}
