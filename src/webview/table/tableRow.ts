import { html, nothing, type TemplateResult } from 'lit';
import type { TableRow } from '../../core/views/table/tableRow';
import type { Head } from './tableColumns';

interface RowState {
  /** The keyboard is on it. */
  readonly current: boolean;
  /** As a property: the policy forbids the attribute. */
  readonly style: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly onOpen: () => void;
}

/** A run in the table; its element is called by its place. */
export function tableRow(
  row: TableRow,
  heads: readonly Head[],
  { current, style, onClick, onOpen }: RowState,
): TemplateResult {
  const { place, key, selected, canDiagnose, canDelete, pinned, archived, title } = row;
  return html`<div
    class="row cells ${current ? 'current' : ''}"
    role="row"
    id="row-${place}"
    aria-rowindex=${place + 2}
    aria-selected=${selected}
    data-vscode-context=${JSON.stringify({
      webviewSection: 'run',
      // A command's argument: see `parseReference`.
      ...{ dir: key, canDiagnose, canDelete },
      ...{ pinned, archived },
      preventDefaultContextMenuItems: true,
    })}
    .style=${style}
    @click=${onClick}
    @dblclick=${onOpen}
  >
    <div class="cell pinned box" role="gridcell" aria-colindex="1">
      <input type="checkbox" tabindex="-1" aria-label=${`Select ${title}`} .checked=${selected} />
    </div>
    ${heads.map((head, i) => {
      const tip = head.tip?.(row) ?? '';
      return html`<div
        class="cell ${head.column === 'title' ? 'pinned title' : ''} ${head.isFigure ? 'figure' : ''}"
        role="gridcell"
        dir=${head.isFigure ? nothing : 'auto'}
        data-column=${head.column}
        aria-colindex=${i + 2}
        title=${tip === '' ? nothing : tip}
      >
        ${head.cell(row)}
      </div>`;
    })}
  </div>`;
}
