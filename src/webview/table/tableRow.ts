import { html, nothing, type TemplateResult } from 'lit';
import type { TableRow } from '../../core/views/table/tableRow';

interface RowState {
  /** The keyboard is on it. */
  readonly current: boolean;
  /** As a property: the policy forbids the attribute. */
  readonly style: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly onOpen: () => void;
}

/** A run in the table; its element is called by its place. */
export function tableRow(row: TableRow, { current, style, onClick, onOpen }: RowState): TemplateResult {
  const { place, key, selected, canDiagnose, state, icon, reason, title, runId, shortId, process, read } =
    row;
  return html`<div
    class="row cells ${current ? 'current' : ''}"
    role="row"
    id="row-${place}"
    aria-rowindex=${place + 2}
    aria-selected=${selected}
    data-vscode-context=${JSON.stringify({
      webviewSection: 'run',
      // A command's argument: see `parseReference`.
      ...{ dir: key, canDiagnose },
      preventDefaultContextMenuItems: true,
    })}
    .style=${style}
    @click=${onClick}
    @dblclick=${onOpen}
  >
    ${cell(
      1,
      html`<input type="checkbox" tabindex="-1" aria-label=${`Select ${title}`} .checked=${selected} />`,
    )}
    ${cell(
      2,
      html`<span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span> ${state}`,
      '',
      reason,
    )}
    ${cell(3, title, 'title', title)} ${cell(4, process, '', process)}
    ${cell(5, read ? read.iterations : unread, 'figure')}
    ${cell(
      6,
      read ? read.best && html`<span class="key">${read.best.key}</span> ${read.best.value}` : unread,
      'figure',
      read?.best ? `${read.best.key} ${read.best.value} in iteration ${read.best.n}` : '',
    )}
    ${cell(7, moment(row.created), 'figure')} ${cell(8, moment(row.updated), 'figure')}
    ${cell(9, row.duration, 'figure')} ${cell(10, read ? waited(read) : unread, 'figure')}
    ${cell(11, html`<code>${shortId}</code>`, '', runId)}
  </div>`;
}

function cell(column: number, content: unknown, className = '', tip = ''): TemplateResult {
  return html`<div
    class="cell ${className}"
    role="gridcell"
    aria-colindex=${column}
    title=${tip === '' ? nothing : tip}
  >
    ${content}
  </div>`;
}

const unread = html`<span class="unread" title="Not read yet">…</span>`;

function waited({ waiting, waited }: NonNullable<TableRow['read']>): TemplateResult {
  return html`${
    waiting
      ? html`<span class="codicon codicon-bell-dot" title="It waits now" aria-hidden="true"></span>
          <span class="hidden">waits now,</span>`
      : nothing
  }
  ${waited}`;
}

const inYear: Intl.DateTimeFormatOptions = {
  ...({ month: 'short', day: 'numeric' } as const),
  ...({ hour: '2-digit', minute: '2-digit', hour12: false } as const),
};

const thisYear = new Intl.DateTimeFormat(undefined, inYear);

const otherYear = new Intl.DateTimeFormat(undefined, { ...inYear, year: 'numeric' });

function moment(at: number): string {
  const date = new Date(at);
  if (!Number.isFinite(date.getTime())) return '';
  return (date.getFullYear() === new Date().getFullYear() ? thisYear : otherYear).format(at);
}
