import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { HumanError, runDeleted } from '../../../core/errors';
import type { RepairFiles } from '../core/repair/repairer';
import type { RunFiles, SeenFile } from '../core/repair/repairPlan';
import { parseLock } from '../core/lock';
import { namesNoProcess, parseMetadata } from '../core/metadata';
import type { Sliced } from '../../../core/sliced';
import { readAnswers } from './recordedTasks';
import { whyNotInputs } from './runDirectory';
import { isAlive } from '../../../node/isAlive';
import { fileLimits, readTextIn, realPath, whyNotRead } from '../../../node/safeFile';
import { inSlices } from '../../../node/slices';

/** The files of runs on disk, for a repair. */
export class RepairFolder implements RepairFiles {
  async read(dir: string): Promise<RunFiles> {
    const real = realPath(dir);
    if (real === undefined) throw new HumanError(runDeleted);
    return inSlices(readRunFiles(dir, real));
  }

  moveAside(dir: string, from: string, to: string, look: string): void {
    const real = realPath(dir);
    const path = join(real ?? dir, from);
    const now = real === undefined ? undefined : lookAt(real, path);
    if (real === undefined || now?.look !== look || look === '') {
      throw new HumanError(`${from} changed meanwhile, so it was left alone.`, 'Look at it again.');
    }
    const lock = readLock(real);
    if (lock?.holder === 'live')
      throw new HumanError(`Process ${lock.pid} holds the run now; nothing was moved.`);
    const target = join(real, to);
    if (lstatSync(target, { throwIfNoEntry: false })) throw new HumanError(`${to} is there already.`);
    renameSync(path, target);
  }
}

function* readRunFiles(dir: string, real: string): Sliced<RunFiles> {
  const folder = join(real, 'journal');
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  let journal: Map<string, SeenFile> | undefined;
  if (stat?.isDirectory()) {
    journal = new Map();
    for (const name of namesIn(folder)) {
      const seen = lookAt(real, join(folder, name));
      if (seen) journal.set(name, seen);
      yield;
    }
  }
  const { answers, tasks } = yield* readAnswers(real);
  const runJson = readTextIn(real, join(real, 'run.json'), fileLimits.metadata);
  const metadata = 'text' in runJson ? parseMetadata(runJson.text).metadata : undefined;
  return {
    dir,
    metadata: metadata !== undefined,
    refused:
      metadata?.refused ?? (metadata && !metadata.entry && tasks.size > 0 ? namesNoProcess : undefined),
    inputs: whyNotInputs(real),
    journal,
    lock: readLock(real),
    answers,
    tasks,
    isAlive,
  };
}

/** @throws HumanError: what cannot be listed is not missing */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    throw new HumanError(`The journal ${whyNotRead(error)}.`);
  }
}

function readLock(real: string): RunFiles['lock'] {
  const seen = lookAt(real, join(real, 'run.lock'));
  if (!seen) return undefined;
  const { lock } = 'text' in seen.content ? parseLock(seen.content.text, isAlive) : { lock: undefined };
  if (!lock) return { ...seen, holder: 'unreadable' };
  return { ...seen, holder: lock.alive ? 'live' : 'dead', pid: lock.pid };
}

/** `undefined`: there is nothing of that name. */
function lookAt(real: string, path: string): SeenFile | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const read = readTextIn(real, path, fileLimits.event);
  if (!('text' in read)) {
    if (read.missing) return undefined;
    const look = stat.isFile() ? [stat.ino, stat.size, stat.mtimeMs].join(' ') : '';
    return { content: { problem: read.problem }, look, modifiedAt: stat.mtimeMs };
  }
  const hash = createHash('sha256').update(read.text).digest('hex');
  const look = stat.isFile() ? [stat.ino, stat.size, stat.mtimeMs, hash].join(' ') : '';
  return { content: { text: read.text }, look, modifiedAt: stat.mtimeMs };
}
