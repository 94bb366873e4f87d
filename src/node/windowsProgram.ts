import { win32 } from 'node:path';
import { HumanError } from '../core/errors';
import { visible } from '../core/format';
import { findOnPath, variable } from './findProgram';
import type { Machine } from './machine';

/** A program and its arguments as `spawn` takes them. */
export interface SpawnedProgram {
  readonly file: string;
  readonly args: readonly string[];
  /** Windows: the arguments, joined by spaces, are the command line; nothing in them is quoted again. */
  readonly verbatim?: boolean;
}

/** cmd.exe, wherever this Windows keeps it. */
function cmdOf(env: NodeJS.ProcessEnv): string {
  return variable(env, 'COMSPEC') ?? systemProgram(env, 'cmd.exe');
}

/** A program of Windows itself, by its whole path. */
export function systemProgram(env: NodeJS.ProcessEnv, name: string): string {
  return win32.join(variable(env, 'SYSTEMROOT') ?? 'C:\\Windows', 'System32', name);
}

/** A command line as it is, run by the shell of Windows: cmd.exe takes it between one pair of quotes. */
export function windowsLine(line: string, env: NodeJS.ProcessEnv): SpawnedProgram {
  return { file: cmdOf(env), args: ['/d', '/s', '/c', `"${line}"`], verbatim: true };
}

/**
 * How Windows starts a program. Left to itself it would look for it in the folder where it is started first, which a
 * workspace fills; and batch files (npm, npx, pnpm and whatever npm installs) can be started by cmd.exe only.
 * @throws HumanError when it is nowhere, or an argument cannot be passed to a batch file
 */
export function windowsProgram(
  file: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  machine: Pick<Machine, 'platform' | 'isFile'>,
): SpawnedProgram {
  const path = /[\\/:]/.test(file)
    ? withEnding(win32.resolve(cwd, file), machine)
    : findOnPath(file, env, machine);
  if (path === undefined) {
    throw new HumanError(`${visible(file)} could not be started in ${visible(cwd)}: it is not on PATH.`);
  }
  if (!/\.(?:cmd|bat)$/i.test(path)) return { file: path, args };
  if (args.some((arg) => /[\r\n\0]/.test(arg))) {
    throw new HumanError(
      `${visible(file)} is a batch file, to which Windows passes no line breaks, so nothing was run.`,
    );
  }
  // What npm installs hands its arguments on to Node by a line of cmd.exe, which reads them once more.
  const twice = /[\\/]node_modules[\\/]\.bin[\\/][^\\/]+\.cmd$/i.test(path);
  const words = [escaped(win32.normalize(path)), ...args.map((arg) => quotedForCmd(arg, twice))];
  return windowsLine(words.join(' '), env);
}

/** A path without its ending means the program or batch file of that name. */
function withEnding(path: string, { isFile }: Pick<Machine, 'isFile'>): string {
  return [path, `${path}.exe`, `${path}.cmd`, `${path}.bat`].find((each) => isFile(each)) ?? path;
}

/** One argument, quoted for the program that gets it, and once more for cmd.exe. */
function quotedForCmd(arg: string, twice: boolean): string {
  const quoted = `"${arg.replaceAll(/(?<!\\)\\*(?:"|$)/g, doubled)}"`;
  return twice ? escaped(escaped(quoted)) : escaped(quoted);
}

/** Backslashes count only before a quote: there each stands for itself when it is doubled. */
function doubled(found: string): string {
  const slashes = found.replace('"', '');
  return found.endsWith('"') ? `${slashes}${slashes}\\"` : `${slashes}${slashes}`;
}

/** What cmd.exe would take for its own. */
function escaped(text: string): string {
  return text.replaceAll(/[()\][%!^"`<>&|;, *?]/g, '^$&');
}
