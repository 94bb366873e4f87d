import { isRecord, parseJson } from './lenient';

/** An error as an engine recorded it. */
export interface RecordedError {
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

/**
 * What an error says. Of one that has no name or message, engines record the whole JSON; the first text in there that
 * says something is what a person wants to read.
 */
export function plainMessage(recorded: string): string {
  if (!recorded.trimStart().startsWith('{')) return recorded;
  const json = parseJson(recorded);
  if (!('value' in json) || !isRecord(json.value)) return recorded;
  const { error, reason, message, summary } = json.value;
  const told = [isRecord(error) ? error['message'] : error, reason, message, summary];
  return told.find((text): text is string => typeof text === 'string' && text.trim() !== '') ?? recorded;
}
