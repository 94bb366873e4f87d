// Making a file only when it would come out differently. Only Node's own modules: the command line starts with this.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './run.mjs';

/** @type {import('./freshness.mjs').ensureMade} */
export async function ensureMade(output, inputs, make, folder = root) {
  const note = join(folder, 'out', 'made-from', `${basename(output)}.txt`);
  // Taken before: what is changed while the file is being made may have been read already.
  const madeFrom = fingerprint(folder, inputs);
  const current = () => `${madeFrom}\n${fingerprint(folder, [output])}\n`;
  if (contentOf(join(folder, output)) && contentOf(note)?.toString() === current()) return;
  await make();
  mkdirSync(join(folder, 'out', 'made-from'), { recursive: true });
  writeFileSync(note, current());
}

/**
 * The same for the same files with the same contents, whenever they were written.
 * @param {string} folder
 * @param {readonly string[]} paths files and folders in it; those that do not exist are passed over
 */
function fingerprint(folder, paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((path) => filesIn(folder, path)).toSorted()) {
    const content = contentOf(join(folder, path)) ?? '';
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @param {string} path
 * @returns {string[]}
 */
function filesIn(folder, path) {
  const stat = statSync(join(folder, path), { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [path] : [];
  return readdirSync(join(folder, path)).flatMap((name) => filesIn(folder, join(path, name)));
}

/** @param {string} path */
function contentOf(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // It does not exist, or somebody has just removed it.
  }
}
