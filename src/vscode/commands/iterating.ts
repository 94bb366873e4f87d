import * as vscode from 'vscode';
import { pendingBreakpoints } from '../../core/attention/needsYou';
import { engineMismatch } from '../../core/engine/engineMismatch';
import type { RunDriver, StopReport } from '../../core/engine/runDriver';
import { whyNot } from '../../core/engine/whyNot';
import { CancelledError, HumanError, NotNowError } from '../../core/errors';
import { visible } from '../../core/format';
import type { Logger } from '../../core/log';
import { runTitle, type Run } from '../../core/run/run';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { confirm, plain, tell, type Choice } from '../messages';
import type { RunPanels } from '../panel/runPanel';
import { localTime } from '../settings';
import { demandTrust, withEngine, type EngineAccess } from './engineAccess';
import { Once } from './once';
import { chooseResume, resumeAgent } from './resume';
import type { Surface, Targets } from './targets';

export interface IteratingDeps {
  readonly store: RunStore;
  readonly driver: RunDriver;
  readonly targets: Targets;
  readonly access: EngineAccess;
  readonly logger: Logger;
  showLog(): Promise<void>;
  readonly panels: () => RunPanels;
}

/** Carries runs on, with everything around it: trust, confirmation, engine, progress, and why it stopped. */
export class Iterating {
  /** Runs for which the person accepted an engine of another generation. */
  readonly #mismatchAccepted = new Set<string>();
  readonly #once = new Once();

  constructor(private readonly deps: IteratingDeps) {}

  /** Iterates a run up to `maximum` times, with progress and cancel, and says why it stopped. */
  async iterate(stored: StoredRun, surface: Surface, maximum: number): Promise<void> {
    const { access, logger } = this.deps;
    const { run } = stored;
    demandTrust();
    this.#demandLegal('run.iterate', stored);
    const title = visible(runTitle(run));
    if (surface === 'elsewhere') {
      await confirm(
        `Iterate "${title}"?`,
        'This runs the process function of the run, which is code of the workspace.',
        'Iterate',
      );
    }
    await this.#demandFittingEngine(run);
    const report = await this.#once.run(run.dir, () =>
      withEngine(
        { access, logger, projectDir: run.projectDir },
        () => this.#iterateWithProgress(run.dir, title, maximum),
        () => this.iterate(stored, surface, maximum),
      ),
    );
    this.#tellStop(run.dir, title, report);
  }

  /** Asks for the maximum, and iterates until the run needs somebody. */
  async continue(stored: StoredRun, surface: Surface): Promise<void> {
    demandTrust();
    this.#demandLegal('run.continue', stored);
    const text = await vscode.window.showInputBox({
      title: 'Iterate Until It Needs You',
      prompt: 'How many iterates at most? Leave it empty for no limit.',
      placeHolder: 'no limit',
      validateInput: (value) =>
        value.trim() === '' || /^[1-9]\d{0,5}$/.test(value.trim())
          ? undefined
          : 'A whole number from 1, or nothing.',
    });
    if (text === undefined) throw new CancelledError();
    await this.iterate(stored, surface, text.trim() === '' ? Number.POSITIVE_INFINITY : Number(text));
  }

  /** Offers the ways to go on with a run, and goes the chosen one. */
  async resume(dir: string): Promise<void> {
    demandTrust();
    const there = (stored: StoredRun | undefined): StoredRun => {
      if (!stored) throw new HumanError('The run is not there any more.');
      return stored;
    };
    const { store } = this.deps;
    const { stored, choice } = await chooseResume(there(store.get(dir)), async () =>
      there(await store.reread(dir)),
    );
    switch (choice.type) {
      case 'answer':
        return this.deps.panels().open(dir, choice.effectId);
      case 'iterate':
        return this.iterate(stored, 'palette', 1);
      case 'continue':
        return this.continue(stored, 'palette');
      case 'agent':
        return resumeAgent(stored.run, this.deps.logger);
      default:
        return choice satisfies never;
    }
  }

  /** Ends iterating a run of this window; asks which, where that is not clear. */
  async stop(argument: unknown): Promise<void> {
    const { driver, targets, store } = this.deps;
    const running = driver.iterating;
    const [only] = running;
    if (only === undefined) throw new NotNowError('No run is being iterated in this window.');
    const dir =
      argument === undefined && running.length === 1
        ? only
        : (await targets.run(argument, 'Stop Iterating')).stored.run.dir;
    if (!driver.isIterating(dir)) {
      const stored = store.get(dir);
      const title = visible(stored ? runTitle(stored.run) : dir);
      throw new NotNowError(`"${title}" is not being iterated in this window.`);
    }
    driver.stop(dir);
  }

  async #iterateWithProgress(dir: string, title: string, maximum: number): Promise<StopReport> {
    return vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: plain(`Iterating "${title}"`),
        cancellable: true,
      },
      async (progress, token) => {
        const controller = new AbortController();
        const cancelled = token.onCancellationRequested(() => controller.abort());
        try {
          return await this.deps.driver.iterate(dir, maximum, controller.signal, (step) =>
            progress.report({ message: step === 1 ? '' : `step ${step}` }),
          );
        } finally {
          cancelled.dispose();
        }
      },
    );
  }

  #demandLegal(action: 'run.iterate' | 'run.continue', stored: StoredRun): void {
    const illegal = this.deps.driver.isIterating(stored.run.dir)
      ? `"${visible(runTitle(stored.run))}" is being iterated already.`
      : whyNot(action, stored, localTime);
    if (illegal) throw new NotNowError(illegal);
  }

  /** An engine of another generation does harm to a run; going on with it is the person's decision, once a run. */
  async #demandFittingEngine(run: Run): Promise<void> {
    const warning = engineMismatch(run, this.deps.access.version(run.projectDir));
    if (warning === undefined || this.#mismatchAccepted.has(run.dir)) return;
    await confirm('Iterate with another version of the engine?', warning, 'Iterate Anyway');
    this.#mismatchAccepted.add(run.dir);
  }

  #tellStop(dir: string, title: string, { reason, sentence, iterates }: StopReport): void {
    const open: Choice = { title: 'Open Run', run: () => this.deps.panels().open(dir) };
    const stored = this.deps.store.get(dir);
    const [asked] = stored ? pendingBreakpoints(stored.run) : [];
    const log: Choice = { title: 'Show Log', run: () => this.deps.showLog() };
    const times = iterates > 1 ? ` (${iterates} iterates)` : '';
    const text = `"${title}": ${sentence}${times}`;
    this.deps.logger.info(`${visible(dir)} stopped: ${reason}. ${sentence}${times}`);
    if (reason === 'failed' || reason === 'refused' || reason === 'halted') tell('error', text, [open, log]);
    else if (reason === 'no-change') tell('warning', text, [open, log]);
    else if (asked) {
      // Nobody else tells of this question: it came while the person iterated.
      const answer: Choice = {
        title: 'Answer',
        run: () => this.deps.panels().open(dir, asked.effect.effectId),
      };
      tell('info', text, [answer, open]);
    } else tell('info', text, [open]);
  }
}
