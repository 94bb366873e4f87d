import { cutAtWord, visible } from '../format';
import { isRecord } from './lenient';

/** What the process and newer engines say about approving a breakpoint without a person. It is only ever advice. */
export interface ApprovalAdvice {
  /** What a rule of the person recommends; `undefined`: nothing was said. */
  readonly recommended: boolean | undefined;
  readonly reason: string | undefined;
  /** The pattern of the person's rule that fits the gate, else its id; `undefined`: none fits. */
  readonly matchedRule: string | undefined;
  /** By which that rule is removed; `undefined`: it is not told. */
  readonly ruleId: string | undefined;
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
  const rule = advice?.['matchedRule'];
  const ruleId = isRecord(rule) ? textOf(rule['id']) : undefined;
  return {
    recommended: typeof advice?.['recommended'] === 'boolean' ? advice['recommended'] : undefined,
    reason: textOf(advice?.['reason']),
    matchedRule: isRecord(rule) ? (textOf(rule['pattern']) ?? ruleId) : textOf(rule),
    ruleId,
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
    // The reason mostly says how often already.
    reason === undefined &&
      consecutiveApprovals !== undefined &&
      `approved ${consecutiveApprovals} times in a row`,
  ].filter(Boolean);
  const why = because.length === 0 ? '' : `: ${because.join(', ')}`;
  const rule = matchedRule && `Your approval rule ${shown(matchedRule)}`;
  const sentences = [
    recommended === true && `${rule ?? 'The engine'} recommends approving${why}.`,
    // Without a rule that fits, engines write this of every gate.
    recommended === false && rule && `${rule} keeps this question for a person${why}.`,
    afterN !== undefined && `The process suggests not asking again after ${afterN} approvals in a row.`,
    offersAlways && 'The process suggests always approving this gate.',
  ].filter((sentence) => typeof sentence === 'string');
  return sentences.length === 0
    ? []
    : [...sentences, 'This is advice only; nothing is approved without you.'];
}

/**
 * The engine's command line about the rules for a gate, without its program: removes the rule that fits, else lists rules,
 * else makes one for this gate. `undefined`: the engine that asked knows no rules, or never applies one here.
 */
export function ruleCommand(
  advice: ApprovalAdvice | undefined,
  breakpointId: string | undefined,
  neverAutomatic: boolean,
): readonly [string, ...string[]] | undefined {
  // Engines that know rules say so of every gate.
  if (advice?.recommended === undefined || neverAutomatic) return undefined;
  if (advice.ruleId !== undefined) return ['breakpoint:remove-rule', advice.ruleId];
  if (advice.matchedRule !== undefined) return ['breakpoint:list-rules'];
  return breakpointId === undefined ? undefined : ['breakpoint:approve-rule', breakpointId];
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
