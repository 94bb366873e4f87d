import type { EventMark, EventRecord } from '../../../core/run/eventRecord';
import { isRecord, parseJson } from '../../../core/run/lenient';
import type { Sliced } from '../../../core/sliced';
import { effectOfEvent } from './effectId';
import { readEntry, type TimelineEntry } from './result';
import { numberOf, objectOf, objectsOf, textOf, type JsonObject } from './values';

/** Every type of event that Themis is known to write. */
export const eventTypes = [
  ...['run_started', 'run_completed', 'run_failed'],
  ...['generation_completed', 'generation_failed', 'selection_completed', 'selection_failed'],
  ...['reduction_completed', 'reduction_failed', 'parse_completed', 'parse_failed'],
  ...['evaluation_completed', 'evaluation_failed', 'score_completed', 'score_failed'],
  ...['step_started', 'step_completed', 'step_failed'],
] as const;

/** An event as it was written. */
export interface ThemisEvent extends TimelineEntry {
  readonly raw: JsonObject;
}

/** Reads one line of events.jsonl, or one row of run_events; `undefined`: it is no event, or half of one. */
export function readEvent(text: string): ThemisEvent | undefined {
  const json = parseJson(text);
  if (!('value' in json) || !isRecord(json.value)) return undefined;
  return { ...readEntry(json.value), raw: json.value };
}

/** The first lines that are no events are named; a file in which there are very many of them is none of Themis. */
const most = { named: 5, damaged: 1000 };

/**
 * Reads events.jsonl. The last line may be half, as it is being written: it is left out without a word.
 * @returns `damaged`: the numbers of the first other lines that cannot be read, from 1
 */
export function* readEventLines(text: string): Sliced<{
  readonly events: readonly ThemisEvent[];
  readonly damaged: readonly number[];
}> {
  const events: ThemisEvent[] = [];
  const damaged: number[] = [];
  let count = 0;
  let number = 0;
  for (let at = 0; at < text.length && count < most.damaged; number += 1) {
    const end = text.indexOf('\n', at);
    const isLast = end === -1;
    const line = text.slice(at, isLast ? text.length : end);
    at = isLast ? text.length : end + 1;
    if (number % 64 === 63) yield;
    const event = line.trim() === '' ? undefined : readEvent(line);
    if (event) events.push(event);
    else if (!isLast && line.trim() !== '') {
      count += 1;
      if (damaged.length < most.named) damaged.push(number + 1);
    }
  }
  return { events, damaged };
}

/** Why the run failed the last time; `undefined`: it never did, or nothing says why. */
export function failureMessage(events: readonly ThemisEvent[]): string | undefined {
  return textOf(events.findLast(({ type }) => type === 'run_failed')?.raw['error_message']);
}

/** Tokens, as far as they were told. */
export interface Tokens {
  readonly prompt: number | undefined;
  readonly completion: number | undefined;
  readonly total: number;
}

/** Reads `token_usage`; `undefined`: it tells no number. */
export function readTokens(value: unknown): Tokens | undefined {
  const usage = objectOf(value);
  const [prompt, completion] = [numberOf(usage['prompt_tokens']), numberOf(usage['completion_tokens'])];
  const total =
    numberOf(usage['total_tokens']) ??
    (prompt === undefined && completion === undefined ? undefined : (prompt ?? 0) + (completion ?? 0));
  return total === undefined ? undefined : { prompt, completion, total };
}

/** What the model or a judge took of the person's tokens at one event. */
export interface Spending {
  readonly key: string;
  readonly effectId: string;
  readonly model: string | undefined;
  readonly tokens: Tokens;
  /** It repeats the numbers of an earlier run, which nobody paid for again. */
  readonly cached: boolean;
}

/**
 * What the answers of a run took. Only the last answer of each candidate and of each judgement is part of the run: a
 * replay replaces the others.
 */
export function spendingsOf(events: readonly ThemisEvent[]): readonly Spending[] {
  const spendings = new Map<string, readonly Spending[]>();
  for (const event of events) {
    const effectId = effectOfEvent(event);
    if (effectId === undefined) continue;
    const { raw } = event;
    if (event.type === 'generation_completed') {
      const key = `${effectId} ${textOf(raw['candidate_id']) ?? ''}`;
      const tokens = readTokens(objectOf(raw['result'])['token_usage']);
      const cached = raw['cache_hit'] === true;
      spendings.set(key, tokens ? [{ key, effectId, model: undefined, tokens, cached }] : []);
    } else if (event.type === 'evaluation_completed' || event.type === 'evaluation_failed') {
      const responses = objectsOf(objectOf(raw['execution'])['judge_responses']);
      spendings.set(
        effectId,
        responses.flatMap((response, i) => {
          const tokens = readTokens(response['token_usage']);
          const model = textOf(response['judge_model_id']);
          const cached = raw['cache_hit'] === true;
          return tokens ? [{ key: `${effectId} ${i}`, effectId, model, tokens, cached }] : [];
        }),
      );
    }
  }
  return [...spendings.values()].flat();
}

/** An event as the list of events shows it. */
export function toRecord(entry: TimelineEntry & { readonly raw?: JsonObject }, index: number): EventRecord {
  const { type, at } = entry;
  const mark: EventMark = type.endsWith('_failed')
    ? 'failed'
    : type.endsWith('_completed')
      ? 'resolved'
      : 'none';
  const effectId = effectOfEvent(entry);
  return {
    ...{ id: String(index + 1), seq: index + 1, at, type, mark, effectId },
    status: effectId === undefined ? '' : mark === 'failed' ? 'error' : mark === 'resolved' ? 'ok' : '',
    note: noteOf(entry),
    session: undefined,
  };
}

function noteOf({ type, caseId, metricId, raw = {} }: TimelineEntry & { readonly raw?: JsonObject }): string {
  const error = textOf(raw['error_message']);
  const through = textOf(raw['completed_through_stage']);
  const step = type.startsWith('step_') ? textOf(raw['step_id']) : undefined;
  const score = numberOf(objectOf(raw['score'])['value']);
  const cached = raw['cache_hit'] === true ? 'from the cache' : undefined;
  return [
    ...[caseId, metricId, step, through && `through ${through}`],
    ...[score === undefined ? undefined : String(score), cached, error],
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ');
}
