import { cutAtWord, firstLine, visible } from '../../core/format';
import { agentNow, lastSign, type NowKind, type ProcessWord } from '../../core/sessions/agentNow';
import type {
  RunLinks,
  SessionFile,
  SessionOptions,
  SessionReport,
  SessionState,
} from '../../core/sessions/agentSessions';
import { attribute, type SessionFiles, type Subagent, type TaskWindow } from '../../core/sessions/attribute';
import { maskCredentials } from '../../core/sessions/maskCredentials';
import type { Pricer } from '../../core/sessions/prices';
import { hasWorkLeft, taskWindows } from '../../core/sessions/taskWindows';
import { Transcript } from '../../core/sessions/transcript';
import type { TranscriptSource } from '../../core/sessions/transcriptSource';
import type { Run } from '../../core/run/run';
import type { Sliced } from '../../core/sliced';
import { modified, type AgentStore, type Found } from './agentStore';
import { TranscriptFile } from './transcriptFile';
import { ReadTranscripts } from './readTranscripts';
import { fileMentions, readHead, readTail } from './lineFile';

/** A run with more sessions than this shows the newest. */
const mostSessions = 20;

/** So many bytes are searched for a run that no session says it drives. */
const searchedBytes = 64 * 1024 * 1024;

/** What a run's sessions are read with. */
export interface ReadingOptions extends SessionOptions {
  /** The words in which a task was asked for; `undefined`: they are not known. */
  promptOf(effectId: string): string | undefined;
  /** Called before files of sessions are opened; those of a search are, too. */
  beforeReading(): void;
  /** By which costs are estimated; left out: they are not. */
  readonly pricer?: Pricer | undefined;
}

/** Finds and reads the sessions of runs in the stores of all agents. */
export class RunSessions {
  constructor(private readonly stores: readonly AgentStore[]) {}

  /** Those whose files are there, in no order. */
  find(run: Run, { sessionIds }: RunLinks): readonly Found[] {
    // The program that drove the run is looked at first.
    const stores = this.stores.toSorted(
      (a, b) => Number(b.agent.id === run.harness) - Number(a.agent.id === run.harness),
    );
    return sessionIds.slice(-mostSessions).flatMap((id) => {
      for (const store of stores) {
        const session = store.find(id);
        if (session) return [{ store, session }];
      }
      return [];
    });
  }

  /** What the sessions do now, the newest last; only the ends of their files are read. */
  *look(run: Run, links: RunLinks, options: SessionOptions): Sliced<readonly SessionState[]> {
    const states: SessionState[] = [];
    const found = this.find(run, links);
    const ids = new Set(found.map(({ session }) => session.id));
    for (const { store, session } of found) {
      if (session.unread !== undefined) {
        states.push(unreadState({ store, session }, session.unread, run));
        continue;
      }
      const read = yield* mainOf(store, session.path);
      if (!read || (read.parentId !== undefined && ids.has(read.parentId))) continue;
      const subagents: Subagent[] = [];
      // Only what was handed on and has not come back says more than the session itself.
      if ([...read.open.values()].some(({ prompt }) => prompt !== undefined)) {
        for (const { path, ...link } of store.subagents(session)) {
          const transcript = (yield* tailOf(store, path))?.transcript;
          if (transcript) subagents.push({ ...link, transcript });
        }
      }
      const files = { main: read, subagents };
      states.push(stateOf({ store, session }, files, run, links, options));
    }
    return states.toSorted((a, b) => a.lastAt - b.lastAt);
  }

  /** The same with all that they did, read whole. What sessions copy from each other counts once, for the older one. */
  *read(
    run: Run,
    links: RunLinks,
    options: ReadingOptions,
    known = new ReadTranscripts(),
  ): Sliced<readonly SessionReport[]> {
    let found = this.find(run, links);
    const isBound = found.length > 0;
    if (isBound) options.beforeReading();
    else found = yield* known.found(options.now, () => this.#search(run, options.beforeReading));
    known.begin();
    const reports: SessionReport[] = [];
    const read = new Set<string>();
    for (const each of yield* inOrder(found)) {
      if (each.session.unread !== undefined) {
        reports.push(unreadReport(each, each.session.unread, run, links));
        continue;
      }
      // What one that was read before began is told of with it.
      if (read.has(each.session.path)) continue;
      const files = yield* readFiles(each, known);
      if (!files || (!isBound && !workedOn(run, files.main))) continue;
      for (const { path } of files.subagents) read.add(path);
      const windows = windowsOf(run, each.session.id, files.main, links, options);
      reports.push({
        ...stateOf(each, files, run, links, options),
        attribution: attribute(files, windows, options.pricer),
        transcript: files.main,
        secrets: links.secrets,
        leftOut: each.store.leftOut?.(each.session),
        files: [{ path: each.session.path, name: '' }, ...files.subagents.map(fileOf)],
      });
    }
    // A file is another one by now, so what others copied from it is to be counted anew.
    if (known.isOutdated) return yield* this.read(run, links, options, known);
    return reports.toSorted((a, b) => a.lastAt - b.lastAt);
  }

  /** One file of a session, of which rows are read when they are wanted. */
  transcript({ agent }: SessionState, { path }: SessionFile): TranscriptSource | undefined {
    const store = this.stores.find((known) => known.agent.id === agent.id);
    return store && new TranscriptFile(path, () => store.rows());
  }

  /** Sessions of the project in which the run is named, for runs that no session says it drives. */
  *#search(run: Run, beforeReading: () => void): Sliced<readonly Found[]> {
    const found: Found[] = [];
    let left = searchedBytes;
    for (const store of this.stores) {
      for (const session of store.recent(run.projectDir, run.createdAt)) {
        beforeReading();
        const searched = yield* fileMentions(session.path, run.runId, left);
        left -= searched.bytes;
        if (searched.found) found.push({ store, session });
        if (left <= 0) return found;
      }
    }
    return found;
  }
}

/** Of a session that is there, and not read: what its process says, and why. */
function unreadState({ store, session }: Found, why: string, run: Run): SessionState {
  const at = modified(session.path) ?? 0;
  const process = store.process(session.id, new Transcript());
  const living = typeof process === 'object';
  const [kind, text] = living ? unreadNow(process, why) : (['unknown', why] as const);
  const since = (living ? process.since : undefined) ?? at;
  return {
    ...{ agent: store.agent, id: session.id, file: session.path, title: undefined, cwd: run.projectDir },
    ...{ living, lastAt: at, unread: true },
    now: { kind, text, since, until: undefined, certain: living },
  };
}

function unreadNow({ status, waitingFor }: ProcessWord, why: string): readonly [NowKind, string] {
  if (status === 'idle' || status === 'shell') return ['idle', `its turn ended; ${why}`];
  if (status === 'busy') return ['thinking', `at work; ${why}`];
  if (status !== 'waiting') return ['unknown', why];
  return waitingFor?.includes('permission') === true
    ? ['permission', `waiting for your permission; ${why}`]
    : ['question', `waiting for your answer; ${why}`];
}

function unreadReport(found: Found, why: string, run: Run, { secrets }: RunLinks): SessionReport {
  const main = new Transcript();
  return {
    ...unreadState(found, why, run),
    ...{
      attribution: attribute({ main, subagents: [] }, []),
      transcript: main,
      files: [],
      secrets,
      leftOut: undefined,
    },
  };
}

function stateOf(
  { store, session }: Found,
  files: SessionFiles,
  run: Run,
  { secrets }: RunLinks,
  options: SessionOptions,
): SessionState {
  const { main } = files;
  const process = store.process(session.id, main);
  return {
    agent: store.agent,
    id: session.id,
    file: session.path,
    title: main.title === undefined ? undefined : visible(maskCredentials(main.title, secrets)),
    cwd: main.cwd,
    living: typeof process === 'object',
    lastAt: lastSign(files),
    unread: false,
    now: agentNow(files, process, {
      ...options,
      workLeft: hasWorkLeft(run),
      mayWaitFor: store.agent.mayWaitFor(main),
      secrets,
    }),
  };
}

/** The tasks of the run, and of the others that the session worked on. */
function windowsOf(
  run: Run,
  sessionId: string,
  { runs }: Transcript,
  links: RunLinks,
  { promptOf }: ReadingOptions,
): readonly TaskWindow[] {
  const named = [...runs, ...links.runIds(sessionId)];
  const others = [...new Set(named)]
    .filter((id) => id !== run.runId)
    .flatMap((id) => links.otherRun(id) ?? []);
  return [...taskWindows(run, promptOf), ...others.flatMap((other) => taskWindows(other, () => undefined))];
}

/** The oldest first, without subagents of the others. A fork begins with its original's lines, and goes on after it. */
function* inOrder(found: readonly Found[]): Sliced<readonly Found[]> {
  const ids = new Set(found.map(({ session }) => session.id));
  const begun: { readonly each: Found; readonly at: number; last: number }[] = [];
  for (const each of found) {
    const { store, session } = each;
    const head = session.unread === undefined ? headOf(store, session.path) : new Transcript();
    if (head.parentId === undefined || !ids.has(head.parentId))
      begun.push({ each, at: head.firstAt ?? 0, last: 0 });
    yield;
  }
  for (const one of begun) {
    const { store, session } = one.each;
    if (session.unread !== undefined || begun.every(({ each, at }) => each === one.each || at !== one.at))
      continue;
    one.last = (yield* tailOf(store, session.path))?.transcript.lastAt ?? 0;
  }
  return begun.toSorted((a, b) => a.at - b.at || a.last - b.last).map(({ each }) => each);
}

/** Whether a session did something with a run: where it is only named, others did. */
function workedOn({ runId, story }: Run, { runs, posts, learned, work }: Transcript): boolean {
  return (
    runs.has(runId) ||
    [...learned.keys(), ...posts.flatMap(({ effectIds }) => effectIds)].some((id) => story.effects.has(id)) ||
    work.some(({ calls }) => calls.some(({ mentions }) => mentions.some((id) => story.effects.has(id))))
  );
}

/** A subagent's file with what it was to do. */
function fileOf({ path, description, agentId = '', transcript }: ReadSubagent): SessionFile {
  const name = description ?? firstLine(transcript.prompt ?? '');
  return { path, name: cutAtWord(name, 80) || agentId || 'subagent' };
}

/** A subagent's file that was read. */
type ReadSubagent = Subagent & { readonly path: string };

interface ReadFiles extends SessionFiles {
  readonly subagents: readonly ReadSubagent[];
}

function* readFiles({ store, session }: Found, known: ReadTranscripts): Sliced<ReadFiles | undefined> {
  const main = yield* known.read(session.path, store);
  if (!main) return undefined;
  const subagents: ReadSubagent[] = [];
  // What copies others counts for those that it copied.
  for (const link of store.subagents(session).toSorted((a, b) => Number(a.copies) - Number(b.copies))) {
    const transcript = yield* known.read(link.path, store);
    if (transcript) subagents.push({ ...link, transcript });
  }
  return { main, subagents };
}

/** What the end of a session's own file amounts to, with what only its beginning tells. */
function* mainOf(store: AgentStore, path: string): Sliced<Transcript | undefined> {
  const read = yield* tailOf(store, path);
  if (!read || read.whole) return read?.transcript;
  const { cwd, firstPrompt, firstAt, parentId } = headOf(store, path);
  const { transcript } = read;
  transcript.cwd = cwd ?? transcript.cwd;
  transcript.firstPrompt = firstPrompt;
  transcript.firstAt = firstAt;
  transcript.parentId = parentId ?? transcript.parentId;
  return transcript;
}

/** What the end of a file amounts to; `whole`: it is all of it. */
function* tailOf(
  store: AgentStore,
  path: string,
): Sliced<{ readonly transcript: Transcript; readonly whole: boolean } | undefined> {
  const read = yield* readTail(
    path,
    () => store.reader(),
    ({ transcript }) => transcript.turn !== 'none' && transcript.work.length > 0,
  );
  return read && { transcript: read.reader.transcript, whole: read.whole };
}

/** What the first lines of a file amount to. */
function headOf(store: AgentStore, path: string): Transcript {
  const reader = store.reader();
  for (const line of (readHead(path) ?? '').split('\n').slice(0, -1)) reader.read(line);
  return reader.transcript;
}
