import * as vscode from 'vscode';
import type { Clock } from '../../core/clock';
import { plain, tell } from '../messages';

const undo = 'Undo';

/**
 * Holds answers that one click on a row gave, since rows move under the pointer: for some seconds they can be taken
 * back. A window that is left holds nothing back.
 */
export class HeldAnswers implements vscode.Disposable {
  /** What ends each that is held, with whether it stands. */
  readonly #waiting = new Set<(stands: boolean) => void>();
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
    return new Promise((resolve) => {
      const end = (stands: boolean): void => {
        this.#waiting.delete(end);
        timer.dispose();
        resolve(stands);
      };
      const timer = this.clock.after(seconds * 1000, () => end(true));
      this.#waiting.add(end);
      void this.#offerUndo(said, end);
    });
  }

  async #offerUndo(said: string, end: (stands: boolean) => void): Promise<void> {
    if ((await vscode.window.showInformationMessage(plain(said), undo)) !== undo) return;
    if (this.#waiting.has(end)) end(false);
    else tell('info', 'It is too late to undo: the answer is saved.');
  }

  /** Whatever is held stands from now on. */
  release(): void {
    for (const end of [...this.#waiting]) end(true);
  }

  dispose(): void {
    this.#left.dispose();
    this.release();
  }
}
