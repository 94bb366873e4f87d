import { closeSync, createWriteStream, fstatSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { HumanError } from '../core/errors';
import { thousands } from '../core/format';
import type { Sliced } from '../core/sliced';
import { codeOf, createFile, openRegular } from './safeFile';
import { inSlices, isSliceOver } from './slices';

// A library would do for files of our own. Archives of others need what libraries do not tell: which entries are links,
// whether the bytes are those that were packed, and how large they are before they are unpacked. And a run of a hundred
// thousand events has more files than the classic format counts (zip64).
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
};
const sizes = { local: 30, central: 46, end: 22, end64: 56, locator: 20 };
/** Text in file names is UTF-8. */
const utf8Flag = 0x0800;
const encryptedFlag = 0x0001;
const [stored, deflated] = [0, 8];
const regularFile = 0o100_644;
/** A field of 32 or 16 bits that says: the number is too large for me. */
const [full32, full16] = [0xffff_ffff, 0xffff];
/** What is unpacked at once, and what is read at once of anything larger; in bytes. */
const [small, piece] = [256 * 1024, 64 * 1024];

/** Writes a zip file, one entry after the other. */
export class ZipWriter {
  readonly #file: number;
  #open = true;
  readonly #central: Buffer[] = [];
  #at = 0;

  /** @param path is made; fails when it exists */
  constructor(path: string) {
    this.#file = createFile(path);
  }

  /** @param name "/" between parts */
  add(name: string, content: Uint8Array): void {
    const [encoded, packed] = [Buffer.from(name), deflateRawSync(content)];
    const smaller = packed.length < content.length;
    const body = smaller ? packed : content;
    if (this.#at + body.length + sizes.local + encoded.length > full32) {
      throw new HumanError('The run is too large for an archive: it would be over 4 GB.');
    }
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0); // version needed
    shared.writeUInt16LE(utf8Flag, 2);
    shared.writeUInt16LE(smaller ? deflated : stored, 4);
    shared.writeUInt16LE(0, 6);
    shared.writeUInt16LE(0x21, 8); // 1980-01-01: the same run gives the same bytes
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(body.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(encoded.length, 22);
    const central = Buffer.alloc(sizes.central);
    central.writeUInt32LE(signatures.central, 0);
    central.writeUInt16LE((3 << 8) | 20, 4); // made by Unix, so that the mode counts
    shared.copy(central, 6);
    central.writeUInt32LE((regularFile << 16) >>> 0, 38);
    central.writeUInt32LE(this.#at, 42);
    this.#central.push(central, encoded);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(signatures.local, 0);
    this.#write(local, shared, encoded, body);
  }

  /** Writes the list of entries; nothing can be added any more. */
  finish(): void {
    const [start, count] = [this.#at, this.#central.length / 2];
    for (const part of this.#central) this.#write(part);
    const length = this.#at - start;
    if (count >= full16) {
      const end64 = Buffer.alloc(sizes.end64 + sizes.locator);
      end64.writeUInt32LE(signatures.end64, 0);
      end64.writeBigUInt64LE(BigInt(sizes.end64 - 12), 4);
      end64.writeUInt16LE((3 << 8) | 45, 12);
      end64.writeUInt16LE(45, 14);
      [count, count, length, start].forEach((number, i) =>
        end64.writeBigUInt64LE(BigInt(number), 24 + i * 8),
      );
      end64.writeUInt32LE(signatures.locator, sizes.end64);
      end64.writeBigUInt64LE(BigInt(this.#at), sizes.end64 + 8);
      end64.writeUInt32LE(1, sizes.end64 + 16);
      this.#write(end64);
    }
    const end = Buffer.alloc(sizes.end);
    end.writeUInt32LE(signatures.end, 0);
    end.writeUInt16LE(Math.min(count, full16), 8);
    end.writeUInt16LE(Math.min(count, full16), 10);
    end.writeUInt32LE(length, 12);
    end.writeUInt32LE(start, 16);
    this.#write(end);
  }

  close(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }

  #write(...parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      let done = 0;
      while (done < part.length) done += writeSync(this.#file, part, done);
      this.#at += part.length;
    }
  }
}

/** An entry of an archive as its list tells it. Nothing of it is true for certain. */
export interface ZipEntry {
  /** As it stands there. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes, unpacked. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  readonly crc: number;
  readonly at: number;
}

/** How much of an archive is looked at. */
export interface ZipLimits {
  readonly entries: number;
  /** In bytes, unpacked, of all entries. */
  readonly total: number;
  /** Of one entry. */
  readonly each: number;
}

/** Reads a zip file that somebody else made. What is wrong with it is said in a {@link HumanError}. */
export class ZipReader {
  readonly #file: number;
  readonly #size: number;
  #open = true;
  #entries: readonly ZipEntry[] = [];

  private constructor(file: number) {
    this.#file = file;
    this.#size = fstatSync(file).size;
  }

  /** @throws HumanError when it is no zip file, is damaged, or is over the limits */
  static async open(path: string, limits: ZipLimits): Promise<ZipReader> {
    const reader = new ZipReader(openArchive(path));
    try {
      reader.#entries = await inSlices(reader.#list(limits));
      return reader;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** In the order of the list. */
  get entries(): readonly ZipEntry[] {
    return this.#entries;
  }

  /**
   * The content of an entry.
   * @throws HumanError when it is not what the list says
   */
  read(entry: ZipEntry): Uint8Array {
    const packed = this.#bytes(this.#startOf(entry), entry.packedSize);
    const content = entry.method === stored ? packed : inflate(packed, entry.size);
    if (content.length !== entry.size || crc32(content) !== entry.crc) throw damaged();
    return content;
  }

  /**
   * Unpacks an entry, however large, without blocking for long.
   * @param path of a file that is made; left out: the entry is only verified
   * @throws HumanError when it is not what the list says, any other when the file cannot be written
   */
  async pour(entry: ZipEntry, path?: string): Promise<void> {
    if (entry.size <= small && entry.packedSize <= small) {
      const content = this.read(entry);
      if (path !== undefined) writeFileSync(path, content, { flag: 'wx' });
      return;
    }
    let [size, crc] = [0, 0];
    const measure = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > entry.size) throw damaged();
        crc = crc32(chunk, crc);
        yield chunk;
      }
    };
    const target =
      path === undefined
        ? new Writable({ write: (_, __, done) => done() })
        : createWriteStream(path, { flags: 'wx' });
    const packed = Readable.from(this.#pieces(this.#startOf(entry), entry.packedSize));
    try {
      await (entry.method === stored
        ? pipeline(packed, measure, target)
        : pipeline(packed, createInflateRaw(), measure, target));
    } catch (error) {
      throw codeOf(error)?.startsWith('Z_') ? damaged() : error;
    }
    if (size !== entry.size || crc !== entry.crc) throw damaged();
  }

  close(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }

  #startOf(entry: ZipEntry): number {
    const local = this.#bytes(entry.at, sizes.local);
    if (local.readUInt32LE(0) !== signatures.local) throw damaged();
    return entry.at + sizes.local + local.readUInt16LE(26) + local.readUInt16LE(28);
  }

  *#pieces(start: number, length: number): Generator<Buffer, void> {
    const end = start + length;
    for (let at = start; at < end; at += piece) yield this.#bytes(at, Math.min(piece, end - at));
  }

  *#list(limits: ZipLimits): Sliced<readonly ZipEntry[]> {
    const { count, start, length } = this.#end();
    if (count > limits.entries) throw tooMuch(`more than ${thousands(limits.entries)} files`);
    // A name is no longer than a path may be.
    if (length > count * (sizes.central + 8192)) throw damaged();
    const list = this.#bytes(start, length);
    const entries: ZipEntry[] = [];
    let [at, total] = [0, 0];
    for (let i = 0; i < count; i += 1) {
      if (at + sizes.central > length || list.readUInt32LE(at) !== signatures.central) throw damaged();
      const [name, extra, comment] = [28, 30, 32].map((offset) => list.readUInt16LE(at + offset));
      const end = at + sizes.central + (name ?? 0);
      if (end > length) throw damaged();
      const entry = toEntry(list.subarray(at, end));
      if (entry.size > limits.each) throw tooMuch(`a file of more than ${megabytes(limits.each)}`);
      total += entry.size;
      if (total > limits.total) throw tooMuch(`more than ${megabytes(limits.total)}`);
      entries.push(entry);
      at = end + (extra ?? 0) + (comment ?? 0);
      if (isSliceOver()) yield;
    }
    return entries;
  }

  #end(): { readonly count: number; readonly start: number; readonly length: number } {
    const reach = Math.min(this.#size, sizes.end + full16);
    if (reach < sizes.end) throw noZip();
    const tail = this.#bytes(this.#size - reach, reach);
    for (let at = reach - sizes.end; at >= 0; at -= 1) {
      if (tail.readUInt32LE(at) !== signatures.end) continue;
      const count = tail.readUInt16LE(at + 10);
      const plain = { count, length: tail.readUInt32LE(at + 12), start: tail.readUInt32LE(at + 16) };
      return count === full16 || plain.start === full32 ? this.#end64(this.#size - reach + at) : plain;
    }
    throw noZip();
  }

  #end64(end: number): { readonly count: number; readonly start: number; readonly length: number } {
    if (end < sizes.locator) throw damaged();
    const locator = this.#bytes(end - sizes.locator, sizes.locator);
    if (locator.readUInt32LE(0) !== signatures.locator) throw damaged();
    const record = this.#bytes(Number(locator.readBigUInt64LE(8)), sizes.end64);
    if (record.readUInt32LE(0) !== signatures.end64) throw damaged();
    const [count, length, start] = [32, 40, 48].map((offset) => Number(record.readBigUInt64LE(offset)));
    return { count: count ?? 0, length: length ?? 0, start: start ?? 0 };
  }

  #bytes(at: number, length: number): Buffer {
    if (!(at >= 0 && length >= 0 && at + length <= this.#size)) throw damaged();
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const read = readSync(this.#file, bytes, done, length - done, at + done);
      if (read === 0) throw damaged();
      done += read;
    }
    return bytes;
  }
}

function openArchive(path: string): number {
  try {
    return openRegular(path, true);
  } catch (error) {
    throw codeOf(error) === 'EINVAL' ? noZip() : error;
  }
}

function toEntry(central: Buffer): ZipEntry {
  const flags = central.readUInt16LE(8);
  if ((flags & encryptedFlag) !== 0)
    throw new HumanError('The archive is encrypted; only plain zip files can be read.');
  const method = central.readUInt16LE(10);
  if (method !== stored && method !== deflated) {
    throw new HumanError('The archive is packed in a way that cannot be read; make it as a plain zip file.');
  }
  const [packedSize, size, at] = [20, 24, 42].map((offset) => central.readUInt32LE(offset)) as [
    number,
    number,
    number,
  ];
  if ([packedSize, size, at].includes(full32)) throw tooMuch('a file of more than 4 GB');
  // Packing makes nothing much larger; what says so would be read whole for a few bytes.
  if (packedSize > size + size / 100 + 1024) throw damaged();
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(central.subarray(sizes.central));
  } catch {
    throw new HumanError('The archive holds a file whose name is no UTF-8 text.');
  }
  // The upper half holds the Unix mode; other systems leave it empty.
  const type = (central.readUInt32LE(38) >>> 16) & 0o170_000;
  const plain = name.endsWith('/') ? 'folder' : 'file';
  const kind = type === 0 || type === (plain === 'file' ? 0o100_000 : 0o040_000) ? plain : 'other';
  return { name, kind, size, packedSize, method, crc: central.readUInt32LE(16), at };
}

function inflate(packed: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    // It would become larger than it says, or is no packed data.
    throw damaged();
  }
}

function noZip(): HumanError {
  return new HumanError('The file is no zip archive.');
}

function damaged(): HumanError {
  return new HumanError('The archive is damaged: what it holds is not what its list says.');
}

function tooMuch(what: string): HumanError {
  return new HumanError(`The archive holds ${what}, which no run needs; it is not unpacked.`);
}

function megabytes(bytes: number): string {
  return `${thousands(Math.floor(bytes / 1024 / 1024))} MB`;
}
