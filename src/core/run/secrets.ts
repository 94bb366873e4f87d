import { isRecord, parseJson } from './lenient';

/**
 * The secret that an agent must echo to end its loop, under both names it has had. It never leaves its file. The quotes
 * may be escaped (JSON inside a text), and the value may be cut off.
 */
const secret = /("completion(?:Proof|Secret)\\*"\s*:\s*\\*")(?:[^"\\]|\\[^"])*/g;

/** The values of the secrets in a run.json, so that they can be found wherever else they were written. */
export function secretsIn(runJson: string): readonly string[] {
  const json = parseJson(runJson);
  if (!('value' in json) || !isRecord(json.value)) return [];
  return secretsOf(json.value);
}

/** The same of a run.json that is parsed already. */
export function secretsOf(runJson: Readonly<Record<string, unknown>>): readonly string[] {
  const { completionProof, completionSecret } = runJson;
  // A short text would be found inside harmless words.
  return [completionProof, completionSecret].filter(
    (value): value is string => typeof value === 'string' && value.length >= 8,
  );
}

/**
 * JSON text, or text with JSON in it, with the completion proof's value replaced.
 * @param secrets values that are to be found nowhere else either, from {@link secretsIn}
 */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  return secrets.reduce((masked, value) => masked.replaceAll(value, '•••'), text.replace(secret, '$1•••'));
}
