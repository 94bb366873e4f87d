import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import { evidenceScheme } from '../core/contract';
import { DisposableStore } from '../core/disposables';
import { fileDocument } from '../core/documents';
import { HumanError, messageOf, runDeleted } from '../core/errors';
import type {
  DiffBase,
  FileEvidence,
  FileHistory,
  FilePreview,
  GitHistory,
  KeptCopies,
  OlderVersion,
} from '../core/evidence/evidence';
import { visible } from '../core/format';
import { isInside, samePath } from '../core/paths';
import type { ContextFile } from '../core/run/breakpoint';
import { isRecord } from '../core/run/lenient';
import { pendingEffects, type Run } from '../core/run/run';
import { maskSecrets } from '../core/run/secrets';
import { asRunKey, keyText, type RunKey } from '../core/run/runKey';
import type { RunStore } from '../core/source/runStore';
import { findContextFile } from './contextFile';

export interface EvidenceDeps {
  readonly store: RunStore;
  readonly git: GitHistory;
  readonly copies: KeptCopies;
  readonly folders: () => readonly string[];
  /** Resolves links; `undefined` when there is nothing. */
  readonly realPath: (path: string) => string | undefined;
  /** Reads a text file up to a limit in bytes, or gives a sentence part that follows its name. */
  readonly readText: (
    path: string,
    limit: number,
  ) => { readonly text: string } | { readonly problem: string };
}

const megabyte = 1024 * 1024;
/** In bytes; the lines and characters a line that a preview shows. */
const limits = { preview: 5 * megabyte, copy: megabyte, lines: 12, characters: 300 };

/** So many earlier breakpoints are looked at for a copy of a file. */
const mostEarlier = 20;

const baseNames: Readonly<Record<DiffBase, string>> = {
  head: 'git HEAD',
  'before-run': 'last commit before the run',
  'previous-gate': 'previous breakpoint',
};

/** What an older text is; all of it stands in the URI, so that a diff can be restored with the window. */
export type Older =
  | { readonly of: 'commit'; readonly file: string; readonly commit: string }
  | { readonly of: 'copy'; readonly runKey: RunKey; readonly effectId: string; readonly path: string };

/** The context files of breakpoints: found, previewed, opened, and compared with what they were. */
export class Evidence implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #disposables = new DisposableStore();
  /** Breakpoints whose files were copied, or found to be copied already. */
  readonly #copied = new Set<string>();

  constructor(private readonly deps: EvidenceDeps) {
    const { store } = deps;
    this.#disposables.add(vscode.workspace.registerTextDocumentContentProvider(evidenceScheme, this));
    this.#disposables.add(store.onDidChange(({ keys }) => void this.#keepCopies(keys)));
    this.#disposables.add(
      vscode.workspace.onDidGrantWorkspaceTrust(
        () => void this.#keepCopies(store.all.map(({ run }) => run.key)),
      ),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** What can be shown of a pending breakpoint's files, in their order; empty when it is not pending any more. */
  async filesOf(key: RunKey, effectId: string): Promise<readonly FileEvidence[]> {
    const run = this.deps.store.get(key)?.run;
    if (!run) return [];
    const files = filesAsked(run, effectId).map(({ path }) => {
      try {
        return { path, found: this.#find(run, path) };
      } catch (error) {
        return { path, problem: messageOf(error) };
      }
    });
    const found = files.flatMap((file) => ('found' in file ? [file.found] : []));
    const histories = await this.#histories(run, found);
    const copies = await this.#earlierCopies(run, effectId);
    return files.map((file) => {
      if ('problem' in file) return { problem: file.problem, versions: [] };
      const history = histories.get(file.found);
      const copy = copies.find(({ texts }) => texts.has(file.path))?.texts.get(file.path);
      const versions: OlderVersion[] = [];
      if (history?.head) versions.push({ base: 'head', same: history.head.same });
      if (history?.before) versions.push({ base: 'before-run', same: history.before.same });
      if (copy !== undefined) {
        const now = this.deps.readText(file.found, limits.preview);
        versions.push({ base: 'previous-gate', same: 'text' in now && now.text === copy });
      }
      return { problem: '', versions };
    });
  }

  /** The first lines of a file. */
  preview(key: RunKey, effectId: string, place: number): FilePreview {
    const { run, file } = this.#asked(key, effectId, place);
    let path: string;
    try {
      path = this.#find(run, file.path);
    } catch (error) {
      return { problem: messageOf(error) };
    }
    const read = this.deps.readText(path, limits.preview);
    if ('problem' in read) return { problem: `${visible(file.path)} ${read.problem}.` };
    const lines = maskSecrets(read.text).split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    const text = lines
      .slice(0, limits.lines)
      .map((line) => visible(line.length > limits.characters ? `${line.slice(0, limits.characters)}…` : line))
      .join('\n');
    return {
      text,
      language: file.language ?? extname(path).slice(1),
      more: lines.length > limits.lines,
    };
  }

  async open(key: RunKey, effectId: string, place: number, column: vscode.ViewColumn): Promise<void> {
    const { run, file } = this.#asked(key, effectId, place);
    await show(this.#find(run, file.path), column);
  }

  /** Opens what a relative link in a run's text means: a file, perhaps with a line ("a.ts#L12"). */
  async openLink(key: RunKey, link: string, column: vscode.ViewColumn): Promise<void> {
    const run = this.#run(key);
    const [, path = '', line] = /^([^#]*)(?:#L?(\d{1,7}))?/.exec(decoded(link)) ?? [];
    await show(this.#find(run, path), column, line === undefined ? undefined : Number(line));
  }

  /** Shows a file beside what it was. */
  async diff(
    key: RunKey,
    effectId: string,
    place: number,
    base: DiffBase,
    viewColumn: vscode.ViewColumn,
  ): Promise<void> {
    const { run, file } = this.#asked(key, effectId, place);
    const path = this.#find(run, file.path);
    const older = await this.#older(run, effectId, file, path, base);
    if (!older) throw new HumanError(`${visible(file.path)} cannot be compared with the ${baseNames[base]}.`);
    const commit = older.of === 'commit' ? ` ${older.commit.slice(0, 8)}` : '';
    await vscode.commands.executeCommand(
      'vscode.diff',
      olderUri(older, path),
      vscode.Uri.file(path),
      `${basename(path)} (${baseNames[base]}${commit} ↔ now)`,
      { preview: true, viewColumn },
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const older = parseUri(uri);
    const gone = 'This older text is not there any more.\n';
    if (older?.of === 'copy') {
      return (await this.deps.copies.read(older.runKey, older.effectId)).get(older.path) ?? gone;
    }
    // Anybody can make up a URI, so that it is checked again what may be read.
    if (!older || !vscode.workspace.isTrusted || !this.#isOurs(older.file)) return gone;
    return fileDocument(await this.deps.git.read(older.file, older.commit));
  }

  async #older(
    run: Run,
    effectId: string,
    { path }: ContextFile,
    file: string,
    base: DiffBase,
  ): Promise<Older | undefined> {
    if (base === 'previous-gate') {
      const copies = await this.#earlierCopies(run, effectId);
      const copy = copies.find(({ texts }) => texts.has(path));
      return copy && { of: 'copy', runKey: run.key, effectId: copy.effectId, path };
    }
    const history = (await this.#histories(run, [file])).get(file);
    const committed = base === 'head' ? history?.head : history?.before;
    return committed && { of: 'commit', file, commit: committed.commit };
  }

  async #histories(run: Run, files: readonly string[]): Promise<ReadonlyMap<string, FileHistory>> {
    return vscode.workspace.isTrusted ? this.deps.git.histories(files, run.createdAt) : new Map();
  }

  /** The copies kept of earlier breakpoints of the run, newest first. */
  async #earlierCopies(
    run: Run,
    effectId: string,
  ): Promise<readonly { effectId: string; texts: ReadonlyMap<string, string> }[]> {
    const seq = run.story.effects.get(effectId)?.requestedSeq ?? 0;
    const earlier = run.story.effects
      .list()
      .filter(
        ({ kind, status, requestedSeq }) =>
          kind === 'breakpoint' && status !== 'pending' && requestedSeq < seq,
      )
      .slice(-mostEarlier)
      .toReversed();
    return Promise.all(
      earlier.map(async (known) => ({
        effectId: known.effectId,
        texts: await this.deps.copies.read(run.key, known.effectId),
      })),
    );
  }

  /** Keeps what the files of pending breakpoints say now, to be compared with at the next breakpoint. */
  async #keepCopies(keys: Iterable<RunKey>): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    for (const key of keys) {
      const stored = this.deps.store.get(key);
      if (stored?.state.state !== 'needs-you') continue;
      const { run } = stored;
      for (const { effect, task } of pendingEffects(run)) {
        const files = task?.breakpoint?.files ?? [];
        const copied = `${keyText(key)}\n${effect.effectId}`;
        if (files.length === 0 || this.#copied.has(copied)) continue;
        this.#copied.add(copied);
        if (await this.deps.copies.has(key, effect.effectId)) continue;
        await this.deps.copies.keep(key, effect.effectId, this.#texts(run, files));
      }
    }
  }

  #texts(run: Run, files: readonly ContextFile[]): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const { path } of files.slice(0, 100)) {
      try {
        const read = this.deps.readText(this.#find(run, path), limits.copy);
        // What holds a secret is not copied: the secret stays in its file.
        if ('text' in read && maskSecrets(read.text) === read.text) texts.set(path, read.text);
      } catch {
        // It is not there, or leads outside.
      }
    }
    return texts;
  }

  #run(key: RunKey): Run {
    const run = this.deps.store.get(key)?.run;
    if (!run) throw new HumanError(runDeleted);
    return run;
  }

  #asked(key: RunKey, effectId: string, place: number): { readonly run: Run; readonly file: ContextFile } {
    const run = this.#run(key);
    const file = filesAsked(run, effectId)[place];
    if (!file) throw new HumanError('The question is not open any more.');
    return { run, file };
  }

  #find(run: Run, path: string): string {
    return findContextFile(run, path, this.deps.folders(), this.deps.realPath);
  }

  #isOurs(file: string): boolean {
    const { folders, realPath, store } = this.deps;
    const places = [...folders(), ...store.all.map(({ run }) => run.location)];
    // Decided before it is touched.
    return (
      places.some((place) => isInside(realPath(place) ?? place, file)) && samePath(realPath(file) ?? '', file)
    );
  }
}

function filesAsked(run: Run, effectId: string): readonly ContextFile[] {
  return run.pendingTasks.get(effectId)?.breakpoint?.files ?? [];
}

async function show(path: string, viewColumn: vscode.ViewColumn, line?: number): Promise<void> {
  const selection = line === undefined ? {} : { selection: new vscode.Range(line - 1, 0, line - 1, 0) };
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), {
    preview: true,
    viewColumn,
    ...selection,
  });
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}

/** The read-only document of an older text of a file. */
export function olderUri(older: Older, path: string): vscode.Uri {
  // The path gives the editor its language and its name.
  const { runKey, ...named } = older.of === 'copy' ? older : { ...older, runKey: undefined };
  return vscode.Uri.file(path).with({
    scheme: evidenceScheme,
    query: JSON.stringify({ ...named, dir: runKey && keyText(runKey) }),
  });
}

/** `undefined`: a URI that somebody else made up. */
function parseUri(uri: vscode.Uri): Older | undefined {
  try {
    const older: unknown = JSON.parse(uri.query);
    if (!isRecord(older)) return undefined;
    const { of, file, commit, dir, effectId, path } = older;
    if (of === 'commit' && typeof file === 'string' && typeof commit === 'string')
      return { of, file, commit };
    if (
      of === 'copy' &&
      typeof dir === 'string' &&
      typeof effectId === 'string' &&
      typeof path === 'string'
    ) {
      return { of, runKey: asRunKey(dir), effectId, path };
    }
  } catch {
    // No JSON.
  }
  return undefined;
}
