import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  // oxlint-disable-next-line no-restricted-imports -- this is the one place
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Disposable } from '../core/disposables';
import { isInside } from '../core/paths';

/** What reading a file gave: its text, or a sentence part saying why there is none. */
export type FileText = { readonly text: string } | Unread;

/** Why there is nothing, as a sentence part, and whether that is because there is no such file. */
export interface Unread {
  readonly problem: string;
  readonly missing: boolean;
}

const megabyte = 1024 * 1024;

/** How large a file of each kind may be to be read. Engines put values over 1 MiB into files of their own. */
export const fileLimits = {
  metadata: 4 * megabyte,
  event: 4 * megabyte,
  task: 8 * megabyte,
  lock: megabyte / 16,
} as const;

/**
 * Reads a text file below a folder. A run folder may come from anywhere, so: a link is followed only to a target
 * inside the folder, only regular files are opened (a named pipe would block for ever), nothing over the limit is
 * read, and only UTF-8 is accepted.
 * @param root the folder that must not be left; a real path (links resolved)
 * @param path inside `root`
 * @param limit in bytes
 */
export function readTextInside(root: string, path: string, limit: number): FileText {
  try {
    const full = join(root, path);
    const leadsOut = (): boolean => !isInside(root, realpathSync.native(dirname(full)));
    if (leadsOut()) return outside;
    const read = readRegularFile(root, full, limit);
    return knowsPlaces || !leadsOut() ? read : outside;
  } catch (error) {
    return toProblem(error);
  }
}

/** {@link readTextInside} for a file whose folder is known to lie inside, without looking that up again. */
export function readTextIn(root: string, full: string, limit: number): FileText {
  try {
    return readRegularFile(root, full, limit);
  } catch (error) {
    return toProblem(error);
  }
}

/**
 * The text files of one folder, of which perhaps many are read. Where the system can, the folder is held open from the
 * third one on: where it lies is then looked at once, and not for each file, which costs as much as opening it.
 */
export class FolderFiles implements Disposable {
  #reads = 0;
  /** The folder, held open. */
  #folder: number | undefined;

  /**
   * @param root the folder that must not be left; a real path (links resolved)
   * @param folder known to lie inside `root`
   */
  constructor(
    private readonly root: string,
    private readonly folder: string,
  ) {}

  /** {@link readTextIn} for a file of this folder. @param name one plain segment @param limit in bytes */
  read(name: string, limit: number): FileText {
    this.#reads += 1;
    if (this.#reads === readsBeforeHolding) this.#hold();
    if (this.#folder === undefined) return readTextIn(this.root, `${this.folder}/${name}`, limit);
    try {
      return readRegularFile(this.root, `/proc/self/fd/${this.#folder}/${name}`, limit, true);
    } catch (error) {
      return toProblem(error);
    }
  }

  dispose(): void {
    if (this.#folder !== undefined) closeSync(this.#folder);
    this.#folder = undefined;
  }

  #hold(): void {
    if (!knowsPlaces) return;
    try {
      const folder = openSync(this.folder, carefully | constants.O_DIRECTORY);
      const place = placeOf(folder);
      // Without /proc its files could not be opened through it either.
      if (place !== undefined && isInside(this.root, place)) this.#folder = folder;
      else closeSync(folder);
    } catch {
      // A link, or gone: what reads its files says so.
    }
  }
}

const readsBeforeHolding = 3;

/**
 * Reads a text file wherever it lies, links followed: one that a person named, or that Node itself would read. Only
 * regular files are read, as above.
 * @param limit in bytes
 */
export function readTextAt(path: string, limit: number): FileText {
  const read = readBytes(path, limit, true);
  if ('problem' in read) return read;
  if (!isUtf8(read.bytes)) return { problem: 'is no UTF-8 text', missing: false };
  return { text: read.bytes.toString('utf8') };
}

/**
 * The content of a regular file.
 * @param limit in bytes
 * @param followLinks otherwise a link is a problem
 */
export function readBytes(
  path: string,
  limit: number,
  followLinks = false,
): { readonly bytes: Buffer } | Unread {
  try {
    const file = openRegular(path, followLinks);
    try {
      const { size } = fstatSync(file);
      if (size > limit) return { problem: tooLarge(size, limit), missing: false };
      const bytes = Buffer.allocUnsafe(size);
      let length = 0;
      while (length < size) {
        const read = readSync(file, bytes, length, size - length, length);
        if (read === 0) break;
        length += read;
      }
      return { bytes: bytes.subarray(0, length) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (codeOf(error) === 'ELOOP' && !followLinks) return { problem: 'is a link', missing: false };
    return toProblem(error);
  }
}

/**
 * Opens a regular file for reading; what is none is found out after opening, so that nothing can be put in its place.
 * @throws Error, `EINVAL` for what is no regular file, `ELOOP` for a link that is not to be followed
 */
export function openRegular(path: string, followLinks = false): number {
  if (!followLinks && constants.O_NOFOLLOW === undefined && lstatSync(path).isSymbolicLink())
    throw linkFound();
  const file = openSync(path, followLinks ? carefully & ~(constants.O_NOFOLLOW ?? 0) : carefully);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw Object.assign(new Error('It is no regular file.'), { code: 'EINVAL' });
}

/** Opens a new file for writing, which only its owner may read. @throws Error `EEXIST` when there is anything of that name */
export function createFile(path: string): number {
  return openSync(path, 'wx', 0o600);
}

/** The real path, links resolved, or `undefined` when there is nothing. (Node's own `realpathSync` is several times slower.) */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** Whether there is an entry of that name, be it a broken link. */
export function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Whether there is a file, links followed. What cannot be looked at is not there: PATH often holds folders that belong to
 * others, or are no folders.
 */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

// O_NONBLOCK: opening a named pipe returns at once. O_NOFOLLOW: the open fails on a link. Windows knows neither: it has no
// such pipes in folders, and links are looked for.
const carefully = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Whether the system tells where an opened file lies. */
const knowsPlaces = process.platform === 'linux';

const outside: Unread = { problem: 'leads out of the run folder; it is not read', missing: false };

/** Where an opened file really lies; `undefined`: the system does not tell. */
function placeOf(file: number): string | undefined {
  if (!knowsPlaces) return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return undefined;
  }
}

/** Whether an opened file lies outside: a folder on the way to it may have become a link since it was looked at. */
function isOutside(root: string, file: number): boolean {
  const place = placeOf(file);
  return place !== undefined && !isInside(root, place);
}

/** Grows to the largest small file read; one for all, as reading is synchronous. */
let buffer = Buffer.allocUnsafe(64 * 1024);

function readRegularFile(root: string, full: string, limit: number, isHeld = false): FileText {
  let file: number;
  try {
    if (constants.O_NOFOLLOW === undefined && lstatSync(full).isSymbolicLink()) throw linkFound();
    file = openSync(full, carefully);
  } catch (error) {
    if (codeOf(error) !== 'ELOOP') throw error;
    const target = realpathSync.native(full);
    if (!isInside(root, target))
      return { problem: 'is a link out of the run folder; it is not read', missing: false };
    file = openSync(target, carefully);
  }
  try {
    if (!isHeld && isOutside(root, file)) return outside;
    return toText(readSmall(file, limit) ?? readWhole(file, limit));
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a file with one call, where that surely gives all of it: it ends as engines end their files, and before the
 * buffer does. (Reading at a position fails on whatever is no file.)
 */
function readSmall(file: number, limit: number): number | undefined {
  let length: number;
  try {
    length = readSync(file, buffer, 0, buffer.length, 0);
  } catch {
    return undefined;
  }
  return length < buffer.length && length <= limit && buffer[length - 1] === lineEnd ? length : undefined;
}

const lineEnd = 10;

/** Reads a file of any kind and size into the buffer. */
function readWhole(file: number, limit: number): number | string {
  const stat = fstatSync(file);
  if (!stat.isFile()) return 'is no regular file';
  if (stat.size > limit) return tooLarge(stat.size, limit);
  if (stat.size > buffer.length) buffer = Buffer.allocUnsafe(stat.size);
  let length = 0;
  while (length < stat.size) {
    const read = readSync(file, buffer, length, stat.size - length, length);
    if (read === 0) break;
    length += read;
  }
  return length;
}

function tooLarge(...sizes: readonly [size: number, limit: number]): string {
  const [size, most] = sizes.map((bytes) => `${Math.ceil(bytes / megabyte)} MB`);
  return `is too large to be read (${size}; the limit is ${most})`;
}

/** @param read how much is in the buffer, or why nothing is */
function toText(read: number | string): FileText {
  if (typeof read === 'string') return { problem: read, missing: false };
  const text = buffer.toString('utf8', 0, read);
  // What stands for bytes that are no UTF-8 may have been written, too.
  const valid = !text.includes('\ufffd') || isUtf8(buffer.subarray(0, read));
  if (buffer.length > megabyte) buffer = Buffer.allocUnsafe(64 * 1024);
  // A byte order mark stays, and is told by the parser.
  return valid ? { text } : { problem: 'is no UTF-8 text', missing: false };
}

function linkFound(): Error {
  return Object.assign(new Error('It is a link.'), { code: 'ELOOP' });
}

function toProblem(error: unknown): Unread {
  const code = codeOf(error);
  return { problem: whyNotRead(error), missing: code === 'ENOENT' || code === 'ENOTDIR' };
}

/** A sentence part that follows the name of a file or folder that could not be read. */
export function whyNotRead(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'is missing';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be opened: permission denied';
    case 'EINVAL':
    case 'EISDIR':
      return 'is no regular file';
    case 'ELOOP':
      return 'is a link that leads in a circle';
    default:
      return `cannot be read (${code ?? String(error)})`;
  }
}

/** The error code of a Node error ("ENOENT"), or `undefined`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
