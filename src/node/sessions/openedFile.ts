import { closeSync, fstatSync, readSync } from 'node:fs';
import { openRegular } from '../safeFile';
import { zstdContent, zstdHead } from './zstd';

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

/** So much of a compressed file gives more than the beginning that anybody wants. In bytes. */
const packedHead = 192 * 1024;

/** What was unpacked last, as long as memory allows: rows of a file are read one by one. */
let last: { readonly name: string; readonly content: WeakRef<Buffer> } | undefined;

/**
 * @param path the real path of a regular file
 * @param onlyHead whether nothing but the beginning is wanted
 * @returns `undefined`: it cannot be read
 */
export function openFile(path: string, onlyHead = false): OpenedFile | undefined {
  try {
    const file = openRegular(path);
    const { size, ino: inode, mtimeMs: modifiedAt } = fstatSync(file);
    if (!path.endsWith('.zst')) {
      const read: OpenedFile['read'] = (into, length, position) => readSync(file, into, 0, length, position);
      return { size, inode, modifiedAt, read, close: () => closeSync(file) };
    }
    try {
      const content = onlyHead
        ? zstdHead(bytesOf(file, Math.min(size, packedHead)))
        : unpacked(`${path} ${inode} ${size} ${modifiedAt}`, () => bytesOf(file, size));
      return content && { inode, modifiedAt, ...inMemory(content) };
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function inMemory(content: Buffer): Pick<OpenedFile, 'size' | 'read' | 'close'> {
  return {
    size: content.length,
    read: (into, length, position) =>
      position >= content.length ? 0 : content.copy(into, 0, position, position + length),
    close: () => {},
  };
}

function unpacked(name: string, bytes: () => Buffer): Buffer | undefined {
  const known = last?.name === name ? last.content.deref() : undefined;
  const content = known ?? zstdContent(bytes());
  if (content && !known) last = { name, content: new WeakRef(content) };
  return content;
}

function bytesOf(file: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, 0));
}
