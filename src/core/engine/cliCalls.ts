import * as z from 'zod';
import type { BreakpointAnswer } from '../run/breakpoint';

/** One call of the engine's command line as data, so that it can be checked without running anything. */
export interface CliCall<T> {
  readonly args: readonly string[];
  /** Text for its standard input; `undefined`: none. */
  readonly stdin?: string;
  /** JSON text for a temporary file whose path is appended as `--metadata <file>`. */
  readonly metadata?: string;
  /** The shape of the JSON it answers with on standard output. */
  readonly answer: z.ZodType<T>;
}

const iterateAnswer = z.looseObject({ status: z.string(), reason: z.string().optional().catch(undefined) });

/** What `run:iterate` answers. Its `iteration` is an estimate and is left alone. */
export type IterateAnswer = z.infer<typeof iterateAnswer>;

/**
 * Runs the process function once more, up to its next open question.
 * @param dir absolute path of the run folder
 */
export function iterateCall(dir: string): CliCall<IterateAnswer> {
  return { args: ['run:iterate', dir, '--json'], answer: iterateAnswer };
}

const postAnswer = z.looseObject({ status: z.string() });

export type PostAnswer = z.infer<typeof postAnswer>;

/** Who answered, when and through what; the engine keeps it in result.json. */
export interface Provenance {
  readonly respondedBy: string;
  /** ISO 8601. */
  readonly respondedAt: string;
  readonly product: string;
  /** Through which part of the product: "row", "page", "palette". */
  readonly surface: string;
}

/**
 * Records a breakpoint's answer. The value goes through standard input and the metadata through a file: with both as
 * "-" the engine posts nothing and still exits with 0 (0.0.187).
 * @param invocationKey guards against answering another effect; `undefined` when the journal has none
 */
export function answerCall(
  dir: string,
  effectId: string,
  invocationKey: string | undefined,
  answer: BreakpointAnswer,
  provenance: Provenance,
): CliCall<PostAnswer> {
  const guard = invocationKey === undefined ? [] : ['--invocation-key', invocationKey];
  return {
    args: ['task:post', dir, effectId, '--status', 'ok', '--value', '-', ...guard, '--json'],
    stdin: JSON.stringify(answer),
    metadata: JSON.stringify(provenance),
    answer: postAnswer,
  };
}

/**
 * The JSON object at the end of a program's output. A process may print anything before it, even without a line end
 * and even JSON, so the first "{" from which everything to the end parses is the one.
 */
export function lastJsonObject(output: string): unknown {
  const text = output.trimEnd();
  if (!text.endsWith('}')) return undefined;
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at + 1)) {
    try {
      return JSON.parse(text.slice(at)) as unknown;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}
