import * as vscode from 'vscode';
import { pickerTitle } from '../core/commands';
import { contextKeys, reviewController } from '../core/contract';
import { DisposableStore } from '../core/disposables';
import { HumanError, NotNowError, runDeleted } from '../core/errors';
import { cutAtWord, oneLine, visible } from '../core/format';
import type { CommentView } from '../core/views/page/protocol';
import { reviewLimits, reviewSummary, type QueuedComment } from '../core/review/reviewComment';
import { isRecord } from '../core/run/lenient';
import { pendingEffects, runTitle, taskTitle } from '../core/run/run';
import { keyText, type RunKey } from '../core/run/runKey';
import type { RunStore, StoredRun } from '../core/source/runStore';
import type { Answering } from './commands/answering';
import { pick, type EffectTarget, type Surface, type Targets } from './commands/targets';
import { findContextFile } from './contextFile';
import { setContext } from './contextKeys';
import { withoutIcons } from './messages';
import type { OpenedRuns } from './tree/openedRuns';
import type { ReviewQueue } from './reviewQueue';

export interface ReviewDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly targets: Targets;
  readonly answering: Answering;
  readonly folders: () => readonly string[];
  readonly realPath: (path: string) => string | undefined;
  readonly comments: ReviewQueue;
}

/** A context file of a pending breakpoint. */
interface Reviewable {
  readonly stored: StoredRun;
  readonly effectId: string;
  readonly title: string;
  /** As the breakpoint names it. */
  readonly file: string;
  readonly path: string;
}

/**
 * Comments on lines of context files, gathered until they are sent together with the answer. A comment leaves the queue
 * when the recorded answer has it, or when the person removes it; never because something failed.
 */
export class Review implements vscode.Disposable {
  readonly #disposables = new DisposableStore();
  readonly #controller: vscode.CommentController;
  readonly #threads = new Map<string, { thread: vscode.CommentThread; comment: vscode.Comment }>();
  #pending = '';
  /** Whether the palette knows of comments. */

  constructor(private readonly deps: ReviewDeps) {
    this.#controller = this.#disposables.add(
      vscode.comments.createCommentController(reviewController, 'Babysitter Review'),
    );
    this.#controller.options = {
      prompt: 'Comment on this for the run…',
      placeHolder: 'What should be different here? It is sent with the other comments and your answer.',
    };
    this.#disposables.add(deps.store.onDidChange(({ keys }) => void this.#follow(keys)));
    this.#disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#offerLines()));
    this.#offerLines();
    this.#disposables.add(deps.comments.onDidChange(() => this.#tellPalette()));
    this.#tellPalette();
    void this.#follow(deps.comments.all.map(({ runKey }) => runKey));
  }

  dispose(): void {
    for (const { thread } of this.#threads.values()) thread.dispose();
    this.#disposables.dispose();
  }

  #tellPalette(): void {
    setContext(contextKeys.comments, this.deps.comments.all.length > 0);
  }

  /** A run's comments that are not sent, for its page. */
  commentsOf(key: RunKey): readonly CommentView[] {
    return this.deps.comments.all
      .filter((queued) => queued.runKey === key)
      .map(({ id, effectId, file, line, endLine, comment }) => ({
        id,
        effectId,
        file: visible(file),
        place: endLine === undefined || endLine === line ? `line ${line}` : `lines ${line}–${endLine}`,
        comment: visible(comment),
      }));
  }

  /** Takes up a comment: typed into the editor, or, without an argument, asked for at the cursor. */
  async add(argument: unknown): Promise<void> {
    const typed = isRecord(argument) ? argument : {};
    const template = typed['thread'];
    if (isRecord(template) && template['uri'] instanceof vscode.Uri && typeof typed['text'] === 'string') {
      const range = template['range'];
      await this.#add(template['uri'], range instanceof vscode.Range ? range : firstLine, typed['text']);
      // From here on a thread of our own shows it: only what we made ourselves counts as ours.
      if (typeof template['dispose'] === 'function') (template as unknown as vscode.CommentThread).dispose();
      return;
    }
    const editor = vscode.window.activeTextEditor;
    if (!editor || this.#reviewable(editor.document.uri).length === 0) {
      throw new NotNowError(
        'Open a context file of a pending breakpoint first, and put the cursor on a line.',
      );
    }
    const text = await vscode.window.showInputBox({
      title: 'Review Comment',
      prompt: `What should be different in ${lineText(editor.selection)}?`,
      ignoreFocusOut: true,
    });
    if (text !== undefined) await this.#add(editor.document.uri, editor.selection, text);
  }

  /** Removes a comment: the one of a thread, or, without an argument, one that is chosen. */
  async remove(argument: unknown): Promise<void> {
    const known = [...this.#threads].find(
      ([, { thread, comment }]) => argument === comment || argument === thread,
    );
    this.removeById(known?.[0] ?? (await this.#pickComment(pickerTitle('review.remove'))).id);
  }

  removeById(id: string): void {
    const queued = this.deps.comments.all.find((known) => known.id === id);
    if (!queued) return;
    this.#forget([queued]);
  }

  /** Opens the file of a comment at its line. */
  async show(id: string, viewColumn: vscode.ViewColumn): Promise<void> {
    const queued = this.deps.comments.all.find((known) => known.id === id);
    const stored = queued && this.deps.store.get(queued.runKey);
    if (!queued || !stored) throw new HumanError('This comment is not there any more.');
    const path = this.#find(stored, queued.file);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), {
      preview: true,
      viewColumn,
      selection: rangeOf(queued),
    });
    const thread = this.#threads.get(id)?.thread;
    if (thread) thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
  }

  /** Sends all comments of one breakpoint: that of a thread, of a reference, or one that is chosen. */
  async send(argument: unknown): Promise<void> {
    const known = [...this.#threads].find(([, { thread }]) => argument === thread)?.[0];
    const queued = this.deps.comments.all.find(({ id }) => id === known);
    const target =
      queued || argument === undefined || argument === null
        ? await this.#targetOf(queued)
        : await this.deps.targets.breakpoint(argument, pickerTitle('review.send'));
    if (this.#of(target.stored.run.key, target.effect.effectId).length === 0) {
      throw new NotNowError('There are no comments on the context files of this breakpoint yet.');
    }
    await this.deps.answering.requestChanges(target, '');
  }

  async #targetOf(queued: QueuedComment | undefined): Promise<EffectTarget> {
    const surface: Surface = queued ? 'document' : 'palette';
    const { runKey, effectId } = queued ?? (await this.#pickReview());
    const stored = this.deps.store.get(runKey);
    const effect = stored?.run.story.effects.get(effectId);
    if (!stored || !effect) throw new HumanError(runDeleted);
    if (effect.status !== 'pending') {
      throw new NotNowError(
        'The question was answered without these comments; copy what you still need from them.',
      );
    }
    return { stored, effect, surface };
  }

  async #pickReview(): Promise<{ readonly runKey: RunKey; readonly effectId: string }> {
    const items = this.#reviewables()
      .filter(({ stored, effectId }) => this.#of(stored.run.key, effectId).length > 0)
      .map(({ stored, effectId, title }) => ({
        label: withoutIcons(title),
        description: reviewSummary(this.#of(stored.run.key, effectId)),
        runKey: stored.run.key,
        effectId,
      }));
    const unique = [
      ...new Map(items.map((item) => [`${keyText(item.runKey)}\n${item.effectId}`, item])).values(),
    ];
    if (unique.length === 0) throw new NotNowError('There are no review comments to send.');
    return pick(unique, pickerTitle('review.send'), 'Choose a question');
  }

  async #pickComment(title: string): Promise<QueuedComment> {
    if (this.deps.comments.all.length === 0) throw new NotNowError('There are no review comments.');
    const items = this.deps.comments.all.map((queued) => ({
      label: withoutIcons(visible(cutAtWord(oneLine(queued.comment), 80))),
      description: withoutIcons(`${visible(queued.file)}, ${lineText(rangeOf(queued))}`),
      queued,
    }));
    return (await pick(items, title, 'Choose a comment')).queued;
  }

  async #add(uri: vscode.Uri, range: vscode.Range, text: string): Promise<void> {
    const comment = text.trim().slice(0, reviewLimits.comment);
    if (comment === '') return;
    if (this.deps.comments.all.length >= reviewLimits.comments) {
      throw new NotNowError(
        `There are ${reviewLimits.comments} comments already; send or remove some first.`,
      );
    }
    const places = this.#reviewable(uri);
    const place = places.length > 1 ? await choosePlace(places) : places[0];
    if (!place)
      throw new NotNowError('The question is not open any more, so its files take no more comments.');
    const document = await vscode.workspace.openTextDocument(uri);
    // A selection that ends before the first character of a line does not mean that line.
    const last =
      range.end.character === 0 && range.end.line > range.start.line ? range.end.line - 1 : range.end.line;
    const lines = new vscode.Range(range.start.line, 0, last, Number.MAX_SAFE_INTEGER);
    const queued: QueuedComment = {
      id: crypto.randomUUID(),
      at: Date.now(),
      runKey: place.stored.run.key,
      effectId: place.effectId,
      file: place.file,
      line: range.start.line + 1,
      ...(last > range.start.line ? { endLine: last + 1 } : {}),
      quote: document.getText(document.validateRange(lines)).slice(0, reviewLimits.quote),
      comment,
    };
    this.deps.comments.add(queued);
    this.#showThread(queued, place.path, place.title);
  }

  #forget(comments: readonly QueuedComment[]): void {
    this.deps.comments.remove(comments);
    for (const { id } of comments) {
      this.#threads.get(id)?.thread.dispose();
      this.#threads.delete(id);
    }
  }

  #of(key: RunKey, effectId: string): readonly QueuedComment[] {
    return this.deps.comments.of(key, effectId);
  }

  /** Runs changed: lines are offered in the files of what is pending now, and what was sent is settled. */
  async #follow(keys: Iterable<RunKey>): Promise<void> {
    const pending = JSON.stringify(
      this.deps.store.all
        .filter(
          ({ engine, state }) =>
            engine.can.has('breakpoint.answer') && state.actions.includes('breakpoint.answer'),
        )
        .map(({ run }) => [keyText(run.key), ...run.pendingTasks.keys()]),
    );
    if (pending !== this.#pending) {
      this.#pending = pending;
      this.#offerLines();
    }
    for (const key of new Set(keys)) {
      if (this.deps.comments.all.some((queued) => queued.runKey === key)) await this.#settle(key);
    }
  }

  /** Assigning the provider again makes the editors ask again. */
  #offerLines(): void {
    this.#controller.commentingRangeProvider = {
      provideCommentingRanges: ({ uri, lineCount }) =>
        this.#reviewable(uri).length === 0 ? [] : [new vscode.Range(0, 0, lineCount - 1, 0)],
    };
  }

  /** Shows the threads of a run's comments, and drops the comments that the recorded answer has. */
  async #settle(key: RunKey): Promise<void> {
    const stored = this.deps.store.get(key);
    if (!stored) return;
    for (const queued of this.deps.comments.all.filter((known) => known.runKey === key)) {
      const effect = stored.run.story.effects.get(queued.effectId);
      if (!effect) continue;
      if (effect.status !== 'pending' && (await this.#wasSent(queued))) {
        this.#forget([queued]);
        continue;
      }
      const title = visible(taskTitle(effect, stored.run.pendingTasks.get(queued.effectId)));
      const label = effect.status === 'pending' ? title : `${title} (answered without this comment)`;
      try {
        this.#showThread(queued, this.#find(stored, queued.file), label);
      } catch {
        // The file is gone; the page still has the comment.
      }
    }
  }

  async #wasSent({ runKey, effectId, file, line, comment }: QueuedComment): Promise<boolean> {
    const value = (await this.deps.opened.get(runKey))?.details.results.get(effectId)?.value;
    const sent: unknown = isRecord(value) ? value['comments'] : undefined;
    return (
      Array.isArray(sent) &&
      sent.some(
        (item) =>
          isRecord(item) && item['file'] === file && item['line'] === line && item['comment'] === comment,
      )
    );
  }

  #showThread(queued: QueuedComment, path: string, label: string): void {
    const known = this.#threads.get(queued.id);
    if (known) {
      if (known.thread.label !== label) known.thread.label = label;
      return;
    }
    const comment: vscode.Comment = {
      author: { name: 'You' },
      body: new vscode.MarkdownString(queued.comment),
      mode: vscode.CommentMode.Preview,
      label: 'not sent yet',
    };
    const thread = this.#controller.createCommentThread(vscode.Uri.file(path), rangeOf(queued), [comment]);
    thread.label = label;
    thread.canReply = false;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.#threads.set(queued.id, { thread, comment });
  }

  /** The pending breakpoints that have this file as context. */
  #reviewable(uri: vscode.Uri): readonly Reviewable[] {
    if (uri.scheme !== 'file') return [];
    const path = this.deps.realPath(uri.fsPath);
    return this.#reviewables().filter((place) => place.path === path);
  }

  #reviewables(): readonly Reviewable[] {
    if (!vscode.workspace.isTrusted) return [];
    return this.deps.store.all
      .filter(
        ({ engine, state }) =>
          engine.can.has('breakpoint.answer') && state.actions.includes('breakpoint.answer'),
      )
      .flatMap((stored) =>
        pendingEffects(stored.run).flatMap(({ effect, task }) =>
          (task?.breakpoint?.files ?? []).slice(0, 100).flatMap(({ path: file }): Reviewable[] => {
            try {
              const path = this.#find(stored, file);
              const title = visible(taskTitle(effect, task));
              return [{ stored, effectId: effect.effectId, title, file, path }];
            } catch {
              return [];
            }
          }),
        ),
      );
  }

  #find({ run }: StoredRun, file: string): string {
    return findContextFile(run, file, this.deps.folders(), this.deps.realPath);
  }
}

const firstLine = new vscode.Range(0, 0, 0, 0);

function rangeOf({ line, endLine }: QueuedComment): vscode.Range {
  return new vscode.Range(line - 1, 0, (endLine ?? line) - 1, 0);
}

function lineText({ start, end }: vscode.Range): string {
  return start.line === end.line ? `line ${start.line + 1}` : `lines ${start.line + 1}–${end.line + 1}`;
}

async function choosePlace(places: readonly Reviewable[]): Promise<Reviewable> {
  const items = places.map((place) => ({
    label: withoutIcons(place.title),
    description: withoutIcons(visible(runTitle(place.stored.run))),
    place,
  }));
  return (await pick(items, 'Review Comment', 'Which question is this comment about?')).place;
}
