import { closeSync, fstatSync, readSync, statSync } from 'node:fs';
import { atOnce, type Sliced } from '../../core/sliced';
import { openRegular } from '../safeFile';
import { documentLines } from './documentLines';
import { zstdContent, zstdContentAside, zstdHead } from './zstd';

/** A file of a session that is open; what was compressed is read as what it was before. */
export interface OpenedFile {
  /** In bytes. */
  readonly size: number;
  readonly inode: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Reads into the start of a buffer. @returns how many bytes; 0 behind the end */
  read(into: Buffer, length: number, position: number): number;
  close(): void;
}

/** So much of a compressed file gives the beginning that is wanted, mostly and always. In bytes. */
const packedHeads = [16 * 1024, 192 * 1024];

/** So long what was unpacked is held after its last use, in milliseconds: rows of a file are read one by one. */
const holdsFor = 10_000;

/** What was unpacked last. */
let held: { readonly name: string; readonly content: Buffer; readonly timer: NodeJS.Timeout } | undefined;

/** Whether a file is compressed. */
export function isPacked(path: string): boolean {
  return path.endsWith('.zst');
}

/** Whether a file is one JSON document, which is written anew as a whole. */
export function isDocument(path: string): boolean {
  return path.endsWith('.json');
}

/** Whether a file that has to be made into lines first is what it was, so that it need not be done again. */
export function isUnchanged(path: string, before: Pick<OpenedFile, 'inode' | 'modifiedAt'>): boolean {
  if (!isPacked(path) && !isDocument(path)) return false;
  const same = withPacked(path, (now) => now.inode === before.inode && now.modifiedAt === before.modifiedAt);
  return same === true;
}

/** A larger compressed file or document is not read. In bytes. */
const mostPacked = 16 * 1024 * 1024;

/** Whether a compressed file or a document is too large to be read. */
export function isTooLarge(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > mostPacked;
}

/**
 * Before a file is opened: unpacks one that is compressed on another thread, where that can be waited for, and makes lines of
 * a document.
 */
export function* unpacksAside(path: string): Sliced<void> {
  if (isDocument(path)) {
    const document = notHeld(path);
    if (document) hold(document.name, yield* documentLines(document.data));
  } else if (isPacked(path)) {
    yield async () => {
      const packed = notHeld(path);
      const content = packed && (await zstdContentAside(packed.data));
      if (content) hold(packed.name, content);
    };
  }
}

/** All bytes of a file that has to be made into lines; `undefined`: that is done, or it is too large. */
function notHeld(path: string): { readonly name: string; readonly data: Buffer } | undefined {
  return withPacked(path, ({ name, bytes, size }) =>
    heldAs(name) || size > mostPacked ? undefined : { name, data: bytes(size) },
  );
}

/**
 * @param path the real path of a regular file
 * @param head only so many bytes of the beginning are wanted; left out: all
 * @returns `undefined`: it cannot be read
 */
export function openFile(path: string, head?: number): OpenedFile | undefined {
  if (isPacked(path)) return openPacked(path, head);
  // Its beginning is wanted as it is.
  if (isDocument(path) && head === undefined) return openDocument(path);
  try {
    const file = openRegular(path);
    const { size, ino: inode, mtimeMs: modifiedAt } = fstatSync(file);
    const read: OpenedFile['read'] = (into, length, position) => readSync(file, into, 0, length, position);
    return { size, inode, modifiedAt, read, close: () => closeSync(file) };
  } catch {
    return undefined;
  }
}

function openPacked(path: string, head: number | undefined): OpenedFile | undefined {
  return withPacked(path, ({ name, bytes, size, inode, modifiedAt }) => {
    if (head === undefined && size > mostPacked) return undefined;
    const content =
      head === undefined ? (heldAs(name) ?? hold(name, zstdContent(bytes(size)))) : headOf(bytes, head);
    return content && { inode, modifiedAt, ...inMemory(content) };
  });
}

function openDocument(path: string): OpenedFile | undefined {
  return withPacked(path, ({ name, bytes, size, inode, modifiedAt }) => {
    if (size > mostPacked) return undefined;
    const content = heldAs(name) ?? hold(name, atOnce(documentLines(bytes(size))));
    return content && { inode, modifiedAt, ...inMemory(content) };
  });
}

/** The beginning of what a compressed file holds. */
function headOf(bytes: (length: number) => Buffer, wanted: number): Buffer | undefined {
  let content: Buffer | undefined;
  for (const length of packedHeads) {
    content = zstdHead(bytes(length)) ?? content;
    if (content && content.length >= wanted) break;
  }
  return content;
}

interface PackedFile extends Pick<OpenedFile, 'size' | 'inode' | 'modifiedAt'> {
  /** Names what it holds now. */
  readonly name: string;
  /** Its first bytes. */
  bytes(length: number): Buffer;
}

/** @returns `undefined` also where it cannot be read */
function withPacked<T>(path: string, use: (packed: PackedFile) => T): T | undefined {
  try {
    const file = openRegular(path);
    try {
      const { size, ino: inode, mtimeMs: modifiedAt } = fstatSync(file);
      const bytes = (length: number): Buffer => {
        const buffer = Buffer.allocUnsafe(Math.min(length, size));
        return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
      };
      return use({ name: `${path} ${inode} ${size} ${modifiedAt}`, size, inode, modifiedAt, bytes });
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function heldAs(name: string): Buffer | undefined {
  if (held?.name !== name) return undefined;
  held.timer.refresh();
  return held.content;
}

function hold(name: string, content: Buffer | undefined): Buffer | undefined {
  if (!content) return undefined;
  clearTimeout(held?.timer);
  const timer = setTimeout(() => (held = undefined), holdsFor);
  timer.unref();
  held = { name, content, timer };
  return content;
}

function inMemory(content: Buffer): Pick<OpenedFile, 'size' | 'read' | 'close'> {
  return {
    size: content.length,
    read: (into, length, position) =>
      position >= content.length ? 0 : content.copy(into, 0, position, position + length),
    close: () => {},
  };
}
