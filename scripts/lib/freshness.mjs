import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/**
 * Whether a file was made after the last change to what it is made from.
 * @param {string} output relative to the root
 * @param {readonly string[]} inputs files and folders relative to the root; those that do not exist are passed over
 */
export function isFresh(output, inputs) {
  const made = modified(join(root, output));
  return made > 0 && inputs.every((input) => newest(join(root, input)) <= made);
}

/**
 * A folder counts with its own time too, which changes when something in it is removed.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return Math.max(stat.mtimeMs, ...inside.map((name) => modified(join(path, name))));
}

/** @param {string} path */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
