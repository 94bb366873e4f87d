import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonEvent } from './jsonRun';

export interface JsonRunParts {
  readonly title: string;
  readonly state?: 'running' | 'completed' | 'failed';
  readonly events: readonly JsonEvent[];
}

/**
 * Writes a run, or over it, without ever leaving half a file.
 * @returns its path
 */
export function writeJsonRun(
  folder: string,
  id: string,
  { state = 'running', ...parts }: JsonRunParts,
): string {
  const path = join(folder, `${id}.json`);
  writeFileSync(`${path}.new`, JSON.stringify({ ...parts, state }));
  renameSync(`${path}.new`, path);
  return path;
}
