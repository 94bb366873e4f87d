import { isRecord, parseJson } from '../../../../core/run/lenient';
import type { Schema } from '../../../../core/jsonSchema';

/** The JSON schema of a task's result, as its task.json has it; `undefined`: it asks for nothing special. */
export function outputSchema(taskJson: string): Schema | undefined {
  const parsed = parseJson(taskJson);
  const task = 'value' in parsed && isRecord(parsed.value) ? parsed.value : {};
  const places = [task, ...['agent', 'shell', 'node', String(task['kind'])].map((key) => task[key])];
  return places
    .filter(isRecord)
    .map((place) => place['outputSchema'])
    .find((schema) => isRecord(schema));
}
