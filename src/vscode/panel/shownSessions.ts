import * as vscode from 'vscode';
import { every, type Clock } from '../../core/clock';
import { DisposableStore, MutableDisposable, type Disposable } from '../../core/disposables';
import { HumanError } from '../../core/errors';
import { oneAtATime } from '../../core/oneAtATime';
import { isInside } from '../../core/paths';
import type { Run } from '../../core/run/run';
import type {
  AgentSessions,
  SessionReading,
  SessionReport,
  SessionState,
} from '../../core/sessions/agentSessions';
import { RowSearch, type TranscriptSource } from '../../core/sessions/transcriptSource';
import type { KeptSessions } from '../../core/sessions/keptSessions';
import { toSessionNumbers } from '../../core/sessions/sessionNumbers';
import type { InSlices } from '../../core/sliced';
import type { FromSessions, RowsAsked, ToSessions } from '../../core/views/page/sessionProtocol';
import type { SessionButton } from '../../core/views/page/sessionButtons';
import { filesOfPart, toKeptView, toSessionView } from '../../core/views/page/sessionsView';
import { toRowDetail, toRowView } from '../../core/views/page/transcriptView';
import type { ShownRun } from './shownRun';

export interface ShownSessionsDeps {
  readonly clock: Clock;
  readonly inSlices: InSlices;
  readonly sessions: AgentSessions;
  /** Whether the person lets the agents' files be read. */
  mayRead(): boolean;
  /** What is kept of the sessions of a run, in numbers. */
  readonly kept: KeptSessions;
  press(session: SessionState, button: SessionButton): Promise<void>;
  readonly files: { folders(): readonly string[]; realPath(path: string): string | undefined };
}

/** So often sessions that live are looked at, should their folders tell nothing by themselves; in milliseconds. */
const liveEvery = 2000;

/** What the agents of a page's run did and do, and the transcript that is open on it. */
export class ShownSessions implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #following = this.#disposables.add(new MutableDisposable());
  #follows = false;
  /** A file is read on by one request after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #update = oneAtATime(() => this.#updateOnce());
  #reading: SessionReading | undefined;
  #reports: readonly SessionReport[] = [];
  #posted = '';
  #asked: RowsAsked | undefined;
  #open: { readonly file: string; readonly source: TranscriptSource } | undefined;
  #search: RowSearch | undefined;
  #rows = '';
  #disposed = false;

  constructor(
    private readonly shown: ShownRun,
    private readonly deps: ShownSessionsDeps,
    private readonly post: (message: ToSessions) => void,
    /** The time and number of events, for jumps from and to them. */
    private readonly events: {
      timeOf(seq: number): Promise<number | undefined>;
      lastAt(time: number): Promise<number | undefined>;
    },
    private readonly beside: () => vscode.ViewColumn,
    /** Whether a person sees the page; nothing is read for one that is hidden. */
    private readonly isSeen: () => boolean,
  ) {
    const isLive = (): boolean => this.#reports.some(({ living }) => living);
    this.#disposables.add(every(deps.clock, liveEvery, () => isLive() && void this.update()));
  }

  dispose(): void {
    this.#disposed = true;
    this.#disposables.dispose();
  }

  /** The page is new and knows nothing. */
  forget(): void {
    this.#posted = '';
    this.#asked = undefined;
  }

  /** Tells the page what changed. */
  update(): Promise<void> {
    return this.#update();
  }

  async #updateOnce(): Promise<void> {
    const { opened } = this.shown;
    if (!opened || this.#disposed || !this.isSeen()) return;
    const { run } = opened;
    if (!this.deps.mayRead()) {
      this.#reports = [];
      this.#following.set(undefined);
      this.#follows = false;
      this.#tell([]);
      return;
    }
    this.#reading ??= this.deps.sessions.reading(true);
    // The page names sessions by their places, so a place stays once it is given.
    const places = new Map(this.#reports.map(({ id }, place) => [id, place]));
    const placeOf = ({ id }: SessionReport): number => places.get(id) ?? places.size;
    this.#reports = (await this.#reading.read(run)).toSorted((a, b) => placeOf(a) - placeOf(b));
    if (this.#disposed) return;
    if (this.#reports.length > 0 && !this.#follows) {
      this.#follows = true;
      this.#following.set(this.deps.sessions.follow(run, () => void this.update()));
    }
    const read = this.#reports.filter(({ unread }) => !unread);
    if (read.length > 0) this.deps.kept.put(run.key, read.map(toSessionNumbers));
    const now = this.deps.clock.now();
    const live = this.#reports.map((report) => toSessionView(report, opened, now));
    const ids = new Set(live.map(({ id }) => id));
    const gone = this.deps.kept.of(run.key).filter(({ id }) => !ids.has(id));
    this.#tell([...live, ...gone.map((numbers) => toKeptView(numbers, opened))]);
    if (this.#asked) await this.#postRows(this.#asked);
  }

  #tell(sessions: readonly ReturnType<typeof toSessionView>[]): void {
    const view = { sessions };
    const text = JSON.stringify(view);
    if (text !== this.#posted) this.post({ type: 'sessions', view });
    this.#posted = text;
  }

  async handle(ask: FromSessions): Promise<void> {
    switch (ask.type) {
      case 'rows':
        this.#asked = ask;
        this.#rows = '';
        return this.#postRows(ask);
      case 'close':
        this.#asked = undefined;
        this.#open = undefined;
        this.#search = undefined;
        return;
      case 'button':
        return this.deps.press(this.#session(ask.session), ask.button);
      case 'openFile': {
        const { run } = this.shown;
        const path = filesOfPart(this.#session(ask.session), ask.part)[ask.file]?.path;
        if (!run || path === undefined) throw new HumanError('The file is not there any more.');
        await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(this.#openable(run, path)), {
          preview: true,
          viewColumn: this.beside(),
        });
        return;
      }
      case 'row': {
        const source = this.#open?.source;
        const secrets = this.#reports.flatMap((report) => report.secrets);
        if (source) this.post({ type: 'row', detail: toRowDetail(source, ask.place, secrets) });
        return;
      }
      case 'rowOfEvent':
        return this.#showRowAt(await this.events.timeOf(ask.seq));
      case 'eventOfRow': {
        const time = this.#open?.source.table.time(ask.place);
        const { shift = 0 } = this.#reports[this.#asked?.session ?? 0]?.attribution ?? {};
        const event = time === undefined ? undefined : await this.events.lastAt(time - shift);
        if (event === undefined) throw new HumanError('The journal had no event by then.');
        this.post({ type: 'showEvent', event });
        return;
      }
      default:
        ask satisfies never;
    }
  }

  /** A path that a transcript names leads nowhere but into the workspace or the run. */
  #openable(run: Run, path: string): string {
    const { folders, realPath } = this.deps.files;
    const real = realPath(path);
    const roots = [...folders(), run.location].flatMap((root) => realPath(root) ?? []);
    if (real === undefined) throw new HumanError('The file is not there any more.');
    if (!roots.some((root) => isInside(root, real))) {
      throw new HumanError('The file lies outside the workspace, so it is not opened.');
    }
    return real;
  }

  #session(place: number): SessionReport {
    const session = this.#reports[place];
    if (!session) throw new HumanError('The session is not there any more.');
    return session;
  }

  /** Of the session that is open, else of the one that was at work then. */
  async #showRowAt(time: number | undefined): Promise<void> {
    if (time === undefined) throw new HumanError('The event has no time.');
    const worked = this.#reports.findIndex(
      ({ transcript, lastAt, attribution: { shift } }) =>
        (transcript.firstAt ?? 0) <= time + shift && time + shift <= lastAt,
    );
    const session = this.#asked?.session ?? Math.max(0, worked);
    const report = this.#reports[session];
    if (!report) throw new HumanError('No transcript of this run is kept.');
    const asked: RowsAsked = {
      ...{ type: 'rows', request: this.#asked?.request ?? 0, session, file: 0, from: 0, to: 0 },
      ...{ newest: false, filter: 'all', text: '' },
    };
    const search = await this.#find(asked);
    const source = this.#open?.source;
    if (!search || !source) return;
    const place = source.table.at(time + report.attribution.shift);
    const index = Math.max(
      0,
      search.found.findLastIndex((found) => found <= place),
    );
    this.post({ type: 'showRow', session, index });
  }

  /** The rows that are asked for, as far as the file holds them now; `undefined`: it cannot be read. */
  #find(asked: RowsAsked): Promise<RowSearch | undefined> {
    const found = this.#turn.then(() => this.#findNow(asked));
    this.#turn = found.catch(() => {});
    return found;
  }

  async #findNow({ session, file, filter, text }: RowsAsked): Promise<RowSearch | undefined> {
    const report = this.#reports[session];
    const named = report?.files[file];
    if (!report || !named) return undefined;
    if (this.#open?.file !== named.path) {
      const source = this.deps.sessions.transcript(report, named);
      if (!source) return undefined;
      this.#open = { file: named.path, source };
      this.#search = undefined;
    }
    const { source } = this.#open;
    const { query } = this.#search ?? {};
    if (query?.filter !== filter || query.text !== text)
      this.#search = new RowSearch(source, { filter, text });
    const search = this.#search;
    await this.deps.inSlices(source.update());
    if (search) await this.deps.inSlices(search.update());
    return search;
  }

  async #postRows(asked: RowsAsked): Promise<void> {
    const search = await this.#find(asked);
    const source = this.#open?.source;
    if (!search || !source || this.#asked !== asked || this.#disposed) return;
    const { found } = search;
    const { secrets = [] } = this.#reports[asked.session] ?? {};
    const from = asked.newest ? Math.max(0, found.length - (asked.to - asked.from)) : asked.from;
    const to = asked.newest ? found.length : asked.to;
    const rows = found.slice(from, to).map((place) => toRowView(source, place, secrets));
    const view = { request: asked.request, from, rows, total: found.length };
    const text = JSON.stringify(view);
    if (text !== this.#rows) this.post({ type: 'rows', rows: view });
    this.#rows = text;
  }
}
