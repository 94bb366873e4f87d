import * as z from 'zod/mini';

/**
 * What a fork and the process that makes it say to each other: one object a message, each checked at both ends. They go
 * over a channel of their own, so that nothing the process function prints can be taken for one.
 */

const id = z.int().check(z.minimum(1));
const path = z.string().check(z.minLength(1));
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
      inputs: z.optional(z.union([z.object({ file: path }), z.object({ value: z.unknown() })])),
      prompt: z.optional(z.string()),
      processRevision: z.optional(z.string()),
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
    value: z.optional(z.unknown()),
    /** Absolute paths of files that hold the value as JSON, and what was printed. */
    valueFile: z.optional(path),
    stdoutFile: z.optional(path),
    stderrFile: z.optional(path),
    error: z.optional(record),
    startedAt: z.optional(z.string()),
    finishedAt: z.optional(z.string()),
    metadata: record,
  }),
]);

export type FeederRequest = z.infer<typeof feederRequest>;

export const feederAnswer = z.discriminatedUnion('type', [
  /** The engine's functions and the process file are loaded; from now on something may be made. */
  z.object({ type: z.literal('loaded'), id }),
  z.object({ type: z.literal('done'), id, runId: z.optional(z.string()) }),
  z.object({ type: z.literal('failed'), id, message: z.string() }),
  /** The process function waits for something that nothing will ever bring. */
  z.object({ type: z.literal('stuck'), id }),
]);

export type FeederAnswer = z.infer<typeof feederAnswer>;
