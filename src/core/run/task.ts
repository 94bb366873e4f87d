import {
  isRecord,
  moment,
  parseJson,
  parseLenient,
  readLenient,
  record,
  text,
  texts,
  Wrong,
  type Field,
} from './lenient';
import { readBreakpoint, type Breakpoint } from './breakpoint';
import { findNumbers } from './metrics';

/** task.json, as far as rows, iterations and pages use it. */
export interface TaskDefinition {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly labels: readonly string[];
  readonly kind: string | undefined;
  readonly inputs: unknown;
  /** Where the inputs lie when the engine put them into a file of their own (over 1 MiB). */
  readonly inputsRef: string | undefined;
  /** `inputs.iteration`, where it is an integer from 0 up. */
  readonly iteration: number | undefined;
  /** `inputs.phase` or `inputs.phaseName` as text: the part of the process that counts its iterations by itself. */
  readonly phase: string | undefined;
  /** Which exit code is right for a command; `undefined`: 0. */
  readonly expectedExitCode: number | undefined;
  /** Milliseconds since 1970; sleeps only. */
  readonly sleepUntil: number | undefined;
  /** Breakpoints only. */
  readonly breakpoint: Breakpoint | undefined;
}

/** result.json, as far as iterations and pages use it. */
export interface TaskResult {
  /** Numbers found in the value under the metric keys that were asked for. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The value, where it is small enough to be kept; `undefined` also for errors. */
  readonly value: unknown;
  /** Where the value lies when the engine put it into a file of its own (values over 1 MiB). */
  readonly resultRef: string | undefined;
  /** What the one who posted it added: who, when, through what. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  /** What the value says went wrong, though it was posted as a success: "exit code 1", "passed: false". */
  readonly failure: string | undefined;
}

/** The file in which a value over 1 MiB lies, by where its task says it lies ({@link TaskDefinition.inputsRef}). */
export function fileOfRef(effectId: string, ref: string): string {
  return ref.startsWith('tasks/') ? ref : `tasks/${effectId}/${ref}`;
}

/** When a sleep is over. */
const sleep: Field<number | undefined> = (value) => {
  if (!isRecord(value)) return new Wrong('it must be an object');
  const { iso, targetEpochMs } = value;
  const at = iso === undefined ? undefined : moment(iso);
  if (at instanceof Wrong || targetEpochMs === undefined) return at;
  return typeof targetEpochMs === 'number' && Number.isFinite(targetEpochMs)
    ? targetEpochMs
    : new Wrong('it must be a number');
};

const taskShape = {
  kind: text,
  title: text,
  description: text,
  inputsRef: text,
  labels: texts,
  sleep,
};

/**
 * Reads task.json.
 * @param kind the kind that the journal tells, which counts
 * @param inputFile the parsed `tasks/<id>/input.json` that agents write beside a breakpoint, if there is one
 */
export function parseTask(
  json: string,
  kind: string,
  inputFile?: unknown,
): { readonly task: TaskDefinition | undefined; readonly problems: readonly string[] } {
  const parsed = parseJson(json);
  return 'problem' in parsed
    ? { task: undefined, problems: [parsed.problem] }
    : readTask(parsed.value, kind, inputFile);
}

/** {@link parseTask} for a value that is parsed already. `task`: `undefined` when it is no object. */
export function readTask(value: unknown, kind: string, inputFile?: unknown): ReturnType<typeof parseTask> {
  const { fields, raw, problems } = readLenient(value, taskShape);
  if (!fields || !raw) return { task: undefined, problems };
  const inputs = raw['inputs'];
  const { iteration, phase, phaseName } = isRecord(inputs) ? inputs : {};
  const { shell } = raw;
  return {
    task: {
      title: fields.title,
      description: fields.description,
      labels: fields.labels ?? [],
      kind: fields.kind,
      inputs,
      inputsRef: fields.inputsRef,
      iteration:
        typeof iteration === 'number' && Number.isSafeInteger(iteration) && iteration >= 0
          ? iteration
          : undefined,
      phase: phaseText(phase) ?? phaseText(phaseName),
      expectedExitCode:
        (isRecord(shell) ? exitCode(shell['expectedExitCode']) : undefined) ??
        exitCode(raw['expectedExitCode']),
      sleepUntil: kind === 'sleep' ? fields.sleep : undefined,
      breakpoint: kind === 'breakpoint' ? readBreakpoint(raw, inputFile) : undefined,
    },
    problems,
  };
}

const resultShape = {
  status: text,
  resultRef: text,
  metadata: record,
};

/** A number or a text that says something, as text. */
function phaseText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function exitCode(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/**
 * Reads result.json, keeping the numbers found under `metricKeys`. Engines read `result` before `value`.
 * @param asked what kind of task it is the result of, as far as that decides whether the task passed
 */
export function parseResult(
  json: string,
  metricKeys: readonly string[],
  asked: AskedTask = {},
): { readonly result: TaskResult | undefined; readonly problems: readonly string[] } {
  const { fields, raw, problems } = parseLenient(json, resultShape);
  if (!fields || !raw) return { result: undefined, problems };
  const value = raw['result'] ?? raw['value'];
  return {
    result: {
      metrics: findNumbers(value, metricKeys),
      value,
      resultRef: fields.resultRef,
      metadata: fields.metadata,
      failure: failureOf(value, asked),
    },
    problems,
  };
}

/** What decides whether a result is that of a task that passed. */
export interface AskedTask {
  /** Of a breakpoint no answer is a failure. */
  readonly kind?: string;
  readonly expectedExitCode?: number | undefined;
}

/** Under these names results say at their top level whether the task passed; `approved` only of tasks. */
const verdicts = ['success', 'ok', 'passed', 'allPassed', 'valid', 'testsPass', 'testsPassed', 'approved'];

/** A failed check is mostly posted as a result and not as an error: `{ success: false, exitCode: 1 }`. */
function failureOf(value: unknown, { kind, expectedExitCode = 0 }: AskedTask): string | undefined {
  if (kind === 'breakpoint' || !isRecord(value)) return undefined;
  const code = exitCode(value['exitCode']);
  const wrongCode = code !== undefined && code !== expectedExitCode ? `exit code ${code}` : undefined;
  const said = (word: boolean): string | undefined =>
    verdicts.find((name) => Object.hasOwn(value, name) && value[name] === word);
  const no = said(false);
  if (no === undefined) return said(true) === undefined ? wrongCode : undefined;
  return wrongCode ?? (no === 'success' ? 'not successful' : `${no}: false`);
}
