import { isRecord, parseJson, parseTime } from '../run/lenient';
import { Seen, Transcript, type LineReader } from './transcript';

/** Reads files of which each line is an object of JSON; what it means is told by the agent's own reader. */
export abstract class JsonLineReader implements LineReader {
  readonly transcript: Transcript;

  /** @param seen shared by all files of a run, as sessions copy each other's lines */
  constructor(seen: Seen = new Seen()) {
    this.transcript = new Transcript(seen);
  }

  /** Takes one line. */
  protected abstract take(line: Readonly<Record<string, unknown>>): void;

  passesOver(_head: string): boolean {
    return false;
  }

  tells(_lines: string): boolean {
    return true;
  }

  passed(lines: number, last: string): void {
    this.transcript.lines += lines;
    // Their own time stands near an end; what they hold of others has been before.
    const [, time] = /^[^]*"timestamp":"([^"]{1,40})"/.exec(last.slice(-1024)) ?? [];
    this.transcript.time(
      parseTime(time ?? /"timestamp":"([^"]{1,40})"/.exec(last.slice(0, 2048))?.[1] ?? ''),
    );
  }

  read(line: string): void {
    if (this.passesOver(line.slice(0, 2048))) return this.passed(1, line);
    this.transcript.lines += 1;
    if (line.trim() === '') return;
    const json = parseJson(line);
    if ('value' in json && isRecord(json.value)) this.#try(json.value);
    else this.transcript.badLines += 1;
  }

  /** A line that upsets its reader is a bad one; those after it are read all the same. */
  #try(line: Readonly<Record<string, unknown>>): void {
    try {
      this.take(line);
    } catch {
      this.transcript.badLines += 1;
    }
  }

  readLong(head: string, _tail: string): void {
    this.skipped();
    this.transcript.time(parseTime(/"timestamp":"([^"]{1,40})"/.exec(head)?.[1] ?? ''));
  }

  skipped(): void {
    this.transcript.lines += 1;
    this.transcript.longLines += 1;
  }
}
