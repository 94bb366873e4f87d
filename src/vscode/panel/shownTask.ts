import type { Clock } from '../../core/clock';
import { MutableDisposable, type Disposable } from '../../core/disposables';
import type { DocumentPart } from '../../core/documents';
import { HumanError } from '../../core/errors';
import type { InSlices } from '../../core/sliced';
import type { ToPage } from '../../core/views/page/protocol';
import {
  taskFiles,
  toTaskDetail,
  type TaskDetail,
  type TaskFile,
  type TaskTexts,
} from '../../core/views/page/taskDetail';
import { findingCounterparts, type Counterpart } from '../../core/views/report/counterparts';
import type { Compared } from '../../core/views/page/valueRows';
import { isResolved, type Effect } from '../../core/run/effect';
import type { TaskPart } from '../../core/source/documentName';
import type { ShownRun } from './shownRun';

/** Output of a task that is under way is looked at again so often, in milliseconds. */
const outputEvery = 2000;

/** The task that is open on a run page. */
export class ShownTask implements Disposable {
  #effectId: string | undefined;
  /** What the page knows of it. */
  #posted = '';
  readonly #timer = new MutableDisposable();
  #disposed = false;

  constructor(
    private readonly shown: ShownRun,
    private readonly clock: Clock,
    private readonly inSlices: InSlices,
    private readonly post: (message: ToPage) => void,
  ) {}

  dispose(): void {
    this.#disposed = true;
    this.#timer.dispose();
  }

  /** The page is new and knows nothing. */
  forget(): void {
    this.#posted = '';
  }

  /** @param effectId `undefined`: none is open any more */
  open(effectId: string | undefined): Promise<void> {
    this.#effectId = effectId;
    this.#posted = '';
    return this.update();
  }

  /** Tells the page what changed with the task; its output again every now and then while it is under way. */
  async update(): Promise<void> {
    const effectId = this.#effectId;
    const effect = this.shown.effect(effectId);
    this.#timer.set(undefined);
    if (effectId === undefined) return;
    const { past } = this.shown;
    const detail = effect && (await this.detail(effect));
    if (this.#effectId !== effectId || this.shown.past !== past || this.#disposed) return;
    const next = JSON.stringify(detail ?? null);
    if (next !== this.#posted) this.post({ type: 'task', effectId, detail });
    this.#posted = next;
    // Its output grows without an event.
    if (effect?.status === 'pending' && !past) {
      this.#timer.set(this.clock.after(outputEvery, () => void this.update()));
    }
  }

  /** One of the files that the page lists of a task. @throws HumanError when it is not there any more */
  async file(effect: Effect, place: number): Promise<TaskFile> {
    const texts = await this.#texts(effect);
    const { tasks, results } = this.shown.files;
    const file = taskFiles(effect, tasks.get(effect.effectId), results.get(effect.effectId), texts)[place];
    if (!file) throw new HumanError('The file is not there any more.');
    return file;
  }

  /** What is to be shown of a task, open or not. */
  async detail(effect: Effect): Promise<TaskDetail> {
    const { files, now, past } = this.shown;
    const [task, result] = [files.tasks.get(effect.effectId), files.results.get(effect.effectId)];
    const [texts, against] = [await this.#texts(effect), await this.#against(effect)];
    return toTaskDetail(effect, task, result, texts, { now, past: past !== undefined, against });
  }

  /** The results of the same task in the previous and in the best iteration. */
  async #against({ effectId }: Effect): Promise<readonly Compared[]> {
    const opened = this.shown.past?.opened ?? this.shown.opened;
    const own = opened?.iterations.list.find(({ effects }) =>
      effects.some((effect) => effect.effectId === effectId),
    );
    if (!opened || !own) return [];
    const { iterations, details } = opened;
    const found = await this.inSlices(findingCounterparts(iterations.list, details, own.n));
    const { previous, best } = found.get(effectId) ?? {};
    const result = (other: Counterpart | undefined): unknown =>
      details.results.get(other?.effectId ?? '')?.value;
    const others =
      previous?.effectId === best?.effectId
        ? [{ name: 'previous and best', value: result(best) }]
        : [
            { name: 'previous', value: result(previous) },
            { name: 'best', value: result(best) },
          ];
    return others.filter(({ value }) => value !== undefined);
  }

  async #texts({ effectId, status }: Effect): Promise<TaskTexts> {
    const read = (part: TaskPart): Promise<DocumentPart> => this.shown.document({ task: effectId, part });
    // When it was written is not recorded; what came of a task is certainly there once it is resolved.
    const later = this.shown.past !== undefined && !isResolved(status);
    const outcome = async (part: TaskPart): Promise<DocumentPart> => {
      const now = await read(part);
      return later ? { file: now.file, problem: 'was not recorded yet' } : now;
    };
    const [task, result, stdout, stderr] = await Promise.all([
      read('task'),
      outcome('result'),
      outcome('stdout'),
      outcome('stderr'),
    ]);
    return { task, result, stdout, stderr };
  }
}
