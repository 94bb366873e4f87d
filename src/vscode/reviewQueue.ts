import type { Disposable } from '../core/disposables';
import { Emitter } from '../core/event';
import {
  parseQueue,
  reviewData,
  toKeptComment,
  type QueuedComment,
  type ReviewComment,
} from '../core/review/reviewComment';
import type { RunKey } from '../core/run/runKey';
import type { KeptRecords } from '../core/review/keptRecords';

/** The comments that wait to be sent with the answer to their question, kept over a reload and a crash. */
export class ReviewQueue implements Disposable {
  readonly #changed = new Emitter<RunKey>();
  #queue: readonly QueuedComment[];

  /** Fires with a run's key when its comments change. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly kept: KeptRecords) {
    this.#queue = parseQueue(kept.all());
  }

  get all(): readonly QueuedComment[] {
    return this.#queue;
  }

  /** The comments on a question's files, in the order in which they were written. */
  of(key: RunKey, effectId: string): readonly QueuedComment[] {
    return this.#queue.filter((queued) => queued.runKey === key && queued.effectId === effectId);
  }

  /** {@link of}, as the answer's data. */
  toSend(key: RunKey, effectId: string): readonly ReviewComment[] {
    return reviewData(this.of(key, effectId));
  }

  add(comment: QueuedComment): void {
    this.#queue = [...this.#queue, comment];
    this.kept.put(comment.id, toKeptComment(comment));
    this.#changed.fire(comment.runKey);
  }

  remove(comments: readonly QueuedComment[]): void {
    const ids = new Set(comments.map(({ id }) => id));
    this.#queue = this.#queue.filter(({ id }) => !ids.has(id));
    for (const id of ids) this.kept.put(id, undefined);
    for (const key of new Set(comments.map(({ runKey }) => runKey))) this.#changed.fire(key);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
