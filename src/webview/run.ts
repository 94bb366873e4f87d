import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { AnswerProgress, FromPage, ToPage } from '../core/panel/protocol';
import type { ActionView, BreakpointView, IterationView, RunView } from '../core/panel/runView';
import { safeHtml } from './markdown';
import './run.css';

/** What VS Code gives to a page. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: PageState): void;
};

/** Kept by VS Code across hiding and reloading. */
interface PageState {
  /** The run folder, from which the page is brought back. */
  readonly dir: string;
  /** Typed texts by effect id; nothing typed is ever thrown away. */
  readonly drafts: Readonly<Record<string, string>>;
}

const vscode = acquireVsCodeApi();

class RunPage extends LitElement {
  static override properties = {
    view: { state: true },
    gone: { state: true },
    drafts: { state: true },
    progress: { state: true },
  };

  declare view: RunView | undefined;
  declare gone: boolean;
  declare drafts: Readonly<Record<string, string>>;
  declare progress: Readonly<Record<string, AnswerProgress>>;

  constructor() {
    super();
    this.view = undefined;
    this.gone = false;
    this.progress = {};
    const state = vscode.getState() as PageState | undefined;
    this.drafts = state?.drafts ?? {};
    this.#save();
    window.addEventListener('message', (event: MessageEvent<ToPage>) => this.#receive(event.data));
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
      case 'reveal':
        void this.updateComplete.then(() => this.#revealBreakpoint(message.effectId));
        return;
      default:
        message satisfies never;
    }
  }

  #revealBreakpoint(effectId: string): void {
    const section = document.getElementById(`breakpoint-${effectId}`);
    section?.scrollIntoView({ block: 'start' });
    // Without scrolling: a long question is read from its beginning.
    section?.querySelector('textarea')?.focus({ preventScroll: true });
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
        ${this.#justAnswered(view)}
        ${repeat(
          view.breakpoints,
          ({ effectId }) => effectId,
          (breakpoint) => this.#breakpoint(breakpoint),
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

  /** An answer that was recorded here and that no iterate has applied yet. */
  #justAnswered(view: RunView): TemplateResult | typeof nothing {
    const answered = Object.entries(this.progress).some(
      ([effectId, { step }]) => step === 'recorded' && !view.breakpoints.some((b) => b.effectId === effectId),
    );
    if (!answered || view.iterate.whyNot !== undefined) return nothing;
    return html`<p class="notice" role="status">
      <span class="codicon codicon-pass" aria-hidden="true"></span>
      Your answer is recorded and not yet applied. Iterate or resume to go on.
    </p>`;
  }

  #breakpoint(breakpoint: BreakpointView): TemplateResult {
    const { effectId, title, question, cut, asked, askedBy, options, files, answer } = breakpoint;
    const progress = this.progress[effectId];
    const busy = progress?.step === 'recording' || progress?.step === 'recorded';
    const disabled = busy || answer.whyNot !== undefined;
    const text = this.drafts[effectId] ?? '';
    const send = (kind: 'approve' | 'reject' | 'option', option?: number): void => {
      const chosen = option === undefined ? {} : { option };
      this.progress = { ...this.progress, [effectId]: { step: 'recording' } };
      vscode.postMessage({ type: 'answer', effectId, kind, text, ...chosen });
    };
    const textId = `text-${effectId}`;
    return html`
      <section class="breakpoint" id="breakpoint-${effectId}" aria-labelledby="title-${effectId}">
        <h2 id="title-${effectId}">
          <span class="codicon codicon-question" aria-hidden="true"></span> ${title}
        </h2>
        <p class="facts">${[asked, askedBy].filter(Boolean).join(' · ')}</p>
        <div class="question">${guard([question], () => unsafeHTML(safeHtml(question)))}</div>
        ${
          cut
            ? html`<p class="refused">
                The question is longer than this page shows.
                <button
                  class="link"
                  role="link"
                  @click=${() => vscode.postMessage({ type: 'openTask', effectId })}
                >
                  Read all of it
                </button>
              </p>`
            : nothing
        }
        ${
          files.length === 0
            ? nothing
            : html`<p class="files">
                ${files.map(
                  (file, i) =>
                    html`<button
                      class="link"
                      role="link"
                      @click=${() => vscode.postMessage({ type: 'openFile', effectId, file: i })}
                    >
                      <span class="codicon codicon-file" aria-hidden="true"></span> ${file}
                    </button>`,
                )}
              </p>`
        }
        <label for=${textId}>Your words to the agent (optional)</label>
        <textarea
          id=${textId}
          rows="3"
          .value=${text}
          ?readonly=${busy}
          @input=${(event: Event) => this.#draft(effectId, (event.target as HTMLTextAreaElement).value)}
        ></textarea>
        ${
          options.length === 0
            ? nothing
            : html`<div class="options" role="group" aria-label="Options of the process">
                ${options.map(
                  ({ place, label, description, approves }) =>
                    html`<div class="option">
                      <button
                        class="secondary"
                        aria-describedby="option-${effectId}-${place}"
                        ?disabled=${disabled}
                        @click=${() => send('option', place)}
                      >
                        ${label}
                      </button>
                      <small id="option-${effectId}-${place}"
                        >${[description, `counts as ${approves ? 'approval' : 'rejection'}`].filter(Boolean).join(' · ')}</small
                      >
                    </div>`,
                )}
              </div>`
        }
        <div class="buttons">
          <button class="primary" ?disabled=${disabled} @click=${() => send('approve')}>Approve</button>
          <button class="secondary" ?disabled=${disabled} @click=${() => send('reject')}>Reject</button>
        </div>
        ${answer.whyNot === undefined ? nothing : html`<p class="quiet">${answer.whyNot}</p>`}
        ${progressLine(progress)}
      </section>
    `;
  }
}

function progressLine(progress: AnswerProgress | undefined): TemplateResult | typeof nothing {
  switch (progress?.step) {
    case undefined:
      return nothing;
    case 'recording':
      return html`<p class="notice" role="status">Recording your answer…</p>`;
    case 'recorded':
      return html`<p class="notice" role="status">Recorded, not yet applied.</p>`;
    case 'refused':
      return html`<p class="refused" role="alert">
        <span class="codicon codicon-error" aria-hidden="true"></span> ${progress.sentence} Your text is still
        here.
      </p>`;
    default:
      return progress satisfies never;
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
      <ul class="tasks">
        ${repeat(
          tasks,
          ({ effectId }) => effectId,
          ({ effectId, title, description, icon }) =>
            html`<li>
              <button
                class="task"
                role="link"
                @click=${() => vscode.postMessage({ type: 'openTask', effectId })}
              >
                <span class="codicon codicon-${icon}" aria-hidden="true"></span>
                <span>${title}</span> <small>${description}</small>
              </button>
            </li>`,
        )}
      </ul>
    </section>
  `;
}

customElements.define('run-page', RunPage);
