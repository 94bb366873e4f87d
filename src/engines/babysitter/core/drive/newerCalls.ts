import * as z from 'zod/mini';
import { majorOf } from '../../../../core/engine/engineVersion';
import type { CliCall } from './cliCalls';

/** Calls that engines before 6.x do not have. */
export const newerCalls = {
  'run.halt': 'run:halt',
  'task.cancel': 'task:cancel',
  'run.assignProcess': 'run:assign-process',
} as const;

export type NewerCommand = keyof typeof newerCalls;

const anyAnswer = z.looseObject({});
type AnyAnswer = z.infer<typeof anyAnswer>;

/** Closes a run for good, as completed or failed. */
export function haltCall(dir: string, reason: string, status: 'completed' | 'failed'): CliCall<AnyAnswer> {
  return {
    args: ['run:halt', dir, '--reason', reason, '--final-status', status, '--json'],
    answer: anyAnswer,
  };
}

/** Takes a task back; the process sees an error that says so. */
export function cancelTaskCall(dir: string, effectId: string, reason: string): CliCall<AnyAnswer> {
  return { args: ['task:cancel', dir, effectId, '--reason', reason, '--json'], answer: anyAnswer };
}

/**
 * Gives a run its process, or another one.
 * @param entry absolute path of the process file
 * @param processId without it, the run and every task of it keep the id of a run without a process
 * @param force the run has a process, which is replaced
 */
export function assignProcessCall(
  dir: string,
  entry: string,
  exportName: string,
  processId: string,
  force: boolean,
): CliCall<AnyAnswer> {
  const replace = force ? ['--force'] : [];
  return {
    args: [
      ...['run:assign-process', dir, '--entry', `${entry}#${exportName}`],
      ...['--process-id', processId, ...replace, '--json'],
    ],
    answer: anyAnswer,
  };
}

/**
 * The commands of an engine: those that its help names ("run:create", "task:post"), and of 6.x all newer ones, as its help
 * leaves some out.
 * @param version `undefined`: it is not known, and told by the help
 */
export function knownCommands(help: string, version: string | undefined): ReadonlySet<string> {
  const named = [...help.matchAll(/^[ \t]*babysitter ([a-z-]+(?::[a-z-]+)?)/gm)].map(
    ([, name]) => name ?? '',
  );
  const major = majorOf(version);
  const isSix = major === undefined ? named.includes(newerCalls['run.halt']) : major >= 6;
  return new Set(isSix ? [...named, ...Object.values(newerCalls)] : named);
}
