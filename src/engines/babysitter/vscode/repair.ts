import * as vscode from 'vscode';
import { commandTitle } from '../../../core/commands';
import { documentScheme } from '../../../core/contract';
import type { Forker } from '../core/fork/forker';
import { CancelledError, NotNowError } from '../../../core/errors';
import { count, visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { describeStep, type RepairPlan } from '../core/repair/repairPlan';
import type { Repairer } from '../core/repair/repairer';
import { runTitle, type Run } from '../../../core/run/run';
import { keyText } from '../../../core/run/runKey';
import type { RunStore } from '../../../core/source/runStore';
import { confirm, plain, tell, withoutIcons } from '../../../vscode/messages';
import type { Opener } from '../../../vscode/opener';
import { demandTrust } from '../../../vscode/trust';
import { withEngine, type EngineAccess } from './engineAccess';
import type { Forking } from './fork';
import { Once } from '../../../vscode/commands/once';
import type { RunTarget } from '../../../vscode/commands/targets';

export interface RepairingDeps {
  readonly store: RunStore;
  readonly repairer: Repairer;
  readonly forker: Forker;
  readonly forking: Forking;
  readonly access: EngineAccess;
  readonly logger: Logger;
  readonly opener: Pick<Opener, 'run'>;
}

/** Repairs runs: shows what would change, asks, changes it, and tells what came of it. */
export class Repairing implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #once = new Once();
  readonly #texts = new Map<string, string>();
  readonly #provider: vscode.Disposable;
  readonly #scheme = `${documentScheme}-plan`;

  constructor(private readonly deps: RepairingDeps) {
    this.#provider = vscode.workspace.registerTextDocumentContentProvider(this.#scheme, this);
  }

  /** @throws NotNowError when there is nothing to repair, or a live process holds the run */
  async repair({ stored: { run } }: RunTarget): Promise<void> {
    demandTrust();
    const { repairer, access, logger } = this.deps;
    const plan = await repairer.plan(run.key);
    const title = visible(runTitle(run));
    if (plan.damage.length === 0) throw new NotNowError(`"${title}" has nothing that needs repair.`);
    const choice = await this.#choose(run, plan);
    if (choice === 'recover') return this.#recover(run);
    await confirm(
      `Repair "${title}"?`,
      [...plan.steps.map(describeStep), ...plan.lost].map((line) => `• ${visible(line)}`).join('\n'),
      'Repair',
    );
    const work = (): Promise<void> =>
      this.#once.run(keyText(run.key), () =>
        withEngine({ access, logger, projectDir: run.projectDir }, () => this.#execute(run, plan), work),
      );
    await work();
  }

  dispose(): void {
    this.#provider.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.#texts.get(uri.path) ?? 'This plan was made in an earlier session; choose Repair Run… again.\n'
    );
  }

  /** Shows the plan as a diff, with the choice above it. */
  async #choose(run: Run, plan: RepairPlan): Promise<'repair' | 'recover'> {
    const title = visible(runTitle(run));
    if (plan.steps.length > 0) await this.#showDiff(run, plan);
    const items: (vscode.QuickPickItem & { readonly choice: 'repair' | 'recover' })[] = [];
    if (plan.steps.length > 0) {
      items.push({
        label: '$(wrench) Repair…',
        description: `${count(plan.steps.length, 'step')}, each with a backup`,
        detail: withoutIcons(visible(plan.damage.join(' '))),
        choice: 'repair',
      });
    }
    if (plan.beyondRepair !== undefined) {
      items.push({
        label: '$(repo-forked) Recover Into a New Run…',
        description: 'keeps the recorded answers; this run stays as it is',
        detail: withoutIcons(visible(plan.beyondRepair)),
        choice: 'recover',
      });
    }
    if (items.length === 0) {
      throw new NotNowError(
        `${visible(plan.damage[0] ?? '')} It may still be written by somebody; try again in a minute.`,
      );
    }
    const picker = vscode.window.createQuickPick<(typeof items)[number]>();
    picker.title = withoutIcons(`Repair: ${title}`);
    picker.placeholder =
      plan.steps.length > 0 ? 'The changes are shown below' : 'The engine cannot repair this run';
    // The person looks at the diff meanwhile.
    picker.ignoreFocusOut = true;
    picker.items = items;
    try {
      const chosen = await new Promise<(typeof items)[number] | undefined>((settle) => {
        picker.onDidAccept(() => picker.activeItems[0] && settle(picker.activeItems[0]));
        picker.onDidHide(() => settle(undefined));
        picker.show();
      });
      if (!chosen) throw new CancelledError();
      return chosen.choice;
    } finally {
      picker.dispose();
    }
  }

  async #showDiff(run: Run, plan: RepairPlan): Promise<void> {
    const uri = (side: 'before' | 'after'): vscode.Uri => {
      const made = vscode.Uri.from({
        scheme: this.#scheme,
        path: `/${run.runId}/${side}.txt`,
        query: String(Date.now()),
      });
      this.#texts.set(made.path, visible(plan[side]));
      return made;
    };
    await vscode.commands.executeCommand(
      'vscode.diff',
      uri('before'),
      uri('after'),
      `Repair: ${visible(runTitle(run))}`,
      { preview: true, preserveFocus: true },
    );
  }

  async #execute(run: Run, plan: RepairPlan): Promise<void> {
    const { repairer, logger, opener } = this.deps;
    const title = visible(runTitle(run));
    const { stored, left, posted } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: plain(`Repairing "${title}"`) },
      () => repairer.repair(run.key, plan, new AbortController().signal),
    );
    const again = posted === 0 ? '' : ` ${count(posted, 'answer')} posted again.`;
    const open = { title: commandTitle('run.open'), run: () => opener.run(run.key) };
    logger.info(`Repaired ${visible(run.location)}.${again} Left: ${visible(left.join(' ') || 'nothing')}`);
    if (left.length > 0) {
      tell('warning', `"${title}" is not fully repaired: ${visible(left.join(' '))}${again}`, [open]);
    } else {
      tell('info', `"${title}" is repaired.${again} ${visible(stored.state.reason)}.`, [open]);
    }
  }

  async #recover(run: Run): Promise<void> {
    const { forker, forking } = this.deps;
    const answers = await forker.recoverable(run.location);
    const title = visible(runTitle(run));
    const named = answers.slice(0, 20).map((answer) => `• ${visible(answer.title || answer.taskId)}`);
    const more = answers.length > named.length ? [`… and ${answers.length - named.length} more`] : [];
    await confirm(
      `Recover "${title}" into a new run?`,
      [
        answers.length === 0
          ? 'No recorded answer can be read, so the new run begins from the start.'
          : `A new run of the same process gets the ${count(answers.length, 'recorded answer')} wherever it asks for them:`,
        ...named,
        ...more,
        'This run stays as it is. Workspace files are not reverted.',
      ].join('\n'),
      'Recover',
    );
    await forking.make(run, answers.length, 'Recover', (progress) => forker.recover(run, progress));
  }
}
