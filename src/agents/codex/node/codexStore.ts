import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { count, toIso } from '../../../core/format';
import { isRecord, parseJson } from '../../../core/run/lenient';
import type { ProcessState } from '../../../core/sessions/agentNow';
import type { Seen } from '../../../core/sessions/transcript';
import { realPath } from '../../../node/safeFile';
import {
  fileInside,
  isSessionId,
  isThere,
  modified,
  namesIn,
  type AgentStore,
  type StoredSession,
  type StoredSubagent,
} from '../../../node/sessions/agentStore';
import { readHead } from '../../../node/sessions/lineFile';
import { isPacked, isTooLarge } from '../../../node/sessions/openedFile';
import { hasZstd } from '../../../node/sessions/zstd';
import { codex } from '../core/codex';
import { CodexReader, parentOf } from '../core/codexReader';
import { CodexRows } from '../core/codexRows';

/** So many rollouts are looked into for subagents of one session, or for a run that no session says it drives. */
const mostHeads = 2000;
const mostRecent = 50;

/** The rollouts of Codex in a home folder. */
export class CodexStore implements AgentStore {
  readonly agent = codex;
  readonly #found = new Map<string, StoredSession>();
  /** Which session began a rollout as a subagent, by its path; a rollout's first line never changes. */
  readonly #parents = new Map<string, string | undefined>();

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  get #root(): string | undefined {
    return realPath(this.env['CODEX_HOME'] || join(homedir(), '.codex'));
  }

  find(id: string): StoredSession | undefined {
    const root = this.#root;
    if (root === undefined || !isSessionId(id)) return undefined;
    const known = this.#found.get(id);
    if (known && isThere(known)) return known;
    let packed: string | undefined;
    for (const folder of [...days(root), join(root, 'archived_sessions')]) {
      for (const name of namesIn(folder).filter((name) => idOf(name) === id)) {
        const path = fileInside(root, join(folder, name));
        if (path === undefined) continue;
        if (isPacked(path)) packed ??= path;
        else return this.#remember({ id, path });
      }
    }
    return packed === undefined ? undefined : this.#remember({ id, path: packed, ...whyNot(packed) });
  }

  #remember(session: StoredSession): StoredSession {
    this.#found.set(session.id, session);
    return session;
  }

  /** They are rollouts of their own, of the day on which they began, which the session's file outlives. */
  subagents({ id, path }: StoredSession): readonly StoredSubagent[] {
    const root = this.#root;
    const last = modified(path);
    if (root === undefined || last === undefined) return [];
    const after = this.#after(root, path, last);
    const found: StoredSubagent[] = [];
    // What a subagent began itself counts, too.
    for (let parents = [id]; parents.length > 0 && found.length < mostRecent;) {
      const below = after.flatMap((file) => {
        const parent = this.#parentOf(file);
        const real = parent !== undefined && parents.includes(parent) ? fileInside(root, file) : undefined;
        if (real === undefined || found.some((known) => known.path === real)) return [];
        const parentAgentId = parent === id ? undefined : parent;
        return [
          {
            ...{ path: real, agentId: idOf(basename(file)), toolUseId: undefined },
            ...{ parentAgentId, description: undefined, copies: false },
          },
        ];
      });
      for (const each of below) found.push(each);
      parents = below.flatMap(({ agentId }) => agentId ?? []);
    }
    return found;
  }

  leftOut({ id, path }: StoredSession): string | undefined {
    const root = this.#root;
    const last = modified(path);
    if (root === undefined || last === undefined) return undefined;
    const packed = this.#after(root, path, last).filter(isPacked);
    if (!hasZstd) {
      return packed.length === 0
        ? undefined
        : `${count(packed.length, 'compressed rollout')} of that time not read, as zstd takes Node.js 22.15; subagents may be among them`;
    }
    const large = packed.filter((file) => whyNot(file).unread !== undefined && this.#parentOf(file) === id);
    return large.length === 0 ? undefined : `${count(large.length, 'subagent')} too large to be read`;
  }

  /** Rollouts that began after another one, and before its last sign. */
  #after(root: string, path: string, last: number): readonly string[] {
    const began = basename(path);
    const lastDay = `rollout-${toIso(last + 24 * 3_600_000).slice(0, 10)}T99`;
    const names = days(root)
      .filter((folder) => folder >= dirname(path) || dirname(path).endsWith('archived_sessions'))
      .flatMap((folder) => namesIn(folder).map((name) => join(folder, name)))
      .filter(
        (file) => idOf(basename(file)) !== undefined && basename(file) > began && basename(file) < lastDay,
      )
      .slice(0, mostHeads);
    // Of a rollout that is there twice the plain one counts.
    const plain = new Set(names.filter((file) => !isPacked(file)).map((file) => idOf(basename(file))));
    return names.filter((file) => !isPacked(file) || !plain.has(idOf(basename(file))));
  }

  #parentOf(file: string): string | undefined {
    if (!this.#parents.has(file)) {
      this.#parents.set(file, parentIn((readHead(file) ?? '').split('\n', 1)[0] ?? ''));
    }
    return this.#parents.get(file);
  }

  recent(_projectDir: string, since: number): readonly StoredSession[] {
    const root = this.#root;
    if (root === undefined) return [];
    const files: { readonly id: string; readonly at: number }[] = [];
    for (const folder of days(root)) {
      for (const name of namesIn(folder)) {
        const id = idOf(name);
        const at = id === undefined ? undefined : modified(join(folder, name));
        if (id !== undefined && at !== undefined && at >= since) files.push({ id, at });
      }
      if (files.length >= mostRecent) break;
    }
    const newest = files.toSorted((a, b) => b.at - a.at).map(({ id }) => id);
    return [...new Set(newest)].slice(0, mostRecent).flatMap((id) => this.find(id) ?? []);
  }

  reader(seen?: Seen): CodexReader {
    return new CodexReader(seen);
  }

  rows(): CodexRows {
    return new CodexRows();
  }

  /** It keeps no list of living processes. */
  process(): ProcessState {
    return 'unknown';
  }

  processFolders(): readonly string[] {
    return [];
  }
}

/** The folders of all days, the newest first. */
function days(root: string): readonly string[] {
  const below = (folder: string): readonly string[] =>
    namesIn(folder)
      .filter((name) => /^\d{2,4}$/.test(name))
      .toSorted()
      .toReversed()
      .map((name) => join(folder, name));
  return below(join(root, 'sessions')).flatMap(below).flatMap(below);
}

/** The parent that the first line of a rollout names, also where the line goes on behind what was read of it. */
function parentIn(line: string): string | undefined {
  const json = parseJson(line);
  if (!('value' in json)) return /"parent_thread_id":\s*"([^"]{1,128})"/.exec(line)?.[1];
  const payload = isRecord(json.value) ? json.value['payload'] : undefined;
  return isRecord(payload) ? parentOf(payload) : undefined;
}

/** Why a compressed rollout is not read; nothing: it is. */
function whyNot(path: string): Pick<StoredSession, 'unread'> {
  if (!hasZstd) {
    return { unread: 'its transcript is compressed with zstd, which is read with Node.js 22.15 and later' };
  }
  return isTooLarge(path) ? { unread: 'its compressed transcript is too large to be read' } : {};
}

/** The id in the name of a rollout; `undefined`: it is none. */
function idOf(name: string): string | undefined {
  return /^rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-([A-Za-z0-9._-]{1,128}?)\.jsonl(?:\.zst)?$/.exec(name)?.[1];
}
