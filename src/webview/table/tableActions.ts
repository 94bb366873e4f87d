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
      ${brief('Copy as CSV', 'copy', () => tableApi.postMessage({ type: 'csv', to: 'clipboard' }))}
      ${brief('Export as CSV…', 'export', () => tableApi.postMessage({ type: 'csv', to: 'file' }))} ${columns}
      ${brief('Keyboard Shortcuts', 'keyboard', onHelp)}
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

/** A button whose picture is enough where there is little room. */
function brief(label: string, icon: string, action: () => void): TemplateResult {
  return html`<button class="small brief" title=${label} @click=${action}>
    <span class="codicon codicon-${icon}" aria-hidden="true"></span> <span class="label">${label}</span>
  </button>`;
}

/** Does something with the selected runs. @param why shown where that is not possible */
function button(id: CommandOfSelection, possible: boolean, why?: string): TemplateResult {
  const { title, icon = '' } = commands[id] as Command;
  return html`<button
    class="small ${possible ? '' : 'brief'}"
    ?disabled=${!possible}
    title=${possible || why === undefined ? nothing : why}
    @click=${() => tableApi.postMessage({ type: 'command', id })}
  >
    ${icon === '' ? nothing : html`<span class="codicon codicon-${icon}" aria-hidden="true"></span>`}
    <span class="label">${title}</span>
  </button>`;
}
