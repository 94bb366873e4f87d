import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFaults } from '../faults/faults';
import { ShakenWorkspace } from './shakenWorkspace';

/**
 * Lets a disk be full: one on which two windows keep all they know, where one can be made, and for an engine that records an
 * answer, which is also killed while it does so.
 * @param answers so many answers are hindered in each way
 * @returns what was done, in words, and what went wrong
 */
export async function fullDisk(
  root: string,
  folder: string,
  answers: number,
  say: (text: string) => void,
): Promise<{ readonly done: string; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const isMounted = mount(disk);
  if (isMounted) {
    try {
      wrong.push(...(await windowsOn(disk, say)));
    } finally {
      execFileSync('umount', [disk]);
    }
  }
  for (const how of answers > 0 ? (['kill', 'full'] as const) : []) {
    const faults = await runFaults({ root, count: answers, only: ['approve'], how, say });
    wrong.push(...faults.flatMap((fault) => fault.wrong.map((what) => `${how} ${fault.when}: ${what}`)));
  }
  const windows = isMounted ? 'windows on a full disk of 8 MB; ' : '';
  return { done: `${windows}${answers} answers killed, ${answers} on a full disk`, wrong };
}

/** Makes a small disk, as far as that is allowed. */
function mount(disk: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Two windows see their disk become full and free again. */
async function windowsOn(disk: string, say: (text: string) => void): Promise<readonly string[]> {
  const soak = new ShakenWorkspace(disk, say);
  const few = { live: 5, events: 5, made: 20 };
  try {
    await soak.begin();
    await soak.liveRuns(few);
    const filler = join(disk, 'filler');
    fill(filler);
    await soak.check('the disk is full');
    await soak.refresh();
    await soak.check('everything was read on a full disk');
    rmSync(filler);
    await soak.liveRuns(few);
    await soak.madeAndDeleted(few.made);
    return soak.figures.wrong;
  } finally {
    soak.dispose();
  }
}

function fill(filler: string): void {
  try {
    for (;;) writeFileSync(filler, Buffer.alloc(64 * 1024), { flag: 'a' });
  } catch {
    // Full.
  }
}
