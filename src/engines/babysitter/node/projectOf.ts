import { basename, dirname } from 'node:path';

/** The project of a run folder: the folder around `.a5c/runs`, else the one around the folder that the run lies in. */
export function projectOf(dir: string): string {
  const runs = dirname(dir);
  return basename(runs) === 'runs' && basename(dirname(runs)) === '.a5c'
    ? dirname(dirname(runs))
    : dirname(runs);
}
