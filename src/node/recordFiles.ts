import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** The name of a record's file: any text, run folders included, becomes a plain one. */
export function recordName(...parts: readonly string[]): string {
  return `${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}.json`;
}

/** The files of the records in a folder; none where it cannot be read. */
export function recordNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

/**
 * Writes a record, at once and whole: it is renamed, so that nobody reads half of it. `undefined` removes it.
 * @throws Error when that is not possible
 */
export function putRecord(path: string, record: unknown): void {
  if (record === undefined) {
    rmSync(path, { force: true });
    return;
  }
  putText(path, JSON.stringify(record));
}

/**
 * Writes a file of our own, at once and whole, as {@link putRecord} does.
 * @throws Error when that is not possible
 */
export function putText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { flag: 'wx' });
  renameSync(temporary, path);
}
