import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { ProcessState } from '../../../core/sessions/agentNow';
import type { Seen } from '../../../core/sessions/transcript';
import { isRecord, parseJson } from '../../../core/run/lenient';
import { isSameProcess, type RecordedProcess } from '../../../node/sameProcess';
import { readTextIn, realPath } from '../../../node/safeFile';
import {
  fileInside,
  isSessionId,
  isThere,
  modified,
  namesIn,
  type AgentStore,
  type SessionSigns,
  type StoredSession,
  type StoredSubagent,
} from '../../../node/sessions/agentStore';
import { readHead } from '../../../node/sessions/lineFile';
import { claudeCode, listsProcesses, longestSlug, slugOf } from '../core/claudeCode';
import { ClaudeReader } from '../core/claudeReader';
import { ClaudeRows } from '../core/claudeRows';

/** Such files hold a line of JSON. In bytes. */
const smallFile = 64 * 1024;

/** So many sessions of a project are looked into where no session says which runs it drives. */
const mostRecent = 50;

/** The sessions of Claude Code in a home folder. */
export class ClaudeStore implements AgentStore {
  readonly agent = claudeCode;
  readonly #found = new Map<string, StoredSession>();
  /** Of subagents beside their sessions: whose they are, by their paths. */
  readonly #owners = new Map<string, string | undefined>();

  /** @param isSame whether a process that was written down still lives */
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly isSame: (recorded: RecordedProcess) => boolean = isSameProcess,
  ) {}

  /** Older releases wrote below ~/.config, too. */
  get #homes(): readonly string[] {
    const home = this.env['CLAUDE_CONFIG_DIR'];
    const homes = home ? [home] : [join(homedir(), '.claude'), join(homedir(), '.config', 'claude')];
    return homes.flatMap((folder) => realPath(folder) ?? []);
  }

  find(id: string): StoredSession | undefined {
    if (!isSessionId(id)) return undefined;
    const known = this.#found.get(id);
    if (known && isThere(known)) return known;
    let newest: { readonly session: StoredSession; readonly at: number } | undefined;
    for (const projects of this.#projects()) {
      for (const folder of namesIn(projects)) {
        const path = join(projects, folder, `${id}.jsonl`);
        const at = modified(path);
        if (at === undefined || (newest && newest.at >= at)) continue;
        const real = fileInside(projects, path);
        if (real !== undefined) newest = { session: { id, path: real }, at };
      }
    }
    if (newest) this.#found.set(id, newest.session);
    return newest?.session ?? this.#withoutTranscript(id);
  }

  /** A session whose process lives and writes nothing but what it says of itself: a person can have it so. */
  #withoutTranscript(id: string): StoredSession | undefined {
    const own = this.#entries().find((entry) => entry['sessionId'] === id && this.isSame(recordedIn(entry)));
    const folder = own && this.processFolders()[0];
    const path = folder && fileInside(folder, join(folder, `${Number(own['pid'])}.json`));
    return path ? { id, path, unread: 'this session keeps no transcript' } : undefined;
  }

  #projects(): readonly string[] {
    return this.#homes.flatMap((home) => realPath(join(home, 'projects')) ?? []);
  }

  subagents({ id, path }: StoredSession): readonly StoredSubagent[] {
    const project = dirname(path);
    const own = join(project, id, 'subagents');
    const workflows = join(own, 'workflows');
    const folders = [own, ...namesIn(workflows).map((name) => join(workflows, name))];
    const below = folders.flatMap((folder) => agentFiles(folder).map((name) => join(folder, name)));
    const beside = agentFiles(project)
      .map((name) => join(project, name))
      .filter((file) => this.#ownerOf(file) === id);
    return [...below, ...beside].flatMap((file) => {
      const real = fileInside(project, file);
      return real === undefined ? [] : [subagentOf(real)];
    });
  }

  /** The id of the session that a subagent's lines name. */
  #ownerOf(file: string): string | undefined {
    if (!this.#owners.has(file)) {
      const [, owner] = /"sessionId":\s*"([^"]{1,128})"/.exec(readHead(file) ?? '') ?? [];
      if (owner === undefined) return undefined;
      this.#owners.set(file, owner);
    }
    return this.#owners.get(file);
  }

  /** Sessions of worktrees and of folders around the project lie in folders of other names. */
  recent(projectDir: string, since: number): readonly StoredSession[] {
    const slug = slugOf(projectDir);
    const isOwn = (name: string): boolean =>
      name === slug || (slug.length > longestSlug && name.startsWith(slug.slice(0, longestSlug)));
    return this.#projects()
      .flatMap((projects) => namesIn(projects).map((name) => join(projects, name)))
      .flatMap((folder) =>
        namesIn(folder)
          .filter((name) => name.endsWith('.jsonl') && !name.startsWith('agent-'))
          .map((name) => ({ path: join(folder, name), own: isOwn(basename(folder)) })),
      )
      .flatMap(({ path, own }) => {
        const at = modified(path);
        return at === undefined || at < since ? [] : [{ path, own, at }];
      })
      .toSorted((a, b) => Number(b.own) - Number(a.own) || b.at - a.at)
      .slice(0, mostRecent)
      .flatMap(({ path }) => this.find(basename(path, '.jsonl')) ?? []);
  }

  reader(seen?: Seen): ClaudeReader {
    return new ClaudeReader(seen);
  }

  rows(): ClaudeRows {
    return new ClaudeRows();
  }

  processFolders(): readonly string[] {
    return this.#homes.flatMap((home) => realPath(join(home, 'sessions')) ?? []);
  }

  process(id: string, { version, cwd, firstAt = 0 }: SessionSigns): ProcessState {
    const entries = this.#entries();
    const own = entries.filter(({ sessionId }) => sessionId === id);
    const living = own.find((entry) => this.isSame(recordedIn(entry)));
    if (living) return wordOf(living);
    if (own.length === 0 && !listsProcesses(version)) return 'unknown';
    // After /clear a process goes on with another session, and its entry may still tell the old one.
    const mayBe = entries.some(
      (entry) =>
        entry['cwd'] === cwd &&
        Number(entry['startedAt']) < firstAt &&
        this.isSame(recordedIn(entry)) &&
        this.#endedBefore(entry['sessionId'], firstAt),
    );
    return own.length === 0 && mayBe ? 'unknown' : 'gone';
  }

  /** Whether nothing was written to a session after a time. */
  #endedBefore(id: unknown, time: number): boolean {
    const session = typeof id === 'string' ? this.find(id) : undefined;
    return session === undefined || (modified(session.path) ?? 0) <= time;
  }

  /** What the living processes, and those that died without deleting it, say of themselves. */
  #entries(): readonly Entry[] {
    return this.#homes.flatMap((home) => {
      const folder = join(home, 'sessions');
      return namesIn(folder).flatMap((name) => {
        const entry = /^\d+\.json$/.test(name) ? readEntry(folder, name) : undefined;
        const { pid } = entry ?? {};
        const isOwn = (typeof pid === 'number' || typeof pid === 'string') && `${pid}.json` === name;
        return entry && isOwn ? [entry] : [];
      });
    });
  }
}

type Entry = Readonly<Record<string, unknown>>;

function agentFiles(folder: string): readonly string[] {
  return namesIn(folder)
    .filter((name) => /^agent-[A-Za-z0-9._-]{1,128}\.jsonl$/.test(name))
    .toSorted();
}

function subagentOf(path: string): StoredSubagent {
  const agentId = basename(path, '.jsonl').slice('agent-'.length);
  const meta = readEntry(dirname(path), basename(path).replace(/jsonl$/, 'meta.json')) ?? {};
  const field = (name: string): string | undefined => {
    const value = meta[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    path,
    agentId,
    toolUseId: field('toolUseId'),
    parentAgentId: field('parentAgentId'),
    description: field('description'),
    copies:
      agentId.startsWith('acompact') ||
      agentId.includes('aside_question') ||
      field('agentType') === 'aside_question',
  };
}

function readEntry(folder: string, name: string): Entry | undefined {
  const real = realPath(folder);
  const read = real === undefined ? undefined : readTextIn(real, join(real, name), smallFile);
  const json = read && 'text' in read ? parseJson(read.text) : undefined;
  return json && 'value' in json && isRecord(json.value) ? json.value : undefined;
}

function recordedIn({ pid, procStart, startedAt }: Entry): RecordedProcess {
  return {
    pid: Number(pid),
    procStart: typeof procStart === 'string' || typeof procStart === 'number' ? String(procStart) : undefined,
    startedAt: typeof startedAt === 'number' ? startedAt : undefined,
  };
}

function wordOf({ status, waitingFor, statusUpdatedAt, updatedAt }: Entry): ProcessState {
  const since = [statusUpdatedAt, updatedAt].find((at) => typeof at === 'number');
  return {
    status: typeof status === 'string' ? status : undefined,
    waitingFor: typeof waitingFor === 'string' ? waitingFor : undefined,
    since: typeof since === 'number' ? since : undefined,
  };
}
