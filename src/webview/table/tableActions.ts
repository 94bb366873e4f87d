import { html, nothing, type TemplateResult } from 'lit';
import { tableApi } from './tableApi';

/**
 * What can be done with the runs of the table.
 * @param summary how many runs are shown
 * @param selected how many runs are selected
 * @param columns the menu of columns
 */
export function tableActions(
  summary: string,
  selected: number,
  columns: TemplateResult,
  onHelp: () => void,
): TemplateResult {
  return html`<div class="bar">
    <span class="quiet" role="status">${summary}</span>
    <button
      class="small"
      ?disabled=${selected !== 2}
      title=${selected === 2 ? nothing : 'Select two runs to compare them'}
      @click=${() => tableApi.postMessage({ type: 'compare' })}
    >
      <span class="codicon codicon-git-compare" aria-hidden="true"></span> Compare Runs…
    </button>
    <button class="small" @click=${() => tableApi.postMessage({ type: 'csv', to: 'clipboard' })}>
      <span class="codicon codicon-copy" aria-hidden="true"></span> Copy as CSV
    </button>
    <button class="small" @click=${() => tableApi.postMessage({ type: 'csv', to: 'file' })}>
      <span class="codicon codicon-export" aria-hidden="true"></span> Export as CSV…
    </button>
    ${columns}
    <button class="small" @click=${onHelp}>
      <span class="codicon codicon-keyboard" aria-hidden="true"></span> Keyboard Shortcuts
    </button>
  </div>`;
}
