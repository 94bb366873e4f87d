import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { HumanError, messageOf } from '../core/errors';

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
  readonly stdin?: string | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds after which it is ended. */
  readonly timeLimit: number;
  /** Told of what it prints, of both outputs, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** A cancelled program may finish its step for so long before it is told to end, then before it is killed; in ms. */
const grace = 2000;
/** What a program left running may hold its output open; after its end that is waited for no longer than this, in ms. */
const lastWords = 1000;
/** The end of what a program printed is kept, up to so many characters; an answer stands at the end. */
const outputLimit = 16 * 1024 * 1024;

/**
 * Runs a program without a shell, in a process group of its own where there are groups, so that whatever it started
 * ends with it.
 * @throws HumanError when it cannot be started
 */
export function runProcess(
  file: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessOutcome> {
  const start = performance.now();
  const grouped = process.platform !== 'win32';
  const notStarted = (error: unknown): HumanError =>
    new HumanError(`${file} could not be started in ${options.cwd}: ${messageOf(error)}.`);
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env,
      shell: false,
      detached: grouped,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    // Arguments that are too long, for one, make it throw at once.
    return Promise.reject(notStarted(error));
  }
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (grouped && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // It ended in the same moment.
    }
  };

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

    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-outputLimit);
      options.onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-outputLimit);
      options.onOutput?.(text);
    });
    // A program that ends without reading its input breaks the pipe; its exit code tells the story.
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');
    const done = (): void => {
      timers.forEach(clearTimeout);
      options.signal.removeEventListener('abort', cancel);
    };
    child.on('error', (error) => {
      done();
      reject(notStarted(error));
    });
    child.on('exit', () =>
      later(lastWords, () => {
        child.stdout.destroy();
        child.stderr.destroy();
      }),
    );
    child.on('close', (code) => {
      done();
      const milliseconds = performance.now() - start;
      resolve({ ended, exitCode: code ?? undefined, stdout: output, stderr: errors, milliseconds });
    });
  });
}
