import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Sliced } from '../core/sliced';
import { eachEntryIn } from './eachEntryIn';

/** How much a folder holds: bytes and files. Links count as themselves and are not followed. */
export interface FolderSize {
  readonly bytes: number;
  readonly files: number;
}

/** Nothing, when the folder is missing; what cannot be looked at is left out. */
export function* folderSize(folder: string): Sliced<FolderSize> {
  let [bytes, files] = [0, 0];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of eachEntryIn(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else {
        bytes += sizeOf(path);
        files += 1;
      }
      yield;
    }
  }
  return { bytes, files };
}

function sizeOf(path: string): number {
  try {
    return lstatSync(path).size;
  } catch {
    // Gone meanwhile.
    return 0;
  }
}
