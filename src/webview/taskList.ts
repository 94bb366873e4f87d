import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { TaskView } from '../core/panel/breakpointView';
import { vscode } from './vscodeApi';

/** Tasks with their state and duration; a click opens one. */
export function taskList(tasks: readonly TaskView[]): TemplateResult {
  return html`<ul class="tasks">
    ${repeat(
      tasks,
      ({ effectId }) => effectId,
      ({ effectId, title, description, icon }) =>
        html`<li>
          <button class="task" role="link" @click=${() => vscode.postMessage({ type: 'openTask', effectId })}>
            <span class="codicon codicon-${icon}" aria-hidden="true"></span>
            <span>${title}</span> <small>${description}</small>
          </button>
        </li>`,
    )}
  </ul>`;
}
