import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { HumanError } from '../core/errors';
import { visible } from '../core/format';
import { childEnvironment } from './childEnvironment';
import { findOnPath } from './findProgram';
import { printedBy } from './printedBy';

/**
 * Runs a program of the person's to its end, without a shell and in their home folder, as it has nothing to do with a
 * workspace.
 * @param words the program (by its whole path, or by a name that is found on PATH) and its arguments
 * @param timeLimit milliseconds after which it is ended
 * @throws HumanError when it is not found, cannot be started, fails or takes too long
 */
export async function runOutside(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  timeLimit: number,
): Promise<void> {
  const path = isAbsolute(program) ? program : /[/\\]/.test(program) ? undefined : findOnPath(program, env);
  if (path === undefined) {
    throw new HumanError(
      `${visible(program)} was not found. Name a program of the PATH, or the whole path of one.`,
    );
  }
  const options = { cwd: homedir(), env: childEnvironment(env), signal: new AbortController().signal };
  await printedBy([path, ...args], { ...options, timeLimit, name: visible(program) });
}
