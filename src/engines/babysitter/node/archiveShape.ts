import * as z from 'zod/mini';
import { HumanError, messageOf } from '../../../core/errors';
import { codeOf, whyNotRead } from '../../../node/safeFile';

export const megabyte = 1024 * 1024;

/** No run is larger; an archive may pretend to be small and be a bomb. In bytes, unpacked. */
export const archiveLimits = { entries: 500_000, total: 1024 * megabyte, each: 64 * megabyte };

/** What an archive of ours says of itself, in `archive.json`; the run lies in `run/`, the process file in `process/`. */
export const manifestShape = z.looseObject({
  format: z.literal('babysitter-runs/archive'),
  version: z.literal(1),
  runId: z.string(),
  firstEvents: z.optional(z.int().check(z.positive())),
});

/** Journals are packed event by event; locks and what interrupted writes left belong to the process that made them. */
export function isPartOfRun(name: string): boolean {
  return !/^(?:run\.lock$|journal(?:\.|\/))/.test(name) && !/\.tmp-[^/]*$/.test(name);
}

/** What a person is told; errors that say it already stay as they are. */
export function inWords(error: unknown, what: string): Error {
  if (error instanceof HumanError) return error;
  const code = codeOf(error);
  const why =
    code === 'ENOSPC'
      ? 'the disk is full'
      : code === 'EEXIST' || code === 'ENOTEMPTY'
        ? 'something of that name is there already'
        : code === undefined
          ? messageOf(error)
          : `it ${whyNotRead(error)}`;
  return new HumanError(`${what}: ${why}.`, undefined, { cause: error });
}
