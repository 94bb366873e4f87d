import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '../../src/core/log';
import { defaultMetricChoice, wantedMetricKeys } from '../../src/core/run/metrics';
import { keyText, type RunKey } from '../../src/core/run/runKey';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { watchTurns } from '../bench/blocks';
import { writeCorpus, type CorpusSize } from './corpus';

export interface HostileOptions {
  readonly size: CorpusSize;
  /** Every command for every run; starting them takes most of the time. */
  readonly thorough: boolean;
  /** The bundled command line. */
  readonly cli: string;
  /** Milliseconds that each step may take. */
  readonly limit: number;
  readonly say: (text: string) => void;
}

/** What was tried, and what came of it. */
export interface HostileFigures {
  readonly runs: number;
  /** Commands and readings. */
  readonly tried: number;
  /** What took longer than the limit, ended otherwise than it should, or lost a row; in words. */
  readonly wrong: readonly string[];
  readonly slowest: readonly [step: string, milliseconds: number];
  /** The longest block of the event loop while all runs were read, in milliseconds of the processor. */
  readonly block: number;
  /** Memory after all was read, in megabytes. */
  readonly memory: number;
}

/** Writes hostile runs, and reads them in every way there is, each with a time limit. */
export async function runHostile({
  size,
  thorough,
  cli,
  limit,
  say,
}: HostileOptions): Promise<HostileFigures> {
  const workspace = mkdtempSync(join(tmpdir(), 'babysitter-hostile-'));
  const wrong: string[] = [];
  let slowest: readonly [string, number] = ['', 0];
  let tried = 0;
  const took = (step: string, start: number): void => {
    const milliseconds = Math.round(performance.now() - start);
    tried += 1;
    if (milliseconds > slowest[1]) slowest = [step, milliseconds];
    if (milliseconds > limit) wrong.push(`${step} took ${milliseconds} ms`);
  };
  const command = (...args: readonly string[]): string => {
    const step = [args[0], basename(args[1] ?? ''), ...args.slice(2)].join(' ');
    const start = performance.now();
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      encoding: 'utf8',
      timeout: limit,
      maxBuffer: 512 * 1024 * 1024,
    });
    took(step, start);
    // 2 is a sentence that says what is wrong.
    if (status !== 0 && status !== 2)
      wrong.push(`${step} ended with ${signal ?? status}: ${stderr.slice(-300)}`);
    return stdout;
  };
  try {
    const names = writeCorpus(workspace, size);
    say(`${names.length} runs are written.`);
    const rows = JSON.parse(command('list', workspace, '--json') || '[]') as readonly {
      readonly dir: string;
    }[];
    const listed = new Set(rows.map(({ dir }) => basename(dir)));
    for (const name of names) if (!listed.has(name)) wrong.push(`list has no row of ${name}`);
    for (const name of names) {
      const dir = join(workspace, '.a5c', 'runs', name);
      command('report', dir, '--format', 'html');
      if (!thorough) continue;
      command('show', dir, '--json');
      command('report', dir);
    }
    say('The command line is done.');
    const block = await readAll(workspace, names, took, wrong);
    return {
      runs: names.length,
      tried,
      wrong,
      slowest,
      block,
      memory: Math.round(process.memoryUsage().rss / 1e6),
    };
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** Follows the workspace as a window does, then looks into each run. @returns the longest block of the event loop */
async function readAll(
  workspace: string,
  names: readonly string[],
  took: (step: string, start: number) => void,
  wrong: string[],
): Promise<number> {
  const source = new FsRunSource({ dir: workspace, holds: 'project' }, silentLogger);
  const found = new Map<string, RunKey>();
  const turns = watchTurns();
  let start = performance.now();
  const watch = await new Promise<{ dispose(): void }>((resolve) => {
    const watching = source.watch((batch, loaded) => {
      for (const change of batch)
        if (change.type === 'read') found.set(basename(keyText(change.run.key)), change.run.key);
      if (loaded) void nextTurn().then(() => resolve(watching));
    });
  });
  took('reading all rows', start);
  for (const name of names) {
    const key = found.get(name);
    if (key === undefined) {
      wrong.push(`the window has no row of ${name}`);
      continue;
    }
    start = performance.now();
    const attended = source.attend(key);
    const run = await source.reread(key);
    const details = await source.readDetails(key, wantedMetricKeys(defaultMetricChoice));
    await source.events(key, 0, 500);
    for (const part of ['run', 'inputs', 'output'] as const) await source.document(key, part);
    attended.dispose();
    took(`looking into ${name}`, start);
    if (!run || !details) wrong.push(`${name} cannot be looked into`);
  }
  watch.dispose();
  return Math.round(turns());
}

/** The figures as lines of text. */
export function hostileReport({ runs, tried, wrong, slowest, block, memory }: HostileFigures): string {
  return [
    `${runs} runs, ${tried} commands and readings: ${wrong.length} went wrong`,
    `slowest: ${slowest[0]}, ${slowest[1]} ms; longest block ${block} ms; memory ${memory} MB`,
    ...wrong,
  ].join('\n');
}
