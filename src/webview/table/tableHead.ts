import { html, nothing, type TemplateResult } from 'lit';
import type { TableView } from '../../core/views/table/protocol';
import type { Column } from '../../core/views/table/tableOrder';
import { seenWhole } from '../seenWhole';
import { tableApi } from './tableApi';
import type { Head } from './tableColumns';

/** The row of names, by which the table is sorted. */
export function tableHead(
  view: TableView | undefined,
  heads: readonly Head[],
  order: { readonly sort: Column; readonly descending: boolean },
  onSort: (head: Head) => void,
): TemplateResult {
  return html`<div class="head cells" role="row" aria-rowindex="1" @focusin=${fromBelowPinned}>
    ${selectAll(view)}
    ${heads.map((head, place) => {
      const sorted = order.sort === head.column;
      return html`<div
        class="cell ${head.column === 'title' ? 'pinned' : ''}"
        role="columnheader"
        data-column=${head.column}
        aria-colindex=${place + 2}
        aria-sort=${sorted ? (order.descending ? 'descending' : 'ascending') : 'none'}
      >
        <button title=${`Sort by ${head.name.toLowerCase()}`} @click=${() => onSort(head)}>
          <span>${head.name}</span>
          ${
            sorted
              ? html`<span
                  class="codicon ${order.descending ? 'codicon-arrow-small-down' : 'codicon-arrow-small-up'}"
                  aria-hidden="true"
                ></span>`
              : nothing
          }
        </button>
      </div>`;
    })}
  </div>`;
}

/** Shows a name that takes the focus whole, and not below the pinned columns, which a browser takes for a place where it is seen. */
function fromBelowPinned(event: FocusEvent): void {
  seenWhole(event);
  const cell = event.target instanceof Element ? event.target.closest('.cell') : null;
  const pinned = cell?.parentElement?.querySelector('.pinned:not(.box)');
  if (!cell || !pinned || cell.matches('.pinned')) return;
  const hidden = pinned.getBoundingClientRect().right - cell.getBoundingClientRect().left;
  if (hidden > 0) cell.closest('.grid')?.scrollBy({ left: -hidden });
}

function selectAll(view: TableView | undefined): TemplateResult {
  const all = view !== undefined && view.total > 0 && view.selected >= view.total;
  return html`<div class="cell pinned box" role="columnheader" aria-colindex="1">
    <input
      type="checkbox"
      aria-label="Select all runs that are shown"
      .checked=${all}
      .indeterminate=${!all && (view?.selected ?? 0) > 0}
      @click=${(event: Event) => {
        event.preventDefault();
        tableApi.postMessage({ type: 'select', how: all ? 'none' : 'all' });
      }}
    />
  </div>`;
}
