import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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
import { isDocument, isTooLarge } from '../../../node/sessions/openedFile';
import { gemini } from '../core/gemini';
import { GeminiReader } from '../core/geminiReader';
import { GeminiRows } from '../core/geminiRows';

/** So many chats are looked into where no session says which runs it drives. */
const mostRecent = 50;

/** Why a chat is not read that an older release wrote. */
const tooLarge = 'its chat is one JSON document that is too large to be read';

/** The chats of Gemini CLI in a home folder. */
export class GeminiStore implements AgentStore {
  readonly agent = gemini;
  readonly #found = new Map<string, StoredSession>();

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  get #root(): string | undefined {
    return realPath(join(this.env['GEMINI_CLI_HOME'] || homedir(), '.gemini', 'tmp'));
  }

  /** Names hold the first eight characters of an id; the first line holds all of it. */
  find(id: string): StoredSession | undefined {
    const root = this.#root;
    if (root === undefined || !isSessionId(id)) return undefined;
    const known = this.#found.get(id);
    // Newer releases go on in lines with what older ones wrote as one document.
    if (known && isThere(known) && !isDocument(known.path)) return known;
    const chats = this.#chats(root);
    const named = (ending: string): readonly string[] =>
      chats.filter((path) => path.endsWith(`-${id.slice(0, 8)}.${ending}`));
    for (const path of [...named('jsonl'), ...named('json')]) {
      const real = fileInside(root, path);
      if (real === undefined || idOf(real) !== id) continue;
      const isLarge = isDocument(real) && isTooLarge(real);
      const session = { id, path: real, ...(isLarge && { unread: tooLarge }) };
      this.#found.set(id, session);
      return session;
    }
    return undefined;
  }

  #chats(root: string): readonly string[] {
    return namesIn(root)
      .map((project) => join(root, project, 'chats'))
      .flatMap((folder) => namesIn(folder).map((name) => join(folder, name)))
      .filter((path) => /^session-.{1,100}\.jsonl?$/.test(basename(path)));
  }

  subagents({ id, path }: StoredSession): readonly StoredSubagent[] {
    const folder = join(dirname(path), id);
    return namesIn(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => {
        const real = fileInside(dirname(path), join(folder, name));
        if (real === undefined) return [];
        const link = {
          toolUseId: undefined,
          parentAgentId: undefined,
          description: undefined,
          copies: false,
        };
        return [{ path: real, agentId: basename(name, '.jsonl'), ...link }];
      });
  }

  recent(projectDir: string, since: number): readonly StoredSession[] {
    const root = this.#root;
    if (root === undefined) return [];
    // A project's folder has a short name, or before the hash of its path.
    const names = new Set([basename(projectDir), createHash('sha256').update(projectDir).digest('hex')]);
    const isOwn = (path: string): boolean => names.has(basename(dirname(dirname(path))));
    return this.#chats(root)
      .flatMap((path) => {
        const at = modified(path);
        return at === undefined || at < since ? [] : [{ path, at, own: isOwn(path) }];
      })
      .toSorted((a, b) => Number(b.own) - Number(a.own) || b.at - a.at)
      .slice(0, mostRecent)
      .flatMap(({ path }) => {
        const real = fileInside(root, path);
        const id = real === undefined ? undefined : idOf(real);
        return real === undefined || id === undefined || !isSessionId(id) ? [] : [{ id, path: real }];
      });
  }

  reader(seen?: Seen): GeminiReader {
    return new GeminiReader(seen);
  }

  rows(): GeminiRows {
    return new GeminiRows();
  }

  /** It keeps no list of living processes. */
  process(): ProcessState {
    return 'unknown';
  }

  processFolders(): readonly string[] {
    return [];
  }
}

function idOf(path: string): string | undefined {
  return /"sessionId":\s*"([A-Za-z0-9._-]{1,128})"/.exec(readHead(path, 4096) ?? '')?.[1];
}
