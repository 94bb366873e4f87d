import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../core/errors';
import type { Logger } from '../core/log';
import type { KeptDraft, KeptDrafts } from '../core/review/keptDrafts';
import { readTextInside } from './safeFile';

const shape = z.object({ dir: z.string(), effectId: z.string(), text: z.string() });
/** Pages send no longer text. */
const limit = 4_000_000;
const keptFor = 90 * 24 * 3_600_000;

/** Typed answers as one small file each, so that two windows never write over each other's. */
export class DraftFiles implements KeptDrafts {
  /** @param folder a folder of our own; made when something is kept */
  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
  ) {}

  all(): readonly KeptDraft[] {
    let names: readonly string[];
    try {
      names = readdirSync(this.folder).filter((name) => name.endsWith('.json'));
    } catch {
      return [];
    }
    return names.flatMap((name) => this.#read(name));
  }

  put({ dir, effectId, text }: KeptDraft): void {
    const name = createHash('sha256')
      .update(JSON.stringify([dir, effectId]))
      .digest('hex');
    const path = join(this.folder, `${name}.json`);
    try {
      if (text === '') {
        rmSync(path, { force: true });
        return;
      }
      mkdirSync(this.folder, { recursive: true });
      // Renamed, so that a crash leaves the old text or the new one.
      writeFileSync(`${path}.${process.pid}`, JSON.stringify({ dir, effectId, text }));
      renameSync(`${path}.${process.pid}`, path);
    } catch (error) {
      this.logger.warn(`A typed answer cannot be kept in ${path}: ${messageOf(error)}`);
    }
  }

  #read(name: string): readonly KeptDraft[] {
    try {
      if (Date.now() - statSync(join(this.folder, name)).mtimeMs > keptFor) {
        rmSync(join(this.folder, name), { force: true });
        return [];
      }
      const read = readTextInside(realpathSync(this.folder), name, limit);
      return 'text' in read ? [shape.parse(JSON.parse(read.text))] : [];
    } catch (error) {
      this.logger.warn(`The typed answer in ${name} cannot be read: ${messageOf(error)}`);
      return [];
    }
  }
}
