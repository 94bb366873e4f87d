import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { FileEvidence, FilePreview } from '../core/evidence/evidence';
import type { ActionView, BreakpointView } from '../core/panel/breakpointView';
import type { AnswerProgress, CommentView, FromPage, ToPage } from '../core/panel/protocol';
import type { IterationView, RunView } from '../core/panel/runView';
import { commentList, type BreakpointCard } from './breakpoint';
import './run.css';
import { taskList } from './taskList';
import { vscode, type PageState } from './vscodeApi';

const noPreviews: ReadonlyMap<number, FilePreview> = new Map();

class RunPage extends LitElement {
  static override properties = {
    view: { state: true },
    gone: { state: true },
    drafts: { state: true },
    progress: { state: true },
    evidence: { state: true },
    previews: { state: true },
    comments: { state: true },
  };

  declare view: RunView | undefined;
  declare gone: boolean;
  declare drafts: Readonly<Record<string, string>>;
  declare progress: Readonly<Record<string, AnswerProgress>>;
  /** By effect id. */
  declare evidence: Readonly<Record<string, readonly FileEvidence[]>>;
  declare previews: Readonly<Record<string, ReadonlyMap<number, FilePreview>>>;
  declare comments: readonly CommentView[];

  constructor() {
    super();
    this.view = undefined;
    this.gone = false;
    this.progress = {};
    this.evidence = {};
    this.previews = {};
    this.comments = [];
    const state = vscode.getState() as PageState | undefined;
    this.drafts = state?.drafts ?? {};
    this.#save();
    window.addEventListener('message', (event: MessageEvent<ToPage>) => this.#receive(event.data));
    window.addEventListener('keydown', (event) => this.#press(event));
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    vscode.postMessage({ type: 'ready' });
  }

  #receive(message: ToPage): void {
    switch (message.type) {
      case 'view':
        this.view = message.view;
        this.gone = false;
        return;
      case 'gone':
        this.gone = true;
        return;
      case 'drafts':
        // What this page itself was left with is newer.
        this.drafts = { ...message.drafts, ...this.drafts };
        this.#save();
        return;
      case 'answer':
        this.progress = { ...this.progress, [message.effectId]: message.progress };
        if (message.progress.step === 'recorded') this.#draft(message.effectId, '');
        return;
      case 'evidence':
        this.evidence = { ...this.evidence, [message.effectId]: message.files };
        return;
      case 'preview': {
        const { effectId, file, preview } = message;
        const previews = new Map(this.previews[effectId]).set(file, preview);
        this.previews = { ...this.previews, [effectId]: previews };
        return;
      }
      case 'review':
        this.comments = message.comments;
        return;
      case 'reveal':
        void this.#revealBreakpoint(message.effectId);
        return;
      default:
        message satisfies never;
    }
  }

  async #revealBreakpoint(effectId: string): Promise<void> {
    await this.updateComplete;
    const card = this.querySelector<BreakpointCard>(`breakpoint-card[data-effect="${CSS.escape(effectId)}"]`);
    await card?.updateComplete;
    card?.scrollIntoView({ block: 'start' });
    // Without scrolling: a long question is read from its beginning.
    card?.querySelector('textarea')?.focus({ preventScroll: true });
  }

  /** Ctrl+Enter sends; a number chooses an option, where it is not typed into a text. */
  #press(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : document.body;
    const cards = [...this.querySelectorAll<BreakpointCard>('breakpoint-card')];
    const card =
      target.closest<BreakpointCard>('breakpoint-card') ?? (cards.length === 1 ? cards[0] : undefined);
    if (!card || event.altKey || event.shiftKey) return;
    const withCommand = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && withCommand && !event.repeat) {
      card.sendFitting();
    } else if (/^[1-9]$/.test(event.key) && !withCommand && !target.matches('textarea, input')) {
      if (!card.choose(Number(event.key))) return;
    } else {
      return;
    }
    event.preventDefault();
  }

  #draft(effectId: string, text: string): void {
    const { [effectId]: _, ...others } = this.drafts;
    this.drafts = text === '' ? others : { ...others, [effectId]: text };
    this.#save();
    vscode.postMessage({ type: 'draft', effectId, text });
  }

  #save(): void {
    vscode.setState({ dir: document.body.dataset['dir'] ?? '', drafts: this.drafts });
  }

  protected override render(): TemplateResult {
    if (this.gone) return html`<p class="gone">This run is not there any more.</p>`;
    const { view } = this;
    if (!view) return html`<p class="gone" role="status">Reading the run…</p>`;
    return html`
      <header>
        <h1>${view.title}</h1>
        ${view.prompt === '' ? nothing : html`<p class="prompt">${view.prompt}</p>`}
        <p class="reason" role="status">
          <span class="codicon codicon-${view.icon}" aria-hidden="true"></span>
          ${
            // "Sleeping until …" says the state by itself.
            view.reason.toLowerCase().startsWith(view.state)
              ? html`<strong>${view.reason}</strong>`
              : html`<strong class="state">${view.state}</strong> <span>${view.reason}</span>`
          }
        </p>
        <p class="facts">
          ${[view.counts, `last event ${view.updated}`, view.processId, view.runId].filter(Boolean).join(' · ')}
        </p>
        ${this.#buttons(view)}
      </header>
      <main>
        ${this.#progress(view)} ${this.#unsent(view)}
        ${repeat(
          view.breakpoints,
          ({ effectId }) => effectId,
          (breakpoint) => this.#card(breakpoint),
        )}
        ${view.problems.length === 0 ? nothing : problems(view)}
        <h2>Tasks</h2>
        ${view.iterations.length === 0 ? html`<p class="quiet">Nothing was asked for yet.</p>` : nothing}
        ${repeat(
          view.iterations,
          ({ n }) => n,
          (iteration) => iterationSection(iteration),
        )}
        ${
          view.left.iterations + view.left.tasks > 0
            ? html`<p class="quiet">
                ${view.left.iterations} more iterations and ${view.left.tasks} more tasks are in the journal.
              </p>`
            : nothing
        }
      </main>
    `;
  }

  #buttons(view: RunView): TemplateResult {
    return html`
      <div class="buttons" role="toolbar" aria-label="Run">
        ${
          view.iterating
            ? commandButton('run.stop', 'Stop Iterating', 'debug-stop', { whyNot: undefined }, true)
            : html`
                ${commandButton('run.resume', 'Resume…', 'debug-continue', view.resume, view.breakpoints.length === 0)}
                ${commandButton('run.iterate', 'Iterate Once', 'debug-step-over', view.iterate, false)}
              `
        }
        ${commandButton('journal.open', 'Open Journal', 'list-ordered', { whyNot: undefined }, false)}
        ${commandButton('run.reveal', 'Reveal Run Folder', 'folder-opened', { whyNot: undefined }, false)}
      </div>
      ${view.iterating ? nothing : reasons(view)}
    `;
  }

  /** How far the answers given here have come. Always there, so that screen readers tell each change. */
  #progress(view: RunView): TemplateResult {
    const recording = Object.values(this.progress).some(({ step }) => step === 'recording');
    const given = view.answered.filter(({ effectId }) => this.progress[effectId]?.step === 'recorded');
    const waiting = given.some(({ applied }) => !applied);
    const sentence = recording
      ? 'Recording your answer…'
      : waiting && view.iterating
        ? 'Your answer is recorded and is being applied.'
        : waiting
          ? `Your answer is recorded and not yet applied.${view.iterate.whyNot === undefined ? ' Iterate or resume to go on.' : ''}`
          : given.length > 0
            ? 'Your answer is applied: the run has gone on.'
            : '';
    const icon = recording || (waiting && view.iterating) ? 'sync' : 'pass';
    return html`<div role="status" aria-live="polite">
      ${
        sentence === ''
          ? nothing
          : html`<p class="notice">
              <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${sentence}
            </p>`
      }
    </div>`;
  }

  /** Comments whose question was answered without them. */
  #unsent(view: RunView): TemplateResult | typeof nothing {
    const unsent = this.comments.filter(({ effectId }) =>
      view.answered.some((answered) => answered.effectId === effectId),
    );
    return unsent.length === 0
      ? nothing
      : commentList(unsent, 'Their question was answered without them, so they were not sent.', nothing);
  }

  #card(breakpoint: BreakpointView): TemplateResult {
    const { effectId } = breakpoint;
    return html`<breakpoint-card
      data-effect=${effectId}
      .view=${breakpoint}
      .draft=${this.drafts[effectId] ?? ''}
      .progress=${this.progress[effectId]}
      .evidence=${this.evidence[effectId]}
      .previews=${this.previews[effectId] ?? noPreviews}
      .comments=${this.comments.filter((comment) => comment.effectId === effectId)}
      .onDraft=${(text: string) => this.#draft(effectId, text)}
      .onSend=${() => {
        this.progress = { ...this.progress, [effectId]: { step: 'recording' } };
      }}
    ></breakpoint-card>`;
  }
}

function commandButton(
  command: Extract<FromPage, { type: 'command' }>['command'],
  label: string,
  icon: string,
  { whyNot }: ActionView,
  primary: boolean,
): TemplateResult {
  return html`<button
    class=${primary && whyNot === undefined ? 'primary' : 'secondary'}
    ?disabled=${whyNot !== undefined}
    aria-describedby=${whyNot === undefined ? nothing : 'why-not'}
    @click=${({ detail }: MouseEvent) => {
      // The second click of a double click may even hit another button, which has moved there meanwhile.
      if (detail < 2) vscode.postMessage({ type: 'command', command });
    }}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${label}
  </button>`;
}

/** Beside disabled buttons stands why. */
function reasons({ resume, iterate }: RunView): TemplateResult | typeof nothing {
  const why = resume.whyNot ?? iterate.whyNot;
  return why === undefined ? nothing : html`<p class="quiet" id="why-not">${why}</p>`;
}

function problems({ problems }: RunView): TemplateResult {
  return html`
    <section class="problems" aria-label="Problems">
      <h2>Problems</h2>
      <ul>
        ${problems.map(
          ({ file, what }) =>
            html`<li>
              <span class="codicon codicon-warning" aria-hidden="true"></span> <code>${file}</code> ${what}
            </li>`,
        )}
      </ul>
    </section>
  `;
}

function iterationSection({ n, description, icon, tasks }: IterationView): TemplateResult {
  return html`
    <section aria-label="Iteration ${n}">
      <h3>
        <span class="codicon codicon-${icon}" aria-hidden="true"></span> Iteration ${n}
        <small>${description}</small>
      </h3>
      ${taskList(tasks)}
    </section>
  `;
}

customElements.define('run-page', RunPage);
