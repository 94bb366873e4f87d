import * as z from 'zod/mini';
import type { CliCall, PostAnswer } from '../drive/cliCalls';
import { errorToPost, type RecordedTask } from './recordedTask';

const postAnswer = z.looseObject({ status: z.string() });

/**
 * Posts a recorded answer once more, to the same run or to another that asked for the same.
 * @param dir absolute path of the run that gets it
 * @param metadata where the answer comes from; what was recorded with the answer is kept beside it
 */
export function repostCall(
  dir: string,
  effectId: string,
  { invocationKey, result, files }: RecordedTask,
  metadata: Readonly<Record<string, unknown>>,
): CliCall<PostAnswer> {
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [name, value];
  const inFile = files.value !== undefined;
  const ok = result.status === 'ok';
  return {
    args: [
      ...['task:post', dir, effectId, '--status', result.status],
      ...(ok ? ['--value', files.value ?? '-'] : []),
      ...option('--stdout-file', files.stdout),
      ...option('--stderr-file', files.stderr),
      ...option('--started-at', result.startedAt),
      ...option('--finished-at', result.finishedAt),
      ...['--invocation-key', invocationKey, '--json'],
    ],
    ...(ok && !inFile ? { stdin: JSON.stringify(result.value) } : {}),
    files: {
      '--metadata': JSON.stringify({ ...result.metadata, ...metadata }),
      ...(ok ? {} : { '--error': JSON.stringify(errorToPost(result)) }),
    },
    answer: postAnswer,
  };
}

/** A run that is made to be fed from another one. */
export interface CopiedRun {
  /** Absolute path of the runs directory. */
  readonly runsDir: string;
  readonly processId: string;
  /** Absolute path of the process file. */
  readonly entry: string;
  readonly exportName: string;
  /** In a JSON file (its absolute path), or as they are; `undefined`: the process gets no inputs. */
  readonly inputs: { readonly file: string } | { readonly value: unknown } | undefined;
  readonly prompt: string | undefined;
  readonly processRevision: string | undefined;
  readonly nonInteractive: boolean;
  /** Where it comes from: "fork of R1 at 12". */
  readonly request: string;
}

const copyAnswer = z.looseObject({ runId: z.string() });

/** Makes a run of the same process with the same inputs under an id that the engine chooses. */
export function copyRunCall(run: CopiedRun): CliCall<z.infer<typeof copyAnswer>> {
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined || value === '' ? [] : [name, value];
  const { inputs } = run;
  return {
    args: [
      ...['run:create', '--runs-dir', run.runsDir, '--process-id', run.processId],
      ...['--entry', `${run.entry}#${run.exportName}`, '--request', run.request],
      ...option('--inputs', inputs && 'file' in inputs ? inputs.file : undefined),
      ...option('--prompt', run.prompt),
      ...option('--process-revision', run.processRevision),
      ...(run.nonInteractive ? ['--non-interactive'] : []),
      '--json',
    ],
    ...(inputs && 'value' in inputs ? { files: { '--inputs': JSON.stringify(inputs.value) } } : {}),
    answer: copyAnswer,
  };
}
