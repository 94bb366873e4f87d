import { html, nothing, svg, type TemplateResult } from 'lit';

/** By which a timeline is filtered. */
export const statuses = [
  ['error', 'failed'],
  ['pending', 'running or waiting'],
  ['ok', 'done'],
  ['cancelled', 'cancelled'],
] as const;

/** A filter of the timeline; none where there is nothing to choose from. */
export function timelineChoice(
  name: string,
  values: readonly (readonly [value: string, label: string])[],
  chosen: string,
  onChoose: (value: string) => void,
): TemplateResult | typeof nothing {
  if (values.length < 2) return nothing;
  return html`<label>
    <span class="hidden">${name} of tasks in the timeline</span>
    <select @change=${(event: Event) => onChoose((event.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${chosen === ''}>${name}: all</option>
      ${values.map(([value, label]) => html`<option value=${value} ?selected=${chosen === value}>${label}</option>`)}
    </select>
  </label>`;
}

/** Between labels and bars; it is dragged, or moved by the arrow keys. */
export function separator(
  labels: number,
  height: number,
  column: { readonly least: number; readonly most: number },
  onResize: (width: number) => void,
): TemplateResult {
  const drag = (event: PointerEvent): void => {
    event.stopPropagation();
    const begin = event.clientX - labels;
    const moved = ({ clientX }: PointerEvent): void => onResize(clientX - begin);
    window.addEventListener('pointermove', moved);
    window.addEventListener('pointerup', () => window.removeEventListener('pointermove', moved), {
      once: true,
    });
  };
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onResize(labels + step);
  };
  return svg`<g class="separator" role="separator" tabindex="0" aria-orientation="vertical"
    aria-label="Width of the labels" aria-valuenow=${labels} aria-valuemin=${column.least} aria-valuemax=${column.most}
    @pointerdown=${drag} @keydown=${press}>
    <rect class="hit" x=${labels - 24} y="0" width="24" height=${height} />
    <line x1=${labels - 10} x2=${labels - 10} y1="0" y2=${height} />
  </g>`;
}

/** A button of the timeline that is told by its picture. */
export function iconButton(
  label: string,
  icon: string,
  action: () => void,
  disabled = false,
): TemplateResult {
  return html`<button class="small" ?disabled=${disabled} title=${label} aria-label=${label} @click=${action}>
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
  </button>`;
}

export function checkbox(
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
): TemplateResult {
  return html`<label class="inline">
    <input
      type="checkbox"
      .checked=${checked}
      @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)}
    />
    ${label}
  </label>`;
}

/** How many tasks failed; leads from one to the next. */
export function failedButton(failed: number, action: () => void): TemplateResult {
  return html`<button class="small" aria-keyshortcuts="f" title="Next failed task (f)" @click=${action}>
    <span class="codicon codicon-error" aria-hidden="true"></span> ${failed} failed
  </button>`;
}
