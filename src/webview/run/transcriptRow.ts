import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { RowKind } from '../../core/sessions/transcriptRow';
import type { RowDetail, RowView } from '../../core/views/page/transcriptView';
import { whenLogged } from '../whenOf';
import { longText } from '../dataView';

const names: Readonly<Record<RowKind, { readonly icon: string; readonly word: string }>> = {
  prompt: { icon: 'account', word: 'Prompt' },
  note: { icon: 'info', word: 'Note of the agent’s program' },
  words: { icon: 'comment', word: 'The agent says' },
  thinking: { icon: 'lightbulb', word: 'Thinking' },
  call: { icon: 'tools', word: 'Call' },
  result: { icon: 'output', word: 'Result' },
  compaction: { icon: 'fold', word: 'Compaction' },
  limit: { icon: 'watch', word: 'Limit' },
  error: { icon: 'error', word: 'Error' },
  retry: { icon: 'refresh', word: 'Retry' },
  interrupt: { icon: 'debug-stop', word: 'Interrupted' },
};

/** These say more than one line, and are folded to it at first. */
const folded: ReadonlySet<RowKind> = new Set<RowKind>(['thinking', 'note', 'call']);

interface TranscriptRowParts {
  readonly id: string;
  readonly selected: boolean;
  readonly unfolded: boolean;
  /** `undefined`: not told yet. */
  readonly detail: RowDetail | undefined;
  readonly onSelect: () => void;
  readonly onToggle: () => void;
}

/** A row of a transcript; a call as one line, its result on demand. */
export function transcriptRow(
  row: RowView,
  { id, selected, unfolded, detail, onSelect, onToggle }: TranscriptRowParts,
): TemplateResult {
  const { icon, word } = names[row.kind];
  const foldable = row.more || folded.has(row.kind);
  return html`<div
    class="row row-${row.kind} ${row.failed ? 'failed' : ''} ${folded.has(row.kind) ? 'one-line' : ''}"
    role="treeitem"
    id=${id}
    aria-selected=${selected}
    aria-expanded=${foldable ? String(unfolded) : nothing}
    @click=${(event: Event) => {
      onSelect();
      // Selecting text is not folding.
      if (foldable && !(event.target as Element).closest('.long-text')) onToggle();
    }}
  >
    <span class="codicon codicon-${icon}" title=${word} aria-label=${word} role="img"></span>
    ${whenLogged(row.at)}
    <span class="said"
      >${row.kind === 'thinking' && !unfolded ? html`<em>${row.text}</em>` : row.text}${
        row.more && row.kind !== 'call' && !unfolded ? '…' : ''
      }</span
    >
    ${row.note === '' ? nothing : html`<small class="note">${row.note}</small>`}
    ${unfolded && foldable ? details(row, detail) : nothing}
  </div>`;
}

function details(row: RowView, detail: RowDetail | undefined): TemplateResult {
  if (!detail) return html`<div class="row-detail quiet">Reading…</div>`;
  const { input, result, isDiff, cut } = detail;
  return html`<div class="row-detail">
    ${guard([input], () => longText(input))}
    ${
      result === ''
        ? row.kind === 'call'
          ? html`<p class="quiet">There is no result yet.</p>`
          : nothing
        : guard([result, isDiff], () => longText(result, isDiff ? patchSign : undefined))
    }
    ${cut ? html`<p class="quiet">Shortened. The transcript has all of it.</p>` : nothing}
  </div>`;
}

function patchSign(line: string): string {
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : '';
}
