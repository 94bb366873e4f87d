import { html, nothing, type TemplateResult } from 'lit';
import { thousands } from '../../core/format';
import type { State } from '../../core/run/judgement';
import type { Facets } from '../../core/views/table/runTable';

/** Which runs are to be shown. */
export interface TableFilter {
  readonly text: string;
  /** `undefined`: any. */
  readonly state: State | undefined;
  /** A process id, empty for runs without a process; `undefined`: any. */
  readonly process: string | undefined;
  /** An engine's id; `undefined`: any. */
  readonly engine: string | undefined;
  readonly onlySelected: boolean;
  /** Only runs that the Runs view shows. */
  readonly asView: boolean;
}

interface TableFilters extends TableFilter {
  readonly facets: Facets;
  /** What the filter of the Runs view is; empty: it has none. */
  readonly viewFilter: string;
  /** How many runs are selected. */
  readonly selected: number;
  readonly onText: (text: string) => void;
  readonly onChange: (change: Partial<TableFilter>) => void;
}

/** The controls by which runs are filtered. */
export function tableFilters(filters: TableFilters): TemplateResult {
  const { text, viewFilter, asView, selected, onlySelected, onText, onChange } = filters;
  return html`
    <div class="filters">
      <label>
        <span class="hidden">Find runs</span>
        <input
          type="search"
          placeholder="Find runs by title, id, process or state (/)"
          .value=${text}
          @input=${(event: Event) => onText((event.target as HTMLInputElement).value.slice(0, 200))}
        />
      </label>
      ${stateFilter(filters)} ${processFilter(filters)} ${engineFilter(filters)}
      ${
        viewFilter === ''
          ? nothing
          : html`<label class="inline">
              <input type="checkbox" .checked=${asView} @change=${() => onChange({ asView: !asView })} />
              Filter of the Runs view: ${viewFilter}
            </label>`
      }
      ${
        selected > 0 || onlySelected
          ? html`<label class="inline">
              <input
                type="checkbox"
                .checked=${onlySelected}
                @change=${() => onChange({ onlySelected: !onlySelected })}
              />
              Selected only
            </label>`
          : nothing
      }
    </div>
  `;
}

function stateFilter({ facets, state: chosen, onChange }: TableFilters): TemplateResult {
  return html`<label>
    <span class="hidden">State</span>
    <select
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        onChange({ state: value === '' ? undefined : (value as State) });
      }}
    >
      <option value="" ?selected=${chosen === undefined}>All states</option>
      ${facets.states.map(
        ({ state, name, runs }) =>
          html`<option value=${state} ?selected=${chosen === state}>${name} (${thousands(runs)})</option>`,
      )}
    </select>
  </label>`;
}

function processFilter({ facets, process: chosen, onChange }: TableFilters): TemplateResult {
  return html`<label>
    <span class="hidden">Process</span>
    <select
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        // The first one is every process.
        onChange({ process: facets.processes[Number(value)]?.process });
      }}
    >
      <option value="-1" ?selected=${chosen === undefined}>All processes</option>
      ${facets.processes.map(
        ({ process, name, runs }, place) =>
          html`<option value=${place} ?selected=${chosen === process}>${name} (${thousands(runs)})</option>`,
      )}
    </select>
  </label>`;
}

/** Where there are several engines, or one is chosen of which there is no run any more. */
function engineFilter({ facets, engine: chosen, onChange }: TableFilters): TemplateResult | typeof nothing {
  if (facets.engines.length < 2 && chosen === undefined) return nothing;
  return html`<label>
    <span class="hidden">Engine</span>
    <select
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        onChange({ engine: value === '' ? undefined : value });
      }}
    >
      <option value="" ?selected=${chosen === undefined}>All engines</option>
      ${facets.engines.map(
        ({ engine, name, runs }) =>
          html`<option value=${engine} ?selected=${chosen === engine}>${name} (${thousands(runs)})</option>`,
      )}
    </select>
  </label>`;
}
