import { mainIteration, titleOfIteration } from '../../core/run/iterations';
import * as vscode from 'vscode';
import { oneAtATime } from '../../core/oneAtATime';
import type { Clock } from '../../core/clock';
import type { CommandId } from '../../core/commands';
import { reportPanelType } from '../../core/contract';
import { DisposableStore, toDisposable, type Disposable } from '../../core/disposables';
import { HumanError, runDeleted } from '../../core/errors';
import { visible } from '../../core/format';
import type { Logger } from '../../core/log';
import { fromReportPage, type FromReportPage, type ToReportPage } from '../../core/views/page/reportProtocol';
import { toReportView, type ReportExtent, type ReportView } from '../../core/views/page/reportView';
import {
  findingCounterparts,
  type Counterparts,
  type ReportBase,
} from '../../core/views/report/counterparts';
import type { ReportSources } from '../../core/views/report/report';
import { runTitle, taskTitle } from '../../core/run/run';
import { keyText, type RunKey } from '../../core/run/runKey';
import { sameWork, type RunWork, type SessionWork } from '../../core/sessions/runWork';
import type { InSlices } from '../../core/sliced';
import type { RunStore } from '../../core/source/runStore';
import type { OpenedRun } from '../../core/views/tree/buildTree';
import type { Artefacts } from '../artefacts';
import type { Evidence } from '../evidence';
import { makeReport, type ReadSources } from '../makeReport';
import { showError } from '../messages';
import type { Opener } from '../opener';
import { openRunDocument, taskUri, valueUri } from '../runDocuments';
import { onSettingsChange } from '../settings';
import type { OpenedRuns } from '../tree/openedRuns';
import { keptRunKey, type Page, type PageKind } from './pages';
import { besides, listen, showPage, whileOpen } from './pageShell';
import { savePicture } from './savePicture';

export interface ReportDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly extensionUri: vscode.Uri;
  readonly readSources: ReadSources;
  readonly sessionWork: SessionWork;
  readonly inSlices: InSlices;
  readonly artefacts: Artefacts;
  readonly evidence: Evidence;
  readonly folders: () => readonly string[];
  readonly opener: Pick<Opener, 'run'>;
  /** What the page's buttons do: the same as the commands. */
  command(id: CommandId, argument: unknown): Promise<void>;
}

/** A report of a long run takes time to make, so it is made again at most so often: this many times as rarely. */
const restFactor = 10;

/** The reports of runs, by run folder. */
export function reportPages(deps: ReportDeps): PageKind<RunKey, ReportExtent> {
  return {
    type: reportPanelType,
    title: 'Report',
    keyOf: keptRunKey,
    create: (panel, key) => new ReportPanel(panel, key, deps),
  };
}

/** What was shown last, and what belongs to it. */
interface Shown {
  readonly opened: OpenedRun;
  readonly view: ReportView;
  readonly counterparts: ReadonlyMap<string, Counterparts>;
}

class ReportPanel implements Page<RunKey, ReportExtent> {
  readonly #disposables = new DisposableStore();
  #ready = false;
  /** `undefined`: nobody has chosen anything, so the run decides. */
  #extent: ReportExtent | undefined;
  /** The page's last request. */
  #request = 0;
  #shown: Shown | undefined;
  readonly #update = oneAtATime(() => whileOpen(this.panel, () => this.#updateOnce()));
  #rest: Disposable | undefined;
  #restUntil = 0;
  /** What agents did; `undefined`: it was not read yet, or is not known. */
  #work: RunWork | undefined;
  #sources: { readonly of: OpenedRun; readonly sources: ReportSources } | undefined;
  #attending = false;
  /** The artefacts that are looked up now, and whether others are wanted meanwhile. */
  #lookingUp = false;
  #lookUpAgain = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly runKey: RunKey,
    private readonly deps: ReportDeps,
  ) {
    this.#disposables.add(
      listen(panel, 'The report page', fromReportPage, (message) => this.#handle(message), deps.logger),
    );
    this.#disposables.add(
      deps.store.onDidChange(({ keys }) => {
        // Runs that are read later, after a reload of the window, arrive here too.
        if (keys.has(runKey) || keys.size === 0) this.#updateSoon();
      }),
    );
    this.#disposables.add(
      panel.onDidChangeViewState(() => {
        // A hidden page is taken down, and says so when it is there again.
        if (!panel.visible) this.#ready = false;
      }),
    );
    this.#disposables.add(
      onSettingsChange(
        [
          'agentSessions.read',
          'agentSessions.cost',
          'agentSessions.prices',
          'activityWindow',
          'metrics.key',
          'metrics.best',
          'metrics.lowerIsBetter',
        ],
        () => this.#updateSoon(),
      ),
    );
    this.#disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#lookUp()));
    this.#disposables.add(toDisposable(() => this.#rest?.dispose()));
    showPage(panel, deps.extensionUri, { name: 'report', title: 'Report', data: { dir: keyText(runKey) } });
  }

  shows(key: RunKey): boolean {
    return key === this.runKey;
  }

  reveal(extent: ReportExtent | undefined): void {
    this.panel.reveal();
    this.#extent = extent ?? this.#extent;
    if (this.#ready) void this.#update();
  }

  dispose(): void {
    this.#disposables.dispose();
    this.panel.dispose();
  }

  async #handle(message: FromReportPage): Promise<void> {
    const { command, artefacts, evidence, opener } = this.deps;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#request = 0;
        this.#extent ??= message.extent;
        return this.#update();
      case 'show':
        this.#extent = message.extent;
        this.#request = message.request;
        return this.#update();
      case 'command': {
        const { extent } = this.#known().view;
        return command(message.command, {
          dir: keyText(this.runKey),
          ...(extent === 'run' ? {} : { iteration: extent }),
        });
      }
      case 'openTask': {
        const { effectId, where } = message;
        const uri = taskUri(this.runKey, effectId, this.#titleOf(effectId));
        if (where === 'document') return openRunDocument(uri, besides(this.panel));
        return opener.run(this.runKey, effectId);
      }
      case 'diffTask':
        return this.#diffTask(message.effectId, message.base);
      case 'openFile':
        return artefacts.open(this.#known().opened.run, this.#artefact(message.file), besides(this.panel));
      case 'diffFile': {
        const { opened, view } = this.#known();
        const file = this.#artefact(message.file);
        return artefacts.diff(opened, file, seenFrom(opened, view), message.base, besides(this.panel));
      }
      case 'openLink':
        return evidence.openLink(this.runKey, message.path, besides(this.panel));
      case 'saveChart':
        return savePicture(
          'Save Chart',
          'metrics',
          this.#known().opened.run.runId,
          this.deps.folders()[0] ?? this.#known().opened.run.place,
          message.svg,
        );
      default:
        return message satisfies never;
    }
  }

  #known(): Shown {
    if (!this.#shown) throw new HumanError(runDeleted);
    return this.#shown;
  }

  /** @throws HumanError unless the report names it */
  #artefact(file: string): string {
    if (!this.#known().view.artefacts.includes(file)) throw new HumanError('The report has no such file.');
    return file;
  }

  #titleOf(effectId: string): string {
    const { opened } = this.#known();
    const effect = opened.run.story.effects.get(effectId);
    if (!effect) throw new HumanError('The run has no such task.');
    return taskTitle(effect, opened.details.tasks.get(effectId));
  }

  async #diffTask(effectId: string, base: ReportBase): Promise<void> {
    const { opened, view, counterparts } = this.#known();
    const title = this.#titleOf(effectId);
    const other = counterparts.get(effectId)?.[base];
    if (!other) throw new HumanError('There is no such task to compare with.');
    const nameOf = (n: number): string => titleOfIteration(view.iterations, n);
    const own = nameOf(view.tasks.find((task) => task.effectId === effectId)?.n ?? 0);
    await vscode.commands.executeCommand(
      'vscode.diff',
      valueUri(opened.run.key, 'task-result', other.effectId),
      valueUri(opened.run.key, 'task-result', effectId),
      `${visible(title)}: result (${nameOf(other.iteration)} ↔ ${own})`,
      { preview: true, viewColumn: besides(this.panel) },
    );
  }

  /** After a change of the run: not while nobody sees the page, and not before it has rested. */
  #updateSoon(): void {
    if (!this.panel.visible || this.#rest) return;
    const wait = this.#restUntil - this.deps.clock.now();
    if (wait <= 0) {
      void this.#update();
      return;
    }
    this.#rest = this.deps.clock.after(wait, () => {
      this.#rest = undefined;
      void this.#update();
    });
  }

  async #updateOnce(): Promise<void> {
    const { store, opened: runs, clock } = this.deps;
    if (!this.#ready) return;
    const stored = store.get(this.runKey);
    const opened = stored && (await runs.get(this.runKey));
    if (!opened) {
      if (store.loaded) this.#post({ type: 'gone' });
      return;
    }
    // Somebody looks at the run, so its changes are to be seen at once, even if it was finished.
    if (!this.#attending) this.#disposables.add(store.attend(this.runKey));
    this.#attending = true;
    const began = clock.now();
    this.panel.title = `Report: ${visible(runTitle(opened.run))}`;
    const n = this.#iterationOf(opened);
    const { inSlices } = this.deps;
    const sources = { ...this.#sourcesOf(opened), work: this.#work };
    const report = await inSlices(makeReport(opened, stored.engine, sources, n));
    const counterparts = await inSlices(findingCounterparts(opened.iterations.list, opened.details, n));
    // Something else is wanted meanwhile, and comes next.
    if (n !== this.#iterationOf(opened)) return;
    const view = toReportView(report, counterparts);
    // What is shown first stays, even if another iteration becomes the best.
    if (opened.iterations.list.length > 0) this.#extent = view.extent;
    this.#shown = { opened, view, counterparts };
    this.#post({ type: 'view', view, request: this.#request });
    const done = clock.now();
    this.#restUntil = done + (done - began) * restFactor;
    void this.#lookUp();
    void this.#readWork(opened);
  }

  /** Reading what agents did takes its time, so the page is there before. */
  async #readWork({ run }: OpenedRun): Promise<void> {
    const work = await this.deps.sessionWork.of(run, true);
    if (sameWork(work, this.#work)) return;
    this.#work = work;
    this.#updateSoon();
  }

  /** What was chosen, as long as the run has it; at first the one of most interest. */
  #iterationOf({ run, iterations: { list } }: OpenedRun): number | undefined {
    if (this.#extent === 'run') return undefined;
    if (list.some(({ n }) => n === this.#extent)) return this.#extent;
    return mainIteration(list, run.story.end?.outcome)?.n;
  }

  #sourcesOf(opened: OpenedRun): ReportSources {
    if (this.#sources?.of.run !== opened.run) {
      this.#sources = { of: opened, sources: this.deps.readSources(opened.run) };
    }
    return this.#sources.sources;
  }

  /** What the artefacts can be compared with; git takes its time, so the page is there before. */
  async #lookUp(): Promise<void> {
    this.#lookUpAgain = this.#lookingUp;
    if (this.#lookingUp || !this.#shown) return;
    this.#lookingUp = true;
    try {
      await whileOpen(this.panel, async () => {
        do {
          this.#lookUpAgain = false;
          const { opened, view } = this.#known();
          const files = await this.deps.artefacts.versions(opened, view.artefacts, seenFrom(opened, view));
          this.#post({ type: 'versions', extent: view.extent, files });
        } while (this.#lookUpAgain);
      });
    } catch (error) {
      showError(error, this.deps.logger);
    } finally {
      this.#lookingUp = false;
    }
  }

  #post(message: ToReportPage): void {
    void this.panel.webview.postMessage(message);
  }
}

/** The iteration from which artefacts are compared: the one that is shown; of the whole run the last, as files are now. */
function seenFrom({ iterations }: OpenedRun, { extent }: ReportView): number | undefined {
  return extent === 'run' ? iterations.list.at(-1)?.n : extent;
}
