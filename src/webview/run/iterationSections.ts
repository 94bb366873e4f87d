import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { IterationView, RunView } from '../../core/views/page/runView';
import { runApi } from './runApi';
import { taskList } from './taskList';

/** The tasks of a run, by iteration. */
export function iterationSections({ iterations, left, past }: RunView): TemplateResult {
  return html`
    ${iterations.length === 0 ? html`<p class="quiet">Nothing was asked for yet.</p>` : nothing}
    ${repeat(
      iterations,
      ({ n }) => n,
      (iteration) => iterationSection(iteration, past),
    )}
    ${
      left.iterations + left.tasks > 0
        ? html`<p class="quiet">
            ${left.iterations} more iterations and ${left.tasks} more tasks are in the journal.
          </p>`
        : nothing
    }
  `;
}

/** @param past reports tell how the run is now, so that the past has none */
function iterationSection({ n, description, icon, tasks }: IterationView, past: boolean): TemplateResult {
  return html`
    <section aria-label="Iteration ${n}">
      <h3>
        <span class="codicon codicon-${icon}" aria-hidden="true"></span> Iteration ${n}
        <small>${description}</small>
        ${
          past
            ? nothing
            : html`<button
                class="link report-link"
                aria-label="Report of iteration ${n}"
                @click=${() => runApi.postMessage({ type: 'openReport', iteration: n })}
              >
                Report
              </button>`
        }
      </h3>
      ${taskList(tasks)}
    </section>
  `;
}
