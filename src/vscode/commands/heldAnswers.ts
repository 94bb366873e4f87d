import * as vscode from 'vscode';
import type { Clock } from '../../core/clock';
import type { Disposable } from '../../core/disposables';
import { plain, tell } from '../messages';

const undo = 'Undo';

/**
 * Holds answers that one click on a row gave, since rows move under the pointer: for some seconds they can be taken
 * back. A window that is left holds nothing back.
 */
export class HeldAnswers implements vscode.Disposable {
  readonly #waiting = new Set<Held>();
  readonly #left: vscode.Disposable;

  constructor(private readonly clock: Clock) {
    this.#left = vscode.window.onDidChangeWindowState(({ focused }) => !focused && this.release());
  }

  /**
   * Waits.
   * @param said what was answered in which run, as a sentence
   * @param seconds 0: does not wait
   * @returns whether the answer still stands
   */
  async keep(said: string, seconds: number): Promise<boolean> {
    if (!(seconds > 0)) return true;
    const answer = new Held(this.clock, seconds, () => this.#waiting.delete(answer));
    this.#waiting.add(answer);
    void this.#offerUndo(said, answer);
    return answer.stands;
  }

  async #offerUndo(said: string, answer: Held): Promise<void> {
    if ((await vscode.window.showInformationMessage(plain(said), undo)) !== undo) return;
    if (this.#waiting.has(answer)) answer.end(false);
    else tell('info', 'It is too late to undo: the answer is saved.');
  }

  /** Whatever is held stands from now on. */
  release(): void {
    for (const answer of [...this.#waiting]) answer.end(true);
  }

  dispose(): void {
    this.#left.dispose();
    this.release();
  }
}

/** One answer that is held. */
class Held {
  readonly #timer: Disposable;
  readonly #resolve: (stands: boolean) => void;
  /** Whether it still stands, once it is no longer held. */
  readonly stands: Promise<boolean>;

  constructor(
    clock: Clock,
    seconds: number,
    private readonly ended: () => void,
  ) {
    const { promise, resolve } = withResolvers();
    this.stands = promise;
    this.#resolve = resolve;
    this.#timer = clock.after(seconds * 1000, () => this.end(true));
  }

  end(stands: boolean): void {
    this.#timer.dispose();
    this.ended();
    this.#resolve(stands);
  }
}

/** Node 20 has no Promise.withResolvers. */
function withResolvers(): { promise: Promise<boolean>; resolve: (stands: boolean) => void } {
  let resolve: (stands: boolean) => void = () => {};
  const promise = new Promise<boolean>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
