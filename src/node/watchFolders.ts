import { watch as chokidarWatch, type ChokidarOptions } from 'chokidar';
import { toDisposable, type Disposable } from '../core/disposables';
import type { Logger } from '../core/log';
import { samePath } from '../core/paths';

/** What of chokidar is used; a test gives another one. */
export type WatchTree = (
  path: string,
  options: ChokidarOptions,
) => Pick<ReturnType<typeof chokidarWatch>, 'on' | 'close'>;

export interface FoldersListener {
  /** One of the folders appeared. */
  added(): void;
  /** What appears from now on is told. */
  ready(): void;
}

/**
 * Waits for folders that lie in each other, the first of which is there, and for nothing beside them.
 * @param folders absolute
 */
export function watchFolders(
  folders: readonly [string, ...string[]],
  logger: Logger,
  listener: FoldersListener,
  watch: WatchTree = chokidarWatch,
): Disposable {
  const [first] = folders;
  const watcher = watch(first, {
    // On Windows it is asked with forward slashes.
    ignored: (path) => !folders.some((folder) => samePath(folder, path)),
    ignoreInitial: true,
    followSymlinks: false,
    persistent: false,
  });
  watcher.on('addDir', () => listener.added());
  watcher.on('ready', () => listener.ready());
  watcher.on('error', (error) => logger.warn(`Watching ${first}: ${String(error)}`));
  return toDisposable(() => void watcher.close());
}
