import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { DiffBase, FileEvidence, FilePreview } from '../../core/evidence/evidence';
import type { BreakpointView, EarlierAnswer, OptionView, PlainAnswer } from '../../core/panel/breakpointView';
import type { AnswerProgress, CommentView, FromPage } from '../../core/panel/protocol';
import type { ValueNode } from '../../core/panel/valueTree';
import { safeCode, safeHtml } from '../markdown';
import { taskList } from './taskList';
import { runApi } from './runApi';

/** An answer as a button gives it. */
export type Answer =
  { readonly kind: PlainAnswer | 'text' } | { readonly kind: 'option'; readonly option: number };

const plainAnswers: readonly { readonly kind: PlainAnswer; readonly label: string }[] = [
  { kind: 'approve', label: 'Approve' },
  { kind: 'reject', label: 'Reject' },
  { kind: 'request-changes', label: 'Request changes' },
];

const diffNames: Readonly<Record<DiffBase, { readonly label: string; readonly long: string }>> = {
  head: { label: 'git HEAD', long: 'against git HEAD' },
  'before-run': { label: 'before the run', long: 'against the last commit before the run was created' },
  'previous-gate': { label: 'previous breakpoint', long: 'against the copy kept at the previous breakpoint' },
};

/** Texts longer than this are folded at first. */
const long = {
  question: { characters: 8000, lines: 120 },
  words: { characters: 800, lines: 12 },
};

const mac = navigator.platform.startsWith('Mac');

/** A pending breakpoint: the question, the evidence, and every way to answer. */
export class BreakpointCard extends LitElement {
  static override properties = {
    view: { attribute: false },
    draft: { attribute: false },
    progress: { attribute: false },
    evidence: { attribute: false },
    previews: { attribute: false },
    comments: { attribute: false },
    past: { attribute: false },
    chosen: { state: true },
    switched: { state: true },
    unfolded: { state: true },
    hint: { state: true },
  };

  declare view: BreakpointView;
  declare draft: string;
  declare progress: AnswerProgress | undefined;
  /** `undefined`: it is being looked for. */
  declare evidence: readonly FileEvidence[] | undefined;
  /** By the file's place. */
  declare previews: ReadonlyMap<number, FilePreview>;
  declare comments: readonly CommentView[];
  /** The question is shown as it was: nothing can be answered. */
  declare past: boolean;
  /** Chosen by a number key, and sent with Ctrl+Enter or Enter. */
  declare chosen: Answer | undefined;
  /** Places of the options that count as the opposite of what they say themselves. */
  declare switched: ReadonlySet<number>;
  /** Long texts that are shown whole, and previews that are open, by name. */
  declare unfolded: ReadonlySet<string>;
  declare hint: string;

  /** What to do with a typed text, and with an answer; given by the page. */
  onDraft: (text: string) => void = () => {};
  onSend: () => void = () => {};

  constructor() {
    super();
    this.draft = '';
    this.previews = new Map();
    this.comments = [];
    this.past = false;
    this.switched = new Set();
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
      if (this.unfolded.has(`preview-${place}`)) this.#askPreview(place);
    }
  }

  /** Takes a key that was pressed outside of text fields: a number chooses. True when it meant something. */
  choose(number: number): boolean {
    const place = number - 1;
    const plain = plainAnswers.find(({ kind }) => this.view.plainPlaces[kind] === place);
    const option = this.view.options.find((known) => known.place === place);
    if ((!plain && !option) || this.#disabled) return false;
    this.chosen = plain ? { kind: plain.kind } : { kind: 'option', option: place };
    this.hint = '';
    // Drawn anew, it is still the same button.
    this.querySelector<HTMLElement>(`[aria-keyshortcuts="${number}"]`)?.focus();
    return true;
  }

  /** Sends what Ctrl+Enter means now. */
  sendFitting(): void {
    const fitting = this.#fitting;
    if (fitting && !this.#disabled) this.#send(fitting);
    else this.hint = 'Nothing was sent: write something first, or choose an answer.';
  }

  get #busy(): boolean {
    return !this.past && (this.progress?.step === 'recording' || this.progress?.step === 'recorded');
  }

  get #disabled(): boolean {
    return this.#busy || this.view.answer.whyNot !== undefined;
  }

  /** The answer that Ctrl+Enter gives; `undefined`: there is nothing to send yet. */
  get #fitting(): Answer | undefined {
    if (this.chosen) return this.chosen;
    const written = this.draft.trim() !== '';
    if (this.comments.length > 0) return { kind: 'request-changes' };
    if (!written) return undefined;
    return { kind: this.view.takesText ? 'text' : 'request-changes' };
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
    runApi.postMessage(message);
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
    const { effectId, title, asked, askedBy, tags, answer } = view;
    return html`
      <section class="breakpoint" id="breakpoint-${effectId}" aria-labelledby="title-${effectId}">
        <h2 id="title-${effectId}">
          <span class="codicon codicon-question" aria-hidden="true"></span> ${title}
        </h2>
        <p class="facts">
          ${[asked, askedBy].filter(Boolean).join(' · ')}
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
        ${this.#files()} ${this.#context()} ${this.#earlier()} ${this.#ran()}
        ${
          comments.length === 0 || this.past
            ? nothing
            : commentList(
                comments,
                'They are sent together, with your words, when you request changes.',
                html`<button
                  class="secondary"
                  ?disabled=${this.#disabled}
                  @click=${() => this.#send({ kind: 'request-changes' })}
                >
                  Send Review
                </button>`,
              )
        }
        ${this.past ? nothing : this.#words()} ${this.#options()} ${this.#buttons()}
        ${answer.whyNot === undefined ? nothing : html`<p class="quiet">${answer.whyNot}</p>`}
        ${this.past ? nothing : progressLine(this.progress)}
      </section>
    `;
  }

  #post(message: FromPage): void {
    runApi.postMessage(message);
  }

  /** Markdown of unknown origin, folded while it is long. */
  #foldable(
    name: string,
    text: string,
    limit: { readonly characters: number; readonly lines: number },
  ): TemplateResult {
    const isLong = text.length > limit.characters || text.split('\n', limit.lines + 1).length > limit.lines;
    const folded = isLong && !this.unfolded.has(name);
    const id = `${name}-${this.view.effectId}`;
    return html`
      <div
        class="question ${folded ? 'folded' : ''} ${name}"
        id=${id}
        @focusin=${() => {
          // What is reached with the keyboard is to be seen.
          if (folded) this.#unfold(name, true);
        }}
      >
        ${guard([text], () => unsafeHTML(safeHtml(text)))}
      </div>
      ${
        isLong
          ? html`<button
              class="link"
              aria-expanded=${folded ? 'false' : 'true'}
              aria-controls=${id}
              @click=${() => this.#unfold(name, folded)}
            >
              ${folded ? 'Show all' : 'Show less'}
            </button>`
          : nothing
      }
    `;
  }

  #unfold(name: string, open: boolean): void {
    const unfolded = new Set(this.unfolded);
    if (open) unfolded.add(name);
    else unfolded.delete(name);
    this.unfolded = unfolded;
  }

  #files(): TemplateResult | typeof nothing {
    const { files, effectId } = this.view;
    if (files.length === 0) return nothing;
    return html`
      <h3 id="files-${effectId}">Files</h3>
      <ul class="files" aria-labelledby="files-${effectId}">
        ${files.map((file, place) => this.#file(file, place, this.evidence?.[place]))}
      </ul>
    `;
  }

  #file(file: string, place: number, evidence: FileEvidence | undefined): TemplateResult {
    const { effectId } = this.view;
    const name = `preview-${place}`;
    const open = this.unfolded.has(name);
    const id = `${name}-${effectId}`;
    const openFile = (beside: boolean): void =>
      this.#post({ type: 'openFile', effectId, file: place, beside });
    const problem = evidence?.problem ?? '';
    return html`<li>
      <div class="file">
        <button
          class="link"
          role="link"
          title=${this.past ? 'Open it as it is now' : 'Open beside this page'}
          @click=${() => openFile(true)}
        >
          <span class="codicon codicon-file" aria-hidden="true"></span> ${file}
        </button>
        ${
          this.past
            ? html`<span class="quiet">opens as it is now</span>`
            : problem === ''
              ? html`
                  <button
                    class="small"
                    aria-expanded=${open ? 'true' : 'false'}
                    aria-controls=${id}
                    aria-label="Preview ${file}"
                    @click=${() => this.#togglePreview(place)}
                  >
                    <span
                      class="codicon ${open ? 'codicon-chevron-down' : 'codicon-chevron-right'}"
                      aria-hidden="true"
                    ></span
                    >Preview
                  </button>
                  <button class="small" aria-label="Open ${file}" @click=${() => openFile(false)}>
                    Open
                  </button>
                  <button class="small" aria-label="Open beside ${file}" @click=${() => openFile(true)}>
                    Open beside
                  </button>
                  ${this.#diffs(file, place, evidence)}
                `
              : html`<span class="quiet">${problem}</span>`
        }
      </div>
      ${open ? html`<div id=${id} class="preview">${previewOf(this.previews.get(place))}</div>` : nothing}
    </li>`;
  }

  #diffs(file: string, place: number, evidence: FileEvidence | undefined): TemplateResult | typeof nothing {
    const { effectId } = this.view;
    const versions = evidence?.versions ?? [];
    if (versions.length === 0) return nothing;
    return html`<span class="diffs" role="group" aria-label="Diff ${file}">
      <span class="quiet">Diff:</span>
      ${versions.map(({ base, same }) =>
        same
          ? html`<span
              class="quiet"
              title="The file is the same ${diffNames[base].long.replace('against', 'in')}"
              >${diffNames[base].label} (no change)</span
            >`
          : html`<button
              class="small"
              aria-label="Diff ${diffNames[base].label}: ${file} ${diffNames[base].long}"
              title="Diff ${diffNames[base].long}"
              @click=${() => this.#post({ type: 'diff', effectId, file: place, base })}
            >
              ${diffNames[base].label}
            </button>`,
      )}
    </span>`;
  }

  #togglePreview(place: number): void {
    const name = `preview-${place}`;
    const open = !this.unfolded.has(name);
    this.#unfold(name, open);
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
          ${values(context)}
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

  #earlierAnswer({ effectId, what, who, when, words }: EarlierAnswer): TemplateResult {
    return html`<li>
      <p class="facts">
        <button class="link" role="link" @click=${() => this.#post({ type: 'openTask', effectId })}>
          ${what}
        </button>
        ${[who === '' ? '' : `by ${who}`, when].filter(Boolean).join(' · ')}
      </p>
      ${words === '' ? nothing : this.#foldable(`earlier-${effectId}`, words, long.words)}
    </li>`;
  }

  #ran(): TemplateResult | typeof nothing {
    const { tasks, left, first } = this.view.ran;
    if (tasks.length === 0) return nothing;
    return html`<details class="ran">
      <summary>
        What ran ${first ? 'before this' : 'since the previous breakpoint'}: ${tasks.length + left}
        ${tasks.length + left === 1 ? 'task' : 'tasks'}
      </summary>
      ${taskList(tasks)}
      ${left > 0 ? html`<p class="quiet">${left} earlier ones are in the list below.</p>` : nothing}
    </details>`;
  }

  #words(): TemplateResult {
    const id = `text-${this.view.effectId}`;
    const fitting = this.#fitting;
    const sends =
      this.view.answer.whyNot !== undefined
        ? ''
        : fitting
          ? `${mac ? 'Cmd' : 'Ctrl'}+Enter sends ${this.#nameOf(fitting)}.`
          : this.hint;
    return html`
      <label for=${id}>Your words to the agent (optional)</label>
      <textarea
        id=${id}
        rows="3"
        aria-describedby="hint-${id}"
        .value=${this.draft}
        ?readonly=${this.#busy}
        @input=${(event: Event) => {
          this.hint = '';
          this.onDraft((event.target as HTMLTextAreaElement).value);
        }}
      ></textarea>
      <p class="quiet hint" id="hint-${id}" role=${this.hint === '' ? nothing : 'alert'}>${sends}</p>
    `;
  }

  /** What an answer is called, with what goes along. */
  #nameOf(answer: Answer): string {
    const along = [
      this.draft.trim() !== '' && answer.kind !== 'text' && 'your words',
      answer.kind === 'request-changes' &&
        this.comments.length > 0 &&
        `${this.comments.length} ${this.comments.length === 1 ? 'comment' : 'comments'}`,
    ].filter((part) => part !== false);
    const name =
      answer.kind === 'text'
        ? 'your words as the answer, which counts as approval'
        : answer.kind === 'option'
          ? `"${this.view.options.find(({ place }) => place === answer.option)?.label ?? ''}"`
          : `"${plainAnswers.find(({ kind }) => kind === answer.kind)?.label ?? ''}"`;
    return along.length === 0 ? name : `${name} with ${along.join(' and ')}`;
  }

  #options(): TemplateResult | typeof nothing {
    const { options } = this.view;
    return options.length === 0
      ? nothing
      : html`<div class="options" role="group" aria-label="Options of the process">
          ${options.map((option) => this.#option(option))}
        </div>`;
  }

  #option(option: OptionView): TemplateResult {
    const { place, label, value, description } = option;
    const approves = option.approves !== this.switched.has(place);
    const id = `option-${this.view.effectId}-${place}`;
    const chosen = this.chosen?.kind === 'option' && this.chosen.option === place;
    return html`<div class="option" role="group" aria-label=${label}>
      <button
        class="secondary ${chosen ? 'chosen' : ''}"
        aria-describedby=${id}
        aria-keyshortcuts=${place < 9 ? place + 1 : nothing}
        ?disabled=${this.#disabled}
        @click=${() => this.#send({ kind: 'option', option: place })}
      >
        ${key(place)}${label}
      </button>
      <div id=${id}>
        ${description === '' ? nothing : html`<small>${description}</small>`}
        ${value === '' ? nothing : html`<small>recorded as <code>${value}</code></small>`}
        <button
          class="link switch"
          title="Switch what it counts as"
          ?disabled=${this.#disabled}
          @click=${() => this.#switch(place)}
        >
          counts as ${approves ? 'approval' : 'rejection'}
          <span class="codicon codicon-arrow-swap" aria-hidden="true"></span>
        </button>
      </div>
    </div>`;
  }

  #switch(place: number): void {
    const switched = new Set(this.switched);
    if (!switched.delete(place)) switched.add(place);
    this.switched = switched;
  }

  #buttons(): TemplateResult {
    const { plainPlaces, takesText, effectId } = this.view;
    return html`<div class="buttons">
      ${plainAnswers.map(({ kind, label }) => {
        const place = plainPlaces[kind];
        const shortcut = place !== undefined && place < 9 ? place + 1 : nothing;
        return html`<button
          class="${kind === 'approve' ? 'primary' : 'secondary'} ${this.chosen?.kind === kind ? 'chosen' : ''}"
          aria-keyshortcuts=${shortcut}
          ?disabled=${this.#disabled}
          @click=${() => this.#send({ kind })}
        >
          ${place === undefined ? nothing : key(place)}${label}
        </button>`;
      })}
      ${
        takesText && !this.past
          ? html`<button
              class="secondary"
              title="Your words are the answer; it counts as approval"
              ?disabled=${this.#disabled || this.draft.trim() === ''}
              @click=${() => this.#send({ kind: 'text' })}
            >
              Send as Answer
            </button>`
          : nothing
      }
      ${
        this.past
          ? nothing
          : html`<button class="link snooze" @click=${() => this.#post({ type: 'snooze', effectId })}>
              <span class="codicon codicon-bell-slash" aria-hidden="true"></span> Snooze…
            </button>`
      }
    </div>`;
  }
}

/** The number key of an option; it is told to screen readers as a shortcut. */
function key(place: number): TemplateResult | typeof nothing {
  return place < 9 ? html`<kbd aria-hidden="true">${place + 1}</kbd>` : nothing;
}

function previewOf(preview: FilePreview | undefined): TemplateResult {
  if (!preview) return html`<p class="quiet">Reading…</p>`;
  if ('problem' in preview) return html`<p class="quiet">${preview.problem}</p>`;
  if (preview.text === '') return html`<p class="quiet">The file is empty.</p>`;
  return html`<pre tabindex="0"><code>${guard([preview], () =>
      unsafeHTML(safeCode(preview.text, preview.language)),
    )}</code></pre>
    ${preview.more ? html`<p class="quiet">The file goes on.</p>` : nothing}`;
}

/** Values that can be unfolded. `open`: they are, to begin with. */
export function values(nodes: readonly ValueNode[], open = false): TemplateResult {
  return html`<ul class="values">
    ${nodes.map(
      ({ name, text, children }) =>
        html`<li>
          ${
            children.length === 0
              ? html`<span class="name">${name}</span> <span class="value">${text}</span>`
              : html`<details ?open=${open}>
                  <summary><span class="name">${name}</span> <small>${text}</small></summary>
                  ${values(children, open)}
                </details>`
          }
        </li>`,
    )}
  </ul>`;
}

/** Comments on lines of context files, with what to know about them. */
export function commentList(
  comments: readonly CommentView[],
  sentence: string,
  button: TemplateResult | typeof nothing,
): TemplateResult {
  const files = new Set(comments.map(({ file }) => file)).size;
  const summary = `${comments.length} ${comments.length === 1 ? 'comment' : 'comments'} in ${files} ${files === 1 ? 'file' : 'files'}`;
  return html`<section class="review" aria-label="Review comments">
    <h3><span class="codicon codicon-comment-discussion" aria-hidden="true"></span> ${summary}</h3>
    <p class="quiet">${sentence}</p>
    <ul>
      ${comments.map(
        ({ id, file, place, comment }) =>
          html`<li class="comment">
            <button class="link" role="link" @click=${() => runApi.postMessage({ type: 'showComment', id })}>
              ${file}, ${place}
            </button>
            <button
              class="small"
              aria-label="Remove the comment on ${file}, ${place}"
              @click=${() => runApi.postMessage({ type: 'removeComment', id })}
            >
              <span class="codicon codicon-trash" aria-hidden="true"></span> Remove
            </button>
            <p class="words">${comment}</p>
          </li>`,
      )}
    </ul>
    ${button}
  </section>`;
}

/** Where an answer stands, beside its buttons; the page's live region tells it to screen readers. */
function progressLine(progress: AnswerProgress | undefined): TemplateResult | typeof nothing {
  switch (progress?.step) {
    case undefined:
      return nothing;
    case 'recording':
      return html`<p class="notice">Recording your answer…</p>`;
    case 'recorded':
      return html`<p class="notice">Recorded, not yet applied.</p>`;
    case 'refused':
      return html`<p class="refused" role="alert">
        <span class="codicon codicon-error" aria-hidden="true"></span> ${progress.sentence} Your text is still
        here.
      </p>`;
    default:
      return progress satisfies never;
  }
}

customElements.define('breakpoint-card', BreakpointCard);
