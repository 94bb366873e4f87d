import { opendirSync, type Dir, type Dirent } from 'node:fs';
import type { Sliced } from '../core/sliced';

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

/** Everything of {@link eachEntryIn}, in slices. */
export function* entriesIn(folder: string): Sliced<readonly Dirent[]> {
  const entries: Dirent[] = [];
  for (const entry of eachEntryIn(folder)) {
    entries.push(entry);
    if (entries.length % entriesAtOnce === 0) yield;
  }
  return entries;
}

/** So many entries are read between two places at which work may be interrupted. */
const entriesAtOnce = 64;

/** The names of the first entries of a folder, in no order, for who only wants to see what it holds. */
export function firstNamesIn(folder: string, most: number): readonly string[] {
  const names: string[] = [];
  for (const name of namesIn(folder)) {
    names.push(name);
    if (names.length >= most) break;
  }
  return names;
}
