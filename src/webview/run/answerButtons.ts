import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../../core/format';
import type {
  BreakpointView,
  OptionView,
  PlainAnswer,
  QuestionView,
} from '../../core/views/page/breakpointView';

/** An answer as a button gives it. */
export type Answer =
  { readonly kind: PlainAnswer | 'several' } | { readonly kind: 'option'; readonly option: number };

export const labels = {
  approve: 'Approve',
  reject: 'Reject',
  'request-changes': 'Request changes',
  text: 'Answer',
  several: 'Send Answers',
} as const;

/** What is answered to one of several questions so far. */
export interface PartAnswer {
  readonly option: number | undefined;
  readonly text: string;
}

interface AnswerButtons {
  readonly view: BreakpointView;
  readonly disabled: boolean;
  /** Something is typed. */
  readonly written: boolean;
  /** Chosen by its number key, and not sent yet. */
  readonly chosen: Answer | undefined;
  /** Places of the options that count as the opposite of what they say themselves. */
  readonly switched: ReadonlySet<number>;
  readonly onSend: (answer: Answer) => void;
  readonly onSwitch: (place: number) => void;
  /** Lets the person choose among all options. */
  readonly onPick: () => void;
}

interface Questions {
  readonly view: BreakpointView;
  readonly disabled: boolean;
  readonly parts: readonly PartAnswer[];
  readonly onPart: (place: number, part: PartAnswer) => void;
}

/** The answers of a question in the order in which number keys choose them. */
export function choicesOf({ options, others, takesText }: BreakpointView): readonly Answer[] {
  return takesText
    ? [...others.map((kind) => ({ kind })), { kind: 'text' }]
    : options.map(({ place }) => ({ kind: 'option', option: place }));
}

export function isSame(a: Answer, b: Answer | undefined): boolean {
  return a.kind === b?.kind && (a.kind !== 'option' || (b.kind === 'option' && a.option === b.option));
}

/** Every way to answer: the process's own options first; what they do not cover is folded behind them. */
export function answerButtons(buttons: AnswerButtons): TemplateResult {
  const { view } = buttons;
  if (view.takesText) return html`<div class="buttons">${plainButtons(buttons)}</div>`;
  return html`
    ${
      view.options.length === 0
        ? nothing
        : html`<div class="options" role="group" aria-label="Options of the process">
            ${view.options.map((option) => optionButton(option, buttons))}
          </div>`
    }
    ${
      view.moreOptions === 0
        ? nothing
        : html`<p class="quiet">
            ${count(view.moreOptions, 'more option')} not shown here.
            <button class="link" ?disabled=${buttons.disabled} @click=${buttons.onPick}>
              Choose among all…
            </button>
          </p>`
    }
    ${
      view.others.length === 0
        ? nothing
        : html`<details class="another">
            <summary>Another answer</summary>
            <div class="buttons">${view.others.map((kind) => plainButton(kind, nothing, buttons))}</div>
          </details>`
    }
  `;
}

function optionButton(
  { place, label, value, description, approves, undecided }: OptionView,
  { view, disabled, chosen, switched, onSend, onSwitch }: AnswerButtons,
): TemplateResult {
  const id = `option-${view.effectId}-${place}`;
  const answer: Answer = { kind: 'option', option: place };
  const counts = approves === switched.has(place) ? 'rejection' : 'approval';
  return html`<div class="option" role="group" aria-label=${label}>
    <button
      class="choice ${place === 0 && approves && !view.wordsOnly ? 'primary' : 'secondary'} ${isSame(answer, chosen) ? 'chosen' : ''}"
      aria-describedby=${id}
      aria-keyshortcuts=${place < 9 ? place + 1 : nothing}
      ?disabled=${disabled}
      @click=${() => onSend(answer)}
    >
      ${key(place)}${label}
    </button>
    <div id=${id}>
      ${description === '' ? nothing : html`<small>${description}</small>`}
      ${value === '' ? nothing : html`<small class="recorded">recorded as <code>${value}</code></small>`}
      ${
        view.wordsOnly
          ? nothing
          : html`<button
              class="link switch"
              title=${undecided ? 'Its words do not say what it counts as. Switch it' : 'Switch what it counts as'}
              ?disabled=${disabled}
              @click=${() => onSwitch(place)}
            >
              counts as ${counts}${undecided ? ' (not declared)' : ''}
              <span class="codicon codicon-arrow-swap" aria-hidden="true"></span>
            </button>`
      }
    </div>
  </div>`;
}

function plainButtons(buttons: AnswerButtons): readonly TemplateResult[] {
  return choicesOf(buttons.view).flatMap((answer, place) =>
    answer.kind === 'option' || answer.kind === 'several' ? [] : [plainButton(answer.kind, place, buttons)],
  );
}

/** @param place its number key less one, if it has any */
function plainButton(
  kind: PlainAnswer,
  place: number | typeof nothing,
  { view, disabled, written, chosen, onSend }: AnswerButtons,
): TemplateResult {
  return html`<button
    class="choice ${kind === 'approve' && place === 0 ? 'primary' : 'secondary'} ${chosen?.kind === kind ? 'chosen' : ''}"
    title=${kind === 'text' ? `Your words are the answer${view.wordsOnly ? '' : '; it counts as approval'}` : nothing}
    aria-keyshortcuts=${place === nothing ? nothing : Number(place) + 1}
    ?disabled=${disabled || (kind === 'text' && !written)}
    @click=${() => onSend({ kind })}
  >
    ${place === nothing ? nothing : key(Number(place))}${labels[kind]}
  </button>`;
}

/** Several questions, each with its options and a field for words of one's own. */
export function questionFields({ view, disabled, parts, onPart }: Questions): TemplateResult {
  return html`${view.questions.map((question, i) =>
    questionField(question, `${view.effectId}-${i}`, parts[i] ?? unanswered, disabled, (part) =>
      onPart(i, part),
    ),
  )}`;
}

export const unanswered: PartAnswer = { option: undefined, text: '' };

function questionField(
  { question, options }: QuestionView,
  id: string,
  part: PartAnswer,
  disabled: boolean,
  onPart: (part: PartAnswer) => void,
): TemplateResult {
  return html`<fieldset class="part" ?disabled=${disabled}>
    <legend>${question}</legend>
    ${options.map(
      ({ place, label, description }) =>
        html`<label class="radio">
          <input
            type="radio"
            name="part-${id}"
            .checked=${part.option === place}
            @change=${() => onPart({ ...part, option: place })}
          />
          ${label} ${description === '' ? nothing : html`<small>${description}</small>`}
        </label>`,
    )}
    <input
      type="text"
      aria-label=${options.length === 0 ? `Answer to: ${question}` : `Words to: ${question}`}
      placeholder=${options.length === 0 ? 'Your answer' : 'Words of your own (optional)'}
      .value=${part.text}
      @input=${(event: Event) => onPart({ ...part, text: (event.target as HTMLInputElement).value })}
    />
  </fieldset>`;
}

/** The number key of a choice; it is told to screen readers as a shortcut. */
function key(place: number): TemplateResult | typeof nothing {
  return place < 9 ? html`<kbd aria-hidden="true">${place + 1}</kbd>` : nothing;
}
