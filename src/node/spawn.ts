import type { ChildProcess, StdioOptions } from 'node:child_process';
import { win32 } from 'node:path';
import type { Readable } from 'node:stream';
import { HumanError, messageOf } from '../core/errors';
import { thisMachine, type Machine } from './machine';
import { systemProgram, windowsProgram, type SpawnedProgram } from './windowsProgram';

/** A program's end and what it printed. */
export interface ProcessOutcome {
  readonly ended: 'exit' | 'cancelled' | 'timeout';
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Windows: the arguments are the command line as it is. */
  readonly verbatim?: boolean | undefined;
  readonly stdin?: string | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds after which it is ended. */
  readonly timeLimit: number;
  /** Told of what it prints, of both outputs, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** A cancelled program may finish its step for so long before it is told to end, then before it is killed; in ms. */
export const grace = 2000;
/** What a program left running may hold its output open; after its end that is waited for no longer than this, in ms. */
const lastWords = 1000;
/** The end of what a program printed is kept, up to so many characters; an answer stands at the end. */
const outputLimit = 16 * 1024 * 1024;

/** A program that prints more characters in so many milliseconds has to wait until they are over. */
const flood = { most: 4 * 1024 * 1024, period: 100 };

/** @param most a longer text is cut to {@link outputLimit}; rarely, as cutting copies it */
function endOf(text: string, most = outputLimit): string {
  return text.length > most ? text.slice(-outputLimit) : text;
}

/** A program under way. */
export interface Started {
  readonly child: ChildProcess;
  /** Tells it, and whatever it started, to end. */
  kill(signal: NodeJS.Signals): void;
}

/** How a program is started. */
export type StartOptions = Pick<ProcessOptions, 'cwd' | 'env' | 'verbatim'> & {
  readonly stdio: StdioOptions;
};

/**
 * Starts a program without a shell, in a process group of its own where there are groups, so that whatever it starts
 * ends with it.
 * @throws HumanError when it cannot be started; what is found out later comes as the child's `error`
 */
export function startProcess(
  file: string,
  args: readonly string[],
  options: StartOptions,
  machine: Machine = thisMachine,
): Started {
  const { cwd, env, stdio, verbatim = false } = options;
  const windows = machine.platform === 'win32';
  const asked: SpawnedProgram = { file, args, verbatim };
  const program = windows && !verbatim ? windowsProgram(file, args, options, machine) : asked;
  let child: ChildProcess;
  try {
    child = machine.spawn(program.file, program.args, {
      ...{ cwd, env, stdio, shell: false, detached: !windows, windowsHide: true },
      windowsVerbatimArguments: program.verbatim ?? false,
    });
  } catch (error) {
    // Arguments that are too long, for one, make it throw at once.
    throw notStarted(file, cwd, error);
  }
  return { child, kill: (signal) => killTree(child, signal, env, machine) };
}

/** Windows knows neither groups nor a polite end for programs without a window: the whole tree is ended. */
function killTree(
  child: ChildProcess,
  signal: NodeJS.Signals,
  env: NodeJS.ProcessEnv,
  { platform, spawn, kill }: Machine,
): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    if (platform !== 'win32') return kill(-pid, signal);
    // Its number may be another's by now.
    if (child.exitCode !== null || child.signalCode !== null) return;
    const taskkill = systemProgram(env, 'taskkill.exe');
    spawn(taskkill, ['/pid', String(pid), '/T', '/F'], {
      cwd: win32.dirname(taskkill),
      stdio: 'ignore',
      windowsHide: true,
    }).on('error', () => child.kill());
  } catch {
    // It ended in the same moment.
  }
}

/** Why a program could not be started. */
export function notStarted(file: string, cwd: string, error: unknown): HumanError {
  return new HumanError(`${file} could not be started in ${cwd}: ${messageOf(error)}.`);
}

/**
 * Runs a program to its end, without a shell.
 * @throws HumanError when it cannot be started
 */
export async function runProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions,
  machine: Machine = thisMachine,
): Promise<ProcessOutcome> {
  const start = performance.now();
  const { cwd, env, verbatim } = options;
  const { child, kill } = startProcess(
    file,
    args,
    { cwd, env, verbatim, stdio: ['pipe', 'pipe', 'pipe'] },
    machine,
  );
  const { stdin, stdout, stderr } = child;

  return new Promise((resolve, reject) => {
    let ended: ProcessOutcome['ended'] = 'exit';
    let output = '';
    let errors = '';
    const timers: NodeJS.Timeout[] = [];
    const later = (milliseconds: number, action: () => void): unknown =>
      timers.push(setTimeout(action, milliseconds));
    const end = (): void => {
      kill('SIGTERM');
      later(grace, () => kill('SIGKILL'));
    };
    const cancel = (): unknown =>
      later(grace, () => {
        ended = 'cancelled';
        end();
      });
    later(options.timeLimit, () => {
      ended = 'timeout';
      end();
    });
    options.signal.addEventListener('abort', cancel);
    if (options.signal.aborted) cancel();

    let [since, came] = [0, 0];
    const take = (text: string, from: Readable): void => {
      const now = performance.now();
      if (now - since > flood.period) [since, came] = [now, 0];
      came += text.length;
      options.onOutput?.(text);
      if (came < flood.most) return;
      // The program waits, and everything else has its turn.
      from.pause();
      later(flood.period, () => from.resume());
    };
    stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = endOf(output + text, 2 * outputLimit);
      take(text, stdout);
    });
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = endOf(errors + text, 2 * outputLimit);
      take(text, stderr);
    });
    // A program that ends without reading its input breaks the pipe; its exit code tells the story.
    stdin?.on('error', () => {});
    stdin?.end(options.stdin ?? '');
    const done = (): void => {
      timers.forEach(clearTimeout);
      options.signal.removeEventListener('abort', cancel);
    };
    child.on('error', (error) => {
      done();
      reject(notStarted(file, cwd, error));
    });
    child.on('exit', () =>
      later(lastWords, () => {
        stdout?.destroy();
        stderr?.destroy();
      }),
    );
    child.on('close', (code) => {
      done();
      const milliseconds = performance.now() - start;
      resolve({
        ended,
        exitCode: code ?? undefined,
        stdout: endOf(output),
        stderr: endOf(errors),
        milliseconds,
      });
    });
  });
}
