// Cleaning up even if the process is interrupted. What is done here must be synchronous.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let signalsAreHandled = false;

/**
 * Does this when the process ends, by itself or by a signal. Gives a function that takes it back.
 * @param {() => void} cleanUp
 * @returns {() => void}
 */
export function atExit(cleanUp) {
  if (!signalsAreHandled) {
    signalsAreHandled = true;
    // Node's own way of ending by a signal passes the exit event over.
    for (const [name, number] of /** @type {const} */ ([
      ['SIGHUP', 1],
      ['SIGINT', 2],
      ['SIGTERM', 15],
    ])) {
      process.once(name, () => process.exit(128 + number));
    }
  }
  // What was set up last is cleaned up first.
  process.prependOnceListener('exit', cleanUp);
  return () => process.off('exit', cleanUp);
}

/**
 * A new folder, removed at the end of the process at the latest.
 * @param {string} prefix
 * @returns {{ path: string, remove(): void }}
 */
export function temporaryFolder(prefix) {
  // Sockets are made in such folders, and their paths may have no more than some hundred characters: macOS' own is too long.
  const base = process.platform === 'darwin' ? '/tmp' : tmpdir();
  const path = realpathSync(mkdtempSync(join(base, `${prefix}-`)));
  // Programs that have just been told to end may still be writing, hence the retries.
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 10 });
  const cancel = atExit(remove);
  return {
    path,
    remove() {
      cancel();
      remove();
    },
  };
}
