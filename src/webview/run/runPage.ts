import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { runDeleted } from '../../core/errors';
import type { FileEvidence, FilePreview } from '../../core/evidence/evidence';
import type { BreakpointView } from '../../core/views/page/breakpointView';
import type { FailureView } from '../../core/views/page/failureView';
import type { AnswerProgress, CommentView, LeftWords, ToPage } from '../../core/views/page/protocol';
import type { Provenance } from '../../core/views/page/provenance';
import type { RunView } from '../../core/views/page/runView';
import type { SessionView } from '../../core/views/page/sessionsView';
import type { TaskDetail } from '../../core/views/page/taskDetail';
import type { Timeline } from '../../core/views/page/timeline';
import type { UsageView } from '../../core/views/page/usageView';
import { count, thousands } from '../../core/format';
import { helpDialog, helpLink } from '../help';
import { keepReadingPlace } from './anchor';
import { answerList } from './answerList';
import { answerStatus } from './answerProgress';
import type { BreakpointCard } from './breakpointCard';
import './breakpointCard';
import type { EventList } from './eventList';
import './eventList';
import { failureCard } from './failureCard';
import { jumpBar, longText, pageSection, unfold, type PageSection } from './folds';
import { iterationSections, taskTotal } from './iterationSections';
import { outputCard } from './outputCard';
import { leftWords, unsentComments } from './notices';
import { pressKey } from './pageKeys';
import { problemSection } from './problemSection';
import { provenanceSection } from './provenanceSection';
import './run.css';
import { runApi } from './runApi';
import { runKeys } from './runKeys';
import './runTimeline';
import type { SessionSection } from './sessionSection';
import './sessionSection';
import type { TaskPanel } from './taskPanel';
import './taskPanel';
import { TimeTravel } from './timeTravel';
import './travelBar';
import { usageSection } from './usageSection';
import { runActions, verdictBar } from './verdictBar';

const noPreviews: ReadonlyMap<number, FilePreview> = new Map();

class RunPage extends LitElement {
  static override properties = {
    view: { state: true },
    gone: { state: true },
    drafts: { state: true },
    byAgent: { state: true },
    left: { state: true },
    progress: { state: true },
    evidence: { state: true },
    previews: { state: true },
    comments: { state: true },
    task: { state: true },
    timeline: { state: true },
    provenance: { state: true },
    usage: { state: true },
    sessions: { state: true },
    failure: { state: true },
    events: { state: true },
    marked: { state: true },
    settled: { state: true },
  };

  declare view: RunView | undefined;
  declare gone: boolean;
  declare drafts: Readonly<Record<string, string>>;
  /** Questions whose draft an agent left. */
  declare byAgent: readonly string[];
  declare left: readonly LeftWords[];
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
  declare sessions: readonly SessionView[];
  declare failure: FailureView | undefined;
  /** The task of what is selected: an event, a bar or a task; empty: none. */
  declare marked: string;
  /** How many events the journal has. */
  declare events: number;
  /** The first events are drawn; what takes longer to draw comes after them. */
  declare settled: boolean;

  readonly #travel = new TimeTravel(this, (event) => this.#events?.showMoment(event));
  /** Whatever had the focus when a task was opened gets it back. */
  #before: Element | null = null;
  /** A click or key opened the task, so it takes the focus. */
  #focusTask = false;
  #scrolled = false;
  /** What stays at the top of the window. */
  #bar: Element | null = null;
  #watchBar: (bar: Element) => void = () => {};

  constructor() {
    super();
    this.view = undefined;
    this.gone = false;
    this.progress = {};
    this.evidence = {};
    this.previews = {};
    this.comments = [];
    this.drafts = {};
    this.byAgent = [];
    this.left = [];
    this.task = undefined;
    this.timeline = undefined;
    this.provenance = undefined;
    this.usage = undefined;
    this.sessions = [];
    this.failure = undefined;
    this.events = 0;
    this.marked = runApi.state().task;
    this.addEventListener('select-event', (event) => (this.marked = (event as CustomEvent<string>).detail));
    this.settled = false;
    this.addEventListener('travel-to', (event) => this.#travel.to((event as CustomEvent<number>).detail));
    this.addEventListener('show-task', (event) => this.#showTask((event as CustomEvent<string>).detail));
    this.addEventListener('hide-task', () => this.#hideTask());
    window.addEventListener('scroll', () => runApi.keep({ scroll: window.scrollY }), { passive: true });
    window.addEventListener('message', (event: MessageEvent<ToPage>) => this.#receive(event.data));
    window.addEventListener('keydown', (event) => {
      const { task } = this;
      const targets = { page: this, travel: this.#travel, hasTask: task !== undefined };
      if (pressKey(event, { ...targets, hideTask: () => this.#hideTask() })) event.preventDefault();
    });
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    runApi.postMessage({ type: 'ready', event: this.#travel.asked });
    const { task } = runApi.state();
    if (task !== '') runApi.postMessage({ type: 'task', effectId: task });
    runApi.postMessage({ type: 'timeline', part: runApi.state().part });
  }

  protected override firstUpdated(): void {
    keepReadingPlace(this, () => this.#barHeight);
    // What is moved to must not lie below the bar that stays in view.
    const bar = new ResizeObserver(() => {
      const height = this.#barHeight;
      document.documentElement.style.scrollPaddingTop = `${height + 8}px`;
      // It grew over the question that the page was opened at.
      const question = document.activeElement?.matches('.breakpoint') ? document.activeElement : undefined;
      const top = question?.getBoundingClientRect().top ?? height;
      if (top > 0 && top < height) question?.scrollIntoView({ block: 'start' });
    });
    this.#watchBar = (top) => bar.observe(top);
  }

  /** Of what stays at the top of the window, in pixels. */
  get #barHeight(): number {
    const top = this.querySelector('.top');
    return top && getComputedStyle(top).position === 'sticky' ? top.getBoundingClientRect().height : 0;
  }

  protected override updated(): void {
    const top = this.querySelector('.top');
    if (top && top !== this.#bar) this.#watchBar(top);
    this.#bar = top;
    // Once, when the page came back with as much on it as it had.
    if (this.#scrolled || !this.view || this.view.partial || !this.timeline || !this.settled) return;
    this.#scrolled = true;
    const { scroll } = runApi.state();
    if (scroll > 0) requestAnimationFrame(() => window.scrollTo(0, scroll));
  }

  #showTask(effectId: string): void {
    this.#before = document.activeElement;
    this.#focusTask = true;
    this.marked = effectId;
    // The list of events goes along.
    const bar = this.timeline?.bars.find((known) => known.effectId === effectId);
    if (bar && !(this.#before instanceof HTMLElement && this.#before.closest('event-list'))) {
      this.#events?.showMoment(bar.seq);
    }
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
    // What the task was opened from does not lie below it.
    const from = this.#before?.matches('body') ? undefined : this.#before;
    (from?.querySelector('[aria-selected="true"]') ?? from)?.scrollIntoView({ block: 'nearest' });
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
        this.events = message.events.all;
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
        this.#travel.receive(message.travel);
        return;
      case 'timeline':
        this.timeline = message.timeline;
        return;
      case 'failure':
        this.failure = message.failure;
        return;
      case 'sessions':
        // The list of sessions is the page's, as it tells whether there is a section at all.
        if (message.tell.type === 'sessions') this.sessions = message.tell.view.sessions;
        else this.querySelector<SessionSection>('session-section')?.receive(message.tell);
        return;
      case 'provenance':
        this.provenance = message.provenance;
        return;
      case 'usage':
        this.usage = message.usage;
        return;
      case 'drafts':
        this.drafts = message.drafts;
        this.byAgent = message.byAgent;
        return;
      case 'left':
        this.left = message.left;
        return;
      case 'answer':
        this.progress = { ...this.progress, [message.effectId]: message.progress };
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
        this.#travel.returned();
        void this.#revealBreakpoint(message.effectId);
        return;
      case 'revealEvent':
        this.#travel.returned();
        void this.#revealEvent(message.event);
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
    // Not into its text box: there the keys of the answers would be typed.
    card?.focusQuestion();
  }

  async #revealEvent(event: number): Promise<void> {
    await this.updateComplete;
    unfold('events');
    this.#events?.reveal(event);
  }

  #draft(effectId: string, text: string): void {
    const { [effectId]: _, ...others } = this.drafts;
    this.drafts = text === '' ? others : { ...others, [effectId]: text };
    this.byAgent = this.byAgent.filter((other) => other !== effectId);
    runApi.postMessage({ type: 'draft', effectId, text });
  }

  protected override render(): TemplateResult {
    if (this.gone) return html`<p class="gone">${runDeleted}</p>`;
    const { view } = this;
    if (!view) return html`<p class="gone" role="status">Reading the run…</p>`;
    const sections = this.#sections(view);
    const [question] = view.breakpoints;
    return html`
      <header>
        <h1 dir="auto">${view.title}</h1>
        ${view.prompt === '' ? nothing : longText('prompt', view.prompt)}
        <p class="facts">${[...view.facts, view.processId, view.runId].filter(Boolean).join(' · ')}</p>
      </header>
      <div class="top">
        ${verdictBar(view, (effectId) => void this.#revealBreakpoint(effectId))}
        <div class="ways">
          ${jumpBar([
            ...(question
              ? [
                  {
                    id: `title-${question.effectId}`,
                    title: 'Question',
                    count: several(view.breakpoints.length),
                  },
                ]
              : []),
            ...sections,
          ])}
          ${this.#travelBar(view)}
        </div>
      </div>
      <section class="actions" aria-label="Actions">${runActions(view)}</section>
      <main>
        ${view.past ? nothing : html`${answerStatus(view, this.progress)} ${leftWords(this.left, (effectId) => this.#draft(effectId, ''))} ${unsentComments(this.comments, view)}`}
        ${repeat(
          view.breakpoints,
          ({ effectId }) => effectId,
          (breakpoint) => this.#card(breakpoint),
        )}
        ${moreQuestions(view)} ${repeat(sections, ({ id }) => id, pageSection)} ${helpLink(this)}
      </main>
      ${this.task ? html`<task-panel .detail=${this.task} .fork=${forkTitle(view)}></task-panel>` : nothing}
      ${helpDialog(runKeys)}
    `;
  }

  /** What the page has below the questions, in its order. To add one is to add a line here. */
  #sections(view: RunView): readonly PageSection[] {
    const { failure, timeline, provenance, usage, sessions } = this;
    const { output, problems, answers } = view;
    const canFork = view.can.includes('run.fork');
    const sections: readonly (PageSection | false | undefined)[] = [
      failure && { id: 'failure', title: 'Failure', content: failureCard(failure, canFork) },
      output && { id: 'output', title: 'Output', content: outputCard(output, () => this.requestUpdate()) },
      problems.length > 0 && {
        ...{ id: 'problems', title: 'Problems', count: problems.length },
        content: problemSection(view),
      },
      timeline &&
        this.settled && {
          ...{ id: 'timeline', title: 'Timeline', count: count(timeline.rows.length, 'row') },
          content: html`<run-timeline
            .timeline=${timeline}
            .past=${view.past}
            .marked=${this.marked}
          ></run-timeline>`,
        },
      {
        ...{ id: 'events', title: 'Events', count: thousands(this.events) },
        content: html`<event-list
          .moment=${this.#travel.asked}
          .transcripts=${sessions.length > 0}
        ></event-list>`,
      },
      {
        ...{ id: 'tasks', title: 'Tasks', count: view.partial ? '' : taskTotal(view) },
        content:
          view.partial || !this.settled
            ? html`<p class="quiet" role="status">Reading the tasks…</p>`
            : iterationSections(view),
      },
      sessions.length > 0 && {
        ...{ id: 'sessions', title: 'Agent sessions', count: sessions.length },
        content: html`<session-section
          .sessions=${sessions}
          @show-event=${(event: CustomEvent<number>) => this.#events?.showMoment(event.detail)}
        ></session-section>`,
      },
      answers.length > 0 && {
        ...{ id: 'answers', title: 'Answers', count: answers.length + view.moreAnswers },
        content: answerList(view),
      },
      usage && { id: 'usage', title: 'Tokens and cost', content: usageSection(usage) },
      provenance && { id: 'provenance', title: 'Provenance', content: provenanceSection(provenance) },
    ];
    return sections.filter((section) => section !== undefined && section !== false);
  }

  #travelBar(view: RunView): TemplateResult | typeof nothing {
    const { view: travel, asked } = this.#travel;
    return travel
      ? html`<travel-bar
          .travel=${travel}
          .asked=${asked}
          .since=${runApi.state().since}
          .fork=${forkTitle(view)}
        ></travel-bar>`
      : nothing;
  }

  #card(breakpoint: BreakpointView): TemplateResult {
    const { effectId } = breakpoint;
    return html`<breakpoint-card
      data-effect=${effectId}
      .view=${breakpoint}
      .past=${this.view?.past ?? false}
      .canAnswer=${this.view?.can.includes('breakpoint.answer') ?? false}
      .draft=${this.drafts[effectId] ?? ''}
      .draftByAgent=${this.byAgent.includes(effectId)}
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

function several(n: number): string {
  return n > 1 ? String(n) : '';
}

function moreQuestions({ moreBreakpoints: more }: RunView): TemplateResult | typeof nothing {
  if (more === 0) return nothing;
  return html`<p class="quiet">
    ${count(more, 'more question')} ${more === 1 ? 'is' : 'are'} open.
    <button class="link" @click=${() => runApi.postMessage({ type: 'moreQuestions' })}>Show more</button>
  </p>`;
}

/** Empty: nothing can be forked. */
function forkTitle({ can, titles }: RunView): string {
  return can.includes('run.fork') ? titles.fork : '';
}

customElements.define('run-page', RunPage);
