import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { carefully } from '../../../node/safeFile';

/** What the beginning of a SQLite file tells, without any SQLite. */
export interface SqliteHead {
  /** `themis`: it has runs of Themis; `old`: those of Themis 3 or older; `other`: anything else. */
  readonly schema: 'themis' | 'old' | 'other';
  readonly size: number;
  /** How large the file says that it is, in bytes; 0: it does not say. */
  readonly fullSize: number;
}

const magic = 'SQLite format 3\0';
/** The tables are named on the first page, which is at most so large, in bytes. */
const headSize = 64 * 1024;

/** Reads the beginning of a file; `undefined`: it is no SQLite file, or cannot be read. */
export function readSqliteHead(path: string): SqliteHead | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, carefully);
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    const head = Buffer.alloc(headSize);
    const text = head.toString('latin1', 0, readSync(file, head, 0, headSize, 0));
    if (!text.startsWith(magic)) return undefined;
    const pageSize = head.readUInt16BE(16);
    const fullSize = (pageSize === 1 ? 65_536 : pageSize) * head.readUInt32BE(28);
    return { schema: schemaOf(text), size: stat.size, fullSize };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function schemaOf(text: string): SqliteHead['schema'] {
  const has = (table: string): boolean => new RegExp(`CREATE TABLE[^(]{0,40}\\b${table}\\b`, 'i').test(text);
  if (has('run_snapshots')) return 'themis';
  return ['specs', 'store_metadata', 'trial_summary'].every(has) ? 'old' : 'other';
}
