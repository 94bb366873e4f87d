import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { FileEvidence, FilePreview } from '../../core/evidence/evidence';
import type { ActionView, BreakpointView } from '../../core/panel/breakpointView';
import type { AnswerProgress, CommentView, FromPage, ToPage, TravelView } from '../../core/panel/protocol';
import type { AnswerView } from '../../core/panel/answerView';
import type { Provenance } from '../../core/panel/provenance';
import type { IterationView, RunView } from '../../core/panel/runView';
import type { TaskDetail } from '../../core/panel/taskDetail';
import type { Timeline } from '../../core/panel/timeline';
import type { UsageRow, UsageView } from '../../core/panel/usageView';
import { commentList, values, type BreakpointCard } from './breakpointCard';
import type { EventList } from './eventList';
import './eventList';
import { helpDialog, helpLink, runKeys } from '../help';
import './run.css';
import { facts, type TaskPanel } from './taskPanel';
import './taskPanel';
import { showTask, taskList } from './taskList';
import './runTimeline';
import { runApi } from './runApi';
import { largeStep } from './travelBar';

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
    task: { state: true },
    timeline: { state: true },
    provenance: { state: true },
    usage: { state: true },
    settled: { state: true },
    travel: { state: true },
    asked: { state: true },
  };

  declare view: RunView | undefined;
  declare gone: boolean;
  declare drafts: Readonly<Record<string, string>>;
  declare progress: Readonly<Record<string, AnswerProgress>>;
  /** By effect id. */
  declare evidence: Readonly<Record<string, readonly FileEvidence[]>>;
  declare previews: Readonly<Record<string, ReadonlyMap<number, FilePreview>>>;
  declare comments: readonly CommentView[];
  /** The task that is open. */
  declare task: TaskDetail | undefined;
  declare timeline: Timeline | undefined;
  declare provenance: Provenance | undefined;
  declare usage: UsageView | undefined;
  /** The first events are drawn; what takes longer to draw comes after them. */
  declare settled: boolean;
  declare travel: TravelView | undefined;
  /** With how many events the run is to be shown; `undefined`: as it is now. */
  declare asked: number | undefined;

  /** The moment that the extension will be asked for with the next frame. */
  #frame = 0;

  /** Whatever had the focus when a task was opened gets it back. */
  #before: Element | null = null;
  /** A click or key opened the task, so it takes the focus. */
  #focusTask = false;
  #scrolled = false;

  constructor() {
    super();
    this.view = undefined;
    this.gone = false;
    this.progress = {};
    this.evidence = {};
    this.previews = {};
    this.comments = [];
    this.drafts = runApi.state().drafts;
    this.task = undefined;
    this.timeline = undefined;
    this.provenance = undefined;
    this.usage = undefined;
    this.settled = false;
    this.travel = undefined;
    this.asked = runApi.state().event || undefined;
    this.#save();
    this.addEventListener('travel-to', (event) => this.#travelTo((event as CustomEvent<number>).detail));
    this.addEventListener('show-task', (event) => this.#showTask((event as CustomEvent<string>).detail));
    this.addEventListener('hide-task', () => this.#hideTask());
    window.addEventListener('scroll', () => runApi.keep({ scroll: window.scrollY }), { passive: true });
    window.addEventListener('message', (event: MessageEvent<ToPage>) => this.#receive(event.data));
    window.addEventListener('keydown', (event) => this.#press(event));
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    runApi.postMessage({ type: 'ready', event: this.asked });
    const { task } = runApi.state();
    if (task !== '') runApi.postMessage({ type: 'task', effectId: task });
    runApi.postMessage({ type: 'timeline', part: runApi.state().part });
  }

  protected override updated(): void {
    // Once, when the page came back with as much on it as it had.
    if (this.#scrolled || !this.view || this.view.partial || !this.timeline || !this.settled) return;
    this.#scrolled = true;
    const { scroll } = runApi.state();
    if (scroll > 0) requestAnimationFrame(() => window.scrollTo(0, scroll));
  }

  /** Shows the run as it was with so many events; from the last one on, as it is now. */
  #travelTo(event: number): void {
    const all = this.travel?.all ?? 0;
    const asked = event >= all ? undefined : Math.max(1, event);
    if (asked === this.asked) return;
    if (this.asked === undefined) runApi.keep({ since: all });
    this.asked = asked;
    runApi.keep({ event: asked ?? 0 });
    // While the slider is dragged, one request a frame is enough.
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => runApi.postMessage({ type: 'travel', event: asked }));
    if (asked !== undefined) this.#events?.showMoment(asked);
  }

  /** Steps through the events, from where the page is in time. */
  #step(events: number): void {
    const all = this.travel?.all ?? 0;
    this.#travelTo((this.asked ?? all) + events);
  }

  #takeTravel(travel: TravelView): void {
    this.travel = travel;
    // The journal became shorter than what was asked for.
    if (travel.at && !travel.reading && travel.asked === this.asked && travel.at.event !== this.asked) {
      this.asked = travel.at.event;
      runApi.keep({ event: travel.at.event });
    }
  }

  #showTask(effectId: string): void {
    this.#before = document.activeElement;
    this.#focusTask = true;
    runApi.keep({ task: effectId });
    runApi.postMessage({ type: 'task', effectId });
  }

  #hideTask(): void {
    this.task = undefined;
    runApi.keep({ task: '' });
    runApi.postMessage({ type: 'task' });
    if (this.#before instanceof HTMLElement || this.#before instanceof SVGElement) {
      this.#before.focus({ preventScroll: true });
    }
  }

  async #takeTask(effectId: string, detail: TaskDetail | undefined): Promise<void> {
    if (effectId !== runApi.state().task) return;
    this.task = detail;
    if (!this.#focusTask) return;
    this.#focusTask = false;
    await this.updateComplete;
    const panel = this.querySelector<TaskPanel>('task-panel');
    await panel?.updateComplete;
    panel?.focusTab();
  }

  get #events(): EventList | null {
    return this.querySelector<EventList>('event-list');
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
      case 'events':
        this.#events?.receive(message.events);
        // Another task of the browser, so that they are drawn before.
        if (!this.settled) requestAnimationFrame(() => setTimeout(() => (this.settled = true)));
        return;
      case 'eventsChanged':
        this.#events?.refresh();
        return;
      case 'task':
        void this.#takeTask(message.effectId, message.detail);
        return;
      case 'travel':
        this.#takeTravel(message.travel);
        return;
      case 'timeline':
        this.timeline = message.timeline;
        return;
      case 'provenance':
        this.provenance = message.provenance;
        return;
      case 'usage':
        this.usage = message.usage;
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
        // A question is to be answered, so the extension has gone back to now.
        this.asked = undefined;
        runApi.keep({ event: 0 });
        void this.#revealBreakpoint(message.effectId);
        return;
      default:
        message satisfies never;
    }
  }

  async #revealBreakpoint(effectId: string): Promise<void> {
    await this.updateComplete;
    const card = this.querySelector<BreakpointCard>(`breakpoint-card[data-effect="${CSS.escape(effectId)}"]`);
    if (!card) this.#showTask(effectId);
    await card?.updateComplete;
    card?.scrollIntoView({ block: 'start' });
    // Without scrolling: a long question is read from its beginning.
    card?.querySelector('textarea')?.focus({ preventScroll: true });
  }

  #press(event: KeyboardEvent): void {
    if (!event.defaultPrevented && !this.#pressBreakpoint(event) && !this.#pressPage(event)) return;
    event.preventDefault();
  }

  /** Keys that mean something wherever nothing is typed into. */
  #pressPage(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const target = event.target instanceof Element ? event.target : document.body;
    const help = this.querySelector<HTMLDialogElement>('dialog');
    if (event.key === 'Escape' && !help?.open && this.task) {
      this.#hideTask();
      return true;
    }
    if (help?.open || target.matches('textarea, input, select')) return false;
    switch (event.key) {
      case 'j':
        this.#events?.move(1);
        return true;
      case 'k':
        this.#events?.move(-1);
        return true;
      case '/':
        this.#events?.focusFilter();
        return true;
      case '[':
        this.#step(-1);
        return true;
      case ']':
        this.#step(1);
        return true;
      case '{':
        this.#step(-largeStep(this.travel?.all ?? 0));
        return true;
      case '}':
        this.#step(largeStep(this.travel?.all ?? 0));
        return true;
      case 't':
        this.#events?.travelToSelected();
        return true;
      case 'n':
        this.#step(Number.POSITIVE_INFINITY);
        return true;
      case '?':
        help?.showModal();
        return true;
      default:
        return false;
    }
  }

  /** Ctrl+Enter sends; a number chooses an option, where it is not typed into a text. */
  #pressBreakpoint(event: KeyboardEvent): boolean {
    const target = event.target instanceof Element ? event.target : document.body;
    const cards = [...this.querySelectorAll<BreakpointCard>('breakpoint-card')];
    const card =
      target.closest<BreakpointCard>('breakpoint-card') ?? (cards.length === 1 ? cards[0] : undefined);
    if (!card || event.altKey || event.shiftKey) return false;
    const withCommand = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && withCommand && !event.repeat) {
      card.sendFitting();
      return true;
    }
    if (/^[1-9]$/.test(event.key) && !withCommand && !target.matches('textarea, input, select')) {
      return card.choose(Number(event.key));
    }
    return false;
  }

  #draft(effectId: string, text: string): void {
    const { [effectId]: _, ...others } = this.drafts;
    this.drafts = text === '' ? others : { ...others, [effectId]: text };
    this.#save();
    runApi.postMessage({ type: 'draft', effectId, text });
  }

  #save(): void {
    runApi.keep({ drafts: this.drafts });
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
          ${[view.counts, view.past ? '' : `last event ${view.updated}`, view.processId, view.runId].filter(Boolean).join(' · ')}
        </p>
        ${this.#standing(view)}
      </header>
      ${
        this.travel
          ? html`<travel-bar
              .travel=${this.travel}
              .asked=${this.asked}
              .since=${runApi.state().since}
            ></travel-bar>`
          : nothing
      }
      <main>
        ${view.past ? nothing : html`${this.#progress(view)} ${this.#unsent(view)}`}
        ${repeat(
          view.breakpoints,
          ({ effectId }) => effectId,
          (breakpoint) => this.#card(breakpoint),
        )}
        ${view.problems.length === 0 ? nothing : problems(view)}
        ${
          this.timeline && this.settled
            ? html`<section aria-labelledby="timeline">
                <h2 id="timeline">Timeline</h2>
                <run-timeline .timeline=${this.timeline} .past=${view.past}></run-timeline>
              </section>`
            : nothing
        }
        <section aria-labelledby="events">
          <h2 id="events">Events</h2>
          <event-list .moment=${this.asked}></event-list>
        </section>
        <h2>Tasks</h2>
        ${this.#tasks(view)} ${this.usage ? usageSection(this.usage) : nothing}
        ${view.answers.length === 0 ? nothing : answerList(view)}
        ${this.provenance ? provenanceSection(this.provenance) : nothing} ${helpLink(this)}
      </main>
      ${this.task ? html`<task-panel .detail=${this.task}></task-panel>` : nothing} ${helpDialog(runKeys)}
    `;
  }

  #tasks(view: RunView): TemplateResult {
    if (view.partial || !this.settled) return html`<p class="quiet" role="status">Reading the tasks…</p>`;
    return html`
      ${view.iterations.length === 0 ? html`<p class="quiet">Nothing was asked for yet.</p>` : nothing}
      ${repeat(
        view.iterations,
        ({ n }) => n,
        (iteration) => iterationSection(iteration, view.past),
      )}
      ${
        view.left.iterations + view.left.tasks > 0
          ? html`<p class="quiet">
              ${view.left.iterations} more iterations and ${view.left.tasks} more tasks are in the journal.
            </p>`
          : nothing
      }
    `;
  }

  /** The three answers, each with the buttons that fit. */
  #standing(view: RunView): TemplateResult {
    const { standing, breakpoints } = view;
    const [first] = breakpoints;
    return html`
      <div class="standing">
        <section aria-labelledby="go-on">
          <h2 id="go-on">Can it go on?</h2>
          <p id="why-not">${standing.goOn}</p>
          <div class="buttons">
            ${
              view.iterating
                ? commandButton('run.stop', 'Stop Iterating', 'debug-stop', { whyNot: undefined }, true)
                : html`
                    ${commandButton('run.resume', 'Resume…', 'debug-continue', view.resume, breakpoints.length === 0)}
                    ${commandButton('run.iterate', 'Iterate Once', 'debug-step-over', view.iterate, false)}
                    ${
                      view.iterate.whyNot === undefined
                        ? commandButton(
                            'run.continue',
                            'Iterate Until It Needs You…',
                            'run-all',
                            view.iterate,
                            false,
                          )
                        : nothing
                    }
                  `
            }
          </div>
          ${view.iterating ? nothing : reasons(view)}
        </section>
        <section aria-labelledby="is-done">
          <h2 id="is-done">What is done?</h2>
          <p>${standing.done}</p>
          <div class="buttons">
            ${view.past ? nothing : commandButton('run.report', 'Open Report', 'graph', { whyNot: undefined }, false)}
            ${commandButton('journal.open', 'Open Journal', 'list-ordered', { whyNot: undefined }, false)}
            ${commandButton('run.reveal', 'Reveal Run Folder', 'folder-opened', { whyNot: undefined }, false)}
          </div>
        </section>
        <section aria-labelledby="stopped">
          <h2 id="stopped">${standing.stopTitle}</h2>
          <p>${standing.stop}</p>
          <div class="buttons">
            ${
              standing.effectId === ''
                ? nothing
                : html`<button
                    class="secondary"
                    @click=${(event: Event) =>
                      first
                        ? void this.#revealBreakpoint(first.effectId)
                        : showTask(event, standing.effectId)}
                  >
                    ${first ? 'Go to the Question' : 'Look at the Task'}
                  </button>`
            }
            ${view.past ? nothing : commandButton('run.diagnose', 'Why Does It Stand Still?', 'question', { whyNot: undefined }, false)}
          </div>
        </section>
      </div>
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
      .past=${this.view?.past ?? false}
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
    aria-describedby=${whyNot === undefined ? nothing : 'why-not why-disabled'}
    @click=${({ detail }: MouseEvent) => {
      // The second click of a double click may even hit another button, which has moved there meanwhile.
      if (detail < 2) runApi.postMessage({ type: 'command', command });
    }}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${label}
  </button>`;
}

/** Beside disabled buttons stands why, unless the sentence above them says it already. */
function reasons({ resume, iterate, standing }: RunView): TemplateResult | typeof nothing {
  const why = resume.whyNot ?? iterate.whyNot;
  return why === undefined || standing.goOn.includes(why)
    ? nothing
    : html`<p class="quiet" id="why-disabled">${why}</p>`;
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

/** @param past reports tell how the run is now, so that the past has none */
function iterationSection({ n, description, icon, tasks }: IterationView, past: boolean): TemplateResult {
  return html`
    <section aria-label="Iteration ${n}">
      <h3>
        <span class="codicon codicon-${icon}" aria-hidden="true"></span> Iteration ${n}
        <small>${description}</small>
        ${
          past
            ? nothing
            : html`<button
                class="link report-link"
                aria-label="Report of iteration ${n}"
                @click=${() => runApi.postMessage({ type: 'openReport', iteration: n })}
              >
                Report
              </button>`
        }
      </h3>
      ${taskList(tasks)}
    </section>
  `;
}

/** What the run took, by model and by task. */
function usageSection({ from, head, total, models, tasks, leftTasks }: UsageView): TemplateResult {
  const row = ({ name, effectId, cells }: UsageRow): TemplateResult =>
    html`<tr>
      <th scope="row">
        ${
          effectId === ''
            ? name
            : html`<button
                class="link"
                data-task=${effectId}
                @click=${(event: Event) => showTask(event, effectId)}
              >
                ${name}
              </button>`
        }
      </th>
      ${cells.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
  const table = (caption: string, rows: readonly UsageRow[]): TemplateResult =>
    html`<table class="numbers">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>`;
  return html`<section aria-labelledby="usage">
    <h2 id="usage">Tokens and cost</h2>
    <p class="quiet">${from}</p>
    ${table('In all and by model', [{ name: 'In all', effectId: '', cells: total }, ...models])}
    ${tasks.length === 0 ? nothing : table('By task', tasks)}
    ${leftTasks === 0 ? nothing : html`<p class="quiet">${leftTasks} tasks that took less are left out.</p>`}
  </section>`;
}

/** Who answered what, when, after how long and through what. */
function answerList({ answers, moreAnswers }: RunView): TemplateResult {
  return html`<section aria-labelledby="answers">
    <h2 id="answers">Answers</h2>
    <ul class="answers">
      ${repeat(
        answers,
        ({ effectId }) => effectId,
        ({ effectId, title, verdict, icon, words, who, at, waited, through, signedWith }: AnswerView) =>
          html`<li>
            <button class="task" data-task=${effectId} @click=${(event: Event) => showTask(event, effectId)}>
              <span class="codicon codicon-${icon}" aria-hidden="true"></span> <span>${title}</span>
              <strong>${verdict}</strong>
              <small>
                ${[
                  who === '' ? '' : `by ${who}`,
                  at === undefined ? '' : new Date(at).toLocaleString(undefined, { hour12: false }),
                  waited,
                  through === '' ? '' : `through ${through}`,
                  signedWith === '' ? '' : `signed with ${signedWith} (not checked)`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </small>
            </button>
            ${words === '' ? nothing : html`<p class="words">${words}</p>`}
          </li>`,
      )}
    </ul>
    ${moreAnswers === 0 ? nothing : html`<p class="quiet">${moreAnswers} older answers are in the journal.</p>`}
  </section>`;
}

function isUnfolded(name: string): boolean {
  return runApi.state().unfolded.includes(name);
}

/** What a person unfolded stays so when the page comes back. */
function keepUnfolded(event: Event, name: string): void {
  const others = runApi.state().unfolded.filter((known) => known !== name);
  const { open } = event.currentTarget as HTMLDetailsElement;
  runApi.keep({ unfolded: open ? [...others, name] : others });
}

/** Where the run comes from. */
function provenanceSection(provenance: Provenance): TemplateResult {
  const { facts: rows, entry, prompt, inputs, origin, parent, children, moreChildren } = provenance;
  const { forks, moreForks } = provenance;
  const runLink = (runId: string, label: string): TemplateResult =>
    html`<button class="link" role="link" @click=${() => runApi.postMessage({ type: 'openRun', runId })}>
      ${label}
    </button>`;
  return html`<section aria-labelledby="provenance">
    <h2 id="provenance">Where it comes from</h2>
    ${facts(rows)}
    <dl class="fact-list">
      ${
        entry === ''
          ? nothing
          : html`<div>
              <dt>Entry</dt>
              <dd>
                <button class="link" role="link" @click=${() => runApi.postMessage({ type: 'openEntry' })}>
                  ${entry}
                </button>
              </dd>
            </div>`
      }
      ${
        origin
          ? html`<div>
              <dt>Made as</dt>
              <dd>${origin.open ? runLink(origin.runId, origin.words) : origin.words}</dd>
            </div>`
          : nothing
      }
      ${
        forks.length === 0
          ? nothing
          : html`<div>
              <dt>Forks</dt>
              <dd>
                ${forks.map(({ runId, title }) => html`<span class="line">${runLink(runId, title)}</span>`)}
                ${moreForks === 0 ? nothing : html`and ${moreForks} more`}
              </dd>
            </div>`
      }
      ${
        parent
          ? html`<div>
              <dt>Parent run</dt>
              <dd>${parent.open ? runLink(parent.runId, parent.runId) : parent.runId}</dd>
            </div>`
          : nothing
      }
      ${
        children.length === 0
          ? nothing
          : html`<div>
              <dt>Child runs</dt>
              <dd>
                ${children.map(({ runId, title }) => runLink(runId, title))}
                ${moreChildren === 0 ? nothing : html`and ${moreChildren} more`}
              </dd>
            </div>`
      }
    </dl>
    ${
      prompt === ''
        ? nothing
        : html`<details
            ?open=${isUnfolded('prompt')}
            @toggle=${(event: Event) => keepUnfolded(event, 'prompt')}
          >
            <summary>Prompt</summary>
            <p class="words">${prompt}</p>
          </details>`
    }
    ${
      inputs.length === 0
        ? nothing
        : html`<details
            ?open=${isUnfolded('inputs')}
            @toggle=${(event: Event) => keepUnfolded(event, 'inputs')}
          >
            <summary>Inputs</summary>
            ${values(inputs)}
          </details>`
    }
  </section>`;
}

customElements.define('run-page', RunPage);
