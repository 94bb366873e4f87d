import * as vscode from 'vscode';
import { pickerTitle } from '../../core/commands';
import type { RunActivity } from '../../core/engine/runActivity';
import { HumanError, messageOf, NotNowError } from '../../core/errors';
import { visible } from '../../core/format';
import { deleteQuestion, leftOut, planDelete } from '../../core/order/planDelete';
import { runsText, shownTitle } from '../../core/order/runMarks';
import type { InSlices, Sliced } from '../../core/sliced';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { confirm, tell } from '../messages';
import type { Targets } from './targets';

export interface DeletingDeps {
  readonly store: RunStore;
  readonly activity: RunActivity;
  readonly targets: Targets;
  readonly inSlices: InSlices;
  /** How much a folder holds. */
  sizeOf(folder: string): Sliced<{ readonly bytes: number; readonly files: number }>;
}

/** Moves the folders of runs to the trash. Never those of live runs, and never without a question that counts them. */
export class Deleting {
  constructor(private readonly deps: DeletingDeps) {}

  async delete(argument: unknown, selected: unknown): Promise<void> {
    const { targets, activity, store } = this.deps;
    const isIterating = ({ run }: StoredRun): boolean => activity.isIterating(run.key);
    const chosen = await targets.runs(argument, selected, pickerTitle('run.delete'), 'run.delete');
    const plan = planDelete(chosen, isIterating);
    if (plan.runs.length === 0) {
      const why = [
        leftOut(plan.live, 'live'),
        leftOut(plan.foreign, 'of an engine whose store is only read'),
      ];
      throw new NotNowError(`Nothing was deleted. ${why.filter(Boolean).join(' ')}`);
    }
    const { question, detail } = deleteQuestion(plan, await this.#size(plan.runs));
    await confirm(question, detail, 'Move to Trash');
    // Time passed while the question was open: somebody may have carried one of them on.
    const current: StoredRun[] = [];
    for (const { run } of plan.runs) {
      const now = await store.reread(run.key);
      if (now) current.push(now);
    }
    const again = planDelete(current, isIterating);
    await this.#trash(again.runs, leftOut(again.live, 'live'));
  }

  async #size(runs: readonly StoredRun[]): Promise<{ readonly bytes: number; readonly files: number }> {
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Counting files' },
      async () => {
        let [bytes, files] = [0, 0];
        for (const { run } of runs) {
          const size = await this.deps.inSlices(this.deps.sizeOf(run.location));
          bytes += size.bytes;
          files += size.files;
        }
        return { bytes, files };
      },
    );
  }

  async #trash(runs: readonly StoredRun[], left: string): Promise<void> {
    const failed = await this.#remove(runs, true);
    const moved = runs.length - failed.length;
    const [first] = failed;
    if (first && moved === 0) {
      // Remote machines and some systems have no trash, which only trying tells.
      await confirm(
        `Delete ${runsText(failed.length)} permanently?`,
        `They cannot be moved to the trash here: ${messageOf(first.error)}\nThis cannot be undone.`,
        'Delete Permanently',
      );
      const still = await this.#remove(
        failed.map(({ stored }) => stored),
        false,
      );
      this.#say(`Deleted ${runsText(failed.length - still.length)}.`, still, left);
    } else this.#say(`Moved ${runsText(moved)} to the trash.`, failed, left);
    await this.deps.store.check();
  }

  #say(done: string, [first, ...more]: readonly Failure[], left: string): void {
    if (!first) return tell('info', [done, left].filter(Boolean).join(' '));
    const others = more.length === 0 ? '' : ` and ${runsText(more.length)} more`;
    throw new HumanError(
      `${done} "${visible(shownTitle(first.stored))}"${others} could not be deleted: ${messageOf(first.error)}`,
    );
  }

  /** @returns what could not be removed, and why */
  async #remove(runs: readonly StoredRun[], useTrash: boolean): Promise<readonly Failure[]> {
    const failed: Failure[] = [];
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Deleting ${runsText(runs.length)}` },
      async () => {
        for (const stored of runs) {
          try {
            const folder = vscode.Uri.file(stored.run.location);
            await vscode.workspace.fs.delete(folder, { recursive: true, useTrash });
          } catch (error) {
            failed.push({ stored, error });
          }
        }
      },
    );
    return failed;
  }
}

interface Failure {
  readonly stored: StoredRun;
  readonly error: unknown;
}
