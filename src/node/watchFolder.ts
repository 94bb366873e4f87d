import { statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { toDisposable, type Disposable } from '../core/disposables';
import type { Logger } from '../core/log';
import { codeOf } from './safeFile';

/** How often a folder is looked at where the system cannot watch it, in milliseconds. */
const pollEvery = 2000;

/**
 * Calls back whenever an entry of the folder (not below it) appears, changes or disappears: one system watch, whatever
 * the folder's size, which a journal of ten thousand files needs. It stays with the path: when another folder takes its
 * place, that one is watched. Where the system has no watch left, or the folder is missing, its modification time is
 * polled instead.
 * @param onChange the entry's name, `undefined` when the system does not tell it or the folder itself came or went
 */
export function watchFolder(
  path: string,
  logger: Logger,
  onChange: (name: string | undefined) => void,
): Disposable {
  let watching = toDisposable(() => {});
  const begin = (): void => {
    watching.dispose();
    watching = watchBySystem() ?? watchByPolling();
  };
  const watchBySystem = (): Disposable | undefined => {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => {
        // Linux names the folder itself when it is deleted or moved away, and goes on watching what was there.
        if (name === basename(path)) begin();
        onChange(name ?? undefined);
      });
      watcher.on('error', (error) => {
        // Windows says so when the folder is deleted.
        logger.warn(`Watching ${path} ended: ${error.message}`);
        watching.dispose();
        watching = watchByPolling();
        onChange(undefined);
      });
      return toDisposable(() => watcher.close());
    } catch (error) {
      // ENOENT: the folder went away meanwhile; whoever watches its parent learns that.
      const code = codeOf(error);
      if (code !== 'ENOENT' && !isSaid(logger, code)) {
        logger.warn(
          `${path} cannot be watched (${code}); it is looked at every ${pollEvery / 1000} s instead, as are others that cannot.`,
        );
      }
      return undefined;
    }
  };
  const watchByPolling = (): Disposable => {
    let last = modifiedAt(path);
    const timer = setInterval(() => {
      const now = modifiedAt(path);
      if (now === last) return;
      const came = last === 0;
      last = now;
      if (came) begin();
      onChange(undefined);
    }, pollEvery);
    timer.unref();
    return toDisposable(() => clearInterval(timer));
  };
  begin();
  return toDisposable(() => watching.dispose());
}

/** What was said already: where the system has no watches left, that is so for a hundred folders. */
const said = new WeakMap<Logger, Set<string | undefined>>();

function isSaid(logger: Logger, code: string | undefined): boolean {
  const codes = said.get(logger) ?? new Set();
  said.set(logger, codes);
  if (codes.has(code)) return true;
  codes.add(code);
  return false;
}

/** The folder's modification time in milliseconds, which changes with its entries; 0 when there is none. */
export function modifiedAt(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return 0;
  }
}
