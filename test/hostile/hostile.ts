import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '../../src/core/log';
import { defaultMetricChoice, wantedMetricKeys } from '../../src/core/run/metrics';
import { keyText, type RunKey } from '../../src/core/run/runKey';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { cpu, watchTurns } from '../bench/blocks';
import { writeCorpus, type CorpusSize } from './corpus';

export interface HostileOptions {
  readonly size: CorpusSize;
  /** Every command for every run; starting them takes most of the time. */
  readonly thorough: boolean;
  /** The bundled command line. */
  readonly cli: string;
  /** Milliseconds of the processor that each step may take; a command, which is another process, six times as long. */
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
  /** The longest block of the event loop while runs were read, in milliseconds of the processor. */
  readonly block: readonly [step: string, milliseconds: number];
  /** Memory after all was read, in megabytes. */
  readonly memory: number;
}

/** What was tried so far. */
export class Trial {
  readonly wrong: string[] = [];
  #tried = 0;
  #slowest: HostileFigures['slowest'] = ['', 0];
  #block: HostileFigures['block'] = ['', 0];

  constructor(private readonly options: HostileOptions) {}

  /**
   * Begins a step of this process.
   * @returns a function that ends it: it took so many milliseconds of the processor, so another program is no part of it
   */
  begin(step: string): () => void {
    const [start, turns] = [cpu(), watchTurns()];
    return () => this.#took(step, cpu() - start, turns());
  }

  #took(step: string, time: number, block: number, limit = this.options.limit): void {
    const { say } = this.options;
    const milliseconds = Math.round(time);
    this.#tried += 1;
    if (milliseconds > this.#slowest[1]) this.#slowest = [step, milliseconds];
    if (block > 50) say(`${step} has a block of ${Math.round(block)} ms`);
    if (block > this.#block[1]) this.#block = [step, Math.round(block)];
    if (milliseconds > limit / 10) say(`${step} took ${milliseconds} ms`);
    if (milliseconds > limit) this.wrong.push(`${step} took ${milliseconds} ms`);
  }

  /** Runs the command line. @returns what it printed */
  command(...args: readonly string[]): string {
    const { cli, limit } = this.options;
    const step = [args[0], basename(args[1] ?? ''), ...args.slice(2)].join(' ');
    const start = performance.now();
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      encoding: 'utf8',
      timeout: 6 * limit,
      maxBuffer: 512 * 1024 * 1024,
    });
    this.#took(step, performance.now() - start, 0, 6 * limit);
    // 2 is a sentence that says what is wrong.
    if (status !== 0 && status !== 2)
      this.wrong.push(`${step} ended with ${signal ?? status}: ${stderr.slice(-300)}`);
    return stdout;
  }

  figures(runs: number): HostileFigures {
    const memory = Math.round(process.memoryUsage().rss / 1e6);
    return {
      ...{ runs, memory, tried: this.#tried, wrong: this.wrong },
      ...{ slowest: this.#slowest, block: this.#block },
    };
  }
}

/** Writes hostile runs, and reads them in every way there is, each with a time limit. */
export async function runHostile(options: HostileOptions): Promise<HostileFigures> {
  const workspace = mkdtempSync(join(tmpdir(), 'babysitter-hostile-'));
  const trial = new Trial(options);
  try {
    const names = writeCorpus(workspace, options.size);
    options.say(`${names.length} runs are written.`);
    const rows = JSON.parse(trial.command('list', workspace, '--json') || '[]') as readonly {
      readonly dir: string;
    }[];
    const listed = new Set(rows.map(({ dir }) => basename(dir)));
    for (const name of names) if (!listed.has(name)) trial.wrong.push(`list has no row of ${name}`);
    for (const name of names) {
      const dir = join(workspace, '.a5c', 'runs', name);
      trial.command('report', dir, '--format', 'html');
      if (!options.thorough) continue;
      trial.command('show', dir, '--json');
      trial.command('report', dir);
    }
    options.say('The command line is done.');
    await readAll(workspace, names, trial);
    return trial.figures(names.length);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** Follows the workspace as a window does, then looks into each run. */
async function readAll(workspace: string, names: readonly string[], trial: Trial): Promise<void> {
  const source = new FsRunSource({ dir: workspace, holds: 'project' }, silentLogger);
  const found = new Map<string, RunKey>();
  const read = trial.begin('reading all rows');
  const watch = await new Promise<{ dispose(): void }>((resolve) => {
    const watching = source.watch((batch, loaded) => {
      for (const change of batch)
        if (change.type === 'read') found.set(basename(keyText(change.run.key)), change.run.key);
      if (loaded) void nextTurn().then(() => resolve(watching));
    });
  });
  read();
  for (const name of names) {
    const key = found.get(name);
    if (key === undefined) {
      trial.wrong.push(`the window has no row of ${name}`);
      continue;
    }
    const end = trial.begin(`looking into ${name}`);
    const attended = source.attend(key);
    const run = await source.reread(key);
    const details = await source.readDetails(key, wantedMetricKeys(defaultMetricChoice));
    await source.events(key, 0, 500);
    for (const part of ['run', 'inputs', 'output'] as const) await source.document(key, part);
    attended.dispose();
    end();
    if (!run || !details) trial.wrong.push(`${name} cannot be looked into`);
  }
  watch.dispose();
}

/** The figures as lines of text. */
export function hostileReport({ runs, tried, wrong, slowest, block, memory }: HostileFigures): string {
  return [
    `${runs} runs, ${tried} commands and readings: ${wrong.length} went wrong`,
    `slowest: ${slowest[0]}, ${slowest[1]} ms; longest block: ${block[0]}, ${block[1]} ms; memory ${memory} MB`,
    ...wrong,
  ].join('\n');
}
