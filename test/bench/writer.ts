import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { appendEvent, type RunPlan } from './trees';

/** A run to write into, and the number of its next event. */
export interface Target {
  readonly dir: string;
  readonly plan: RunPlan;
  readonly next: number;
}

/** What an agent's engine does to runs, from a process of its own. */
export type WriterJob =
  | {
      readonly type: 'append';
      readonly targets: readonly Target[];
      readonly rounds: number;
      readonly pause: number;
    }
  | { readonly type: 'remove'; readonly dirs: readonly string[]; readonly pause: number };

/** Something that was done to a run. */
export interface Deed {
  readonly dir: string;
  /** The number of the event that was written; 0: the run was removed. */
  readonly seq: number;
  /** When it was done, as {@link now} tells it. */
  readonly at: number;
}

/** Before it begins, whoever started it may look at its own processor time. */
const beforeFirst = 500;

/** Milliseconds on a clock that all processes of the machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Does a job and tells what was done when. Each round writes one event into every target. */
export async function write(job: WriterJob): Promise<readonly Deed[]> {
  const deeds: Deed[] = [];
  await delay(beforeFirst);
  if (job.type === 'remove') {
    for (const dir of job.dirs) {
      rmSync(dir, { recursive: true });
      deeds.push({ dir, seq: 0, at: now() });
      await delay(job.pause);
    }
    return deeds;
  }
  for (let round = 0; round < job.rounds; round += 1) {
    for (const { dir, plan, next } of job.targets) {
      const seq = next + round;
      appendEvent(dir, plan, seq);
      deeds.push({ dir, seq, at: now() });
    }
    // Not in step with the batches of the source.
    await delay(job.pause * (0.75 + Math.random() / 2));
  }
  return deeds;
}

/**
 * Lets another process do a job.
 * @returns what was done, and the processor time in milliseconds that this process spent meanwhile
 */
export async function writeElsewhere(job: WriterJob): Promise<{ deeds: readonly Deed[]; cpu: number }> {
  if ((job.type === 'append' ? job.rounds : job.dirs.length) === 0) return { deeds: [], cpu: 0 };
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'write', JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  await delay(beforeFirst / 2);
  const before = process.cpuUsage();
  const answer = await output;
  const { user, system } = process.cpuUsage(before);
  return { deeds: JSON.parse(answer), cpu: (user + system) / 1000 };
}
