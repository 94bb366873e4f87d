import type { Fact } from '../../core/engine/runEngine';
import * as vscode from 'vscode';
import type { Clock } from '../../core/clock';
import { DisposableStore, type Disposable } from '../../core/disposables';
import type { DocumentPart } from '../../core/documents';
import { HumanError } from '../../core/errors';
import { EventLog, type EventFilter, type PlacedRecord } from '../../core/views/page/eventLog';
import { toEventRow, toLaterRow, type EventRow } from '../../core/views/page/eventRow';
import { errorOf, failingTask, failureFrames, toFailureView } from '../../core/views/page/failureView';
import { descendantsOf, originalOf, predecessorOf } from '../../core/run/lineage';
import type { FromPage, ToPage } from '../../core/views/page/protocol';
import { lineOfFunction, toProvenance } from '../../core/views/page/provenance';
import { valueRows, type ValueRow } from '../../core/views/page/valueRows';
import { maskSecrets } from '../../core/run/secrets';
import type { EventRecord } from '../../core/run/eventRecord';
import { noTaskFiles } from '../../core/run/iterations';
import { isRecord, parseJson } from '../../core/run/lenient';
import { pendingEffects, runTitle, taskTitle, type Run } from '../../core/run/run';
import type { RunKey } from '../../core/run/runKey';
import type { InSlices } from '../../core/sliced';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import type { PastRun } from '../../core/views/travel/pastRun';
import type { OpenedRun } from '../../core/views/tree/buildTree';
import { ruleCommand } from '../../core/run/approvalAdvice';
import { commandLine } from '../../core/shellLine';
import { copyText } from '../commands/copyText';
import { findContextFile } from '../contextFile';
import type { Opener } from '../opener';
import { documentUri, openRunDocument } from '../runDocuments';
import type { OpenedRuns } from '../tree/openedRuns';
import { savePicture } from './savePicture';
import { ShownRun } from './shownRun';
import { ShownSessions, type ShownSessionsDeps } from './shownSessions';
import { ShownTask } from './shownTask';
import { ShownTimeline } from './shownTimeline';

/** What a page asks about its run: the events, a task, the timeline, where it comes from. */
export type Inspection = Extract<
  FromPage,
  {
    type:
      | 'events'
      | 'openEvent'
      | 'task'
      | 'openTaskFile'
      | 'timeline'
      | 'saveTimeline'
      | 'openEntry'
      | 'openFrame'
      | 'copyFailure'
      | 'copyRule'
      | 'comparePredecessor'
      | 'openRun'
      | 'sessions';
  }
>;

export interface ReadFiles {
  folders(): readonly string[];
  realPath(path: string): string | undefined;
  readText(path: string, limit: number): { readonly text: string } | { readonly problem: string };
}

export interface InspectorDeps extends ShownSessionsDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly clock: Clock;
  readonly inSlices: InSlices;
  readonly files: ReadFiles;
  /** What its engine tells of a run, from a closer look; `session`: the agent's that the journal names last. */
  engineFacts(run: Run, session: string | undefined): readonly Fact[];
  readonly opener: Pick<Opener, 'run' | 'compare'>;
}

/** Events are searched in pieces of this many, each of which is shown. */
const searchPiece = 1000;
/** Process files may be this large, in bytes. */
const entryLimit = 4 * 1024 * 1024;

/** Reads what one run page shows of its run beyond the state: bounded pieces, when they are asked for. */
export class RunInspector implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #shown: ShownRun;
  readonly #task: ShownTask;
  readonly #timeline: ShownTimeline;
  readonly #sessions: ShownSessions;
  readonly #log: EventLog;
  /** How many events the log knows of, or is being told of. */
  #listed = -1;
  #listing = Promise.resolve();
  #events: Extract<FromPage, { type: 'events' }> | undefined;
  /** Requests are answered one after the other. */
  #answering = Promise.resolve();
  #inputs: readonly ValueRow[] | undefined;
  #shownProvenance = '';
  /** The reading of the run of which the page knows why it failed. */
  #failureOf: OpenedRun | undefined;
  #knewTitles = false;
  #disposed = false;

  constructor(
    private readonly runKey: RunKey,
    private readonly deps: InspectorDeps,
    private readonly post: (message: ToPage) => void,
    private readonly beside: () => vscode.ViewColumn,
    isSeen: () => boolean,
  ) {
    this.#shown = new ShownRun(runKey, deps);
    this.#task = this.#disposables.add(new ShownTask(this.#shown, deps.clock, deps.inSlices, post));
    this.#timeline = this.#disposables.add(new ShownTimeline(this.#shown, deps, post));
    const events = {
      timeOf: async (seq: number) => {
        const place = await this.#log.placeOf(seq);
        return place === undefined ? undefined : (await this.#log.at(place + 1))?.record.at;
      },
      lastAt: async (time: number) => {
        const found = await this.#log.findLast(({ at }) => at !== undefined && at <= time);
        return found && found.place + 1;
      },
    };
    this.#sessions = this.#disposables.add(
      new ShownSessions(
        this.#shown,
        deps,
        (tell) => post({ type: 'sessions', tell }),
        events,
        beside,
        isSeen,
      ),
    );
    this.#log = new EventLog(
      async (from, to) => (await deps.store.sourceOf(runKey)?.events(runKey, from, to)) ?? [],
      () => new Promise((resolve) => setTimeout(resolve)),
      (record) => this.#titleOf(record),
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.#disposables.dispose();
  }

  /** The page is new and knows nothing. */
  forget(): void {
    this.#task.forget();
    this.#sessions.forget();
    this.#shownProvenance = '';
    this.#failureOf = undefined;
    this.#listed = -1;
  }

  /**
   * Tells the page what changed with the run.
   * @param opened `undefined` while its tasks are being read
   * @param past the run as it was, if that is to be shown
   */
  async update(stored: StoredRun, opened: OpenedRun | undefined, past: PastRun | undefined): Promise<void> {
    const { run } = stored;
    const moved = past?.event !== this.#shown.past?.event;
    this.#shown.past = past;
    const firstTitles = opened !== undefined && !this.#knewTitles;
    if (firstTitles) this.#log.forgetMatches();
    this.#knewTitles ||= opened !== undefined;
    await this.#list(run);
    this.post({ type: 'eventsChanged' });
    if (opened) void this.#sessions.update();
    if (opened) void (moved ? this.#timeline.update() : this.#timeline.updateSoon());
    await this.#task.update();
    await this.#postFailure(opened);
    await this.#postProvenance(run);
  }

  #list({ eventCount }: Run): Promise<void> {
    if (this.#listed !== eventCount) {
      this.#listed = eventCount;
      this.#listing = this.#listing.catch(() => {}).then(() => this.#log.update(eventCount));
    }
    return this.#listing;
  }

  /** The nth event of the journal, as the run stands now; `undefined`: there are not so many. */
  async eventRow(run: Run, event: number): Promise<EventRow | undefined> {
    await this.#list(run);
    const placed = await this.#log.at(event);
    return placed && toEventRow(run, this.#shown.opened?.details ?? noTaskFiles, placed, this.#replays);
  }

  /** The place in the journal, from 1, of the event with a number; `undefined`: there is none. */
  async eventOfNumber(seq: number): Promise<number | undefined> {
    await this.#listing;
    const place = await this.#log.placeOf(seq);
    return place === undefined ? undefined : place + 1;
  }

  /** Tells the page which runs it is related to, after others came or went. */
  async updateRelatives(): Promise<void> {
    const stored = this.deps.store.get(this.runKey);
    if (stored) await this.#postProvenance(stored.run);
  }

  async handle(message: Inspection): Promise<void> {
    switch (message.type) {
      case 'events':
        this.#events = message;
        this.#answering = this.#answering.then(() => this.#answerEvents(message));
        return this.#answering;
      case 'openEvent': {
        const place = await this.#log.placeOf(message.seq);
        if (place === undefined) throw new HumanError('The event is not there any more.');
        const name = { event: place + 1 };
        const { file } = await this.#shown.document(name);
        return openRunDocument(documentUri(this.runKey, name, file), this.beside());
      }
      case 'task':
        return this.#task.open(message.effectId);
      case 'openTaskFile':
        return this.#openTaskFile(message.effectId, message.file);
      case 'timeline':
        return this.#timeline.zoom(message.part);
      case 'saveTimeline':
        return savePicture(
          'Save Timeline',
          'timeline',
          this.#shown.run?.runId ?? 'run',
          this.deps.files.folders()[0] ?? this.#shown.run?.place ?? '',
          message.svg,
        );
      case 'sessions':
        return this.#sessions.handle(message.ask);
      case 'openEntry':
        return this.#openEntry();
      case 'openFrame':
        return this.#openFrame(message.frame);
      case 'copyFailure': {
        const error = this.#shown.run && errorOf(this.#shown.run);
        if (!error) throw new HumanError('The run has not failed.');
        const { name, message: said = '', stack = '' } = error;
        const words = name === undefined ? said : `${name}: ${said}`;
        return copyText(
          maskSecrets(said !== '' && stack.includes(said) ? stack : `${words}\n${stack}`),
          'The error',
        );
      }
      case 'copyRule': {
        const asks = this.#shown.run?.pendingTasks.get(message.effectId)?.breakpoint;
        const words = asks && ruleCommand(asks.advice, asks.breakpointId, false);
        if (!words) throw new HumanError('There is no rule for this question.');
        const shell = process.platform === 'win32' ? 'powershell' : 'posix';
        return copyText(commandLine(['babysitter', ...words], shell), 'The command line');
      }
      case 'comparePredecessor': {
        const { run } = this.#shown;
        const before =
          run &&
          predecessorOf(
            run,
            this.deps.store.all.map((known) => known.run),
          );
        if (!before) throw new HumanError('There is no earlier run of this process.');
        return this.deps.opener.compare({ runKey: before.key }, { runKey: run.key });
      }
      case 'openRun': {
        // Ids may repeat in several places; what a run is related to is usually in its own.
        const own = this.#shown.run;
        const named = this.deps.store.all.filter(
          ({ run }) => run.runId === message.runId && run.engine === own?.engine,
        );
        const found = named.find(({ run }) => run.place === own?.place) ?? named[0];
        if (!found) throw new HumanError('The run is not here.');
        return this.deps.opener.run(found.run.key);
      }
      default:
        return message satisfies never;
    }
  }

  async #answerEvents(asked: Extract<FromPage, { type: 'events' }>): Promise<void> {
    const filter: EventFilter = { type: asked.eventType, text: asked.text };
    for (let more = true; more;) {
      // The page has asked for something else meanwhile.
      if (this.#events !== asked || this.#disposed) return;
      more = await this.#log.searchOn(filter, searchPiece);
      const found = await this.#log.window(asked.from, asked.newest ? 0 : asked.to);
      const { records, total, searched, all } = asked.newest
        ? await this.#log.window(found.total - (asked.to - asked.from), found.total)
        : found;
      const run = this.#shown.run;
      if (!run) return;
      const rows = records.map((placed) => this.#toRow(run, placed));
      const focus = filter.type === '' && filter.text.trim() === '' ? await this.#focus(run) : undefined;
      const types = this.deps.store.sourceOf(this.runKey)?.eventTypes ?? [];
      const { request } = asked;
      this.post({ type: 'events', events: { request, rows, types, total, searched, all, focus } });
    }
  }

  /** What is run again and again is iterated. */
  get #replays(): boolean {
    return this.deps.store.get(this.runKey)?.engine.can.has('run.iterate') === true;
  }

  #toRow(run: Run, placed: PlacedRecord): EventRow {
    const now = this.#shown.opened?.details ?? noTaskFiles;
    const { past } = this.#shown;
    if (!past) return toEventRow(run, now, placed, this.#replays);
    return placed.event > past.event
      ? toLaterRow(run, now, placed)
      : toEventRow(past.stored.run, past.opened.details, placed, this.#replays);
  }

  /** The place of the step that waits for something, or of the one with which the run failed; in the past, of the last event. */
  async #focus(run: Run): Promise<number | undefined> {
    if (this.#shown.past) return this.#shown.past.event - 1;
    if (run.story.end) {
      const failed = await this.#log.findLast(
        ({ mark, type, effectId }) => mark === 'failed' && type !== '' && effectId === undefined,
      );
      return run.story.end.outcome === 'completed' ? undefined : failed?.place;
    }
    const pending = pendingEffects(run);
    const step = pending.find(({ effect }) => effect.kind === 'breakpoint') ?? pending[0];
    return step && this.#log.placeOf(step.effect.requestedSeq);
  }

  #titleOf({ effectId }: EventRecord): string {
    const effect = this.#shown.run?.story.effects.get(effectId ?? '');
    const task = this.#shown.opened?.details.tasks.get(effectId ?? '');
    return effect ? `${taskTitle(effect, task)} ${effect.kind} ${effect.taskId}` : '';
  }

  async #openTaskFile(effectId: string, place: number): Promise<void> {
    const effect = this.#shown.effect(effectId);
    const { run } = this.#shown;
    await this.deps.opened.get(this.runKey);
    if (!effect || !run) throw new HumanError('The task is not there any more.');
    const file = await this.#task.file(effect, place);
    if (file.name) return openRunDocument(documentUri(this.runKey, file.name, file.path), this.beside());
    return this.#show(this.#find(run, file.path));
  }

  async #openEntry(): Promise<void> {
    const run = this.#shown.run;
    const entry = run?.entry;
    if (!run || !entry) throw new HumanError('The run has no process yet.');
    const path = this.#find(run, entry.importPath);
    const read = this.deps.files.readText(path, entryLimit);
    return this.#show(path, 'text' in read ? lineOfFunction(read.text, entry.exportName) : undefined);
  }

  async #openFrame(place: number): Promise<void> {
    const { run } = this.#shown;
    const frame = run && failureFrames(run)[place];
    if (!run || frame?.path === undefined) throw new HumanError('The stack names no file there.');
    return this.#show(this.#find(run, frame.path), Math.max(1, frame.line), Math.max(1, frame.column));
  }

  #find(run: Run, path: string): string {
    return findContextFile(run, path, this.deps.files.folders(), this.deps.files.realPath);
  }

  async #show(path: string, line = 1, column = 1): Promise<void> {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), {
      preview: true,
      viewColumn: this.beside(),
      selection: new vscode.Range(line - 1, column - 1, line - 1, column - 1),
    });
  }

  /** Why it failed; told once its tasks are read. */
  async #postFailure(opened: OpenedRun | undefined): Promise<void> {
    const shown = this.#shown.past?.opened ?? opened;
    if (!shown || shown === this.#failureOf) return;
    this.#failureOf = shown;
    const { run } = shown;
    const task = run.story.end?.outcome === 'failed' ? failingTask(run) : undefined;
    const failure = toFailureView(run, task && (await this.#task.detail(task)));
    if (shown === this.#failureOf && !this.#disposed) this.post({ type: 'failure', failure });
  }

  async #postProvenance(run: Run): Promise<void> {
    const { store } = this.deps;
    this.#inputs ??= inputTree(await this.#shown.document('inputs'));
    const parent = run.parentRunId;
    const all = store.all.map((known) => known.run);
    const provenance = toProvenance({
      run,
      inputs: this.#inputs,
      parentIsHere: store.all.some((known) => known.run.runId === parent),
      children: store.all
        .filter((known) => known.run.parentRunId === run.runId)
        .filter((known) => !this.#shown.past || known.run.createdAt <= this.#shown.past.at)
        .map((known) => ({ title: runTitle(known.run), runId: known.run.runId })),
      original: originalOf(run, all),
      descendants: descendantsOf(run, all),
      copies: store.get(run.key)?.copies ?? [],
      engineFacts: this.deps.engineFacts(
        run,
        (await this.#log.findLast(({ session }) => session !== undefined))?.record.session,
      ),
    });
    const shown = JSON.stringify(provenance);
    if (shown !== this.#shownProvenance) this.post({ type: 'provenance', provenance });
    this.#shownProvenance = shown;
  }
}

/** The inputs of a run; empty when none were given. */
function inputTree(part: DocumentPart): readonly ValueRow[] {
  if ('problem' in part) return [];
  const json = parseJson(part.text);
  if ('problem' in json) return valueRows({ inputs: `inputs.json ${json.problem}` });
  return valueRows(isRecord(json.value) ? json.value : { inputs: json.value });
}
