import { readdirSync, type Dirent } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { exportedFunctions, inputsSchema, processIdOfFile } from '../core/newRun/processFile';
import type { Sliced } from '../../../core/sliced';
import { readTextIn } from '../../../node/safeFile';
import { inSlices } from '../../../node/slices';
import type { Schema } from '../../../core/jsonSchema';

/** A file that exports a process function. */
export interface ProcessFile {
  /** Absolute. */
  readonly path: string;
  readonly processId: string;
  /** Functions it exports, `process` first; at least one. */
  readonly exports: readonly string[];
  readonly inputs: Schema | undefined;
}

/** A process file is written by a person; larger ones are bundles. In bytes. */
const largest = 512 * 1024;
/** Whether this Node, which runs the engine, too, reads TypeScript (from 22.18 and 23.6 on). */
const readsTypeScript = 'typescript' in process.features && Boolean(process.features.typescript);
/** So much of a workspace is looked at: what lies deeper or later can be browsed to. */
const most = { folders: 4000, files: 4000, depth: 8 };

const skipped = new Set(
  'node_modules .git .hg .svn .venv venv __pycache__ .cache .next .nuxt .turbo .gradle .tox dist out build coverage .vscode-test'.split(
    ' ',
  ),
);

/**
 * Finds process files by reading, never by importing: all that export functions in `.a5c/processes`, and those that
 * export `process` elsewhere. Links are not followed.
 * @param found told of each as it is found, those of `.a5c/processes` first
 */
export async function findProcesses(
  root: string,
  signal: AbortSignal,
  found: (file: ProcessFile) => void,
  typeScript = readsTypeScript,
): Promise<void> {
  const own = join(root, '.a5c', 'processes');
  await inSlices(search(own, typeScript, signal, found));
  await inSlices(search(root, typeScript, signal, (file) => !file.path.startsWith(own + sep) && found(file)));
}

/** Reads one file; `undefined`: it exports no function that could be a process. */
export function readProcess(path: string): ProcessFile | undefined {
  const read = readTextIn(dirname(path), path, largest);
  if ('problem' in read) return undefined;
  const exports = exportedFunctions(read.text);
  return exports.length === 0
    ? undefined
    : {
        path,
        exports,
        processId: processIdOfFile(read.text, basename(path)),
        inputs: inputsSchema(read.text),
      };
}

function* search(
  root: string,
  typeScript: boolean,
  signal: AbortSignal,
  found: (file: ProcessFile) => void,
): Sliced<void> {
  const left = { ...most };
  let level = [root];
  for (let depth = 0; depth <= most.depth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      if (signal.aborted || left.folders-- <= 0) return;
      for (const entry of entriesOf(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          // Runs are data, and there may be thousands of them.
          const runs = entry.name === 'runs' && basename(folder) === '.a5c';
          if (!skipped.has(entry.name) && !runs) next.push(path);
        } else if (entry.isFile() && mayBeProcess(entry.name, typeScript)) {
          if (left.files-- <= 0) return;
          const file = readProcess(path);
          if (file && (isProcessFolder(relative(root, folder), root) || file.exports.includes('process')))
            found(file);
          yield;
        }
      }
      yield;
    }
    level = next;
  }
}

function mayBeProcess(name: string, typeScript: boolean): boolean {
  if (/\.(?:test|spec|d)\.\w+$/.test(name)) return false;
  return /\.[cm]?js$/.test(name) || (typeScript && /\.[cm]?ts$/.test(name));
}

/** Whether a folder is, or lies in, a `.a5c/processes`. */
function isProcessFolder(way: string, root: string): boolean {
  return join(root, way, sep).includes(join(sep, '.a5c', 'processes', sep));
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
