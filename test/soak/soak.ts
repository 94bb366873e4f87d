import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchTurns } from '../bench/blocks';
import { fullDisk } from './fullDisk';
import { ShakenWorkspace, type ShakenFigures, type SoakSize } from './shakenWorkspace';

export interface SoakOptions {
  /** The project's root folder, absolute. */
  readonly root: string;
  /** No round is begun after so long. */
  readonly seconds: number;
  readonly size: SoakSize;
  readonly limits: SoakLimits;
  readonly say: (text: string) => void;
}

export interface SoakLimits {
  /** How many times the memory after the first round the windows may take at the end. */
  readonly growth: number;
  /** The longest block of the event loop for both windows, which are one process here; milliseconds of the processor. */
  readonly block: number;
}

/** An adapter test of its own (faults.test.ts) kills answers, and lets the disk be full for them. */
export const smallSoak: SoakSize = { live: 20, events: 20, made: 150, answers: 0 };
export const largeSoak: SoakSize = { live: 100, events: 100, made: 2700, answers: 3 };

/** For a quiet machine, and long enough that memory has settled after the first round. */
export const strictLimits: SoakLimits = { growth: 1.1, block: 50 };
/** What no machine passes by chance: a few rounds beside other tests tell a leak or a hang, not a figure. */
export const looseLimits: SoakLimits = { growth: 2, block: 1000 };

export interface SoakFigures extends ShakenFigures {
  readonly rounds: number;
  /** What was done on a full disk, in words. */
  readonly fullDisk: string;
  /** The longest block of the event loop, in milliseconds of the processor; the writing is part of it. */
  readonly block: number;
  /** Resident memory in megabytes after the first round and after the last one. */
  readonly memory: readonly [number, number];
}

/** Lets two windows follow one workspace in which everything happens that upsets them, for some time. */
export async function runSoak({ root, seconds, size, limits, say }: SoakOptions): Promise<SoakFigures> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-soak-')));
  const soak = new ShakenWorkspace(folder, say);
  const began = performance.now();
  let [rounds, before, block] = [0, 0, 0];
  let turns = watchTurns();
  try {
    await soak.begin();
    do {
      await soak.liveRuns(size);
      await soak.madeAndDeleted(size.made);
      await soak.replaced();
      await soak.clockJumps();
      rounds += 1;
      if (rounds === 1) {
        // Collecting all garbage at once is no part of it.
        block = turns();
        before = memory();
        turns = watchTurns();
      }
      say(`Round ${rounds} is done.`);
    } while (performance.now() - began < seconds * 1000);
    block = Math.round(Math.max(block, turns()));
    const after = memory();
    if (after > before * limits.growth) soak.wrong(`memory grew from ${before} to ${after} MB`);
    if (block > limits.block) soak.wrong(`a block took ${block} ms of the processor`);
    const full = await fullDisk(root, folder, size.answers, say);
    const { wrong, ...figures } = soak.figures;
    return {
      ...figures,
      wrong: [...wrong, ...full.wrong],
      rounds,
      fullDisk: full.done,
      block,
      memory: [before, after],
    };
  } finally {
    soak.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resident memory in megabytes, without what only waits to be collected. */
function memory(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 1e6);
}

/** The figures as lines of text. */
export function soakReport(figures: SoakFigures): string {
  const {
    rounds,
    events,
    runs,
    questions,
    fullDisk,
    wrong,
    block,
    memory: [before, after],
  } = figures;
  return [
    `${rounds} rounds, ${runs} runs, ${events} events, ${questions} questions: ${wrong.length} went wrong`,
    `longest block ${block} ms; memory ${before} MB after the first round, ${after} MB after the last`,
    fullDisk,
    ...wrong,
  ].join('\n');
}
