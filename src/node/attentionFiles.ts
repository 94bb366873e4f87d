import { existsSync, mkdirSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
import type { Claim, OwnAction, SharedAttention, Snooze } from '../core/attention/sharedAttention';
import type { Clock } from '../core/clock';
import { DisposableStore, type Disposable } from '../core/disposables';
import { messageOf } from '../core/errors';
import { Emitter } from '../core/event';
import { visible } from '../core/format';
import type { Logger } from '../core/log';
import { putRecord, recordName, recordNames } from './recordFiles';
import { codeOf, readTextInside } from './safeFile';
import { watchFolder } from './watchFolder';
import { keyText, type RunKey } from '../core/run/runKey';

/** `dir`: the text of the run's key, which is its folder where it has one of its own; or a workspace's folder. */
const snoozeShape = z.object({
  dir: z.string(),
  effectId: z.optional(z.string()),
  until: z.number(),
  at: z.number(),
});
const actionShape = z.object({ dir: z.string(), events: z.number(), failed: z.boolean() });
const failureShape = z.object({ dir: z.string(), failedAt: z.number() });
const claimShape = z.object({ kind: z.string(), dir: z.string() });

/** The largest of these files has a few paths in it. */
const limit = 64 * 1024;
const month = 30 * 24 * 3_600_000;
/** When leftovers are looked for: once, when the window has long been open. */
const tidyAfter = 60_000;

/** What windows share, as one small file each, since nothing else in VS Code is seen by other windows at once. */
export class AttentionFiles implements SharedAttention, Disposable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  readonly #snoozes: Records<z.infer<typeof snoozeShape>>;
  readonly #failures: Records<z.infer<typeof failureShape>>;
  readonly #actions: Records<z.infer<typeof actionShape>>;
  readonly #claims: string;
  /** Hashes of what is asked for at every change of a run that needs the person. */
  readonly #names = new Map<string, string>();

  readonly onDidChange = this.#changed.event;

  /** @param folder a folder of our own; made where it is missing */
  constructor(
    folder: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const changed = (): void => this.#changed.fire();
    const records = <T>(name: string, shape: z.ZodMiniType<T>): Records<T> =>
      this.#disposables.add(new Records(join(folder, name), shape, logger, changed));
    this.#snoozes = records('snoozes', snoozeShape);
    this.#failures = records('failures', failureShape);
    this.#actions = records('actions', actionShape);
    this.#claims = join(folder, 'claims');
    makeFolder(this.#claims, logger);
    this.#disposables.add(clock.after(tidyAfter, () => this.#tidy()));
  }

  snooze(key: RunKey, effectId?: string): Snooze | undefined {
    return this.#snoozes.get(this.#nameOf('snooze', keyText(key), effectId ?? ''));
  }

  setSnooze(key: RunKey, effectId: string | undefined, snooze: Snooze | undefined): void {
    const name = this.#nameOf('snooze', keyText(key), effectId ?? '');
    this.#snoozes.set(
      name,
      snooze && { dir: keyText(key), ...(effectId === undefined ? {} : { effectId }), ...snooze },
    );
  }

  seenTrouble(key: RunKey): number | undefined {
    return this.#failures.get(this.#nameOf('failure', keyText(key)))?.failedAt;
  }

  setSeenTrouble(key: RunKey, failedAt: number): void {
    this.#failures.set(this.#nameOf('failure', keyText(key)), { dir: keyText(key), failedAt });
  }

  ownAction(key: RunKey): OwnAction | undefined {
    return this.#actions.get(this.#nameOf('action', keyText(key)));
  }

  setOwnAction(key: RunKey, { events, failed }: OwnAction): void {
    this.#actions.set(this.#nameOf('action', keyText(key)), { dir: keyText(key), events, failed });
  }

  claim({ kind, about, detail }: Claim): boolean {
    const path = join(this.#claims, recordName(kind, about, detail));
    try {
      writeFileSync(path, JSON.stringify({ kind, dir: about }), { flag: 'wx' });
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        // Told twice is better than never told.
        this.logger.warn(`What was told cannot be remembered: ${messageOf(error)}`);
        return true;
      }
      touch(path, this.clock.now());
      return false;
    }
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #nameOf(...parts: readonly string[]): string {
    const key = parts.join('\n');
    const name = this.#names.get(key) ?? recordName(...parts);
    this.#names.set(key, name);
    return name;
  }

  /** Removes what is over: claims that nobody asked for in a month, and whatever belongs to runs that are gone. */
  #tidy(): void {
    const now = this.clock.now();
    for (const file of recordNames(this.#claims)) {
      const claim = parse(this.#claims, file, claimShape, this.logger);
      const age = now - modified(join(this.#claims, file));
      if (age > month || (claim && isGone(claim.dir))) remove(join(this.#claims, file));
    }
    this.#snoozes.keep(({ dir, until }) => !isGone(dir) && until > now - month);
    this.#failures.keep(({ dir }) => !isGone(dir));
    this.#actions.keep(({ dir }) => !isGone(dir));
  }
}

/** A folder of small JSON files, all of them read, and read again when they change. */
class Records<T> implements Disposable {
  readonly #known = new Map<string, T>();
  readonly #watch: Disposable;

  constructor(
    private readonly folder: string,
    private readonly shape: z.ZodMiniType<T>,
    private readonly logger: Logger,
    private readonly changed: () => void,
  ) {
    makeFolder(folder, logger);
    this.#readAll();
    this.#watch = watchFolder(folder, logger, (file) => {
      if (file === undefined) this.#readAll();
      else if (file.endsWith('.json')) this.#read(file);
    });
  }

  get(file: string): T | undefined {
    return this.#known.get(file);
  }

  /** `undefined` removes it. */
  set(file: string, record: T | undefined): void {
    const path = join(this.folder, file);
    try {
      putRecord(path, record);
    } catch (error) {
      // It holds in this window at least.
      this.logger.warn(`${path} cannot be written: ${messageOf(error)}`);
    }
    this.#put(file, record);
  }

  /** Removes the records that are not wanted any more. */
  keep(wanted: (record: T) => boolean): void {
    for (const [file, record] of [...this.#known]) if (!wanted(record)) this.set(file, undefined);
  }

  dispose(): void {
    this.#watch.dispose();
  }

  #readAll(): void {
    for (const file of new Set([...recordNames(this.folder), ...this.#known.keys()])) this.#read(file);
  }

  #read(file: string): void {
    this.#put(file, parse(this.folder, file, this.shape, this.logger));
  }

  #put(file: string, record: T | undefined): void {
    if (JSON.stringify(record) === JSON.stringify(this.#known.get(file))) return;
    if (record === undefined) this.#known.delete(file);
    else this.#known.set(file, record);
    this.changed();
  }
}

/** `undefined`: there is none, or it is damaged, which the log says. */
function parse<T>(folder: string, file: string, shape: z.ZodMiniType<T>, logger: Logger): T | undefined {
  const said = (problem: string): undefined => {
    logger.warn(`${join(folder, visible(file))} is ignored: ${problem}`);
    return undefined;
  };
  try {
    const read = readTextInside(realpathSync(folder), file, limit);
    if ('problem' in read) return read.missing ? undefined : said(read.problem);
    const parsed = shape.safeParse(JSON.parse(read.text));
    return parsed.success ? parsed.data : said('it is not of the expected form');
  } catch (error) {
    return said(messageOf(error));
  }
}

/** A folder that is not there any more. Of a text that names no folder nobody here knows. */
function isGone(about: string): boolean {
  return isAbsolute(about) && !existsSync(about);
}

function makeFolder(folder: string, logger: Logger): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    logger.warn(`${folder} cannot be made, so nothing is shared with other windows: ${messageOf(error)}`);
  }
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Says that a claim is still of use. */
function touch(path: string, now: number): void {
  try {
    utimesSync(path, now / 1000, now / 1000);
  } catch {
    // Tidied away meanwhile: at worst something is told once more.
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Another window tidies, too.
  }
}
