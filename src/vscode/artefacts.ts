import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { HumanError } from '../core/errors';
import type { FileHistory } from '../core/evidence/evidence';
import { visible } from '../core/format';
import type { ArtefactVersions, OlderArtefact } from '../core/views/page/reportProtocol';
import { reportBases, type ReportBase } from '../core/views/report/counterparts';
import { iterationTitle, titleOfIteration, type Iteration } from '../core/run/iterations';
import { parseJson } from '../core/run/lenient';
import type { Run } from '../core/run/run';
import type { OpenedRun } from '../core/views/tree/buildTree';
import { findContextFile } from './contextFile';
import { olderUri, type EvidenceDeps } from './evidence';
import { fileUri } from './runDocuments';

/** A text of an artefact that was kept from an iteration. */
interface Kept {
  readonly uri: vscode.Uri;
  /** "engine's copy of iteration 2". */
  readonly what: string;
  readonly same: boolean;
}

/** An iteration to compare with, and what is known of its end. */
interface Past {
  readonly base: ReportBase;
  readonly iteration: Iteration;
  /** By the artefact's place in the project, the engine's copies. */
  readonly stored: ReadonlyMap<string, string>;
  /** The texts kept at the iteration's questions, the newest first. */
  readonly asked: readonly { readonly effectId: string; readonly texts: ReadonlyMap<string, string> }[];
  readonly histories: ReadonlyMap<string, FileHistory>;
}

/** So many artefacts are looked up, with so many tasks and questions of an iteration. */
const most = { files: 50, tasks: 200, questions: 20 };
/** Larger files are not looked at to tell whether they changed; in bytes. */
const textLimit = 5 * 1024 * 1024;

/** What `storeTaskArtifacts` of the engine notes beside a task. */
const storedArtefacts = z
  .array(z.looseObject({ name: z.string(), storedAt: z.string() }))
  .check(z.maxLength(1000));

/** The files that tasks made: found, opened, and compared with what was kept of them from other iterations. */
export class Artefacts {
  constructor(private readonly deps: EvidenceDeps) {}

  async open(run: Run, file: string, viewColumn: vscode.ViewColumn): Promise<void> {
    const uri = vscode.Uri.file(this.#find(run, file));
    await vscode.commands.executeCommand('vscode.open', uri, { preview: true, viewColumn });
  }

  /**
   * What the artefacts can be compared with.
   * @param n the iteration they are looked at from; `undefined`: there is none
   */
  async versions(
    opened: OpenedRun,
    files: readonly string[],
    n: number | undefined,
  ): Promise<readonly ArtefactVersions[]> {
    const looked = files.slice(0, most.files);
    const { own, pasts, beforeRun } = await this.#look(opened, looked, n);
    const name = titleOfIteration(opened.iterations.list, n ?? 0);
    return looked.map((file) => ({
      file,
      own: own.has(file)
        ? `engine's copy of ${name}`
        : n === opened.iterations.list.at(-1)?.n
          ? 'as it is now'
          : `as it is now; its text at the end of ${name} was not kept`,
      older: pasts.map((past): OlderArtefact => {
        const kept = this.#kept(opened.run, file, past, beforeRun);
        const { base, iteration } = past;
        return {
          base,
          iteration: iterationTitle(iteration),
          kept: kept?.what ?? '',
          same: !own.has(file) && kept?.same === true,
        };
      }),
    }));
  }

  /** Shows an artefact beside what was kept of it. */
  async diff(
    opened: OpenedRun,
    file: string,
    n: number | undefined,
    base: ReportBase,
    viewColumn: vscode.ViewColumn,
  ): Promise<void> {
    const { own, pasts, beforeRun } = await this.#look(opened, [file], n);
    const past = pasts.find((known) => known.base === base);
    const kept = past && this.#kept(opened.run, file, past, beforeRun);
    if (!kept) throw new HumanError(`No older text of ${visible(file)} was kept.`);
    const stored = own.get(file);
    await vscode.commands.executeCommand(
      'vscode.diff',
      kept.uri,
      stored === undefined ? vscode.Uri.file(this.#find(opened.run, file)) : fileUri(opened.run.key, stored),
      `${visible(basename(file))} (${kept.what} ↔ ${stored === undefined ? 'now' : titleOfIteration(opened.iterations.list, n ?? 0)})`,
      { preview: true, viewColumn },
    );
  }

  async #look({ run, iterations }: OpenedRun, files: readonly string[], n: number | undefined) {
    const { list } = iterations;
    const at = list.findIndex((iteration) => iteration.n === n);
    const best = list.find((iteration) => iteration.best);
    const wanted = { previous: list[at - 1], best: best?.n === n ? undefined : best } as const;
    const paths = files.flatMap((file) => this.#tryFind(run, file) ?? []);
    const pasts: Past[] = [];
    for (const base of reportBases) {
      const iteration = wanted[base];
      if (!iteration) continue;
      pasts.push({
        base,
        iteration,
        stored: await this.#stored(run, iteration, files),
        asked: await this.#asked(run, iteration),
        histories: await this.#histories(paths, endOf(iteration)),
      });
    }
    const current = list[at];
    return {
      own: current ? await this.#stored(run, current, files) : new Map<string, string>(),
      pasts,
      beforeRun: pasts.length === 0 ? new Map() : await this.#histories(paths, run.createdAt),
    };
  }

  /** The engine's copy, else the one of a question, else what git has. */
  #kept(
    run: Run,
    file: string,
    { iteration, stored, asked, histories }: Past,
    beforeRun: ReadonlyMap<string, FileHistory>,
  ): Kept | undefined {
    const path = this.#tryFind(run, file);
    const place = stored.get(file);
    if (place !== undefined) {
      const uri = fileUri(run.key, place);
      return { uri, what: `engine's copy of ${iterationTitle(iteration)}`, same: false };
    }
    if (path === undefined) return undefined;
    for (const { effectId, texts } of asked) {
      // A question names its files in its own way.
      const named = [...texts.keys()].find((name) => this.#tryFind(run, name, '') === path);
      if (named === undefined) continue;
      return {
        uri: olderUri({ of: 'copy', runKey: run.key, effectId, path: named }, path),
        what: `copy made at a question of ${iterationTitle(iteration)}`,
        same: this.#isNow(path, texts.get(named)),
      };
    }
    const committed = histories.get(path)?.before;
    if (!committed) return undefined;
    const old = beforeRun.get(path)?.before?.commit === committed.commit;
    return {
      uri: olderUri({ of: 'commit', file: path, commit: committed.commit }, path),
      what: old
        ? `commit ${committed.commit.slice(0, 8)} from before the run`
        : `last commit before ${iterationTitle(iteration)} ended, ${committed.commit.slice(0, 8)}`,
      same: committed.same,
    };
  }

  /** Where the engine put copies of the files, by file; the last task that has one counts. */
  async #stored(
    run: Run,
    { effects }: Iteration,
    files: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const source = this.deps.store.sourceOf(run.key);
    for (const { effectId } of effects.slice(-most.tasks)) {
      const part = await source?.document(run.key, { task: effectId, part: 'artifacts' });
      // Most tasks have none.
      if (!part || 'problem' in part) continue;
      const json = parseJson(part.text);
      const listed = storedArtefacts.safeParse('value' in json ? json.value : undefined);
      for (const { name, storedAt } of listed.data ?? []) {
        const file = files.find((each) => each === name) ?? files.find((each) => basename(each) === name);
        // Wherever else it leads, the engine did not put it there.
        if (file !== undefined && /^(?:tasks|blobs)\//.test(storedAt)) found.set(file, storedAt);
      }
    }
    return found;
  }

  async #asked(run: Run, { effects }: Iteration): Promise<Past['asked']> {
    const questions = effects
      .filter(({ kind, status }) => kind === 'breakpoint' && status !== 'pending')
      .slice(-most.questions)
      .toReversed();
    return Promise.all(
      questions.map(async ({ effectId }) => ({
        effectId,
        texts: await this.deps.copies.read(run.key, effectId),
      })),
    );
  }

  async #histories(files: readonly string[], before: number): Promise<ReadonlyMap<string, FileHistory>> {
    return vscode.workspace.isTrusted ? this.deps.git.histories(files, before) : new Map();
  }

  #isNow(path: string, text: string | undefined): boolean {
    const now = this.deps.readText(path, textLimit);
    return 'text' in now && now.text === text;
  }

  /** @param file relative to `base`; without one, it is looked for as a question's files are */
  #find(run: Run, file: string, base = run.projectDir): string {
    const path = base === '' ? file : join(base, file);
    return findContextFile(run, path, this.deps.folders(), this.deps.realPath);
  }

  #tryFind(run: Run, file: string, base?: string): string | undefined {
    try {
      return this.#find(run, file, base);
    } catch {
      return undefined;
    }
  }
}

/** When the last thing of it happened. */
function endOf({ effects }: Iteration): number {
  return effects.reduce(
    (end, { requestedAt, resolvedAt }) => Math.max(end, requestedAt ?? 0, resolvedAt ?? 0),
    0,
  );
}
