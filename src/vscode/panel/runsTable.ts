import { join } from 'node:path';
import * as vscode from 'vscode';
import { oneAtATime } from '../../core/oneAtATime';
import { every, type Clock } from '../../core/clock';
import { runsTableType } from '../../core/contract';
import { DisposableStore, type Disposable } from '../../core/disposables';
import { CancelledError, HumanError, NotNowError, runDeleted } from '../../core/errors';
import { thousands } from '../../core/format';
import type { Logger } from '../../core/log';
import { wantedMetricKeys } from '../../core/run/metrics';
import { keyText, type RunKey } from '../../core/run/runKey';
import type { SessionWork } from '../../core/sessions/runWork';
import type { InSlices } from '../../core/sliced';
import type { Outcomes } from '../../core/source/outcomes';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import {
  fromTable,
  parseKeptTable,
  type KeptTable,
  type ReadFromTable,
  type ToTable,
} from '../../core/views/table/protocol';
import type { CommandOfSelection } from '../../core/views/table/selectionCommands';
import { toRunNumbers, type RunNumbers } from '../../core/views/table/runNumbers';
import { agentColumns, type Column } from '../../core/views/table/tableOrder';
import { wantsCosts } from '../agentReading';
import { RunTable } from '../../core/views/table/runTable';
import { openingRun } from '../../core/views/tree/buildTree';
import { describeFilter } from '../../core/views/tree/describeList';
import { copyText } from '../commands/copyText';
import { tell } from '../messages';
import type { Opener } from '../opener';
import { metricChoice, onSettingsChange } from '../settings';
import type { RunArrangement } from '../tree/runArrangement';
import { workspaceFolders } from '../workspacePlaces';
import type { Page, PageKind } from './pages';
import { listen, showPage, whileOpen } from './pageShell';

export interface RunsTableDeps {
  readonly store: RunStore;
  readonly arrangement: RunArrangement;
  readonly clock: Clock;
  /** The workspace's. */
  readonly memento: vscode.Memento;
  readonly logger: Logger;
  readonly extensionUri: vscode.Uri;
  readonly inSlices: InSlices;
  readonly sessionWork: SessionWork;
  /** Has outcomes read, so that no run is shown as successful that says it was not. */
  readonly outcomes: Pick<Outcomes, 'want'>;
  readonly opener: Pick<Opener, 'run'>;
  /** Carries out a command for some runs. */
  command(id: CommandOfSelection, keys: readonly RunKey[]): Promise<void>;
}

/** Changes of runs are shown together after so long, and ages and waits drawn again, in milliseconds. */
const changesEvery = 150;
const redrawEvery = 30_000;
/** While runs are being read, the table is drawn again this often, in milliseconds. */
const readingEvery = 400;

/** Under this name the workspace keeps columns, order and selection, of so many runs at most. */
const kept = { name: 'runs.table', mostSelected: 1000 };

type Asked = Extract<ReadFromTable, { type: 'rows' }>;

/** The runs table: one page for each window. */
export function tablePages(deps: RunsTableDeps): PageKind<'table', never> {
  return {
    type: runsTableType,
    title: 'Runs',
    keyOf: () => 'table',
    create: (panel) => new RunsTablePage(panel, deps),
  };
}

class RunsTablePage implements Page<'table', never> {
  readonly #disposables = new DisposableStore();
  readonly #table: RunTable;
  /** What the page shows; `undefined`: it has not asked yet. */
  #asked: Asked | undefined;
  /** The run on which the page's keyboard is. */
  #current: RunKey | undefined;
  #arranged = '';
  readonly #update = oneAtATime(() => whileOpen(this.panel, () => this.#updateOnce()));
  #changeTimer: Disposable | undefined;
  #reading: Promise<void> | undefined;
  /** A person has stopped the reading of all runs. */
  #stopped = false;
  /** For each of these all runs are read, unless it is cancelled. */
  readonly #exports = new Set<vscode.CancellationToken>();
  #shownFacets = '';
  #kept: KeptTable;
  #disposed = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly deps: RunsTableDeps,
  ) {
    const { store, arrangement, clock, extensionUri } = deps;
    this.#table = new RunTable(() => clock.now());
    this.#kept = parseKeptTable(deps.memento.get(kept.name));
    this.#table.restore(this.#kept.selected);
    const own = (item: Disposable): unknown => this.#disposables.add(item);
    own(listen(panel, 'The runs table', fromTable, (message) => this.#handle(message), deps.logger));
    own(store.onDidChange(() => this.#updateSoon(changesEvery)));
    own(arrangement.onDidChange(() => this.#updateSoon(0)));
    own(panel.onDidChangeViewState(() => this.#updateSoon(0)));
    own(metricChoice.onDidChange(() => this.#forgetNumbers()));
    own(
      onSettingsChange(['agentSessions.read', 'agentSessions.cost', 'agentSessions.prices'], () =>
        this.#forgetNumbers(),
      ),
    );
    // Waits grow with time.
    own(every(clock, redrawEvery, () => this.#updateSoon(0)));
    const { unwanted, sort, descending } = this.#kept;
    const data = { kept: JSON.stringify({ unwanted, sort, descending }) };
    showPage(panel, extensionUri, { name: 'table', title: 'Runs', data });
  }

  shows(): boolean {
    return true;
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.#disposed = true;
    this.#changeTimer?.dispose();
    this.#disposables.dispose();
    this.panel.dispose();
  }

  async #handle(message: ReadFromTable): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#asked = undefined;
        this.#current = undefined;
        this.#shownFacets = '';
        return;
      case 'rows':
        this.#asked = message;
        this.#keep({ sort: message.sort, descending: message.descending });
        return this.#update();
      case 'select':
        // Not while rows are being arranged.
        await this.#update.idle();
        this.#table.select(message.how, message.key);
        this.#keep({ selected: this.#table.selected.slice(0, kept.mostSelected) });
        return this.#update();
      case 'current':
        this.#current = message.key;
        return;
      case 'open':
        return this.deps.opener.run(this.#stored(message.key).run.key);
      case 'command':
        return this.#command(message.id);
      case 'hide': {
        const before = this.#showsAgents;
        this.#keep({ unwanted: message.columns });
        if (this.#showsAgents === before) return;
        this.#table.forgetNumbers();
        return this.#update();
      }
      case 'csv':
        return this.#export(message.to);
      case 'reading':
        this.#stopped = !message.on;
        return this.#update();
      default:
        return message satisfies never;
    }
  }

  async #command(id: CommandOfSelection): Promise<void> {
    const { selected } = this.#table;
    if (selected.length === 0) throw new NotNowError('Select runs first.');
    if (id === 'run.compare' && selected.length !== 2) {
      throw new NotNowError('Select two runs to compare them.');
    }
    await this.deps.command(id, selected);
  }

  #keep(change: Partial<KeptTable>): void {
    const next = { ...this.#kept, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.#kept)) return;
    this.#kept = next;
    void this.deps.memento.update(kept.name, next);
  }

  #stored(key: RunKey): StoredRun {
    const stored = this.deps.store.get(key);
    if (!stored) throw new HumanError(runDeleted);
    return stored;
  }

  #forgetNumbers(): void {
    this.#table.forgetNumbers();
    this.#updateSoon(0);
  }

  #updateSoon(after: number): void {
    if (!this.panel.visible) return;
    this.#changeTimer ??= this.deps.clock.after(after, () => {
      this.#changeTimer = undefined;
      void this.#update();
    });
  }

  async #updateOnce(): Promise<void> {
    const { store, arrangement } = this.deps;
    const asked = this.#asked;
    if (!asked || this.#disposed) return;
    const { sort, descending, text, state, process, engine, onlySelected, asView } = asked;
    const arranged = JSON.stringify({ sort, descending });
    const also = asView ? (stored: StoredRun) => arrangement.shows(stored) : () => true;
    const filter = { text, state, process, engine, onlySelected, also };
    // The same order needs no sorting anew, whatever the filter lets through.
    this.#table.filter = filter;
    if (arranged !== this.#arranged) {
      this.#table.order = { sort, descending };
      this.#stopped = false;
    }
    this.#arranged = arranged;
    await this.deps.inSlices(this.#table.settle(store.all, store.loaded));
    if (this.#disposed) return;
    this.#tell(asked);
    void this.#readOn();
  }

  #tell({ request, from, to }: Asked): void {
    const table = this.#table;
    const facets = table.facets();
    const shown = JSON.stringify(facets);
    if (shown !== this.#shownFacets) this.#post({ type: 'facets', facets });
    this.#shownFacets = shown;
    const { read, total, all } = table;
    const current = this.#current;
    this.#post({
      type: 'rows',
      view: {
        ...{ request, total, all },
        rows: table.rows(from, to),
        selected: table.selected.length,
        current:
          current === undefined
            ? { key: '', place: undefined }
            : { key: keyText(current), place: table.placeOf(current) },
        reading: table.needsAll && read < total ? { read, stopped: this.#stopped } : undefined,
        idle: wantsCosts() ? table.idle : [...table.idle, 'agentCost'],
        viewFilter: this.#viewFilter(),
        loaded: this.deps.store.loaded,
      },
    });
  }

  /** What the Runs view leaves out, in words; archived runs unless they are asked for. */
  #viewFilter(): string {
    const { store, arrangement } = this.deps;
    const words = describeFilter(arrangement.filter);
    return words === '' && store.all.some(({ marks }) => marks?.archived) ? 'without archived runs' : words;
  }

  /** Reads the numbers of the runs that are seen, or of all where they are needed; one run at a time. */
  #readOn(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    let drawn = performance.now();
    let undrawn = 0;
    for (;;) {
      // What is arranged anew may be another list then.
      await this.#update.idle();
      if (this.#disposed) return;
      const exporting = [...this.#exports].some((token) => !token.isCancellationRequested);
      const everything = exporting || (this.#table.needsAll && !this.#stopped);
      const { from = 0, to = 0 } = this.panel.visible ? (this.#asked ?? {}) : {};
      const next = this.#table.unread(from, to, everything);
      if (!next) break;
      const { generation } = this.#table;
      this.#table.take(next, await this.#read(next), generation);
      undrawn += 1;
      if (performance.now() - drawn < readingEvery) continue;
      await this.#update();
      drawn = performance.now();
      undrawn = 0;
    }
    // Not `#update`, which would read on.
    if (undrawn > 0) this.#updateSoon(0);
  }

  async #read(stored: StoredRun): Promise<RunNumbers | undefined> {
    const { store, inSlices, sessionWork, outcomes } = this.deps;
    const { run } = stored;
    outcomes.want(stored);
    const choice = metricChoice();
    const reading = await store.readThrough(run.key, wantedMetricKeys(choice));
    if (!reading) return undefined;
    const opened = await inSlices(openingRun(reading.run, reading.details, choice));
    return toRunNumbers(opened, this.#showsAgents ? await sessionWork.of(reading.run, false) : undefined);
  }

  /** Whether a column is shown for which agents' files are read. */
  get #showsAgents(): boolean {
    const unwanted: readonly Column[] = wantsCosts()
      ? this.#kept.unwanted
      : [...this.#kept.unwanted, 'agentCost'];
    return agentColumns.some((column) => !unwanted.includes(column));
  }

  async #export(to: 'clipboard' | 'file'): Promise<void> {
    const target = to === 'file' ? await askForFile() : undefined;
    const text = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Reading the runs', cancellable: true },
      async (progress, token) => {
        const report = (): void =>
          progress.report({
            message: `${thousands(this.#table.read)} of ${thousands(this.#table.total)} read`,
          });
        const timer = setInterval(report, readingEvery);
        this.#exports.add(token);
        try {
          const goesOn = (): boolean => !token.isCancellationRequested && !this.#disposed;
          while (goesOn() && this.#table.unread(0, 0, true)) await this.#readOn();
          if (!goesOn()) throw new CancelledError();
          await this.#update();
          return await this.deps.inSlices(this.#table.csv());
        } finally {
          this.#exports.delete(token);
          clearInterval(timer);
        }
      },
    );
    if (!target) return copyText(text, 'The table');
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    tell('info', `The table was written to ${vscode.workspace.asRelativePath(target)}.`, [
      { title: 'Open File', run: () => vscode.commands.executeCommand('vscode.open', target) },
    ]);
  }

  #post(message: ToTable): void {
    void this.panel.webview.postMessage(message);
  }
}

/** @throws CancelledError when the person names none */
async function askForFile(): Promise<vscode.Uri> {
  const [folder] = workspaceFolders();
  const target = await vscode.window.showSaveDialog({
    title: 'Export as CSV',
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.file(join(folder, 'runs.csv')) }),
    filters: { CSV: ['csv'] },
  });
  if (!target) throw new CancelledError();
  return target;
}
