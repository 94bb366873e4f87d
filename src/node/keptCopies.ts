import { createHash } from 'node:crypto';
import { access, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptCopies } from '../core/evidence/evidence';
import type { Logger } from '../core/log';
import { messageOf } from '../core/errors';
import { isRecord, parseJson } from '../core/run/lenient';
import { keyText, type RunKey } from '../core/run/runKey';
import { codeOf, readTextAt } from './safeFile';

const megabyte = 1024 * 1024;

/** What is kept: of one breakpoint, of all (in bytes), and for how long (in ms). */
const limits = { file: megabyte, breakpoint: 10 * megabyte, all: 100 * megabyte, age: 60 * 86_400_000 };

/** Keeps copies in a folder that all windows share: one JSON file for each breakpoint, never changed once written. */
export class CopiesFolder implements KeptCopies {
  constructor(
    private readonly folder: string,
    private readonly logger: Logger,
  ) {}

  async has(key: RunKey, effectId: string): Promise<boolean> {
    return access(this.#file(key, effectId)).then(
      () => true,
      () => false,
    );
  }

  async keep(key: RunKey, effectId: string, texts: ReadonlyMap<string, string>): Promise<void> {
    const files: Record<string, string> = {};
    let left = limits.breakpoint;
    for (const [path, text] of texts) {
      const size = Buffer.byteLength(text);
      if (size > limits.file || size > left) continue;
      left -= size;
      files[path] = text;
    }
    try {
      await mkdir(this.folder, { recursive: true });
      // Another window may see the same breakpoint: whoever comes first keeps the copies.
      await writeFile(this.#file(key, effectId), JSON.stringify({ dir: keyText(key), effectId, files }), {
        flag: 'wx',
      });
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return;
      this.logger.warn(`Copies of context files could not be kept: ${messageOf(error)}`);
    }
  }

  async read(key: RunKey, effectId: string): Promise<ReadonlyMap<string, string>> {
    // As JSON a text takes up to six times its size.
    const read = readTextAt(this.#file(key, effectId), 6 * limits.breakpoint);
    const json = 'text' in read ? parseJson(read.text) : undefined;
    const kept = json && 'value' in json ? json.value : undefined;
    const files = isRecord(kept) && isRecord(kept['files']) ? kept['files'] : {};
    return new Map(
      Object.entries(files).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }

  /** Removes what is too old, and the oldest of what is too much. Never rejects. */
  async clean(now: number): Promise<void> {
    try {
      const names = await readdir(this.folder);
      const found = await Promise.all(
        names.map(async (name) => {
          const path = join(this.folder, name);
          const { mtimeMs, size } = await stat(path);
          return { path, mtimeMs, size };
        }),
      );
      let total = 0;
      for (const { path, mtimeMs, size } of found.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
        total += size;
        if (total > limits.all || now - mtimeMs > limits.age) await rm(path, { force: true });
      }
    } catch {
      // There is no folder yet, or another window cleans it in this moment.
    }
  }

  #file(key: RunKey, effectId: string): string {
    const name = createHash('sha256')
      .update(`${keyText(key)}\0${effectId}`)
      .digest('hex')
      .slice(0, 32);
    return join(this.folder, `${name}.json`);
  }
}
