import { isRecord } from '../../../core/run/lenient';
import type { Outcome } from '../../../core/sessions/work';

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Types of lines that tell nothing that is used here. */
const silentTypes = new Set(
  (
    'progress permission-mode last-prompt file-history-snapshot file-history-delta attachment pr-link worktree-state ' +
    'cost-state continued-in agent-name agent-color agent-setting mode tag'
  ).split(' '),
);

export function isSilent(type: string): boolean {
  return silentTypes.has(type) || type.endsWith('_progress');
}

/**
 * Whether the line that begins so tells nothing that is used. Files of early 2.1 have thousands of such lines, some with
 * whole histories in them: the first type that stands in a line is its own, or that of a message.
 */
export function beginsSilently(head: string): boolean {
  const at = head.indexOf('"type":"');
  if (at < 0) return false;
  const start = at + '"type":"'.length;
  return isSilent(head.slice(start, head.indexOf('"', start)));
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
