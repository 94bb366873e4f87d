import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { CommittedFile, FileHistory, GitHistory } from '../core/evidence/evidence';
import { HumanError } from '../core/errors';
import { readBytes } from './safeFile';
import { runProcess } from './spawn';

/** Milliseconds that one call of git may take. */
const timeLimit = 10_000;
/** Larger files are not compared; in bytes. */
const sizeLimit = 5 * 1024 * 1024;

/**
 * A repository comes from anywhere, and its configuration may name programs. The commands used here read objects only;
 * what could still start something (a file system monitor, fetching what a partial clone lacks) is switched off, and
 * a bare repository that lies in the workspace as a trap is not entered.
 */
const safely = [
  '--no-pager',
  '--no-optional-locks',
  '--no-replace-objects',
  '--literal-pathspecs',
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'safe.bareRepository=explicit'].flatMap(
    (setting) => ['-c', setting],
  ),
];

/** Reads the past of files with the `git` on PATH. */
export class GitProgram implements GitHistory {
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  async histories(files: readonly string[], before: number): Promise<ReadonlyMap<string, FileHistory>> {
    const found = new Map<string, FileHistory>();
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      const head = await this.#commit(folder, []);
      if (head === undefined) continue;
      const earlier = await this.#commit(folder, [`--before=@${Math.floor(before / 1000)}`]);
      // A line break in a name would end git's line of input.
      const members = files.filter((file) => dirname(file) === folder && !file.includes('\n'));
      const none = new Map<string, CommittedFile>();
      const [atHead, atEarlier] = [
        await this.#committed(folder, members, head),
        earlier === undefined ? none : await this.#committed(folder, members, earlier),
      ];
      for (const file of members) found.set(file, { head: atHead.get(file), before: atEarlier.get(file) });
    }
    return found;
  }

  async read(file: string, commit: string): Promise<string> {
    const args = ['cat-file', 'blob', at(commit, file)];
    const text = isHash(commit) ? await this.#git(dirname(file), args) : undefined;
    if (text === undefined)
      throw new HumanError(`git does not have ${file} in ${commit.slice(0, 12)} any more.`);
    return text;
  }

  async #commit(folder: string, which: readonly string[]): Promise<string | undefined> {
    const args = ['rev-list', '--max-count=1', ...which, 'HEAD', '--'];
    const hash = (await this.#git(folder, args))?.trim() ?? '';
    return isHash(hash) ? hash : undefined;
  }

  async #committed(
    folder: string,
    files: readonly string[],
    commit: string,
  ): Promise<ReadonlyMap<string, CommittedFile>> {
    const input = files.map((file) => `${at(commit, file)}\n`).join('');
    const lines = (await this.#git(folder, ['cat-file', '--batch-check'], input))?.split('\n') ?? [];
    const found = new Map<string, CommittedFile>();
    for (const [i, file] of files.entries()) {
      const [hash = '', type, size] = lines[i]?.split(' ') ?? [];
      if (type === 'blob' && isHash(hash) && Number(size) <= sizeLimit) {
        found.set(file, { commit, same: isBlob(file, hash) });
      }
    }
    return found;
  }

  #git(folder: string, args: readonly string[], stdin?: string): Promise<string | undefined> {
    return runGit(this.#env, folder, args, stdin);
  }
}

/**
 * Runs the `git` on PATH for a folder.
 * @returns what it printed; `undefined` when it failed, or is not there. Never rejects.
 */
export async function runGit(
  env: NodeJS.ProcessEnv,
  folder: string,
  args: readonly string[],
  stdin?: string,
): Promise<string | undefined> {
  // Variables like GIT_DIR would lead to another repository.
  const own = Object.entries(env).filter(([name]) => !/^GIT_/i.test(name));
  try {
    const outcome = await runProcess('git', [...safely, '-C', folder, ...args], {
      // Windows looks for programs in the folder where they are started first, and that one may be hostile.
      cwd: dirname(process.execPath),
      env: {
        ...Object.fromEntries(own),
        GIT_ALLOW_PROTOCOL: 'none',
        GIT_NO_LAZY_FETCH: '1',
        GIT_TERMINAL_PROMPT: '0',
      },
      stdin,
      signal: new AbortController().signal,
      timeLimit,
    });
    return outcome.ended === 'exit' && outcome.exitCode === 0 ? outcome.stdout : undefined;
  } catch {
    return undefined;
  }
}

function isHash(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** A file of a commit, named from the file's own folder: git finds the repository and the way from its root. */
function at(commit: string, file: string): string {
  return `${commit}:./${basename(file)}`;
}

/** Whether a file has the content that git names so. */
function isBlob(file: string, hash: string): boolean {
  const read = readBytes(file, sizeLimit);
  if ('problem' in read) return false;
  const named = createHash(hash.length === 40 ? 'sha1' : 'sha256')
    .update(`blob ${read.bytes.length}\0`)
    .update(read.bytes);
  return named.digest('hex') === hash;
}
