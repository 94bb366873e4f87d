import { readdirSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isInside } from '../../../core/paths';
import { isRecord, isSegment, parseJson } from '../../../core/run/lenient';
import { mayBeHalfWritten } from '../../../node/halfWritten';
import { readTextInside, realPath } from '../../../node/safeFile';
import { compareEvents, eventOfName } from '../core/jobEvents';
import type { JobBody, JobListing, JobReader } from '../core/jobFiles';
import type { JobPlace } from '../core/readJob';

/** How large a file may be to be read, in bytes. */
export const jobFileLimit = 8 * 1024 * 1024;

/** Where the job of a folder lies. */
export function placeOfJob(folder: string): JobPlace {
  const jobs = dirname(folder);
  return { folder, jobId: basename(folder), jobs, project: dirname(dirname(jobs)) };
}

/** The ids of the jobs in a folder of jobs; links are none. */
export function jobsIn(jobs: string): readonly string[] {
  return foldersIn(jobs);
}

/** Lists what a job's folder holds; `undefined`: there is no such folder, or it leads elsewhere. */
export function listJob({ folder, jobs }: JobPlace): JobListing | undefined {
  const [real, root] = [realPath(folder), realPath(jobs)];
  if (real === undefined || root === undefined || !isInside(root, real)) return undefined;
  let modifiedAt = modified(folder);
  /** A link is followed where it stays below the jobs. */
  const inside = (path: string): boolean => isInside(root, realPath(path) ?? '');
  const listed = (...parts: readonly string[]): readonly string[] => {
    const path = join(folder, ...parts);
    if (!inside(path)) return [];
    modifiedAt = Math.max(modifiedAt, modified(path));
    return entriesOf(path).flatMap(({ name }) => (isSegment(name) ? [name] : []));
  };
  const events = listed('runs').flatMap((run) =>
    listed('runs', run).flatMap((name) => eventOfName(run, name) ?? []),
  );
  const checkpoints = listed('checkpoints').flatMap((name) =>
    name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [],
  );
  const hasJobJson = entriesOf(folder).some((entry) => entry.name === 'job.json' && !entry.isDirectory());
  return { events: events.toSorted(compareEvents), checkpoints, hasJobJson, modifiedAt };
}

/** What changes as soon as a file of a job comes or goes. */
export function stampOfJob(folder: string): string {
  const runs = join(folder, 'runs');
  const inner = foldersIn(runs).map((run) => modified(join(runs, run)));
  return [folder, runs, join(folder, 'checkpoints'), join(folder, 'job.json')]
    .map(modified)
    .concat(inner)
    .join(' ');
}

/** Reads a job's files, each once. */
export class JobFolder implements JobReader {
  readonly #bodies = new Map<string, JobBody>();
  /** A file that cannot be read was written a moment ago: it may be half, and whole in another moment. */
  isSettling = false;

  constructor(private readonly folder: string) {}

  body(file: string): JobBody {
    const known = this.#bodies.get(file);
    if (known) return known;
    const body = this.#read(file);
    if ('problem' in body && mayBeHalfWritten(modified(join(this.folder, file)))) this.isSettling = true;
    this.#bodies.set(file, body);
    return body;
  }

  #read(file: string): JobBody {
    const root = realPath(this.folder);
    if (root === undefined) return { problem: 'is missing' };
    const read = readTextInside(root, file, jobFileLimit);
    if ('problem' in read) return { problem: read.problem };
    const json = parseJson(read.text);
    if ('problem' in json) return json;
    return isRecord(json.value) ? { json: json.value } : { problem: 'holds no JSON object' };
  }
}

function foldersIn(folder: string): readonly string[] {
  return entriesOf(folder).flatMap((entry) =>
    entry.isDirectory() && isSegment(entry.name) ? [entry.name] : [],
  );
}

/** Nothing, where a folder is missing or closed. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** In milliseconds since 1970; 0 where there is nothing. */
function modified(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return 0;
  }
}
