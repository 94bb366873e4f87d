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

function stateFilter({ facets, state, onChange }: TableFilters): TemplateResult {
  const all = facets.states.map((facet) => ({ ...facet, value: facet.state }));
  return choice('State', 'All states', all, state, (value) => onChange({ state: value }));
}

function processFilter({ facets, process, onChange }: TableFilters): TemplateResult {
  const all = facets.processes.map((facet) => ({ ...facet, value: facet.process }));
  return choice('Process', 'All processes', all, process, (value) => onChange({ process: value }));
}

/** Where there are several engines, or one is chosen of which there is no run any more. */
function engineFilter({ facets, engine, onChange }: TableFilters): TemplateResult | typeof nothing {
  if (facets.engines.length < 2 && engine === undefined) return nothing;
  const all = facets.engines.map((facet) => ({ ...facet, value: facet.engine }));
  return choice('Engine', 'All engines', all, engine, (value) => onChange({ engine: value }));
}

/** A choice of one value or of any, `undefined`; told by its place, as a value may be empty. */
function choice<T extends string>(
  label: string,
  any: string,
  all: readonly { readonly value: T; readonly name: string; readonly runs: number }[],
  chosen: T | undefined,
  onChoose: (value: T | undefined) => void,
): TemplateResult {
  return html`<label>
    <span class="hidden">${label}</span>
    <select
      @change=${(event: Event) => onChoose(all[(event.target as HTMLSelectElement).selectedIndex - 1]?.value)}
    >
      <option value="" ?selected=${chosen === undefined}>${any}</option>
      ${all.map(
        ({ value, name, runs }) =>
          html`<option value=${value} ?selected=${chosen === value}>${name} (${thousands(runs)})</option>`,
      )}
    </select>
  </label>`;
}
