import * as vscode from 'vscode';
import { contextKeys } from '../../core/contract';
import { NotNowError } from '../../core/errors';
import type { Undo } from '../../core/order/keptOrder';
import { setContext } from '../contextKeys';
import { tell, withoutIcons } from '../messages';

/** So many changes can be undone, one after the other. */
const most = 50;

interface Done {
  /** What was done, as a sentence without its end: "Archived 12 runs". Safe to show. */
  readonly what: string;
  readonly undo: Undo;
}

/** What this window changed of the order of runs, to be taken back. */
export class Undoing {
  #done: readonly Done[] = [];

  /**
   * Says what was done, with a button that takes it back.
   * @param quietly in the status bar, as the change is seen where it was made
   */
  did(what: string, undo: Undo, quietly = false): void {
    const done = { what, undo };
    this.#keep([...this.#done.slice(1 - most), done]);
    if (quietly) vscode.window.setStatusBarMessage(withoutIcons(`${what}.`), 5000);
    else tell('info', `${what}.`, [{ title: 'Undo', run: () => this.#undo(done) }]);
  }

  undoLast(): void {
    const last = this.#done.at(-1);
    if (!last) throw new NotNowError('There is nothing to undo.');
    this.#undo(last);
  }

  #undo(done: Done): void {
    if (!this.#done.includes(done)) return;
    this.#keep(this.#done.filter((each) => each !== done));
    done.undo();
    vscode.window.setStatusBarMessage(withoutIcons(`Undone: ${done.what}.`), 5000);
  }

  #keep(done: readonly Done[]): void {
    this.#done = done;
    setContext(contextKeys.undo, done.length > 0);
  }
}
