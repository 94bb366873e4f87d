import { cutAtWord, visible } from '../format';
import { isRecord } from './lenient';

/** What the process and newer engines say about approving a breakpoint without a person. It is only ever advice. */
export interface ApprovalAdvice {
  /** What a rule of the person recommends; `undefined`: nothing was said. */
  readonly recommended: boolean | undefined;
  readonly reason: string | undefined;
  readonly matchedRule: string | undefined;
  readonly consecutiveApprovals: number | undefined;
  /** The engine's own policy forbids automatic approval. */
  readonly blocked: boolean;
  /** After so many approvals in a row the process would do without a question. */
  readonly afterN: number | undefined;
  /** The process wants "always approve" to be offered. */
  readonly offersAlways: boolean;
}

/** Reads it from a task.json; `undefined`: there is none. */
export function readApprovalAdvice(task: Readonly<Record<string, unknown>>): ApprovalAdvice | undefined {
  const metadata = isRecord(task['metadata']) ? task['metadata'] : {};
  const advice = isRecord(task['autoApproval']) ? task['autoApproval'] : undefined;
  const afterN = numberOf(metadata['autoApproveAfterN']);
  const offersAlways = metadata['presentAlwaysApprove'] === true;
  if (!advice && afterN === undefined && !offersAlways) return undefined;
  return {
    recommended: typeof advice?.['recommended'] === 'boolean' ? advice['recommended'] : undefined,
    reason: textOf(advice?.['reason']),
    matchedRule: textOf(advice?.['matchedRule']),
    consecutiveApprovals: numberOf(advice?.['consecutiveApprovals']),
    blocked: advice?.['blockedByPosture'] === true,
    afterN,
    offersAlways,
  };
}

const guarded = /^(?:destroy|auth)(?:\.|$)/i;

/**
 * Why a gate is never approved automatically, as a sentence: it destroys something or gives access. `undefined`: it is
 * no such gate.
 */
export function whyNeverAutomatic(
  breakpointId: string | undefined,
  tags: readonly string[],
  advice: ApprovalAdvice | undefined,
): string | undefined {
  const name = [breakpointId, ...tags].find((text) => text !== undefined && guarded.test(text));
  if (name !== undefined) return `Never approved automatically: "${shown(name)}" always needs a person.`;
  return advice?.blocked ? 'Never approved automatically: the engine forbids it for this gate.' : undefined;
}

/** The advice as plain sentences for a person; empty when there is none, or when the gate is never automatic. */
export function adviceSentences(
  advice: ApprovalAdvice | undefined,
  neverAutomatic: boolean,
): readonly string[] {
  if (!advice || neverAutomatic) return [];
  const { recommended, reason, matchedRule, consecutiveApprovals, afterN, offersAlways } = advice;
  const because = [
    reason && shown(reason.replace(/\.\s*$/, '')),
    matchedRule && `rule ${shown(matchedRule)}`,
    // The reason mostly says how often already.
    reason === undefined &&
      consecutiveApprovals !== undefined &&
      `approved ${consecutiveApprovals} times in a row`,
  ].filter(Boolean);
  const why = because.length === 0 ? '' : `: ${because.join(', ')}`;
  const sentences = [
    recommended === true && `The engine advises to approve${why}.`,
    recommended === false && `The engine advises against approving without a look${why}.`,
    afterN !== undefined && `The process suggests to stop asking after ${afterN} approvals in a row.`,
    offersAlways && 'The process suggests to always approve this gate.',
  ].filter((sentence) => sentence !== false);
  return sentences.length === 0
    ? []
    : [...sentences, 'This is advice only; nothing is approved without you.'];
}

function shown(text: string): string {
  return visible(cutAtWord(text, 200));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
