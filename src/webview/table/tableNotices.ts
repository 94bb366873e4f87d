import { html, nothing, type TemplateResult } from 'lit';
import { thousands } from '../../core/format';
import type { TableView } from '../../core/views/table/protocol';
import { tableApi } from './tableApi';

/** All runs have to be read for the order to be right. */
export function readingProgress({ reading, total }: TableView): TemplateResult | typeof nothing {
  if (!reading) return nothing;
  const { read, stopped } = reading;
  const far = `${thousands(read)} of ${thousands(total)}`;
  return html`<p class="notice reading">
    <span role="status">
      ${stopped ? `${far} runs were read; the others come last.` : `Reading the runs to sort them: ${far} read`}
    </span>
    <progress max=${total} .value=${read} aria-label="Runs read"></progress>
    <button class="small" @click=${() => tableApi.postMessage({ type: 'reading', on: stopped })}>
      ${stopped ? 'Continue Reading' : 'Stop Reading'}
    </button>
  </p>`;
}

/** Why no row is there. */
export function noRuns({ all, loaded }: TableView, onShowAll: () => void): TemplateResult {
  return html`<p class="empty" role="row">
    <span role="gridcell">
      ${
        all > 0
          ? html`No run matches the filter. <button class="link" @click=${onShowAll}>Show all runs</button>`
          : loaded
            ? 'There are no runs yet.'
            : 'Reading the runs…'
      }
    </span>
  </p>`;
}
