import { DisposableStore, toDisposable, type Disposable } from '../../../core/disposables';
import type { Logger } from '../../../core/log';
import { watchFolder } from '../../../node/watchFolder';
import { temporaryName } from '../core/journalListing';

/** A temporary file in a journal becomes an event at once, or else it was left behind, in milliseconds. */
const writesTake = 1000;

/**
 * Watches a run with two system watches: its folder, for the lock, run.json and a journal that is replaced, and its
 * journal.
 * @param onChange called with the new files of the journal, perhaps none; `undefined`: anything may have happened to it
 */
export function watchRunFolder(
  dir: string,
  logger: Logger,
  onChange: (added: readonly string[] | undefined) => void,
): Disposable {
  const watches = new DisposableStore();
  let leftBehind: NodeJS.Timeout | undefined;
  watches.add(toDisposable(() => clearTimeout(leftBehind)));
  const watchJournal = (): Disposable =>
    watches.add(
      watchFolder(`${dir}/journal`, logger, (name) => {
        clearTimeout(leftBehind);
        if (name === undefined || !temporaryName.test(name)) onChange(name === undefined ? name : [name]);
        else leftBehind = setTimeout(() => onChange(undefined), writesTake);
      }),
    );
  let journalWatch = watchJournal();
  watches.add(
    watchFolder(dir, logger, (name) => {
      if (name === 'journal') {
        // Repair replaces the whole folder; the old watch would stay with the folder that was moved away.
        watches.delete(journalWatch);
        journalWatch = watchJournal();
      }
      // The lock and run.json are read in any case.
      onChange(name === undefined || name === 'journal' ? undefined : []);
    }),
  );
  return watches;
}
