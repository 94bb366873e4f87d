import { statSync, watch } from 'node:fs';
import { toDisposable, type Disposable } from '../core/disposables';
import type { Logger } from '../core/log';
import { codeOf } from './safeFile';

/** How often a folder is looked at where the system cannot watch it, in milliseconds. */
const pollEvery = 2000;

/**
 * Calls back whenever an entry of the folder (not below it) appears, changes or disappears: one system watch, whatever
 * the folder's size, which a journal of ten thousand files needs. Where the system has no watch left, the folder's
 * modification time is polled instead.
 * @param onChange the entry's name, `undefined` when the system does not tell it or the folder itself is gone
 */
export function watchFolder(
  path: string,
  logger: Logger,
  onChange: (name: string | undefined) => void,
): Disposable {
  try {
    const watcher = watch(path, { persistent: false }, (_event, name) => onChange(name ?? undefined));
    watcher.on('error', (error) => {
      logger.warn(`Watching ${path} ended: ${error.message}`);
      onChange(undefined);
    });
    return toDisposable(() => watcher.close());
  } catch (error) {
    // ENOENT: the folder went away meanwhile; whoever watches its parent learns that.
    if (codeOf(error) !== 'ENOENT') {
      logger.warn(
        `${path} cannot be watched (${codeOf(error)}); it is looked at every ${pollEvery / 1000} s instead.`,
      );
    }
    return pollFolder(path, onChange);
  }
}

function pollFolder(path: string, onChange: (name: string | undefined) => void): Disposable {
  let last = modifiedAt(path);
  const timer = setInterval(() => {
    const now = modifiedAt(path);
    if (now === last) return;
    last = now;
    onChange(undefined);
  }, pollEvery);
  timer.unref();
  return toDisposable(() => clearInterval(timer));
}

/** The folder's modification time in milliseconds, which changes with its entries; 0 when there is none. */
export function modifiedAt(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return 0;
  }
}
