import { opendirSync, type Dir, type Dirent } from 'node:fs';

/**
 * What a folder holds, read as it is asked for: there may be a hundred thousand entries. Nothing, when the folder is
 * missing or cannot be opened.
 */
export function* eachEntryIn(folder: string): Generator<Dirent, void> {
  let handle: Dir;
  try {
    handle = opendirSync(folder, { bufferSize: 256 });
  } catch {
    return;
  }
  try {
    for (let entry = handle.readSync(); entry; entry = handle.readSync()) yield entry;
  } finally {
    handle.closeSync();
  }
}

/** The names of {@link eachEntryIn}. */
export function* namesIn(folder: string): Generator<string, void> {
  for (const { name } of eachEntryIn(folder)) yield name;
}
