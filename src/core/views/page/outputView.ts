import { capital, cutAtWord, visible } from '../../format';
import { isRecord } from '../../run/lenient';
import { outcomeOf } from '../../run/outcome';
import type { RunDetails } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import { scalarText, valueRows, type ValueRow } from './valueRows';

/** What a process returned, to be read: bounded, its texts made visible and without secrets. */
export interface OutputCard {
  /** What it says of its own work; `null`: nothing. */
  readonly success: boolean | null;
  /** Markdown of unknown origin; empty: it has none. */
  readonly summary: string;
  /** Numbers, words and yes or no, by their names. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** Longer texts, as Markdown of unknown origin. */
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  /** Lists and objects. */
  readonly values: readonly ValueRow[];
}

const most = { facts: 40, texts: 10, text: 50_000, short: 120 };

/** `undefined`: nothing was returned that can be read. */
export function toOutputCard(details: Pick<RunDetails, 'output'>): OutputCard | undefined {
  if (!('output' in details) || details.output === undefined || details.output === null) return undefined;
  const { output } = details;
  const { success, summary = '' } = outcomeOf(output);
  const entries = isRecord(output) ? Object.entries(output) : [['value', output] as const];
  const facts: [string, string][] = [];
  const texts: { name: string; text: string }[] = [];
  const rest: [string, unknown][] = [];
  for (const [name, value] of entries) {
    // The badge says it.
    const isVerdict = name === 'success' && success !== null;
    if (isVerdict || value === summary || value === '' || value === null) continue;
    if (typeof value === 'object') rest.push([name, value]);
    else if (typeof value === 'string' && (value.length > most.short || value.includes('\n'))) {
      texts.push({ name: headingOf(name), text: visible(maskSecrets(value.slice(0, most.text))) });
    } else facts.push([headingOf(name), scalarText(name, value)]);
  }
  return {
    success,
    summary: visible(maskSecrets(summary.slice(0, most.text))),
    facts: facts.slice(0, most.facts),
    texts: texts.slice(0, most.texts),
    values: valueRows(Object.fromEntries(rest)),
  };
}

/** "best_score" and "bestScore" read "Best score". */
function headingOf(name: string): string {
  const words = name
    .slice(0, 100)
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim();
  return visible(cutAtWord(capital(words.toLowerCase()), 60));
}
