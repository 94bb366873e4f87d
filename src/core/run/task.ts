import { isRecord, moment, parseLenient, record, text, texts, Wrong, type Field } from './lenient';
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
  /** What the value says went wrong, though it was posted as a success: "exit code 1", "not successful". */
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
  const { fields, raw, problems } = parseLenient(json, taskShape);
  if (!fields || !raw) return { task: undefined, problems };
  const inputs = raw['inputs'];
  const iteration = isRecord(inputs) ? inputs['iteration'] : undefined;
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

/** Reads result.json, keeping the numbers found under `metricKeys`. Engines read `result` before `value`. */
export function parseResult(
  json: string,
  metricKeys: readonly string[],
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
      failure: failureOf(value),
    },
    problems,
  };
}

/** Engines of 6.x record a failed shell command as a result: `{ success: false, exitCode, … }`. */
function failureOf(value: unknown): string | undefined {
  if (!isRecord(value) || value['success'] === true) return undefined;
  const code = value['exitCode'];
  if (typeof code === 'number' && Number.isInteger(code) && code !== 0) return `exit code ${code}`;
  return value['success'] === false ? 'not successful' : undefined;
}
