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
  if (!/^\s{0,100}[{["]/.test(recorded)) return recorded;
  const json = parseJson(recorded);
  if (!('value' in json)) return recorded;
  const words = isRecord(json.value) ? wordsIn(json.value) : json.value;
  // Whoever hands an error on may have written it as JSON once more. Each time it is shorter.
  return typeof words === 'string' && words.trim() !== '' ? plainMessage(words) : factsIn(json.value);
}

/** The first text of an error's that says something; `undefined`: none does. */
export function wordsIn(value: Readonly<Record<string, unknown>>): string | undefined {
  const { error, reason, message, summary } = value;
  const told = [isRecord(error) ? error['message'] : error, reason, message, summary];
  return told.find((text): text is string => typeof text === 'string' && text.trim() !== '');
}

/** What an error without words tells, but never as JSON: "code: 3, failed: 2". */
function factsIn(value: unknown): string {
  const facts = Object.entries(isRecord(value) || Array.isArray(value) ? value : {}).flatMap(
    ([name, fact]) => {
      if (typeof fact === 'string' && fact.trim() === '') return [];
      const isFact = typeof fact === 'string' || typeof fact === 'number' || typeof fact === 'boolean';
      return isFact ? [Array.isArray(value) ? String(fact) : `${name}: ${fact}`] : [];
    },
  );
  return facts.length === 0 ? 'An error without words' : facts.slice(0, 20).join(', ');
}
