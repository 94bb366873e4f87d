import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { TaskView } from '../../core/views/page/breakpointView';

/** Tasks with their state and duration; a click opens one on the page. */
export function taskList(tasks: readonly TaskView[]): TemplateResult {
  return html`<ul class="tasks">
    ${repeat(
      tasks,
      ({ effectId }) => effectId,
      ({ effectId, title, description, icon }) =>
        html`<li>
          <button class="task" data-task=${effectId} @click=${(event: Event) => showTask(event, effectId)}>
            <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span>
            <bdi>${title}</bdi> <small>${description}</small>
          </button>
        </li>`,
    )}
  </ul>`;
}

/** Asks the page to open a task. */
export function showTask(event: Event, effectId: string): void {
  event.currentTarget?.dispatchEvent(new CustomEvent('show-task', { detail: effectId, bubbles: true }));
}
