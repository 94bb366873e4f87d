import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunStore } from '../../src/core/source/runStore';
import { watchTurns } from './blocks';
import { load } from './load';
import {
  appendEvent,
  cutJournal,
  plansOf,
  runIdOf,
  runsDirOf,
  writeRun,
  type Ending,
  type RunPlan,
  type Shape,
} from './trees';
import { now, writeElsewhere, type Deed, type Target, type WriterJob } from './writer';
import { keyText } from '../../src/core/run/runKey';

export interface LiveJob {
  readonly project: string;
  readonly shape: Shape;
  /** So many of the newest runs get an event of right now, which makes them live; at most 50. */
  readonly live: number;
  /** Events written one by one. */
  readonly single: number;
  /** Times at which all live runs get an event together. */
  readonly together: number;
  /** Runs added and deleted again, half of them finished. */
  readonly deleted: number;
}

export interface LiveFigures {
  /** Milliseconds from the event's place in the journal to the change told by the store. */
  readonly latencies: readonly number[];
  /** Milliseconds of processor time for each event of those. */
  readonly cpuPerEvent: number;
  /** Changes told by the store for each time at which all changed together. */
  readonly changes: readonly number[];
  /** Milliseconds from the end of a deletion to the change that tells it. */
  readonly deletions: readonly number[];
  /** Changes of other runs told meanwhile. */
  readonly others: number;
  /** System watches; undefined where the system does not tell. */
  readonly watches: number | undefined;
  readonly longest: number;
}

/** Milliseconds in which a source has come to rest after loading or changes. */
const rest = 700;
/** Between the times at which all runs change; longer than any batch. */
const betweenRounds = 300;
const liveEvents = 200;

/** A change told by the store: how many events the run has then; undefined: it is gone. */
interface Told {
  readonly dir: string;
  readonly at: number;
  readonly events: number | undefined;
  /** The number of the change it was told with. */
  readonly change: number;
}

/** Writes into live runs from another process and takes what the store tells when. */
export async function live(job: LiveJob): Promise<LiveFigures> {
  const { project, shape } = job;
  const plans = plansOf(shape);
  const dirOf = (plan: RunPlan): string => join(runsDirOf(project), runIdOf(plan));
  const written = plans.slice(-job.live);
  const doomed = Array.from({ length: job.deleted }, (_, i) =>
    // Of yesterday's yesterday, as there are watches for fifty live runs only.
    scratchPlan(i, i % 2 === 0 ? 'completed' : 'task', Date.now() - 48 * 3_600_000),
  );
  try {
    for (const plan of doomed) writeRun(dirOf(plan), plan);
    for (const plan of written) appendEvent(dirOf(plan), plan, plan.events + 1);
    const targets = written.map((plan) => ({ dir: dirOf(plan), plan, next: plan.events + 2 }));
    const removed = new Set(doomed.map(dirOf));
    const counted = plans.slice(0, -job.live);
    const others = [...targets.map(({ dir }) => dir), ...removed];
    const { store } = await load(project, { plans: counted, others });
    await delay(rest);
    return await follow(store, job, targets, removed);
  } finally {
    for (const plan of doomed) rmSync(dirOf(plan), { recursive: true, force: true });
    for (const plan of written) cutJournal(dirOf(plan), plan);
  }
}

/** Adds a run whose last event, a request, is of right now. */
export function addLiveRun(project: string): Target {
  const plan = scratchPlan(0, 'task', Date.now());
  const dir = join(runsDirOf(project), runIdOf(plan));
  writeRun(dir, plan);
  return { dir, plan, next: plan.events + 1 };
}

/** @param end when its last event was recorded */
function scratchPlan(index: number, ending: Ending, end: number): RunPlan {
  const start = end - liveEvents * 1000;
  return { seed: 1_000_000 + index, start, events: liveEvents, ending, taskFolders: false };
}

async function follow(
  store: RunStore,
  { single, together }: LiveJob,
  targets: readonly Target[],
  removed: ReadonlySet<string>,
): Promise<LiveFigures> {
  const told: Told[] = [];
  let change = 0;
  store.onDidChange(({ keys }) => {
    change += 1;
    for (const key of keys) {
      told.push({ dir: keyText(key), at: now(), events: store.get(key)?.run.eventCount, change });
    }
  });
  const watches = countWatches();
  const longest = watchTurns();

  const write = async (job: WriterJob): ReturnType<typeof writeElsewhere> => {
    const done = await writeElsewhere(job);
    await delay(rest);
    return done;
  };

  const one = await write({ type: 'append', targets: targets.slice(0, 1), rounds: single, pause: 80 });
  const latencies = one.deeds.map((deed) => latencyOf(deed, told));

  const moved = targets.map((target, i) => ({ ...target, next: target.next + (i === 0 ? single : 0) }));
  const all = await write({ type: 'append', targets: moved, rounds: together, pause: betweenRounds });
  for (const deed of all.deeds) latencyOf(deed, told);
  const changes = Array.from({ length: together }, (_, round) => {
    const from = all.deeds[round * targets.length]?.at ?? 0;
    const to = all.deeds[(round + 1) * targets.length]?.at ?? Infinity;
    return new Set(told.flatMap(({ at, change }) => (at > from && at < to ? [change] : []))).size;
  });

  told.length = 0;
  const { deeds } = await write({ type: 'remove', dirs: [...removed], pause: 200 });
  const deletions = deeds.map((deed) => latencyOf(deed, told));
  const others = told.filter(({ dir }) => !removed.has(dir)).length;
  return {
    latencies,
    cpuPerEvent: one.cpu / single,
    changes,
    deletions,
    others,
    watches,
    longest: longest(),
  };
}

/** @throws when it was never told */
function latencyOf({ dir, seq, at }: Deed, told: readonly Told[]): number {
  const seen = told.find(
    (change) => change.dir === dir && (seq === 0 ? change.events === undefined : (change.events ?? 0) >= seq),
  );
  if (!seen)
    throw new Error(seq === 0 ? `${dir} was deleted unnoticed` : `Event ${seq} of ${dir} was not noticed`);
  return Math.max(0, seen.at - at);
}

/** Linux tells the watches of a process in its file descriptors. */
function countWatches(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  let count = 0;
  for (const fd of readdirSync('/proc/self/fdinfo')) {
    try {
      count += readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').match(/^inotify /gm)?.length ?? 0;
    } catch {
      // The descriptor of the listing itself is closed by now.
    }
  }
  return count;
}
