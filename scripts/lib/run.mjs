// Running other programs from the scripts. Only Node's own modules: this runs before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atExit } from './atExit.mjs';

/** The project's root folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** An expected failure: its message is a sentence for the person at the terminal, and no stack is shown. */
export class Failure extends Error {}

/**
 * What is being done, for the person waiting. On stderr, because the stdout of several scripts is read by programs.
 * @param {string} text
 */
export function progress(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs a program to its end and gives its exit code. It does not outlive this process.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdout?: 'inherit' | 'stderr', shell?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function exitCodeOf(command, args, { cwd = root, env = process.env, stdout = 'inherit', shell } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell: shell ?? false,
      stdio: ['ignore', stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
    });
    child.once('error', (error) => reject(new Failure(`Cannot run ${command}: ${error.message}`)));
    const cancelKill = atExit(() => child.kill());
    child.once('close', (code) => {
      cancelKill();
      resolve(code ?? 1); // Ended by a signal.
    });
  });
}

/**
 * Runs a program whose success is taken for granted. Its output goes to stderr.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean }} [options]
 */
export async function run(command, args, options = {}) {
  const code = await exitCodeOf(command, args, { ...options, stdout: 'stderr' });
  if (code !== 0) throw new Failure(`${command} ${args.join(' ')} failed with exit code ${code}.`);
}

/**
 * Runs npm, with its output on stderr.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function npm(args, options = {}) {
  // On Windows npm is a batch file, which only a shell can start. Our arguments hold nothing a shell would read.
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}

/**
 * The first of these programs that is on PATH, as an absolute path.
 * @param {...string} names
 * @returns {string | undefined}
 */
export function findOnPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  return names
    .flatMap((name) => folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending))))
    .find((path) => existsSync(path));
}

/** Whether a window can be shown. @param {{ platform: NodeJS.Platform, env: NodeJS.ProcessEnv }} [machine] */
export function hasDisplay({ platform, env } = process) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Runs a script's main function: a `Failure` ends it with its sentence, anything else with a stack.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    progress(error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error));
    process.exitCode = 1;
  }
}
