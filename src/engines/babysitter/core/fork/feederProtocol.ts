import * as z from 'zod';

/**
 * What a fork and the process that makes it say to each other: one object a message, each checked at both ends. They go
 * over a channel of their own, so that nothing the process function prints can be taken for one.
 */

const id = z.int().min(1);
const path = z.string().min(1);
const record = z.record(z.string(), z.unknown());

export const feederRequest = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('create'),
    id,
    /** Absolute path of the engine's package. */
    sdk: path,
    run: z.object({
      runsDir: path,
      processId: z.string(),
      entry: path,
      exportName: z.string(),
      inputs: z.union([z.object({ file: path }), z.object({ value: z.unknown() })]).optional(),
      prompt: z.string().optional(),
      processRevision: z.string().optional(),
      nonInteractive: z.boolean(),
      request: z.string(),
    }),
  }),
  z.object({ type: z.literal('iterate'), id, dir: path }),
  z.object({
    type: z.literal('post'),
    id,
    dir: path,
    effectId: z.string(),
    /** Guards against answering another step. */
    invocationKey: z.string(),
    status: z.enum(['ok', 'error']),
    value: z.unknown().optional(),
    /** Absolute paths of files that hold the value as JSON, and what was printed. */
    valueFile: path.optional(),
    stdoutFile: path.optional(),
    stderrFile: path.optional(),
    error: record.optional(),
    startedAt: z.string().optional(),
    finishedAt: z.string().optional(),
    metadata: record,
  }),
]);

export type FeederRequest = z.infer<typeof feederRequest>;

export const feederAnswer = z.discriminatedUnion('type', [
  /** The engine's functions and the process file are loaded; from now on something may be made. */
  z.object({ type: z.literal('loaded'), id }),
  z.object({ type: z.literal('done'), id, runId: z.string().optional() }),
  z.object({ type: z.literal('failed'), id, message: z.string() }),
  /** The process function waits for something that nothing will ever bring. */
  z.object({ type: z.literal('stuck'), id }),
]);

export type FeederAnswer = z.infer<typeof feederAnswer>;
