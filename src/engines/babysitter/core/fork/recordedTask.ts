import { isRecord, outcome, parseLenient, record, text } from '../../../../core/run/lenient';
import type { RecordedError } from '../../../../core/run/recordedError';

/** What result.json holds of an answer, as it has to be posted to give a process the same again. */
export interface RecordedResult {
  readonly status: 'ok' | 'error';
  /** `undefined` for errors, and where the value lies in a file of its own. */
  readonly value: unknown;
  /** Inside the run: a value over 1 MiB. */
  readonly valueRef: string | undefined;
  readonly error: Readonly<Record<string, unknown>> | undefined;
  /** ISO 8601. */
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** What the one who posted it added. */
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
}

/** Absolute paths of what belongs to a result and lies in files of its own. */
export interface ResultFiles {
  readonly value: string | undefined;
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
}

/** One folder below `tasks/`, as far as answers can be taken from it. */
export interface RecordedTask {
  readonly effectId: string;
  readonly invocationKey: string;
  readonly taskId: string;
  readonly kind: string;
  readonly title: string;
  readonly result: RecordedResult;
  readonly files: ResultFiles;
}

const shape = {
  status: outcome,
  resultRef: text,
  error: record,
  startedAt: text,
  finishedAt: text,
  metadata: record,
};

/** Reads result.json for posting it again. `undefined`: there is nothing in it that could be posted. */
export function parseRecordedResult(json: string): RecordedResult | undefined {
  const { fields, raw } = parseLenient(json, shape);
  if (fields?.status === undefined || !raw) return undefined;
  const { status, resultRef, error, startedAt, finishedAt, metadata } = fields;
  // Engines read `result` before `value`; null is a value.
  const value = 'result' in raw ? raw['result'] : raw['value'];
  if (status === 'ok' && value === undefined && resultRef === undefined) return undefined;
  return {
    status,
    value: status === 'ok' ? value : undefined,
    valueRef: status === 'ok' && value === undefined ? resultRef : undefined,
    error,
    startedAt,
    finishedAt,
    metadata,
  };
}

const taskShape = { invocationKey: text, taskId: text, kind: text, title: text };

/** Reads task.json for finding its effect again in another run. `undefined`: it does not say which effect it is. */
export function parseRecordedTask(
  json: string,
): Pick<RecordedTask, 'invocationKey' | 'taskId' | 'kind' | 'title'> | undefined {
  const { fields } = parseLenient(json, taskShape);
  const { invocationKey, taskId, kind = 'unknown', title = '' } = fields ?? {};
  if (invocationKey === undefined || taskId === undefined) return undefined;
  return { invocationKey, taskId, kind, title };
}

/** An error as the engine wants it posted: all that was recorded, its name and message included. */
export function errorToPost(
  { error }: RecordedResult,
  recorded?: RecordedError,
): Readonly<Record<string, unknown>> {
  if (isRecord(error)) return error;
  const { name = 'Error', message = 'Task reported failure', stack } = recorded ?? {};
  return stack === undefined ? { name, message } : { name, message, stack };
}
