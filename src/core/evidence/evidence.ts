import type { RunKey } from '../run/runKey';

/** What a context file can be compared with. */
export const diffBases = ['head', 'before-run', 'previous-gate'] as const;

export type DiffBase = (typeof diffBases)[number];

/** An older text of a context file, from git or from a kept copy. */
export interface OlderVersion {
  readonly base: DiffBase;
  /** The file is now as it was then, so that there is nothing to compare. */
  readonly same: boolean;
}

/** What can be shown of a context file. */
export interface FileEvidence {
  /** Why it cannot be opened, as a sentence; empty when it can. */
  readonly problem: string;
  readonly versions: readonly OlderVersion[];
}

/** The beginning of a context file, or why there is none. */
export type FilePreview =
  { readonly text: string; readonly language: string; readonly more: boolean } | { readonly problem: string };

/** A file as a commit has it. */
export interface CommittedFile {
  /** The commit's full hash. */
  readonly commit: string;
  /** The working file has the same content. */
  readonly same: boolean;
}

/** A file's past in git; `undefined`: the commit, or the file in it, does not exist. */
export interface FileHistory {
  readonly head: CommittedFile | undefined;
  readonly before: CommittedFile | undefined;
}

/** Reads the git repositories of files. Runs nothing that a repository could name. */
export interface GitHistory {
  /**
   * @param files absolute paths, links resolved
   * @param before milliseconds since 1970: the last commit before it is looked for
   * @returns by path; files that are in no repository are not in it. Never rejects.
   */
  histories(files: readonly string[], before: number): Promise<ReadonlyMap<string, FileHistory>>;
  /**
   * The text of a file in a commit.
   * @throws HumanError when it cannot be read
   */
  read(file: string, commit: string): Promise<string>;
}

/** Copies of context files, made when their breakpoint was first seen pending. */
export interface KeptCopies {
  /** Keeps the texts by path, unless copies of this breakpoint are kept already. Never rejects. */
  keep(key: RunKey, effectId: string, texts: ReadonlyMap<string, string>): Promise<void>;
  has(key: RunKey, effectId: string): Promise<boolean>;
  /** The texts by path as they were; empty when nothing is kept. Never rejects. */
  read(key: RunKey, effectId: string): Promise<ReadonlyMap<string, string>>;
}
