import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../../core/format';
import type { UsageRow, UsageView } from '../../core/views/page/usageView';
import { showTask } from './taskList';

/** What the run took, by model and by task. */
export function usageSection({ from, head, total, models, tasks, leftTasks }: UsageView): TemplateResult {
  const row = ({ name, effectId, cells }: UsageRow): TemplateResult =>
    html`<tr>
      <th scope="row">
        ${
          effectId === ''
            ? name
            : html`<button
                class="link"
                data-task=${effectId}
                @click=${(event: Event) => showTask(event, effectId)}
              >
                ${name}
              </button>`
        }
      </th>
      ${cells.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
  const table = (caption: string, rows: readonly UsageRow[]): TemplateResult =>
    html`<table class="numbers">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>`;
  return html`<p class="quiet">${from}</p>
    ${table('In all and by model', [{ name: 'In all', effectId: '', cells: total }, ...models])}
    ${tasks.length === 0 ? nothing : table('By task', tasks)}
    ${leftTasks === 0 ? nothing : html`<p class="quiet">${count(leftTasks, 'task')} that took less left out.</p>`}`;
}
