import { closeSync, fstatSync, readSync } from 'node:fs';
import { openRegular } from '../../../node/safeFile';

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
    file = openRegular(path);
    const stat = fstatSync(file);
    const head = Buffer.alloc(headSize);
    readSync(file, head, 0, headSize, 0);
    if (!head.toString('latin1', 0, magic.length).startsWith(magic)) return undefined;
    const named = head.readUInt16BE(16);
    const pageSize = named === 1 ? 65_536 : named;
    const fullSize = pageSize * head.readUInt32BE(28);
    return { schema: schemaOf(firstCells(head, pageSize)), size: stat.size, fullSize };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * What the first page holds, without what was deleted there: the statements that made the tables. Of a schema that is
 * larger than a page, everything at the beginning of the file.
 */
function firstCells(head: Buffer, pageSize: number): string {
  const isLeaf = head[100] === 13;
  if (!isLeaf) return head.toString('latin1');
  const cells = Array.from({ length: Math.min(head.readUInt16BE(103), 1000) }, (_, i) => {
    const start = head.readUInt16BE(108 + i * 2);
    // The length of what follows is written in groups of seven bits.
    let length = 0;
    for (let at = start; at < start + 4; at += 1) {
      const byte = head[at] ?? 0;
      length = length * 128 + (byte & 127);
      if (byte < 128) break;
    }
    return head.toString('latin1', start, Math.min(start + length + 8, pageSize, headSize));
  });
  return cells.join('\n');
}

function schemaOf(text: string): SqliteHead['schema'] {
  const has = (table: string): boolean => new RegExp(`CREATE TABLE[^(]{0,40}\\b${table}\\b`, 'i').test(text);
  if (has('run_snapshots')) return 'themis';
  return ['specs', 'store_metadata', 'trial_summary'].every(has) ? 'old' : 'other';
}
