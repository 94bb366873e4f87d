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

  /** Whether a line tells nothing that is used, as can be seen without parsing it. */
  protected passesOver(_line: string): boolean {
    return false;
  }

  read(line: string): void {
    this.transcript.lines += 1;
    if (line.trim() === '' || this.passesOver(line)) return;
    const json = parseJson(line);
    if ('value' in json && isRecord(json.value)) this.take(json.value);
    else this.transcript.badLines += 1;
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
