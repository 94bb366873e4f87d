import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isInside } from '../../../core/paths';
import { isRecord, isSegment, parseJson } from '../../../core/run/lenient';
import type { Sliced } from '../../../core/sliced';
import { entriesIn } from '../../../node/eachEntryIn';
import { mayBeHalfWritten } from '../../../node/halfWritten';
import { readTextInside, realPath } from '../../../node/safeFile';
import { compareEvents, eventOfName, type JobEvent } from '../core/jobEvents';
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
export function jobsIn(jobs: string): Sliced<readonly string[]> {
  return foldersIn(jobs);
}

/** Lists what a job's folder holds; `undefined`: there is no such folder, or it leads elsewhere. */
export function* listJob({ folder, jobs }: JobPlace): Sliced<JobListing | undefined> {
  const [real, root] = [realPath(folder), realPath(jobs)];
  if (real === undefined || root === undefined || !isInside(root, real)) return undefined;
  let modifiedAt = modified(folder);
  /** A link is followed where it stays below the jobs. */
  const inside = (path: string): boolean => isInside(root, realPath(path) ?? '');
  function* listed(...parts: readonly string[]): Sliced<readonly string[]> {
    const path = join(folder, ...parts);
    if (!inside(path)) return [];
    modifiedAt = Math.max(modifiedAt, modified(path));
    return (yield* entriesIn(path)).flatMap(({ name }) => (isSegment(name) ? [name] : []));
  }
  const events: JobEvent[] = [];
  for (const run of yield* listed('runs')) {
    for (const name of yield* listed('runs', run)) {
      const event = eventOfName(run, name);
      if (event) events.push(event);
      if (events.length % 256 === 255) yield;
    }
    yield;
  }
  const checkpoints = (yield* listed('checkpoints')).flatMap((name) =>
    name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [],
  );
  const hasJobJson = (yield* entriesIn(folder)).some(
    (entry) => entry.name === 'job.json' && !entry.isDirectory(),
  );
  yield;
  return { events: events.toSorted(compareEvents), checkpoints, hasJobJson, modifiedAt };
}

/** What changes as soon as a file of a job comes or goes. */
export function* stampOfJob(folder: string): Sliced<string> {
  const runs = join(folder, 'runs');
  const times = [folder, runs, join(folder, 'checkpoints'), join(folder, 'job.json')].map(modified);
  for (const run of yield* foldersIn(runs)) {
    times.push(modified(join(runs, run)));
    yield;
  }
  return times.join(' ');
}

/** So much of what was read is kept, in characters: each checkpoint of a long job holds all that was said before it. */
const mostKept = 32 * 1024 * 1024;

/** Reads a job's files, each once as long as there is room. */
export class JobFolder implements JobReader {
  readonly #bodies = new Map<string, JobBody>();
  #kept = 0;
  /** A file that cannot be read was written a moment ago: it may be half, and whole in another moment. */
  isSettling = false;

  constructor(private readonly folder: string) {}

  body(file: string): JobBody {
    const known = this.#bodies.get(file);
    if (known) return known;
    const body = this.#read(file);
    if ('problem' in body && mayBeHalfWritten(modified(join(this.folder, file)))) this.isSettling = true;
    if (this.#kept > mostKept) {
      this.#bodies.clear();
      this.#kept = 0;
    }
    this.#bodies.set(file, body);
    return body;
  }

  #read(file: string): JobBody {
    const root = realPath(this.folder);
    if (root === undefined) return { problem: 'is missing' };
    const read = readTextInside(root, file, jobFileLimit);
    if ('problem' in read) return { problem: read.problem };
    this.#kept += read.text.length;
    const json = parseJson(read.text);
    if ('problem' in json) return json;
    return isRecord(json.value) ? { json: json.value } : { problem: 'holds no JSON object' };
  }
}

function* foldersIn(folder: string): Sliced<readonly string[]> {
  return (yield* entriesIn(folder))
    .flatMap((entry) => (entry.isDirectory() && isSegment(entry.name) ? [entry.name] : []))
    .toSorted();
}

/** In milliseconds since 1970; 0 where there is nothing. */
function modified(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return 0;
  }
}
