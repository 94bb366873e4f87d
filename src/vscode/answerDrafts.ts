import type { Disposable } from '../core/disposables';
import { DisposableStore } from '../core/disposables';
import { Emitter } from '../core/event';
import { parseDrafts, type KeptDraft, type KeptRecords } from '../core/review/keptRecords';
import { keyText, type RunKey } from '../core/run/runKey';

/** A question of a run. */
export interface Question {
  readonly key: RunKey;
  readonly effectId: string;
}

/** So long a text rests before it is written down, in milliseconds. */
const restsFor = 300;

/**
 * What was typed as an answer and is not recorded yet, the same on every surface. It is written down a moment after it
 * was typed, so that neither a closed page nor a crash loses it.
 */
export class AnswerDrafts implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<Question & { readonly by: object | undefined }>());
  #known: Map<string, KeptDraft> | undefined;
  /** Texts that are not written down yet. */
  readonly #waiting = new Map<string, { readonly timer: NodeJS.Timeout; readonly write: () => void }>();

  /** Fires when a text changes, with who changed it. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly kept: KeptRecords) {}

  /** Read when somebody first asks: a window that starts has other work. */
  get #texts(): Map<string, KeptDraft> {
    this.#known ??= new Map(
      parseDrafts(this.kept.all()).map((draft) => [nameOf(draft.dir, draft.effectId), draft]),
    );
    return this.#known;
  }

  /** Empty: nothing was typed. */
  get({ key, effectId }: Question): string {
    return this.#texts.get(nameOf(keyText(key), effectId))?.text ?? '';
  }

  /** The texts of a run, by effect id. */
  of(key: RunKey): Readonly<Record<string, string>> {
    const dir = keyText(key);
    const ofRun = [...this.#texts.values()].filter((draft) => draft.dir === dir);
    return Object.fromEntries(ofRun.map(({ effectId, text }) => [effectId, text]));
  }

  /** The questions of a run whose text an agent left and no person has changed. */
  byAgent(key: RunKey): readonly string[] {
    const dir = keyText(key);
    return [...this.#texts.values()]
      .filter((draft) => draft.dir === dir && draft.agent)
      .map((draft) => draft.effectId);
  }

  /** Takes what an agent left. @returns false: a person has typed something there, which stays */
  leave({ key, effectId }: Question, text: string): boolean {
    const before = this.#texts.get(nameOf(keyText(key), effectId));
    if (before && !before.agent && before.text.trim() !== '') return false;
    this.#put({ dir: keyText(key), effectId, text, agent: true }, key, undefined);
    return true;
  }

  /** @param by who changed it, and so need not be told */
  set({ key, effectId }: Question, text: string, by?: object): void {
    const dir = keyText(key);
    const name = nameOf(dir, effectId);
    if ((this.#texts.get(name)?.text ?? '') === text) return;
    this.#put({ dir, effectId, text }, key, by);
  }

  #put(draft: KeptDraft, key: RunKey, by: object | undefined): void {
    const { dir, effectId, text } = draft;
    const name = nameOf(dir, effectId);
    if (text === '') this.#texts.delete(name);
    else this.#texts.set(name, draft);
    clearTimeout(this.#waiting.get(name)?.timer);
    const write = (): void => {
      this.#waiting.delete(name);
      this.kept.put(name, text === '' ? undefined : draft);
    };
    this.#waiting.set(name, { write, timer: setTimeout(write, restsFor) });
    this.#changed.fire({ key, effectId, by });
  }

  dispose(): void {
    for (const { timer, write } of this.#waiting.values()) {
      clearTimeout(timer);
      write();
    }
    this.#disposables.dispose();
  }
}

function nameOf(dir: string, effectId: string): string {
  return `${effectId}\n${dir}`;
}
