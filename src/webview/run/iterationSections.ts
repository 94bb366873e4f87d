import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { count, thousands } from '../../core/format';
import type { IterationView, RunView } from '../../core/views/page/runView';
import { foldable } from './folds';
import { runApi } from './runApi';
import { taskList } from './taskList';

/** The tasks of a run, by iteration. */
export function iterationSections({ iterations, more, past }: RunView): TemplateResult {
  const older = [
    more.iterations > 0 && count(more.iterations, 'earlier iteration'),
    more.tasks > 0 && count(more.tasks, 'more task'),
  ].filter((part) => part !== false);
  return html`
    ${iterations.length === 0 ? html`<p class="quiet">No tasks yet.</p>` : nothing}
    ${repeat(
      iterations,
      ({ n }) => n,
      (iteration) => iterationSection(iteration, past),
    )}
    ${
      older.length === 0
        ? nothing
        : html`<button class="link" @click=${() => runApi.postMessage({ type: 'moreIterations' })}>
            Show ${older.join(' and ')}
          </button>`
    }
  `;
}

/** @param past reports tell how the run is now, so that the past has none */
function iterationSection(
  { n, name, description, change, icon, open, tasks }: IterationView,
  past: boolean,
): TemplateResult {
  const heading = html`<h3>
    <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${name}
    <small>${description}${change === '' ? nothing : html` <span class="change">(${change})</span>`}</small>
  </h3>`;
  return html`<section class="iteration" aria-label=${name}>
    ${foldable(`iteration ${n}`, open, heading, taskList(tasks))}
    ${
      past
        ? nothing
        : html`<button
            class="link report-link"
            aria-label="Report of ${name}"
            @click=${() => runApi.postMessage({ type: 'openReport', iteration: n })}
          >
            Report
          </button>`
    }
  </section>`;
}

/** How many tasks are listed, for the section's heading. */
export function taskTotal({ iterations, left, taskCount }: RunView): string {
  const all = iterations.length + left.iterations;
  return all > 1 ? `${thousands(taskCount)} in ${count(all, 'iteration')}` : thousands(taskCount);
}
