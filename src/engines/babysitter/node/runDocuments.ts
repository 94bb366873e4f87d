import type { DocumentPart } from '../../../core/documents';
import type { DocumentName } from '../../../core/source/documentName';
import { readTextInside, realPath } from '../../../node/safeFile';
import { isInside } from '../../../core/paths';

/** Texts shown in the editor may be this large, in bytes. */
const textLimit = 16 * 1024 * 1024;

const taskFiles = {
  task: 'task.json',
  result: 'result.json',
  stdout: 'stdout.log',
  stderr: 'stderr.log',
  artifacts: 'artifacts.json',
} as const;

/**
 * The file that a document is, inside the run folder, "/" between parts.
 * @param eventFiles the journal's file names in order, for events alone
 * @returns `undefined`: there is no such event
 */
export function fileOfDocument(name: DocumentName, eventFiles: readonly string[]): string | undefined {
  if (name === 'run') return 'run.json';
  if (name === 'inputs') return 'inputs.json';
  if (name === 'output') return 'state/output.json';
  if ('file' in name) return name.file;
  if ('task' in name) return `tasks/${name.task}/${taskFiles[name.part]}`;
  const file = eventFiles[name.event - 1];
  return file === undefined ? undefined : `journal/${file}`;
}

/**
 * Reads a text file of a run folder, or why it cannot be read: it may lead outside, be too large or no text.
 * @param location absolute path of the run folder
 * @param root the folder that links must not leave; a real path
 */
export function readDocument(location: string, root: string, file: string): DocumentPart {
  const real = realPath(location);
  if (real === undefined || !isInside(root, real)) return goneDocument(file);
  const read = readTextInside(real, file, textLimit);
  return 'text' in read
    ? { file, text: read.text }
    : { file, problem: read.problem, ...(read.missing ? { missing: true } : {}) };
}

/** A document of a run that is gone. */
export function goneDocument(file: string): DocumentPart {
  return { file, problem: 'belongs to a run that was deleted' };
}
