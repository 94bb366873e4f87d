import { HumanError } from '../core/errors';
import { cutAtWord, oneLine, visible } from '../core/format';
import { runProcess, type ProcessOptions } from './spawn';

/**
 * Runs a program to its end, without a shell.
 * @param name what the person is told it is
 * @returns what it printed
 * @throws HumanError when it cannot be started, or ends with an error
 */
export async function printedBy(
  [program, ...args]: readonly [string, ...string[]],
  {
    name,
    ...options
  }: Pick<ProcessOptions, 'cwd' | 'env' | 'signal' | 'timeLimit'> & { readonly name: string },
): Promise<string> {
  const { ended, exitCode, stdout, stderr } = await runProcess(program, args, options);
  if (ended === 'exit' && exitCode === 0) return stdout;
  const why =
    ended === 'timeout'
      ? 'It took too long'
      : ended === 'cancelled'
        ? 'It was cancelled'
        : `It ended with exit code ${exitCode}`;
  const said = cutAtWord(oneLine(visible(stderr || stdout)).slice(-600), 300);
  throw new HumanError(`${name} failed. ${why}${said === '' ? '.' : `: ${said}`}`);
}
