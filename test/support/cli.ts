import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import type { AnswerEntry, RunEntry, TaskEntry } from '../../src/core/run/runEntry';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `show` prints. */
export type ShownRun = RunEntry & {
  readonly tasks: readonly TaskEntry[];
  readonly answers: readonly AnswerEntry[];
  readonly output?: unknown;
};

export interface Cli {
  run(...args: readonly string[]): Answer;
  list(dir: string, ...args: readonly string[]): readonly RunEntry[];
  show(dir: string, ...args: readonly string[]): ShownRun;
}

/** The command line, built from the sources into a folder of its own for the tests of one file. */
export function useCli(): Cli {
  const dir = mkdtempSync(join(tmpdir(), 'babysitter-runs-cli-'));
  const script = join(dir, 'cli.cjs');
  beforeAll(async () => {
    await build({
      absWorkingDir: root,
      entryPoints: ['src/cli.ts'],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'warning',
    });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const run = (...args: readonly string[]): Answer => {
    // A home folder of its own: nothing may be read from the person's.
    const env = { ...process.env, HOME: dir, USERPROFILE: dir };
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      cwd: dir,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return { code: status, stdout, stderr };
  };
  const json = <T>(...args: readonly string[]): T => {
    const { code, stdout, stderr } = run(...args, '--json');
    if (code !== 0 || stderr !== '') throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  return {
    run,
    list: (...args) => json<RunEntry[]>('list', ...args),
    show: (...args) => json<ShownRun>('show', ...args),
  };
}
