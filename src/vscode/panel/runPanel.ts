import * as vscode from 'vscode';
import { oneAtATime } from '../../core/oneAtATime';
import { type Clock, every } from '../../core/clock';
import type { CommandId } from '../../core/commands';
import { runPanelType } from '../../core/contract';
import { DisposableStore } from '../../core/disposables';
import type { RunActivity } from '../../core/engine/runActivity';
import type { Logger } from '../../core/log';
import { whyNotThen } from '../../core/views/page/past';
import {
  fromPage,
  type AnswerProgress,
  type FromPage,
  type ToPage,
  type TravelView,
} from '../../core/views/page/protocol';
import { makingRunView } from '../../core/views/page/runView';
import { runTitle } from '../../core/run/run';
import { HumanError, NotNowError, runDeleted } from '../../core/errors';
import { visible } from '../../core/format';
import type { InSlices } from '../../core/sliced';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import type { Evidence } from '../evidence';
import { openingRun } from '../../core/views/tree/buildTree';
import { isRecord } from '../../core/run/lenient';
import { noTaskFiles } from '../../core/run/iterations';
import { keyText, type RunKey } from '../../core/run/runKey';
import type { Review } from '../review';
import type { ReviewQueue } from '../reviewQueue';
import type { AnswerDrafts } from '../answerDrafts';
import { predecessorOf } from '../../core/run/lineage';
import { auditAnswers } from '../../core/run/audit';
import { leftWords } from '../../core/views/page/leftWords';
import { copyText } from '../commands/copyText';
import { metricChoice } from '../settings';
import { tell } from '../messages';
import type { RunPart } from '../opener';
import type { OpenedRuns } from '../tree/openedRuns';
import { keptRunKey, type Page, type PageKind } from './pages';
import { besides, listen, showPage, whileOpen } from './pageShell';
import { comparePast } from '../runDocuments';
import type { PastRuns } from './pastRuns';
import { RunInspector, type InspectorDeps, type ReadFiles } from './runInspector';

export type AnswerMessage = Extract<FromPage, { type: 'answer' }>;

/** What pages can ask the rest of the extension to do. A click on our own page is a person's click. */
export interface PageActions {
  command(id: CommandId, key: RunKey): Promise<void>;
  answer(key: RunKey, message: AnswerMessage): Promise<{ recorded: boolean; sentence: string }>;
  snooze(key: RunKey, effectId: string): Promise<void>;
  openTask(key: RunKey, effectId: string): Promise<void>;
  pickAnswer(key: RunKey, effectId: string): Promise<void>;
  fork(key: RunKey, event: number | undefined, effectId: string | undefined): Promise<void>;
  openReport(key: RunKey, iteration: number): Promise<void>;
  /** Copies a link to the run, or to an effect or an event of it. */
  copyLink(
    key: RunKey,
    part: { readonly effectId?: string | undefined; readonly event?: number | undefined },
  ): Promise<void>;
}

export interface PanelDeps {
  readonly store: RunStore;
  readonly activity: RunActivity;
  readonly opened: OpenedRuns;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly extensionUri: vscode.Uri;
  readonly actions: PageActions;
  readonly evidence: Evidence;
  readonly review: Review;
  readonly comments: ReviewQueue;
  readonly drafts: AnswerDrafts;
  readonly files: ReadFiles;
  readonly engineFacts: InspectorDeps['engineFacts'];
  readonly sessions: InspectorDeps['sessions'];
  readonly kept: InspectorDeps['kept'];
  readonly mayRead: InspectorDeps['mayRead'];
  readonly press: InspectorDeps['press'];
  readonly opener: InspectorDeps['opener'];
  readonly inSlices: InSlices;
  readonly past: PastRuns;
}

/** Runs with more events than this are shown before their tasks are read. */
const manyEvents = 300;

/** Ages on the page are drawn again this often while it is seen, in milliseconds. */
const redrawEvery = 30_000;

/** What a page says while somebody only looks; whatever else it says is a use of it. */
const looks: ReadonlySet<string> = new Set<FromPage['type']>([
  ...(['ready', 'events', 'task', 'timeline', 'preview', 'sessions'] as const),
]);

/** The pages of runs, by run folder. */
export function runPages(deps: PanelDeps): PageKind<RunKey, RunPart> {
  return {
    type: runPanelType,
    title: 'Run',
    keyOf: keptRunKey,
    isUse: (message) => isRecord(message) && !looks.has(String(message['type'])),
    create: (panel, key) => new RunPanel(panel, key, deps),
  };
}

class RunPanel implements Page<RunKey, RunPart> {
  readonly #disposables = new DisposableStore();
  readonly #inspector: RunInspector;
  #attending = false;
  readonly #update = oneAtATime(() => whileOpen(this.panel, () => this.#updateOnce()));
  #ready = false;
  #reveal: RunPart | undefined;
  /** So many pages of open questions are shown. */
  #questionPages = 1;
  /** So often earlier iterations were asked for. */
  #earlier = 0;
  /** The pending breakpoints whose evidence the page has. */
  #shownEvidence = '';
  /** The run is shown as it was with so many events; `undefined`: as it is. */
  #event: number | undefined;
  /** What the page shows of that. */
  #shownEvent: number | undefined;
  /** Ends the reading of a moment that is not wanted any more. */
  #travelling = new AbortController();

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly runKey: RunKey,
    private readonly deps: PanelDeps,
  ) {
    this.#inspector = this.#disposables.add(
      new RunInspector(
        runKey,
        deps,
        (message) => this.#post(message),
        () => besides(this.panel),
        () => this.panel.visible,
      ),
    );
    const { store, activity, comments, drafts, clock, extensionUri } = deps;
    this.#disposables.add(
      listen(panel, 'The run page', fromPage, (message) => this.#handle(message), deps.logger),
    );
    this.#disposables.add(
      store.onDidChange(({ keys, membership }) => {
        // Runs that are read later, after a reload of the window, arrive here too.
        if (keys.has(runKey) || keys.size === 0) void this.#update();
        // A fork of it, or the run that it is a fork of.
        else if (membership && this.#ready) void this.#inspector.updateRelatives();
      }),
    );
    this.#disposables.add(
      activity.onDidChangeIterating((changed) => changed === runKey && void this.#update()),
    );
    this.#disposables.add(comments.onDidChange((changed) => changed === runKey && this.#postReview()));
    this.#disposables.add(
      drafts.onDidChange(({ key, by }) => {
        if (key !== runKey || !this.#ready) return;
        if (by !== this) this.#postDrafts();
        this.#postLeft();
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#shownEvidence = '';
        void this.#update();
      }),
    );
    this.#disposables.add(
      panel.onDidChangeViewState(() => {
        // A hidden page is taken down, and says so when it is there again.
        if (!panel.visible) this.#ready = false;
        // Files may have changed while nobody looked.
        if (panel.visible) this.#shownEvidence = '';
        if (panel.visible) void this.#update();
      }),
    );
    this.#disposables.add(every(clock, redrawEvery, () => panel.visible && void this.#update()));
    showPage(panel, extensionUri, { name: 'run', title: 'Run', data: { dir: keyText(runKey) } });
  }

  shows(key: RunKey): boolean {
    return key === this.runKey;
  }

  reveal(part: RunPart | undefined, preserveFocus = false): void {
    this.panel.reveal(undefined, preserveFocus);
    this.#reveal = part;
    // A question is to be answered, which is possible only now.
    if (part !== undefined) this.#setOut(undefined);
    if (this.#ready) void this.#update();
  }

  dispose(): void {
    this.#travelling.abort();
    this.#disposables.dispose();
    this.panel.dispose();
  }

  async #handle(message: FromPage): Promise<void> {
    const { actions, evidence, review } = this.deps;
    if (this.#event !== undefined && isAboutNow(message)) {
      if (message.type === 'answer') {
        const progress = { step: 'refused', sentence: whyNotThen } as const;
        this.#post({ type: 'answer', effectId: message.effectId, progress });
      }
      throw new NotNowError(whyNotThen);
    }
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#setOut(this.#reveal === undefined ? message.event : undefined);
        this.#shownEvent = undefined;
        this.#shownEvidence = '';
        this.#inspector.forget();
        this.#postDrafts();
        this.#postReview();
        return this.#update();
      case 'travel':
        this.#setOut(message.event);
        return this.#update();
      case 'compareWithNow': {
        const stored = this.deps.store.get(this.runKey);
        if (!stored) throw new HumanError(runDeleted);
        return comparePast(stored.run, message.event, besides(this.panel));
      }
      case 'command':
        return actions.command(message.command, this.runKey);
      case 'answer':
        return this.#answer(message);
      case 'draft':
        return this.deps.drafts.set({ key: this.runKey, effectId: message.effectId }, message.text, this);
      case 'copyDraft':
        return copyText(
          this.deps.drafts.get({ key: this.runKey, effectId: message.effectId }),
          'What you wrote',
        );
      case 'copyLink':
        return actions.copyLink(this.runKey, message);
      case 'openTask':
        return actions.openTask(this.runKey, message.effectId);
      case 'pickAnswer':
        return actions.pickAnswer(this.runKey, message.effectId);
      case 'moreQuestions':
        this.#questionPages += 1;
        return this.#update();
      case 'moreIterations':
        this.#earlier += 1;
        return this.#update();
      case 'fork':
        return actions.fork(this.runKey, message.event, message.effectId);
      case 'openReport':
        return actions.openReport(this.runKey, message.iteration);
      case 'openFile':
        return evidence.open(
          this.runKey,
          message.effectId,
          message.file,
          message.beside ? besides(this.panel) : this.#here,
        );
      case 'preview': {
        const { effectId, file } = message;
        this.#post({
          type: 'preview',
          effectId,
          file,
          preview: evidence.preview(this.runKey, effectId, file),
        });
        return;
      }
      case 'diff':
        return evidence.diff(this.runKey, message.effectId, message.file, message.base, besides(this.panel));
      case 'openLink':
        return evidence.openLink(this.runKey, message.path, besides(this.panel));
      case 'showComment':
        return review.show(message.id, besides(this.panel));
      case 'removeComment':
        return review.removeById(message.id);
      case 'snooze':
        return actions.snooze(this.runKey, message.effectId);
      default:
        return this.#inspector.handle(message);
    }
  }

  /** Records an answer; the page is told how far that is. */
  async #answer(message: AnswerMessage): Promise<void> {
    const { effectId } = message;
    const tell = (progress: AnswerProgress): void => this.#post({ type: 'answer', effectId, progress });
    tell({ step: 'recording' });
    try {
      const { recorded, sentence } = await this.deps.actions.answer(this.runKey, message);
      tell(recorded ? { step: 'recorded' } : { step: 'refused', sentence });
    } catch (error) {
      tell({ step: 'refused', sentence: 'Nothing was recorded.' });
      throw error;
    }
  }

  /** Where in time the page is to be next; what is being read for another moment is given up. */
  #setOut(event: number | undefined): void {
    this.#travelling.abort();
    this.#travelling = new AbortController();
    this.#event = event;
  }

  async #updateOnce(): Promise<void> {
    const { store, activity, opened, past, clock } = this.deps;
    if (!this.#ready) return;
    const stored = store.get(this.runKey);
    if (!stored) {
      if (store.loaded) this.#post({ type: 'gone' });
      return;
    }
    // Somebody looks at the run, so its changes are to be seen at once, even if it was finished.
    if (!this.#attending) this.#disposables.add(store.attend(this.runKey));
    this.#attending = true;
    if (!past.has(this.runKey)) this.#event = undefined;
    if (this.#event !== undefined) return this.#updatePast(stored, this.#event);
    const iterating = activity.isIterating(this.runKey);
    const trusted = vscode.workspace.isTrusted;
    if (!opened.peek(this.runKey) && stored.run.eventCount > manyEvents) {
      const nothing = { ...noTaskFiles, problems: [], warnings: [] };
      const partial = await this.deps.inSlices(openingRun(stored.run, nothing, metricChoice()));
      if (this.#event !== undefined) return;
      const view = await this.deps.inSlices(
        makingRunView(stored, partial, clock.now(), { iterating, trusted, partial: true }),
      );
      if (this.#event !== undefined) return;
      this.panel.title = visible(runTitle(stored.run));
      this.#post({ type: 'view', view });
      this.#postTravel(stored, undefined);
      await this.#inspector.update(stored, undefined, undefined);
    }
    const details = await opened.get(this.runKey);
    const current = store.get(this.runKey);
    // The person has gone into the past meanwhile.
    if (!details || !current || this.#event !== undefined) return;
    const others = current.run.story.end ? store.all.map(({ run }) => run) : [];
    const predecessor = predecessorOf(current.run, others);
    const view = await this.deps.inSlices(
      makingRunView(current, details, clock.now(), {
        ...{ iterating, trusted, predecessor },
        ...{ questionPages: this.#questionPages, earlier: this.#earlier },
      }),
    );
    if (this.#event !== undefined) return;
    this.panel.title = visible(runTitle(current.run));
    this.#post({ type: 'view', view });
    this.#shownEvent = undefined;
    this.#postTravel(current, undefined);
    this.#postLeft();
    const part = this.#reveal;
    this.#reveal = undefined;
    if (typeof part === 'string') this.#post({ type: 'reveal', effectId: part });
    await Promise.all([
      this.#inspector.update(current, details, undefined).then(() => this.#revealEvent(part)),
      this.#postEvidence(view.breakpoints.map(({ effectId }) => effectId)),
    ]);
  }

  async #revealEvent(part: RunPart | undefined): Promise<void> {
    if (typeof part !== 'object') return;
    const event = await this.#inspector.eventOfNumber(part.event);
    if (event === undefined) tell('info', `The run has no event ${part.event}.`);
    else this.#post({ type: 'revealEvent', event });
  }

  /** Shows the run as it was; the page keeps what it has until that is read. */
  async #updatePast(stored: StoredRun, event: number): Promise<void> {
    const { store, past, opened } = this.deps;
    const { signal } = this.#travelling;
    const all = stored.run.eventCount;
    const reading = this.#shownEvent !== Math.min(event, all);
    // A run of which only the end was read does not know its tasks yet.
    const row = await this.#inspector.eventRow(stored.run, Math.min(event, all));
    if (signal.aborted) return;
    this.#postTravel(stored, row, reading);
    const then = await past.get(this.runKey, event, signal);
    const current = store.get(this.runKey);
    if (!then || !current || signal.aborted) return;
    const shown = {
      iterating: false,
      trusted: vscode.workspace.isTrusted,
      past: true,
      earlier: this.#earlier,
    };
    const view = await this.deps.inSlices(makingRunView(then.stored, then.opened, then.at, shown));
    if (signal.aborted) return;
    this.panel.title = visible(runTitle(current.run));
    this.#post({ type: 'view', view });
    this.#shownEvent = then.event;
    this.#shownEvidence = '';
    await this.#inspector.update(current, opened.peek(this.runKey), then);
    this.#postTravel(current, await this.#inspector.eventRow(current.run, then.event));
  }

  /** Without a past the page is told nothing, and so has no slider. */
  #postTravel({ run }: StoredRun, at: TravelView['at'], reading = false): void {
    if (!this.deps.past.has(this.runKey)) return;
    this.#post({ type: 'travel', travel: { all: run.eventCount, asked: this.#event, at, reading } });
  }

  get #here(): vscode.ViewColumn {
    return this.panel.viewColumn ?? vscode.ViewColumn.Active;
  }

  /** What can be shown of the files of pending breakpoints; asked for again when they change or are looked at again. */
  async #postEvidence(effectIds: readonly string[]): Promise<void> {
    const shown = effectIds.join();
    if (shown === this.#shownEvidence) return;
    this.#shownEvidence = shown;
    for (const effectId of effectIds) {
      this.#post({
        type: 'evidence',
        effectId,
        files: await this.deps.evidence.filesOf(this.runKey, effectId),
      });
    }
  }

  #postDrafts(): void {
    const { drafts } = this.deps;
    this.#post({ type: 'drafts', drafts: drafts.of(this.runKey), byAgent: drafts.byAgent(this.runKey) });
  }

  /** What was typed to questions that are not open any more. */
  #postLeft(): void {
    const { store, opened, drafts, clock } = this.deps;
    const run = store.get(this.runKey)?.run;
    const details = opened.peek(this.runKey)?.details;
    if (!run || !details) return;
    const typed = drafts.of(this.runKey);
    // Mostly nothing is, and a run may have thousands of answers.
    const answers = Object.keys(typed).length === 0 ? [] : auditAnswers(run, details);
    const left = leftWords(answers, typed, clock.now());
    this.#post({ type: 'left', left });
  }

  #postReview(): void {
    if (this.#ready) this.#post({ type: 'review', comments: this.deps.review.commentsOf(this.runKey) });
  }

  #post(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }
}

/** Whether a message would do something with the run, or asks for what is beside it only now. */
function isAboutNow(message: FromPage): boolean {
  switch (message.type) {
    case 'answer':
    case 'pickAnswer':
    case 'snooze':
    case 'openReport':
    case 'removeComment':
    case 'preview':
    case 'diff':
      return true;
    case 'command':
      return message.command !== 'journal.open' && message.command !== 'run.reveal';
    default:
      return false;
  }
}
