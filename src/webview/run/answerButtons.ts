import { html, nothing, type TemplateResult } from 'lit';
import type { BreakpointView, OptionView, PlainAnswer } from '../../core/views/page/breakpointView';

/** An answer as a button gives it. */
export type Answer =
  { readonly kind: PlainAnswer | 'text' } | { readonly kind: 'option'; readonly option: number };

export const plainAnswers: readonly { readonly kind: PlainAnswer; readonly label: string }[] = [
  { kind: 'approve', label: 'Approve' },
  { kind: 'reject', label: 'Reject' },
  { kind: 'request-changes', label: 'Request changes' },
];

interface AnswerButtons {
  readonly view: BreakpointView;
  readonly disabled: boolean;
  /** Chosen by its number key, and not sent yet. */
  readonly chosen: Answer | undefined;
  readonly onSend: (answer: Answer) => void;
}

interface OptionButtons extends AnswerButtons {
  /** Places of the options that count as the opposite of what they say themselves. */
  readonly switched: ReadonlySet<number>;
  readonly onSwitch: (place: number) => void;
}

/** The options of the process's own. */
export function optionButtons(buttons: OptionButtons): TemplateResult | typeof nothing {
  const { options } = buttons.view;
  return options.length === 0
    ? nothing
    : html`<div class="options" role="group" aria-label="Options of the process">
        ${options.map((option) => optionButton(option, buttons))}
      </div>`;
}

function optionButton(
  { place, label, value, description, approves }: OptionView,
  { view, disabled, chosen, switched, onSend, onSwitch }: OptionButtons,
): TemplateResult {
  const id = `option-${view.effectId}-${place}`;
  const isChosen = chosen?.kind === 'option' && chosen.option === place;
  return html`<div class="option" role="group" aria-label=${label}>
    <button
      class="secondary ${isChosen ? 'chosen' : ''}"
      aria-describedby=${id}
      aria-keyshortcuts=${place < 9 ? place + 1 : nothing}
      ?disabled=${disabled}
      @click=${() => onSend({ kind: 'option', option: place })}
    >
      ${key(place)}${label}
    </button>
    <div id=${id}>
      ${description === '' ? nothing : html`<small>${description}</small>`}
      ${value === '' ? nothing : html`<small>recorded as <code>${value}</code></small>`}
      <button
        class="link switch"
        title="Switch what it counts as"
        ?disabled=${disabled}
        @click=${() => onSwitch(place)}
      >
        counts as ${approves === switched.has(place) ? 'rejection' : 'approval'}
        <span class="codicon codicon-arrow-swap" aria-hidden="true"></span>
      </button>
    </div>
  </div>`;
}

/** Those that every question has. */
export function plainButtons({ view, disabled, chosen, onSend }: AnswerButtons): TemplateResult {
  return html`${plainAnswers.map(({ kind, label }) => {
    const place = view.plainPlaces[kind];
    const shortcut = place !== undefined && place < 9 ? place + 1 : nothing;
    return html`<button
      class="${kind === 'approve' ? 'primary' : 'secondary'} ${chosen?.kind === kind ? 'chosen' : ''}"
      aria-keyshortcuts=${shortcut}
      ?disabled=${disabled}
      @click=${() => onSend({ kind })}
    >
      ${place === undefined ? nothing : key(place)}${label}
    </button>`;
  })}`;
}

/** The number key of an option; it is told to screen readers as a shortcut. */
function key(place: number): TemplateResult | typeof nothing {
  return place < 9 ? html`<kbd aria-hidden="true">${place + 1}</kbd>` : nothing;
}
