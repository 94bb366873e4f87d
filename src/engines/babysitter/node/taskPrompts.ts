import { isRecord, isSegment, parseJson } from '../../../core/run/lenient';
import type { Run } from '../../../core/run/run';
import { fileLimits, readTextInside, realPath } from '../../../node/safeFile';

/** Gives the words in which an agent's task was asked for; read when they are wanted, each once. */
export function taskPrompts(run: Run): (effectId: string) => string | undefined {
  const real = realPath(run.location);
  const known = new Map<string, string | undefined>();
  return (effectId) => {
    if (!known.has(effectId))
      known.set(effectId, real === undefined ? undefined : readPrompt(real, effectId));
    return known.get(effectId);
  };
}

function readPrompt(real: string, effectId: string): string | undefined {
  if (!isSegment(effectId)) return undefined;
  const read = readTextInside(real, `tasks/${effectId}/task.json`, fileLimits.task);
  const json = 'text' in read ? parseJson(read.text) : undefined;
  const agent = json && 'value' in json && isRecord(json.value) ? json.value['agent'] : undefined;
  const prompt = isRecord(agent) ? agent['prompt'] : undefined;
  const words = isRecord(prompt) ? prompt['task'] : prompt;
  return typeof words === 'string' ? words : undefined;
}
