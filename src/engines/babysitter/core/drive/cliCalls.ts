import * as z from 'zod/mini';
import type { BreakpointAnswer } from '../../../../core/run/answer';
import { parseJson } from '../../../../core/run/lenient';

/** One call of the engine's command line as data, so that it can be checked without running anything. */
export interface CliCall<T> {
  readonly args: readonly string[];
  /** Text for its standard input; `undefined`: none. */
  readonly stdin?: string;
  /** Texts for temporary files, by the option that names each: `--metadata <file>` is appended. */
  readonly files?: Readonly<Record<`--${string}`, string>>;
  /** The shape of the JSON it answers with on standard output. */
  readonly answer: z.ZodMiniType<T>;
}

const iterateAnswer = z.looseObject({
  status: z.string(),
  // oxlint-disable-next-line promise/valid-params -- A schema's, no promise's.
  reason: z.catch(z.optional(z.string()), undefined),
});

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
    files: { '--metadata': JSON.stringify(provenance) },
    answer: postAnswer,
  };
}

/** What a person records for a task: the value that the process gets, or the error that it is thrown. */
export type TaskOutcome =
  | { readonly status: 'ok'; readonly value: unknown }
  | { readonly status: 'error'; readonly error: Readonly<Record<string, unknown>> };

/** What is recorded beside an outcome, when a program ran for it. */
export interface TaskRecord {
  /** What it printed; becomes stdout.log and stderr.log of the task. */
  readonly stdout: string;
  readonly stderr: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/**
 * Records the outcome of a task that is no breakpoint.
 * @param invocationKey guards against answering another effect; `undefined` when the journal has none
 */
export function postCall(
  dir: string,
  effectId: string,
  invocationKey: string | undefined,
  outcome: TaskOutcome,
  provenance: Provenance,
  record?: TaskRecord,
): CliCall<PostAnswer> {
  const guard = invocationKey === undefined ? [] : ['--invocation-key', invocationKey];
  const times = record ? ['--started-at', record.startedAt, '--finished-at', record.finishedAt] : [];
  const value = outcome.status === 'ok' ? ['--value', '-'] : [];
  return {
    args: ['task:post', dir, effectId, '--status', outcome.status, ...value, ...times, ...guard, '--json'],
    ...(outcome.status === 'ok' ? { stdin: JSON.stringify(outcome.value) } : {}),
    files: {
      '--metadata': JSON.stringify(provenance),
      ...(outcome.status === 'error' ? { '--error': JSON.stringify(outcome.error) } : {}),
      ...(record ? { '--stdout-file': record.stdout, '--stderr-file': record.stderr } : {}),
    },
    answer: postAnswer,
  };
}

const createAnswer = z.looseObject({ runId: z.string() });

export type CreateAnswer = z.infer<typeof createAnswer>;

/** A run to be made. */
export interface NewRun {
  /** Absolute path of the runs directory. */
  readonly runsDir: string;
  /** One plain path segment that is not taken: the engine overwrites a run that is there. */
  readonly runId: string;
  readonly processId: string;
  /** Absolute path of the process file. */
  readonly entry: string;
  readonly exportName: string;
  /** `undefined`: the process gets none. */
  readonly inputs: unknown;
  /** Empty: none. */
  readonly prompt: string;
}

/** Makes a run; the process file is loaded, and its function not called yet. */
export function createCall(run: NewRun): CliCall<CreateAnswer> {
  const prompt = run.prompt === '' ? [] : ['--prompt', run.prompt];
  return {
    args: [
      ...['run:create', '--runs-dir', run.runsDir, '--run-id', run.runId, '--process-id', run.processId],
      ...['--entry', `${run.entry}#${run.exportName}`, ...prompt, '--json'],
    ],
    ...(run.inputs === undefined ? {} : { files: { '--inputs': JSON.stringify(run.inputs) } }),
    answer: createAnswer,
  };
}

const recoverAnswer = z.looseObject({});

/** Takes back the last error of the process itself (6.x only), so that the run can be iterated again. */
export function recoverCall(dir: string): CliCall<Readonly<Record<string, unknown>>> {
  return { args: ['run:recover-process-error', dir, '--json'], answer: recoverAnswer };
}

/**
 * The JSON object at the end of a program's output. A process may print anything before it, even without a line end
 * and even JSON, so it begins with the "{" that the last "}" closes.
 */
export function lastJsonObject(output: string): unknown {
  const text = output.trimEnd();
  const start = text.endsWith('}') ? startOfLast(text) : undefined;
  const json = start === undefined ? undefined : parseJson(text.slice(start));
  return json && 'value' in json ? json.value : undefined;
}

/** Where the bracket stands that the last one closes, strings passed over; looked for from the end, once. */
function startOfLast(text: string): number | undefined {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const char = text[at];
    if (char === '"') at = startOfString(text, at);
    else if (char === '}' || char === ']') depth += 1;
    else if (char === '{' || char === '[') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

/** @returns -1 when it has no beginning */
function startOfString(text: string, end: number): number {
  let at = end;
  let escapes = 1;
  while (escapes % 2 === 1 && at > 0) {
    at = text.lastIndexOf('"', at - 1);
    escapes = 0;
    while (at > escapes && text[at - 1 - escapes] === '\\') escapes += 1;
  }
  return escapes % 2 === 1 ? -1 : at;
}
