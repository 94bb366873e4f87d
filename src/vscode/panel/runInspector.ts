import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../../core/clock';
import { toDisposable, type Disposable } from '../../core/disposables';
import type { SessionBinding } from '../../core/diagnose/diagnose';
import type { DocumentPart } from '../../core/documents';
import { HumanError, messageOf } from '../../core/errors';
import { EventLog, type EventFilter, type EventRecord, type PlacedRecord } from '../../core/panel/eventLog';
import { toEventRow, toLaterRow, type EventRow } from '../../core/panel/eventRow';
import { descendantsOf, originalOf } from '../../core/fork/lineage';
import type { FromPage, ToPage } from '../../core/panel/protocol';
import { lineOfFunction, toProvenance } from '../../core/panel/provenance';
import { taskFiles, toTaskDetail, type TaskDetail, type TaskTexts } from '../../core/panel/taskDetail';
import { layingOutTimeline, type Timeline } from '../../core/panel/timeline';
import { makingUsageView } from '../../core/panel/usageView';
import { valueTree, type ValueNode } from '../../core/panel/valueTree';
import type { Effect } from '../../core/run/effect';
import { noTaskFiles, type TaskFiles } from '../../core/run/iterations';
import { isRecord, parseJson } from '../../core/run/lenient';
import { pendingEffects, runTitle, taskTitle, type Run } from '../../core/run/run';
import type { InSlices } from '../../core/sliced';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { isResolved, type PastRun } from '../../core/travel/asOf';
import type { OpenedRun } from '../../core/tree/buildTree';
import { findContextFile } from '../contextFile';
import type { Opener } from '../opener';
import { fileUri, openRunDocument } from '../runDocuments';
import type { OpenedRuns } from '../tree/openedRuns';
import { savePicture } from './savePicture';

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
      | 'openRun';
  }
>;

export interface ReadFiles {
  folders(): readonly string[];
  realPath(path: string): string | undefined;
  readText(path: string, limit: number): { readonly text: string } | { readonly problem: string };
}

export interface InspectorDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly clock: Clock;
  readonly files: ReadFiles;
  readonly inSlices: InSlices;
  /** The agent sessions that say they drive a run; `undefined`: nothing is known. */
  sessions(runId: string): readonly SessionBinding[] | undefined;
  /** The command line that a project would use; `undefined`: there is none. */
  engine(projectDir: string): { readonly version: string | undefined; readonly where: string } | undefined;
  readonly opener: Pick<Opener, 'run'>;
}

/** Output of a task that is under way is looked at again so often, in milliseconds. */
const outputEvery = 2000;
/** So often the sessions that are bound to the run are looked for, in milliseconds. */
const sessionsEvery = 30_000;
/** Events are searched in pieces of this many, each of which is shown. */
const searchPiece = 1000;
/** Process files may be this large, in bytes. */
const entryLimit = 4 * 1024 * 1024;

/** Reads what one run page shows of its run beyond the state: bounded pieces, when they are asked for. */
export class RunInspector implements Disposable {
  readonly #log: EventLog;
  #listed = -1;
  /** The run as it was, while that is shown; `undefined`: it is shown as it is. */
  #past: PastRun | undefined;
  /** The extent of the timeline as it is now, for the run as it was. */
  #whole: { readonly of: OpenedRun; readonly timeline: Timeline | undefined } | undefined;
  #events: Extract<FromPage, { type: 'events' }> | undefined;
  /** Requests are answered one after the other. */
  #answering = Promise.resolve();
  #task: string | undefined;
  #shownTask = '';
  #taskTimer: Disposable = toDisposable(() => {});
  /** Laying out tens of thousands of tasks takes long, so it is not done again at each event. */
  #timelineDue = 0;
  /** A later layout makes an earlier one pointless. */
  #timelineRequest = 0;
  #timelineTimer: Disposable | undefined;
  #part: { readonly from: number; readonly to: number } | undefined;
  #inputs: readonly ValueNode[] | undefined;
  #shownProvenance = '';
  #sessions: readonly SessionBinding[] | undefined;
  #sessionsDue = 0;
  #knewTitles = false;
  #disposed = false;

  constructor(
    private readonly dir: string,
    private readonly deps: InspectorDeps,
    private readonly post: (message: ToPage) => void,
    private readonly beside: () => vscode.ViewColumn,
  ) {
    this.#log = new EventLog(
      (file) => this.#readText(`journal/${file}`),
      () => new Promise((resolve) => setTimeout(resolve)),
      (record) => this.#titleOf(record),
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.#taskTimer.dispose();
    this.#timelineTimer?.dispose();
  }

  /** The page is new and knows nothing. */
  forget(): void {
    this.#shownTask = '';
    this.#shownProvenance = '';
    this.#listed = -1;
  }

  /**
   * Tells the page what changed with the run.
   * @param opened `undefined` while its tasks are being read
   * @param past the run as it was, if that is to be shown
   */
  async update(stored: StoredRun, opened: OpenedRun | undefined, past: PastRun | undefined): Promise<void> {
    const { run } = stored;
    const moved = past?.event !== this.#past?.event;
    this.#past = past;
    const firstTitles = opened !== undefined && !this.#knewTitles;
    if (firstTitles) this.#log.forgetMatches();
    this.#knewTitles ||= opened !== undefined;
    await this.#list(run);
    this.post({ type: 'eventsChanged' });
    if (opened) void (moved ? this.#postTimeline() : this.#postTimelineSoon());
    await this.#postTask();
    await this.#postProvenance(run);
  }

  async #list(run: Run): Promise<void> {
    if (this.#listed === run.eventFiles) return;
    this.#listed = run.eventFiles;
    this.#log.list((await this.deps.store.sourceOf(this.dir)?.listEvents(this.dir)) ?? []);
  }

  /** The nth event of the journal, as the run stands now; `undefined`: there are not so many. */
  async eventRow(run: Run, event: number): Promise<EventRow | undefined> {
    await this.#list(run);
    const placed = await this.#log.at(event);
    return placed && toEventRow(run, this.#opened?.details ?? noTaskFiles, placed);
  }

  /** Tells the page which runs it is related to, after others came or went. */
  async updateRelatives(): Promise<void> {
    const stored = this.deps.store.get(this.dir);
    if (stored) await this.#postProvenance(stored.run);
  }

  async handle(message: Inspection): Promise<void> {
    switch (message.type) {
      case 'events':
        this.#events = message;
        this.#answering = this.#answering.then(() => this.#answerEvents(message));
        return this.#answering;
      case 'openEvent': {
        const file = this.#log.fileOf(message.seq);
        if (file === undefined) throw new HumanError('The event is not there any more.');
        return openRunDocument(fileUri(this.dir, `journal/${file}`), this.beside());
      }
      case 'task':
        this.#task = message.effectId;
        this.#shownTask = '';
        return this.#postTask();
      case 'openTaskFile':
        return this.#openTaskFile(message.effectId, message.file);
      case 'timeline':
        this.#part = message.part;
        return this.#postTimeline();
      case 'saveTimeline':
        return savePicture(
          'Save Timeline',
          'timeline',
          this.deps.store.get(this.dir)?.run.runId ?? 'run',
          this.deps.files.folders()[0] ?? dirname(this.dir),
          message.svg,
        );
      case 'openEntry':
        return this.#openEntry();
      case 'openRun': {
        // Ids may repeat in several folders; what a run is related to is usually in its own.
        const named = this.deps.store.all.filter(({ run }) => run.runId === message.runId);
        const found = named.find(({ run }) => dirname(run.dir) === dirname(this.dir)) ?? named[0];
        if (!found) throw new HumanError('The run is not here.');
        return this.deps.opener.run(found.run.dir);
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
      const run = this.deps.store.get(this.dir)?.run;
      if (!run) return;
      const rows = records.map((placed) => this.#toRow(run, placed));
      const focus = filter.type === '' && filter.text.trim() === '' ? await this.#focus(run) : undefined;
      this.post({ type: 'events', events: { request: asked.request, rows, total, searched, all, focus } });
    }
  }

  #toRow(run: Run, placed: PlacedRecord): EventRow {
    const now = this.#opened?.details ?? noTaskFiles;
    const past = this.#past;
    if (!past) return toEventRow(run, now, placed);
    return placed.event > past.event
      ? toLaterRow(run, now, placed)
      : toEventRow(past.stored.run, past.opened.details, placed);
  }

  /** The place of the step that waits for something, or of the one with which the run failed; in the past, of the last event. */
  async #focus(run: Run): Promise<number | undefined> {
    if (this.#past) return this.#past.event - 1;
    if (run.fold.end) {
      const failed = await this.#log.findLast(
        ({ type }) => type === 'RUN_FAILED' || type === 'PROCESS_RUNTIME_ERROR',
      );
      return run.fold.end.type === 'RUN_COMPLETED' ? undefined : failed?.place;
    }
    const pending = pendingEffects(run);
    const step = pending.find(({ effect }) => effect.kind === 'breakpoint') ?? pending[0];
    return step && this.#log.placeOf(step.effect.requestedSeq);
  }

  #titleOf({ effectId }: EventRecord): string {
    const effect = this.deps.store.get(this.dir)?.run.fold.effects.get(effectId ?? '');
    const task = this.#opened?.details.tasks.get(effectId ?? '');
    return effect ? `${taskTitle(effect, task)} ${effect.kind} ${effect.taskId}` : '';
  }

  get #opened(): OpenedRun | undefined {
    return this.deps.opened.peek(this.dir);
  }

  /** What is known of the tasks at the moment that is shown. */
  get #files(): TaskFiles {
    return (this.#past?.opened ?? this.#opened)?.details ?? noTaskFiles;
  }

  /** The moment that is shown. */
  get #now(): number {
    return this.#past?.at ?? this.deps.clock.now();
  }

  /** As it stands at the moment that is shown; `undefined`: there is no such effect, or there was none yet. */
  #effect(effectId: string | undefined): Effect | undefined {
    const run = this.#past?.stored.run ?? this.deps.store.get(this.dir)?.run;
    return effectId === undefined ? undefined : run?.fold.effects.get(effectId);
  }

  async #postTimelineSoon(): Promise<void> {
    const wait = this.#timelineDue - this.deps.clock.now();
    if (wait <= 0) return this.#postTimeline();
    this.#timelineTimer ??= this.deps.clock.after(wait, () => void this.#postTimeline());
  }

  async #postTimeline(): Promise<void> {
    this.#timelineTimer?.dispose();
    this.#timelineTimer = undefined;
    const [past, now] = [this.#past, this.#opened];
    if (!now) return;
    const begun = this.deps.clock.now();
    this.#timelineRequest += 1;
    const request = this.#timelineRequest;
    const whole = past ? await this.#wholeTimeline(now) : undefined;
    const shown = past?.opened ?? now;
    const timeline = await this.#layOut(shown, past?.at ?? begun, this.#part, whole);
    const usage = await this.deps.inSlices(makingUsageView(shown));
    if (request !== this.#timelineRequest || this.#disposed) return;
    const done = this.deps.clock.now();
    this.#timelineDue = done + (done - begun) * 20;
    this.post({ type: 'timeline', timeline });
    this.post({ type: 'usage', usage });
  }

  /** In the past the axis is that of the run as it is, so that moments stay at their places. */
  async #wholeTimeline(of: OpenedRun): Promise<Timeline | undefined> {
    if (this.#whole?.of !== of) {
      this.#whole = { of, timeline: await this.#layOut(of, this.deps.clock.now(), undefined, undefined) };
    }
    return this.#whole.timeline;
  }

  #layOut(
    { run, details, iterations }: OpenedRun,
    now: number,
    part: { readonly from: number; readonly to: number } | undefined,
    whole: Timeline | undefined,
  ): Promise<Timeline | undefined> {
    return this.deps.inSlices(
      layingOutTimeline({
        ...{ now, part, whole },
        effects: run.fold.effects.list(),
        iterations: iterations.list,
        files: details,
        endedAt: run.fold.end && (run.fold.end.at ?? run.updatedAt),
      }),
    );
  }

  async #postTask(): Promise<void> {
    const effectId = this.#task;
    const effect = this.#effect(effectId);
    this.#taskTimer.dispose();
    if (effectId === undefined) return;
    const past = this.#past;
    const detail = effect && (await this.#taskDetail(effect));
    if (this.#task !== effectId || this.#past !== past || this.#disposed) return;
    const shown = JSON.stringify(detail ?? null);
    if (shown !== this.#shownTask) this.post({ type: 'task', effectId, detail });
    this.#shownTask = shown;
    // Its output grows without an event.
    if (effect?.status === 'pending' && !past) {
      this.#taskTimer = this.deps.clock.after(outputEvery, () => void this.#postTask());
    }
  }

  async #taskDetail(effect: Effect): Promise<TaskDetail> {
    const { effectId } = effect;
    const [task, result] = [this.#files.tasks.get(effectId), this.#files.results.get(effectId)];
    const [now, past] = [this.#now, this.#past !== undefined];
    return toTaskDetail(effect, task, result, await this.#taskTexts(effect), { now, past });
  }

  async #taskTexts({ effectId, status }: Effect): Promise<TaskTexts> {
    const part = (name: string): Promise<DocumentPart> => this.#readPart(`tasks/${effectId}/${name}`);
    // When it was written is not recorded; what came of a task is certainly there once it is resolved.
    const later = this.#past !== undefined && !isResolved(status);
    const outcome = async (name: string): Promise<DocumentPart> =>
      later ? { file: `tasks/${effectId}/${name}`, problem: 'was not recorded yet' } : part(name);
    const [task, result, stdout, stderr] = await Promise.all([
      part('task.json'),
      outcome('result.json'),
      outcome('stdout.log'),
      outcome('stderr.log'),
    ]);
    return { task, result, stdout, stderr };
  }

  async #openTaskFile(effectId: string, place: number): Promise<void> {
    const effect = this.#effect(effectId);
    const run = this.deps.store.get(this.dir)?.run;
    await this.deps.opened.get(this.dir);
    if (!effect || !run) throw new HumanError('The task is not there any more.');
    const texts = await this.#taskTexts(effect);
    const { tasks, results } = this.#files;
    const file = taskFiles(effect, tasks.get(effectId), results.get(effectId), texts)[place];
    if (!file) throw new HumanError('The file is not there any more.');
    if (file.place === 'run') return openRunDocument(fileUri(this.dir, file.path), this.beside());
    return this.#show(this.#find(run, file.path));
  }

  async #openEntry(): Promise<void> {
    const run = this.deps.store.get(this.dir)?.run;
    const entry = run?.metadata ? run.metadata.entry : run?.fold.entry;
    if (!run || !entry) throw new HumanError('The run has no process yet.');
    const path = this.#find(run, entry.importPath);
    const read = this.deps.files.readText(path, entryLimit);
    return this.#show(path, 'text' in read ? lineOfFunction(read.text, entry.exportName) : undefined);
  }

  #find(run: Run, path: string): string {
    return findContextFile(run, path, this.deps.files.folders(), this.deps.files.realPath);
  }

  async #show(path: string, line = 1): Promise<void> {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), {
      preview: true,
      viewColumn: this.beside(),
      selection: new vscode.Range(line - 1, 0, line - 1, 0),
    });
  }

  async #postProvenance(run: Run): Promise<void> {
    const { store } = this.deps;
    this.#inputs ??= inputTree(await this.#readPart('inputs.json'));
    const parent = run.metadata?.parentRunId;
    const all = store.all.map((known) => known.run);
    const provenance = toProvenance({
      run,
      inputs: this.#inputs,
      parentIsHere: store.all.some((known) => known.run.runId === parent),
      children: store.all
        .filter((known) => known.run.metadata?.parentRunId === run.runId)
        .filter((known) => !this.#past || known.run.createdAt <= this.#past.at)
        .map((known) => ({ title: runTitle(known.run), runId: known.run.runId })),
      original: originalOf(run, all),
      descendants: descendantsOf(run, all),
      engine: this.deps.engine(run.projectDir),
      session: (await this.#log.findLast(({ session }) => session !== undefined))?.record.session,
      bound: this.#boundSessions(run.runId),
      codeHash: codeHashOf(await this.#readPart('run.json')),
    });
    const shown = JSON.stringify(provenance);
    if (shown !== this.#shownProvenance) this.post({ type: 'provenance', provenance });
    this.#shownProvenance = shown;
  }

  /** Looked for again after a while: every session there ever was has a file. */
  #boundSessions(runId: string): readonly SessionBinding[] | undefined {
    const now = this.deps.clock.now();
    if (now >= this.#sessionsDue) {
      this.#sessions = this.deps.sessions(runId);
      this.#sessionsDue = now + sessionsEvery;
    }
    return this.#sessions;
  }

  async #readPart(file: string): Promise<DocumentPart> {
    try {
      return { file, text: await this.#readText(file) };
    } catch (error) {
      return { file, problem: messageOf(error).replace(`${file} `, '').replace(/\.$/, '') };
    }
  }

  async #readText(path: string): Promise<string> {
    const source = this.deps.store.sourceOf(this.dir);
    if (!source) throw new HumanError('The run is not there any more.');
    return source.readText(this.dir, path);
  }
}

/** What run.json says of the process file; the only part of it that is taken here. */
function codeHashOf(part: DocumentPart): string | undefined {
  const json = 'text' in part ? parseJson(part.text) : undefined;
  const hash = json && 'value' in json && isRecord(json.value) ? json.value['processCodeHash'] : undefined;
  return typeof hash === 'string' && /^[0-9a-f]{6,128}$/i.test(hash) ? hash : undefined;
}

/** The inputs of a run; empty when none were given. */
function inputTree(part: DocumentPart): readonly ValueNode[] {
  if ('problem' in part) return [];
  const json = parseJson(part.text);
  if ('problem' in json) return valueTree({ inputs: `inputs.json ${json.problem}` });
  return valueTree(isRecord(json.value) ? json.value : { inputs: json.value });
}
