import { cutAtWord, firstLine } from '../format';
import { isRecord } from './lenient';

/** What a process says of its own work, in what it returned. */
export interface Outcome {
  /** `null`: it does not say. */
  readonly success: boolean | null;
  /** Raw run text. `undefined`: it says nothing. */
  readonly summary: string | undefined;
}

const good = ['success', 'ok', 'passed', 'approved'];
const bad = ['aborted', 'cancelled', 'rejected'];

/** @param output what the process returned */
export function outcomeOf(output: unknown): Outcome {
  const record = isRecord(output) ? output : {};
  const says = (names: readonly string[], word: boolean): boolean =>
    names.some((name) => Object.hasOwn(record, name) && record[name] === word);
  const failed = says(good, false) || says(bad, true);
  const summary = ['summary', 'message', 'reason']
    .map((name) => record[name])
    .find((text): text is string => typeof text === 'string' && text.trim() !== '');
  return { success: failed ? false : says(good, true) ? true : null, summary };
}

/** What the process says of a run somebody has looked into; `undefined`: it left nothing that can be read. */
export function outcomeIn(details: { readonly output?: unknown }): Outcome | undefined {
  return 'output' in details ? outcomeOf(details.output) : undefined;
}

/** How a completed run reads: "Completed", or "Completed, not successful: the gate was rejected". */
export function completedReason(outcome: Outcome | undefined): string {
  if (outcome?.success !== false) return 'Completed';
  const { summary } = outcome;
  return `Completed, not successful${summary === undefined ? '' : `: ${cutAtWord(firstLine(summary), 200)}`}`;
}
