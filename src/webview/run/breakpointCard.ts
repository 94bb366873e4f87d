import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { count, cutAtWord, visible } from '../../core/format';
import type { FileEvidence, FilePreview } from '../../core/evidence/evidence';
import type { BreakpointView, EarlierAnswer } from '../../core/views/page/breakpointView';
import type { AnswerProgress, CommentView, FromPage } from '../../core/views/page/protocol';
import {
  answerButtons,
  choicesOf,
  isSame,
  labels,
  questionFields,
  unanswered,
  type Answer,
  type PartAnswer,
} from './answerButtons';
import { progressLine } from './answerProgress';
import { commentList } from './commentList';
import { contextFiles } from './contextFiles';
import { foldableText } from './foldableText';
import { seenWhole } from '../seenWhole';
import { runApi } from './runApi';
import { dataView } from '../dataView';
import { taskList } from './taskList';

/** Texts longer than this are folded at first. */
const long = {
  question: { characters: 8000, lines: 120 },
  words: { characters: 800, lines: 12 },
};

const sendKeys = navigator.platform.startsWith('Mac') ? 'Cmd+Enter' : 'Ctrl+Enter';

/** A pending breakpoint: the question, the evidence, and every way to answer. */
export class BreakpointCard extends LitElement {
  static override properties = {
    view: { attribute: false },
    draft: { attribute: false },
    draftByAgent: { attribute: false },
    progress: { attribute: false },
    evidence: { attribute: false },
    previews: { attribute: false },
    comments: { attribute: false },
    past: { attribute: false },
    canAnswer: { attribute: false },
    chosen: { state: true },
    switched: { state: true },
    parts: { state: true },
    unfolded: { state: true },
    hint: { state: true },
  };

  declare view: BreakpointView;
  declare draft: string;
  /** An agent left it, and the person has not changed it. */
  declare draftByAgent: boolean;
  declare progress: AnswerProgress | undefined;
  /** `undefined`: it is being looked for. */
  declare evidence: readonly FileEvidence[] | undefined;
  /** By the file's place. */
  declare previews: ReadonlyMap<number, FilePreview>;
  declare comments: readonly CommentView[];
  /** The question is shown as it was: nothing can be answered. */
  declare past: boolean;
  /** The run's engine can be given answers; else the question is only to be read. */
  declare canAnswer: boolean;
  /** Chosen by a number key, and sent with Ctrl+Enter or Enter. */
  declare chosen: Answer | undefined;
  /** Places of the options that count as the opposite of what they say themselves. */
  declare switched: ReadonlySet<number>;
  /** What is answered to each of several questions so far. */
  declare parts: readonly PartAnswer[];
  /** Long texts that are shown whole, and previews that are open, by name. */
  declare unfolded: ReadonlySet<string>;
  declare hint: string;

  /** What to do with a typed text, and with an answer; given by the page. */
  onDraft: (text: string) => void = () => {};
  onSend: () => void = () => {};

  constructor() {
    super();
    this.draft = '';
    this.draftByAgent = false;
    this.previews = new Map();
    this.comments = [];
    this.past = false;
    this.canAnswer = true;
    this.switched = new Set();
    this.parts = [];
    this.unfolded = new Set();
    this.hint = '';
    this.addEventListener('click', (event) => this.#followLink(event));
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Looked at again, the files may have changed.
    if (!changed.has('evidence')) return;
    for (const place of this.view.files.keys()) {
      if (this.unfolded.has(previewName(place))) this.#askPreview(place);
    }
  }

  /** Brings the question to the top and gives it the focus, so that the keys of its answers work at once. */
  focusQuestion(): void {
    const question = this.querySelector<HTMLElement>('.breakpoint');
    question?.scrollIntoView({ block: 'start' });
    question?.focus({ preventScroll: true });
  }

  /** Takes a key that was pressed outside of text fields: a number chooses. True when it meant something. */
  choose(number: number): boolean {
    const choice = choicesOf(this.view)[number - 1];
    if (!choice || this.#disabled) return false;
    this.chosen = choice;
    this.hint = '';
    // Drawn anew, it is still the same button.
    this.querySelector<HTMLElement>(`[aria-keyshortcuts="${number}"]`)?.focus();
    return true;
  }

  /** Sends the answer that is chosen; where none is, leads to the choices. */
  sendChosen(): void {
    if (this.#disabled) return;
    const chosen: Answer | undefined = this.chosen ?? (this.#allAnswered ? { kind: 'several' } : undefined);
    if (chosen && !(chosen.kind === 'text' && this.draft.trim() === '')) {
      this.#send(chosen);
      return;
    }
    this.hint = `Nothing was sent: choose an answer, then press ${sendKeys}.`;
    this.#focusChoices();
  }

  #focusChoices(): void {
    const choice = this.querySelector<HTMLElement>('.part input:enabled, .choice:enabled');
    (choice ?? this.querySelector<HTMLElement>('.breakpoint'))?.focus();
  }

  get #busy(): boolean {
    return !this.past && (this.progress?.step === 'recording' || this.progress?.step === 'recorded');
  }

  get #disabled(): boolean {
    return this.#busy || this.view.answer.whyNot !== undefined;
  }

  /** Each of several questions has an answer. */
  get #allAnswered(): boolean {
    const { questions } = this.view;
    return questions.length > 0 && questions.every((_, i) => isAnswered(this.parts[i] ?? unanswered));
  }

  #send(answer: Answer): void {
    const { effectId, options } = this.view;
    const message = { type: 'answer', effectId, text: this.draft, ...answer } as const;
    if (answer.kind === 'option') {
      const option = options.find(({ place }) => place === answer.option);
      if (option && this.switched.has(option.place)) {
        runApi.postMessage({ ...message, approved: !option.approves });
        this.onSend();
        return;
      }
    }
    const answers =
      answer.kind === 'several' ? this.view.questions.map((_, i) => this.parts[i] ?? unanswered) : undefined;
    runApi.postMessage(answers ? { ...message, answers } : message);
    this.onSend();
  }

  #followLink(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a[data-path]') : null;
    if (!link) return;
    event.preventDefault();
    // VS Code would follow it, too.
    event.stopPropagation();
    const path = link.getAttribute('data-path') ?? '';
    runApi.postMessage({ type: 'openLink', effectId: this.view.effectId, path });
  }

  protected override render(): TemplateResult {
    const { view, comments } = this;
    const { effectId, title, asked, askedExactly, askedBy, tags, answer } = view;
    return html`
      <section
        class="breakpoint"
        id="breakpoint-${effectId}"
        tabindex="-1"
        aria-labelledby="title-${effectId}"
      >
        <h2 id="title-${effectId}" dir="auto">
          <span class="codicon codicon-question" aria-hidden="true"></span> ${title}
        </h2>
        <p class="facts">
          <span title=${askedExactly}>${asked}</span>${[asked, askedBy].every(Boolean) ? ' · ' : ''}${askedBy}
          ${tags.map((tag) => html`<span class="tag">${tag}</span>`)}
        </p>
        ${
          view.neverAutomatic === ''
            ? nothing
            : html`<p class="notice">
                <span class="codicon codicon-shield" aria-hidden="true"></span> ${view.neverAutomatic}
              </p>`
        }
        ${
          view.advice.length === 0
            ? nothing
            : html`<p class="notice advice">
                <span class="codicon codicon-lightbulb" aria-hidden="true"></span> ${view.advice.join(' ')}
              </p>`
        }
        ${
          view.ruleCommand === ''
            ? nothing
            : html`<p class="facts">
                Approval rules: <code>${view.ruleCommand}</code>
                <button class="link" @click=${() => this.#post({ type: 'copyRule', effectId })}>
                  Copy Command
                </button>
              </p>`
        }
        ${this.#foldable('question', view.question, long.question)}
        ${
          view.cut
            ? html`<p class="refused">
                The question is longer than this page shows.
                <button class="link" role="link" @click=${() => this.#post({ type: 'openTask', effectId })}>
                  Read all of it
                </button>
              </p>`
            : nothing
        }
        ${contextFiles({
          view,
          evidence: this.evidence,
          previews: this.previews,
          past: this.past,
          isOpen: (place) => this.unfolded.has(previewName(place)),
          onToggle: (place) => this.#togglePreview(place),
        })}
        ${this.#context()} ${this.#earlier()} ${this.#ran()}
        ${
          comments.length === 0 || this.past || !this.canAnswer
            ? nothing
            : commentList(
                comments,
                'They are sent with your answer, whichever it is.',
                html`<button
                  class="secondary"
                  ?disabled=${this.#disabled}
                  @click=${() => this.#send({ kind: 'request-changes' })}
                >
                  Send Review
                </button>`,
              )
        }
        ${this.canAnswer && view.questions.length > 0 ? this.#questions() : nothing}
        ${this.past || !this.canAnswer ? nothing : this.#words()}
        <div class="answer-bar">
          ${this.draftByAgent && !this.past && this.canAnswer ? this.#wordsOfAgent() : nothing}
          ${this.#answers()}
          ${answer.whyNot === undefined ? nothing : html`<p class="quiet">${answer.whyNot}</p>`}
          ${this.past ? nothing : progressLine(this.progress)}
        </div>
      </section>
    `;
  }

  #post(message: FromPage): void {
    runApi.postMessage(message);
  }

  #foldable(name: string, text: string, limit: (typeof long)[keyof typeof long]): TemplateResult {
    return foldableText({
      id: `${name}-${this.view.effectId}`,
      className: name,
      text,
      limit,
      unfolded: this.unfolded.has(name),
      onToggle: (unfolded) => this.#unfold(name, unfolded),
    });
  }

  #unfold(name: string, open: boolean): void {
    const unfolded = new Set(this.unfolded);
    if (open) unfolded.add(name);
    else unfolded.delete(name);
    this.unfolded = unfolded;
  }

  #togglePreview(place: number): void {
    const open = !this.unfolded.has(previewName(place));
    this.#unfold(previewName(place), open);
    if (open) this.#askPreview(place);
  }

  #askPreview(place: number): void {
    this.#post({ type: 'preview', effectId: this.view.effectId, file: place });
  }

  #context(): TemplateResult | typeof nothing {
    const { context } = this.view;
    return context.length === 0
      ? nothing
      : html`<details class="context">
          <summary>Context</summary>
          ${dataView(context, 'the context')}
        </details>`;
  }

  #earlier(): TemplateResult | typeof nothing {
    const { earlier, previousFeedback } = this.view;
    if (earlier.length === 0 && previousFeedback === '') return nothing;
    return html`
      <h3>Answered before</h3>
      ${
        previousFeedback === ''
          ? nothing
          : html`<p class="facts">The process says about the last answer:</p>
              ${this.#foldable('previous', previousFeedback, long.words)}`
      }
      <ul class="earlier">
        ${earlier.map((answer) => this.#earlierAnswer(answer))}
      </ul>
    `;
  }

  #earlierAnswer({ effectId, what, who, when, exactly, words }: EarlierAnswer): TemplateResult {
    return html`<li>
      <p class="facts">
        <button class="link" role="link" @click=${() => this.#post({ type: 'openTask', effectId })}>
          ${what}
        </button>
        <span title=${exactly}>${[who, when].filter(Boolean).join(' · ')}</span>
      </p>
      ${words === '' ? nothing : this.#foldable(`earlier-${effectId}`, words, long.words)}
    </li>`;
  }

  #ran(): TemplateResult | typeof nothing {
    const { tasks, left, first } = this.view.ran;
    if (tasks.length === 0) return nothing;
    return html`<details class="ran">
      <summary>
        What ran ${first ? 'before this' : 'since the previous breakpoint'}:
        ${count(tasks.length + left, 'task')}
      </summary>
      ${taskList(tasks)}
      ${left > 0 ? html`<p class="quiet">${left} earlier ones are in the list below.</p>` : nothing}
    </details>`;
  }

  #words(): TemplateResult {
    const id = `text-${this.view.effectId}`;
    const { chosen } = this;
    const sends =
      this.view.answer.whyNot !== undefined
        ? ''
        : chosen
          ? `${sendKeys} sends ${this.#nameOf(chosen)}.`
          : this.hint;
    return html`
      <label for=${id}>Message to the agent (optional)</label>
      <textarea
        id=${id}
        rows="3"
        aria-describedby="hint-${id}"
        .value=${this.draft}
        ?readonly=${this.#busy}
        @focus=${seenWhole}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          this.#focusChoices();
        }}
        @input=${(event: Event) => {
          this.hint = '';
          this.onDraft((event.target as HTMLTextAreaElement).value);
        }}
      ></textarea>
      <p class="quiet hint" id="hint-${id}" role=${this.hint === '' ? nothing : 'alert'}>${sends}</p>
    `;
  }

  /** Beside the answers, as the words themselves may be out of sight and go along with each of them. */
  #wordsOfAgent(): TemplateResult {
    return html`<p class="facts" role="status">
      An agent left a draft, which goes along with your answer: “${visible(cutAtWord(this.draft, 200))}”
      <button class="link" ?disabled=${this.#disabled} @click=${() => this.onDraft('')}>Remove It</button>
    </p>`;
  }

  /** What an answer is called, with what goes along. */
  #nameOf(answer: Answer): string {
    const { length } = this.comments;
    const along = [
      this.draft.trim() !== '' && answer.kind !== 'text' && 'your words',
      length > 0 && count(length, 'comment'),
    ].filter((part) => part !== false);
    const name =
      answer.kind === 'text'
        ? `your words as the answer${this.view.wordsOnly ? '' : ', which counts as approval'}`
        : `"${answer.kind === 'option' ? this.view.options.find((option) => isSame({ kind: 'option', option: option.place }, answer))?.label : labels[answer.kind]}"`;
    return along.length === 0 ? name : `${name} with ${along.join(' and ')}`;
  }

  #questions(): TemplateResult {
    return questionFields({
      view: this.view,
      disabled: this.#disabled,
      parts: this.parts,
      onPart: (place, part) => {
        this.parts = this.view.questions.map((_, i) => (i === place ? part : (this.parts[i] ?? unanswered)));
      },
    });
  }

  #switch(place: number): void {
    const switched = new Set(this.switched);
    if (!switched.delete(place)) switched.add(place);
    this.switched = switched;
  }

  #answers(): TemplateResult {
    const { view, chosen, switched } = this;
    const disabled = this.#disabled;
    const buttons = {
      ...{ view, disabled, chosen, switched, written: this.draft.trim() !== '' },
      onSend: (answer: Answer): void => this.#send(answer),
      onSwitch: (place: number): void => this.#switch(place),
      onPick: (): void => this.#post({ type: 'pickAnswer', effectId: this.view.effectId }),
    };
    return html`
      ${
        this.canAnswer && view.questions.length > 0 && !this.past
          ? html`<div class="buttons">
              <button
                class="primary"
                ?disabled=${disabled || !this.#allAnswered}
                @click=${() => this.#send({ kind: 'several' })}
              >
                ${labels.several}
              </button>
            </div>`
          : nothing
      }
      ${this.canAnswer ? answerButtons(buttons) : nothing}
      ${
        this.past
          ? nothing
          : html`<button
              class="link snooze"
              @click=${() => this.#post({ type: 'snooze', effectId: view.effectId })}
            >
              <span class="codicon codicon-bell-slash" aria-hidden="true"></span> Snooze…
            </button>`
      }
    `;
  }
}

function isAnswered({ option, text }: PartAnswer): boolean {
  return option !== undefined || text.trim() !== '';
}

/** By this name an open preview is kept. */
function previewName(place: number): string {
  return `preview-${place}`;
}

customElements.define('breakpoint-card', BreakpointCard);
