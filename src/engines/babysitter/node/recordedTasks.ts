import { lstatSync, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parseRecordedResult, parseRecordedTask, type RecordedTask } from '../core/fork/recordedTask';
import { isInside } from '../../../core/paths';
import { isSegment, parseLenient } from '../../../core/run/lenient';
import type { Sliced } from '../../../core/sliced';
import { fileLimits, readTextInside, realPath } from '../../../node/safeFile';

/**
 * Reads the recorded answer of one effect, for posting it again.
 * @param real the run folder; a real path
 * @returns `undefined`: there is none, or not all of it can be read
 */
export function readAnswer(real: string, effectId: string): RecordedTask | undefined {
  if (!isSegment(effectId)) return undefined;
  const task = readJson(real, effectId, 'task', parseRecordedTask);
  const result = readJson(real, effectId, 'result', parseRecordedResult);
  if (!task || !result) return undefined;
  const value = result.valueRef === undefined ? undefined : fileInside(real, result.valueRef);
  if (result.valueRef !== undefined && value === undefined) return undefined;
  const stdout = fileInside(real, `tasks/${effectId}/stdout.log`);
  const stderr = fileInside(real, `tasks/${effectId}/stderr.log`);
  return { effectId, ...task, result, files: { value, stdout, stderr } };
}

/** Reads all recorded answers of a run, by effect id, and which tasks have a task.json that can be read. */
export function* readAnswers(real: string): Sliced<{
  readonly answers: ReadonlyMap<string, RecordedTask>;
  readonly tasks: ReadonlySet<string>;
}> {
  const answers = new Map<string, RecordedTask>();
  const tasks = new Set<string>();
  for (const effectId of namesIn(join(real, 'tasks'))) {
    if (!isSegment(effectId)) continue;
    if (readJson(real, effectId, 'task', (json) => parseLenient(json, {}).fields)) tasks.add(effectId);
    const answer = readAnswer(real, effectId);
    if (answer) answers.set(effectId, answer);
    yield;
  }
  return { answers, tasks };
}

/** The absolute path of a regular file inside the run; `undefined`: it is not there, or leads outside. */
export function fileInside(real: string, path: string): string | undefined {
  if (isAbsolute(path)) return undefined;
  const named = join(real, path);
  const full = isInside(real, named) ? realPath(named) : undefined;
  if (full === undefined || !isInside(real, full)) return undefined;
  return lstatSync(full, { throwIfNoEntry: false })?.isFile() ? full : undefined;
}

function readJson<T>(
  real: string,
  effectId: string,
  name: 'task' | 'result',
  parse: (json: string) => T | undefined,
): T | undefined {
  const read = readTextInside(real, `tasks/${effectId}/${name}.json`, fileLimits.task);
  return 'text' in read ? parse(read.text) : undefined;
}

/** Nothing, when the folder is not there or closed to us: then no answer can be read. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
