import { html, nothing, type TemplateResult } from 'lit';
import { commands, type Command } from '../../core/commands';
import { commandsOfSelection, type CommandOfSelection } from '../../core/views/table/selectionCommands';
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
      ${selected === 0 ? button('run.compare', false, 'Select two runs to compare them') : nothing}
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
    </div>
    ${
      selected === 0
        ? nothing
        : html`<div class="bar" role="toolbar" aria-label="Selected runs">
            ${commandsOfSelection.map((id) =>
              id === 'run.compare'
                ? button(id, selected === 2, 'Select two runs to compare them')
                : button(id, true),
            )}
          </div>`
    }`;
}

/** Does something with the selected runs. @param why shown where that is not possible */
function button(id: CommandOfSelection, possible: boolean, why?: string): TemplateResult {
  const { title, icon = '' } = commands[id] as Command;
  return html`<button
    class="small"
    ?disabled=${!possible}
    title=${possible || why === undefined ? nothing : why}
    @click=${() => tableApi.postMessage({ type: 'command', id })}
  >
    ${icon === '' ? nothing : html`<span class="codicon codicon-${icon}" aria-hidden="true"></span>`} ${title}
  </button>`;
}
