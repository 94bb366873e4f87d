import type { LineReader } from '../../core/sessions/transcript';
import type { Sliced } from '../../core/sliced';
import { isDocument, isUnchanged, openFile, unpacksAside, type OpenedFile } from './openedFile';

/** Larger texts are slower to make. In bytes. */
const chunkSize = 64 * 1024;
/** A longer line is read by its beginning and end only; one longer still is skipped. In bytes. */
const parsedLength = 1024 * 1024;
const readLength = 16 * 1024 * 1024;
/** So much of either end. */
const endLength = 64 * 1024;
/** So much of a line tells whether it is passed over. */
const kindLength = 2048;
/** How much of a file's end tells what its session does now: at first, and at most. In bytes. */
const tailSizes = [256 * 1024, 1024 * 1024, 4 * 1024 * 1024];

const lineEnd = 10;

/** Where a line lies in its file, in bytes, without its end. */
export interface LinePlace {
  readonly offset: number;
  readonly length: number;
}

/** What takes whole lines; {@link LineReader} does. */
export interface LineSink {
  /** Whether a line that begins so tells nothing but that something goes on. Each byte is one character. */
  passesOver(head: string): boolean;
  /** Whether some of many lines may tell what a session does. Each byte is one character. */
  tells(lines: string): boolean;
  /** Takes lines that were passed over, one after the other, by the last of them. */
  passed(lines: number, last: string): void;
  read(line: string, place: LinePlace): void;
  readLong(head: string, tail: string, place: LinePlace): void;
  skipped(): void;
}

/** How far a file was read. */
export interface ReadPlace {
  /** The offset behind the last whole line that was read. */
  readonly offset: number;
  readonly size: number;
  readonly inode: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/**
 * Reads the whole lines of a file from an offset on. What follows the last line end is no line yet.
 * @param path the real path of a regular file
 * @param before how far it was read; `undefined`: not at all
 * @returns `undefined`: it cannot be read, or is another file than before, or lost lines, so that it is to be read anew
 */
export function* readLines(
  path: string,
  reader: LineSink,
  before?: ReadPlace,
): Sliced<ReadPlace | undefined> {
  if (before && isUnchanged(path, before)) return before;
  // What was read of it may stand there otherwise by now.
  if (before && isDocument(path)) return undefined;
  yield* unpacksAside(path);
  const opened = openFile(path);
  if (!opened) return undefined;
  try {
    const { size, inode, modifiedAt } = opened;
    if (before && (before.inode !== inode || size < before.offset)) return undefined;
    const offset = yield* readRange(opened, before?.offset ?? 0, size, reader);
    return { offset, size, inode, modifiedAt };
  } finally {
    opened.close();
  }
}

/**
 * Reads the last lines of a file, as few as tell what its session does now.
 * @param isEnough whether what a reader read is enough; otherwise a new one reads more
 * @returns the reader that read most; `undefined`: the file cannot be read
 */
export function* readTail<R extends LineReader>(
  path: string,
  makeReader: () => R,
  isEnough: (reader: R) => boolean,
): Sliced<{ readonly reader: R; readonly place: ReadPlace; readonly whole: boolean } | undefined> {
  yield* unpacksAside(path);
  const opened = openFile(path);
  if (!opened) return undefined;
  const { size, inode, modifiedAt } = opened;
  try {
    for (const tail of tailSizes) {
      const reader = makeReader();
      const from = Math.max(0, size - tail);
      const start = from === 0 ? 0 : nextLine(opened, from, size);
      const offset = yield* readRange(opened, start, size, reader, true);
      if (from === 0 || tail === tailSizes.at(-1) || isEnough(reader)) {
        return { reader, place: { offset, size, inode, modifiedAt }, whole: from === 0 };
      }
    }
    return undefined;
  } finally {
    opened.close();
  }
}

/** The first bytes of a file as text; `undefined`: it cannot be read. */
export function readHead(path: string, length = endLength): string | undefined {
  const opened = openFile(path, length);
  if (!opened) return undefined;
  try {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.toString('utf8', 0, opened.read(buffer, length, 0));
  } catch {
    return undefined;
  } finally {
    opened.close();
  }
}

/**
 * Whether a text is somewhere in a file.
 * @param most so many bytes are searched
 */
export function* fileMentions(
  path: string,
  text: string,
  most: number,
): Sliced<{ readonly found: boolean; readonly bytes: number }> {
  yield* unpacksAside(path);
  const opened = openFile(path);
  if (!opened) return { found: false, bytes: 0 };
  const wanted = Buffer.from(text);
  const buffer = Buffer.allocUnsafe(chunkSize + wanted.length);
  const size = Math.min(opened.size, most);
  try {
    for (let at = 0; at < size; at += chunkSize) {
      const read = opened.read(buffer, buffer.length, at);
      if (buffer.subarray(0, read).includes(wanted)) return { found: true, bytes: at + read };
      yield;
    }
    return { found: false, bytes: size };
  } finally {
    opened.close();
  }
}

/**
 * Gives one line of a file to a sink once more.
 * @returns false: the file cannot be read, or is shorter by now
 */
export function readLineAt(path: string, { offset, length }: LinePlace, sink: LineSink): boolean {
  const opened = openFile(path);
  if (!opened) return false;
  try {
    if (opened.size < offset + length) return false;
    const part = (from: number, size: number): Buffer => {
      const buffer = Buffer.allocUnsafe(size);
      return buffer.subarray(0, opened.read(buffer, size, from));
    };
    if (length > parsedLength) {
      const [head, tail] = [part(offset, endLength), part(offset + length - endLength, endLength)];
      sink.readLong(head.toString('utf8'), tail.toString('utf8'), { offset, length });
    } else {
      sink.read(part(offset, length).toString('utf8'), { offset, length });
    }
    return true;
  } catch {
    return false;
  } finally {
    opened.close();
  }
}

function nextLine(file: OpenedFile, from: number, size: number): number {
  const buffer = Buffer.allocUnsafe(chunkSize);
  for (let at = from; at < size;) {
    const read = file.read(buffer, chunkSize, at);
    if (read === 0) break;
    const end = buffer.subarray(0, read).indexOf(lineEnd);
    if (end >= 0) return at + end + 1;
    at += read;
  }
  return size;
}

/** @param skims whether what tells nothing of what a session does is passed over as a whole */
function* readRange(
  file: OpenedFile,
  from: number,
  to: number,
  reader: LineSink,
  skims = false,
): Sliced<number> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkSize, Math.max(1, to - from)));
  const line = new LineUnderWay(reader);
  let offset = from;
  for (let at = from; at < to;) {
    const read = file.read(buffer, Math.min(buffer.length, to - at), at);
    if (read === 0) break;
    // Searching a text is several times faster than searching bytes.
    const text = buffer.toString('latin1', 0, read);
    const tells = !skims || reader.tells(text);
    let passed = 0;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const passes =
        line.isEmpty &&
        (!tells || end === start || reader.passesOver(text.slice(start, Math.min(end, start + kindLength))));
      if (passes) passed += 1;
      else {
        if (passed > 0) reader.passed(passed, lastLine(text, start));
        passed = 0;
        line.finish(buffer.subarray(start, end), offset);
        yield;
      }
      start = end + 1;
      offset = at + start;
    }
    if (passed > 0) reader.passed(passed, lastLine(text, start));
    line.add(buffer.subarray(start, read));
    at += read;
    yield;
  }
  return offset;
}

/** The line that ends before a place. */
function lastLine(text: string, before: number): string {
  const end = before - 1;
  return text.slice(end === 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1, end);
}

/** The bytes of a line that is being read: all of them while it is short and tells something, else its beginning and end. */
class LineUnderWay {
  #parts: Buffer[] = [];
  #length = 0;
  #passes = false;
  #head: Buffer | undefined;
  #tail = Buffer.alloc(0);

  constructor(private readonly reader: LineSink) {}

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** @param part is read over later, so what is kept is copied */
  add(part: Buffer): void {
    if (this.isEmpty && part.length >= kindLength)
      this.#passes = this.reader.passesOver(part.toString('latin1', 0, kindLength));
    this.#length += part.length;
    if (this.#passes) this.#tail = endOf(this.#tail, part, kindLength);
    else if (this.#head) this.#tail = endOf(this.#tail, part, endLength);
    else if (this.#length <= parsedLength) this.#parts.push(Buffer.from(part));
    else {
      const whole = Buffer.concat([...this.#parts, part]);
      this.#parts = [];
      this.#head = Buffer.from(whole.subarray(0, endLength));
      this.#tail = Buffer.from(whole.subarray(-endLength));
    }
  }

  /**
   * @param rest of the line
   * @param offset of the line in its file
   */
  finish(rest: Buffer, offset: number): void {
    const place = { offset, length: this.#length + rest.length };
    if (this.#length === 0 && rest.length <= parsedLength) {
      return this.reader.read(rest.toString('utf8'), place);
    }
    this.add(rest);
    if (this.#passes) this.reader.passed(1, this.#tail.toString('latin1'));
    else if (this.#length > readLength) this.reader.skipped();
    else if (this.#head) {
      this.reader.readLong(this.#head.toString('utf8'), this.#tail.toString('utf8'), place);
    } else this.reader.read(Buffer.concat(this.#parts).toString('utf8'), place);
    this.#parts = [];
    this.#length = 0;
    this.#passes = false;
    this.#head = undefined;
    this.#tail = Buffer.alloc(0);
  }
}

/** A copy of the last bytes of two parts together. */
function endOf(before: Buffer, part: Buffer, length: number): Buffer<ArrayBuffer> {
  const kept = before.subarray(Math.max(0, before.length + part.length - length));
  return Buffer.concat([kept, part.subarray(-length)]);
}
