import { HumanError } from '../../../core/errors';
import { cutAtWord, oneLine, visible } from '../../../core/format';
import { runProcess, type ProcessOptions } from '../../../node/spawn';

/** Loading a config may load a whole machine learning library, in milliseconds. */
const timeLimit = 180_000;

/**
 * Runs a program to its end, without a shell.
 * @returns what it printed
 * @throws HumanError when it cannot be started, or ends with an error
 */
export async function printedBy(
  [program, ...args]: readonly [string, ...string[]],
  options: Pick<ProcessOptions, 'cwd' | 'env' | 'signal'>,
): Promise<string> {
  const { ended, exitCode, stdout, stderr } = await runProcess(program, args, { ...options, timeLimit });
  if (ended === 'exit' && exitCode === 0) return stdout;
  const why = ended === 'exit' ? `It ended with exit code ${exitCode}` : `It was ended (${ended})`;
  const said = cutAtWord(oneLine(visible(stderr || stdout)).slice(-600), 300);
  throw new HumanError(
    `${visible(program)} ${args[0] ?? ''} failed. ${why}${said === '' ? '.' : `: ${said}`}`,
  );
}
