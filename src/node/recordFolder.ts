import { mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import type { Logger } from '../core/log';
import type { KeptRecords } from '../core/review/keptRecords';
import { putRecord, recordName, recordNames } from './recordFiles';
import { readTextInside } from './safeFile';

/** A longer record is not read, in bytes. */
const limit = 4_000_000;
const keptFor = 90 * 24 * 3_600_000;

/** Records as one small JSON file each, so that two windows never write over each other's. */
export class RecordFolder implements KeptRecords {
  /** @param folder a folder of our own; made when something is kept */
  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
  ) {}

  all(): readonly unknown[] {
    return recordNames(this.folder).flatMap((name) => this.#read(name));
  }

  put(id: string, record: unknown): void {
    const path = join(this.folder, recordName(id));
    try {
      if (record !== undefined) mkdirSync(this.folder, { recursive: true });
      putRecord(path, record);
    } catch (error) {
      this.logger.warn(`A record cannot be kept in ${path}: ${messageOf(error)}`);
    }
  }

  #read(name: string): readonly unknown[] {
    try {
      if (Date.now() - statSync(join(this.folder, name)).mtimeMs > keptFor) {
        rmSync(join(this.folder, name), { force: true });
        return [];
      }
      const read = readTextInside(realpathSync(this.folder), name, limit);
      return 'text' in read ? [JSON.parse(read.text)] : [];
    } catch (error) {
      this.logger.warn(`${join(this.folder, name)} cannot be read: ${messageOf(error)}`);
      return [];
    }
  }
}
