import { isRecord } from '../../../core/run/lenient';
import type { Outcome } from '../../../core/sessions/work';

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Thousands of them, of whole histories each, are in files of early 2.1; the beginning tells which they are. */
export function isProgress(line: string): boolean {
  const head = line.slice(0, 2048);
  return head.includes('"type":"progress"') && !/"type":"(?:assistant|user|system)"/.test(head);
}

export function blocksOf(content: unknown): readonly Line[] {
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

export function textOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : blocksOf(content)
        .map((block) => text(block['text']))
        .join('\n');
}

export function outcomeOf(isError: boolean, said: string): Outcome {
  if (!isError) return 'ok';
  if (said.startsWith("The user doesn't want to")) return 'refused';
  return said.startsWith('[Request interrupted by user') ? 'interrupted' : 'error';
}

export function errorWords(error: unknown): string {
  const { type, status, message } = isRecord(error) ? error : {};
  return (
    [status, text(type).replaceAll('_', ' ') || text(message)].filter(Boolean).join(' ') || 'request failed'
  );
}

/** "context compacted (167k)" */
export function compactionWords(metadata: unknown): string {
  const preTokens = isRecord(metadata) ? metadata['preTokens'] : undefined;
  return `context compacted${typeof preTokens === 'number' ? ` (${Math.round(preTokens / 1000)}k)` : ''}`;
}
