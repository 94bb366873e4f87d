import { html, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { ReportTaskView } from '../../core/views/page/reportView';
import type { ReportBase } from '../../core/views/report/counterparts';
import { safeHtml } from '../markdown';
import { reportApi } from './reportApi';

/** A task of the report, and the ways to it. */
export function taskRow(task: ReportTaskView): TemplateResult {
  const { effectId, title, kind, outcome, failed, took, why, iteration, asked } = task;
  const compare = (
    base: ReportBase,
    name: string | undefined,
    label: string,
  ): TemplateResult | typeof nothing =>
    name === undefined
      ? nothing
      : html`<button
          class="small"
          aria-label="Compare the result of ${title} with ${label}, ${name}"
          @click=${() => reportApi.postMessage({ type: 'diffTask', effectId, base })}
        >
          <span class="codicon codicon-diff" aria-hidden="true"></span> ${label}
        </button>`;
  return html`<div class="report-task ${failed ? 'failed' : ''}">
    <span class="outcome">${outcome}</span>
    <div class="what" dir="auto">
      <button
        class="link"
        role="link"
        @click=${() => reportApi.postMessage({ type: 'openTask', effectId, where: 'document' })}
      >
        ${title}
      </button>
      <small>${[iteration, kind, took].filter(Boolean).join(' · ')}</small>
      ${why === '' ? nothing : html`<span class="why">${why}</span>`}
      ${
        asked === ''
          ? nothing
          : html`<details>
              <summary class="quiet">What was asked</summary>
              <div class="said">${unsafeHTML(safeHtml(asked))}</div>
            </details>`
      }
    </div>
    <span class="row-actions">
      ${compare('previous', task.previous, 'previous')}
      ${task.best === task.previous ? nothing : compare('best', task.best, 'best')}
      <button
        class="small"
        title="Show in the run's page"
        aria-label="Show ${title} in the run's page"
        @click=${() => reportApi.postMessage({ type: 'openTask', effectId, where: 'page' })}
      >
        <span class="codicon codicon-open-preview" aria-hidden="true"></span>
      </button>
    </span>
  </div>`;
}
