import { html, nothing, type TemplateResult } from 'lit';
import type { Column } from '../../core/views/table/tableOrder';
import type { TableRow } from '../../core/views/table/tableRow';
import { exactMoment, moment } from '../../core/moments';

export interface Head {
  readonly column: Column;
  readonly name: string;
  /** How the table is sorted when this column is chosen. */
  readonly descending: boolean;
  /** The least width, in em, and how much of what is left over the column takes. */
  readonly width: number;
  readonly grows?: number;
  /** Numbers stand below each other. */
  readonly isFigure?: true;
  cell(row: TableRow): unknown;
  tip?(row: TableRow): string;
}

const unread = html`<span class="unread" title="Not read yet">…</span>`;

/** All columns, in their order; before them is one of boxes. The title stays in sight and is always there. */
const all: readonly Head[] = [
  {
    ...{ column: 'title', name: 'Title', descending: false, width: 19.5, grows: 3 },
    cell: (row) => titleCell(row),
    tip: ({ title, own, tags }) => [title, own, tags.join(' ')].filter(Boolean).join('\n'),
  },
  {
    ...{ column: 'state', name: 'State', descending: false, width: 15.9, grows: 0.5 },
    cell: ({ icon, state }) =>
      html`<span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span> ${state}`,
    tip: ({ reason }) => reason,
  },
  {
    ...{ column: 'process', name: 'Process', descending: false, width: 8, grows: 1 },
    cell: ({ process }) => process,
    tip: ({ process }) => process,
  },
  {
    ...{ column: 'engine', name: 'Engine', descending: false, width: 7.4 },
    cell: ({ engine }) => engine,
  },
  {
    ...figure('iterations', 'Iterations', 7.4, ({ read }) => (read ? read.iterations : unread)),
    tip: ({ read }) => read?.iterations ?? '',
  },
  {
    ...figure('best', 'Best metric', 8.8, ({ read }) =>
      read ? read.best && html`<span class="key">${read.best.key}</span> ${read.best.value}` : unread,
    ),
    tip: ({ read }) => (read?.best ? `${read.best.key} ${read.best.value} in ${read.best.iteration}` : ''),
  },
  momentColumn('created', 'Created'),
  momentColumn('updated', 'Updated'),
  figure('duration', 'Duration', 6.6, ({ duration }) => duration),
  figure('waited', 'Waited for people', 11.8, ({ read }) => (read ? waited(read) : unread)),
  figure('tokens', 'Tokens', 7.4, ({ read }) => (read ? read.tokens : unread)),
  figure('cost', 'Cost', 6, ({ read }) => (read ? read.cost : unread)),
  {
    ...figure('agentTokens', 'Agent tokens', 9.6, ({ read }) => (read ? (read.work?.tokens ?? '') : unread)),
    tip: ({ read }) => read?.work?.more ?? '',
  },
  {
    ...figure('agentFiles', 'Files changed', 10, ({ read }) => (read ? (read.work?.files ?? '') : unread)),
    tip: ({ read }) => read?.work?.more ?? '',
  },
  {
    ...figure('agentCost', 'Agent cost', 8, ({ read }) => (read ? (read.work?.cost ?? '') : unread)),
    tip: ({ read }) => read?.work?.more ?? '',
  },
  {
    ...{ column: 'run', name: 'Run', descending: false, width: 9 },
    cell: ({ shortId }) => html`<code>${shortId}</code>`,
    tip: ({ runId }) => runId,
  },
];

/** The title with what the person keeps of the run; signs are told to screen readers as words. */
function titleCell({ title, pinned, archived, tags }: TableRow): TemplateResult {
  const sign = (icon: string, word: string): TemplateResult =>
    html`<span class="codicon codicon-${icon}" title=${word} aria-hidden="true"></span>
      <span class="hidden">${word},</span> `;
  return html`${pinned ? sign('pinned', 'Pinned') : nothing}${archived ? sign('archive', 'Archived') : nothing}${title}${
    tags.length === 0 ? nothing : html` <span class="quiet">${tags.join(' ')}</span>`
  }`;
}

function figure(column: Column, name: string, width: number, cell: Head['cell']): Head {
  return { column, name, descending: true, width, isFigure: true, cell };
}

function momentColumn(column: 'created' | 'updated', name: string): Head {
  return {
    ...figure(column, name, 13, (row) => moment(row[column], Date.now())),
    tip: (row) => exactMoment(row[column]),
  };
}

/** The columns there can be. @param idle those that would tell nothing now */
function possibleHeads(idle: readonly Column[]): readonly Head[] {
  return all.filter(({ column }) => !idle.includes(column));
}

/** The columns that are shown. @param hidden those that are not wanted */
export function shownHeads(hidden: readonly Column[], idle: readonly Column[]): readonly Head[] {
  return possibleHeads(idle).filter(({ column }) => column === 'title' || !hidden.includes(column));
}

/** In such a window a run has two lines, the state below the title; as in the style sheet. */
export const narrow = matchMedia('(max-width: 32rem)');

/** Gives the grid its columns. As properties: the policy forbids the attribute. */
export function layOut(grid: HTMLElement, heads: readonly Head[]): void {
  const columns = narrow.matches ? heads.filter(({ column }) => column !== 'state') : heads;
  // What is pinned leaves room for another column, however narrow the window.
  const least = columns.map(({ column, width }) =>
    column === 'title' ? (narrow.matches ? '62vw' : `min(${width}em, 45vw)`) : `${width}em`,
  );
  const tracks = columns.map(({ grows }, i) =>
    grows === undefined ? least[i] : `minmax(${least[i]}, ${grows}fr)`,
  );
  grid.style.setProperty('--columns', ['2.3em', ...tracks].join(' '));
  grid.style.setProperty('--least', `calc(${['2.3em', ...least].join(' + ')})`);
}

/** Which columns are shown, to be chosen. */
export function columnsMenu(
  hidden: readonly Column[],
  idle: readonly Column[],
  onChange: (hidden: readonly Column[]) => void,
): TemplateResult {
  return html`<details
    class="menu"
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      const menu = event.currentTarget as HTMLDetailsElement;
      menu.open = false;
      menu.querySelector('summary')?.focus();
      event.preventDefault();
    }}
  >
    <summary class="small">Columns</summary>
    <div class="choices" role="group" aria-label="Columns">
      ${possibleHeads(idle).map(({ column, name }) =>
        column === 'title'
          ? nothing
          : html`<label class="inline">
              <input
                type="checkbox"
                .checked=${!hidden.includes(column)}
                @change=${(event: Event) =>
                  onChange(
                    (event.target as HTMLInputElement).checked
                      ? hidden.filter((other) => other !== column)
                      : [...hidden, column],
                  )}
              />
              ${name}
            </label>`,
      )}
    </div>
  </details>`;
}

function waited({ waiting, waited }: NonNullable<TableRow['read']>): TemplateResult {
  return html`${
    waiting
      ? html`<span class="codicon codicon-bell-dot" title="Waiting now" aria-hidden="true"></span>
          <span class="hidden">waiting now,</span>`
      : nothing
  }
  ${waited}`;
}
