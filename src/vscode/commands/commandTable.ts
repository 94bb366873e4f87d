import * as vscode from 'vscode';
import type { CommandId } from '../../core/contract';
import { commandLine } from '../../core/engine/commandLine';
import { answerCall, iterateCall } from '../../core/engine/cliCalls';
import { NoEngineError } from '../../core/engine/engine';
import type { AnswerReport, RunDriver, StopReport } from '../../core/engine/runDriver';
import { engineMismatch } from '../../core/engine/engineMismatch';
import { whyNot } from '../../core/engine/whyNot';
import { CancelledError, HumanError, NotNowError } from '../../core/errors';
import { cutAtWord, firstLine, visible } from '../../core/format';
import type { Logger } from '../../core/log';
import { toAnswer, type Decision } from '../../core/run/breakpoint';
import { runTitle, taskTitle, type Run } from '../../core/run/run';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { plain, showError, tell, type Choice } from '../messages';
import type { RunPanels } from '../panel/runPanel';
import { journalUri, taskUri } from '../runDocuments';
import { localTime } from '../settings';
import type { OpenedRuns } from '../tree/openedRuns';
import { demandTrust, offerEngine, type EngineAccess } from './engineAccess';
import { chooseResume, resumeAgent } from './resume';
import type { EffectTarget, Surface, Targets } from './targets';

/** One handler for each command, so that a forgotten or mistyped one does not compile. Anything may call it. */
export type CommandTable = { readonly [Id in CommandId]: (argument?: unknown) => Promise<void> };

export interface CommandDeps {
  readonly store: RunStore;
  readonly driver: RunDriver;
  readonly opened: OpenedRuns;
  readonly targets: Targets;
  readonly access: EngineAccess;
  readonly logger: Logger;
  showLog(): Promise<void>;
  readonly panels: () => RunPanels;
}

/** Everything a person can ask for, from a row, a page or the palette. */
export class Commands {
  readonly table: CommandTable = {
    'run.open': async (argument) => {
      const { stored, effectId } = await this.deps.targets.run(argument, 'Open Run');
      this.deps.panels().open(stored.run.dir, effectId);
    },
    'run.resume': async (argument) => {
      const { stored } = await this.deps.targets.run(argument, 'Resume Run', 'run.resume');
      await this.resume(stored.run.dir);
    },
    'run.iterate': async (argument) => {
      const { stored, surface } = await this.deps.targets.run(argument, 'Iterate Once', 'run.iterate');
      await this.iterate(stored, surface, 1);
    },
    'run.continue': async (argument) => {
      const { stored, surface } = await this.deps.targets.run(
        argument,
        'Iterate Until It Needs You',
        'run.continue',
      );
      await this.continue(stored, surface);
    },
    'run.stop': async (argument) => this.#stop(argument),
    'run.reveal': async (argument) => {
      const { stored } = await this.deps.targets.run(argument, 'Reveal Run Folder');
      await reveal(stored.run.dir);
    },
    'run.copyId': async (argument) => {
      const { stored } = await this.deps.targets.run(argument, 'Copy Run ID');
      await copy(stored.run.runId, 'The run id');
    },
    'run.copyCommand': async (argument) => this.#copyCommand(argument),
    'breakpoint.approve': async (argument) => {
      const target = await this.deps.targets.breakpoint(argument, 'Approve Breakpoint');
      await this.answer(target, { kind: 'approve', text: '' });
    },
    'breakpoint.reject': async (argument) => {
      const target = await this.deps.targets.breakpoint(argument, 'Reject Breakpoint');
      await this.#reject(target, '');
    },
    'task.open': async (argument) => {
      const { stored, effect } = await this.deps.targets.effect(argument, 'Open Task');
      const task = (await this.deps.opened.get(stored.run.dir))?.details.tasks.get(effect.effectId);
      await openDocument(taskUri(stored.run.dir, effect.effectId, taskTitle(effect, task)));
    },
    'journal.open': async (argument) => {
      const { stored } = await this.deps.targets.run(argument, 'Open Journal');
      await openDocument(journalUri(stored.run.dir, stored.run.runId));
    },
    'runs.refresh': async () => this.deps.store.refresh(),
    'log.show': async () => this.deps.showLog(),
  };

  readonly #mismatchAccepted = new Set<string>();
  /** Answers and iterates that were asked for and have not ended. */
  readonly #underWay = new Set<string>();

  constructor(private readonly deps: CommandDeps) {}

  /** Registers every command; whatever one throws reaches the person in one place. */
  register(name: (id: CommandId) => string): vscode.Disposable {
    const registered = Object.entries(this.table).map(([id, handler]) =>
      vscode.commands.registerCommand(name(id as CommandId), async (argument?: unknown) => {
        try {
          await handler(argument);
        } catch (error) {
          showError(error, this.deps.logger);
        }
      }),
    );
    return vscode.Disposable.from(...registered);
  }

  /** Records an answer with everything around it: trust, confirmation, engine, progress, what comes next. */
  async answer(target: EffectTarget, decision: Decision): Promise<AnswerReport> {
    const { stored, effect, surface } = target;
    const { dir, projectDir } = stored.run;
    demandTrust();
    if (surface === 'elsewhere') await confirmAnswer(target, decision);
    const title = visible(taskTitle(effect, stored.run.pendingTasks.get(effect.effectId)));
    const report = await this.#once(`answer ${effect.effectId} ${dir}`, () =>
      this.#withEngine(
        projectDir,
        async () =>
          vscode.window.withProgress(
            {
              location: vscode.ProgressLocation.Notification,
              title: plain(`Recording your answer to "${title}"`),
            },
            () => this.deps.driver.answer(dir, effect.effectId, decision, surface),
          ),
        async () => void (await this.answer(target, decision)),
      ),
    );
    if (report.recorded) this.#tellNext(dir, title, decision);
    else {
      const again: Choice = { title: 'Try Again', run: () => this.#tryAgain(target, decision) };
      tell(
        'error',
        `"${title}" was not answered by you. ${report.sentence}`,
        surface === 'page' ? [] : [again],
      );
    }
    return report;
  }

  /** Iterates a run up to `maximum` times, with progress and cancel, and says why it stopped. */
  async iterate(stored: StoredRun, surface: Surface, maximum: number): Promise<void> {
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
    const report = await this.#once(`iterate ${run.dir}`, () =>
      this.#withEngine(
        run.projectDir,
        () => this.#iterateWithProgress(run.dir, title, maximum),
        () => this.iterate(stored, surface, maximum),
      ),
    );
    this.#tellStop(run.dir, title, report);
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

  /** The second click of a double click asks for what is being done already, and is passed over. */
  async #once<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#underWay.has(what)) throw new CancelledError();
    this.#underWay.add(what);
    try {
      return await work();
    } finally {
      this.#underWay.delete(what);
    }
  }

  /**
   * Without an engine the work ends, and the ways to get one are offered for as long as the person likes.
   * @param again what to do when there is one
   */
  async #withEngine<T>(projectDir: string, work: () => Promise<T>, again: () => Promise<void>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NoEngineError)) throw error;
      void this.#guarded(async () => {
        await offerEngine(this.deps.access, projectDir, error);
        await again();
      });
      throw new CancelledError();
    }
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

  async #reject(target: EffectTarget, before: string): Promise<void> {
    const { stored, effect } = target;
    const title = visible(taskTitle(effect, stored.run.pendingTasks.get(effect.effectId)));
    demandTrust();
    const text = await vscode.window.showInputBox({
      title: `Reject: ${title}`,
      prompt: 'What should be different? The process gets your words.',
      placeHolder: 'Reason (may be empty)',
      value: before,
      ignoreFocusOut: true,
    });
    if (text === undefined) throw new CancelledError();
    await this.answer(target, { kind: 'reject', text });
  }

  async #tryAgain(target: EffectTarget, decision: Decision): Promise<void> {
    try {
      if (decision.kind === 'reject') await this.#reject(target, decision.text);
      else await this.answer(target, decision);
    } catch (error) {
      showError(error, this.deps.logger);
    }
  }

  #tellNext(dir: string, title: string, decision: Decision): void {
    const stored = this.deps.store.get(dir);
    const approved = decision.kind === 'approve' || (decision.kind === 'option' && decision.option.approved);
    const done = `${approved ? 'Approved' : 'Rejected'} "${title}". It is recorded and not yet applied.`;
    const choices: Choice[] = [{ title: 'Resume…', run: () => this.#guarded(() => this.resume(dir)) }];
    if (stored && whyNot('run.iterate', stored) === undefined) {
      choices.unshift({
        title: 'Iterate Now',
        run: () => this.#guarded(() => this.iterate(stored, 'palette', 1)),
      });
    }
    tell('info', done, choices);
  }

  #tellStop(dir: string, title: string, { reason, sentence, iterates }: StopReport): void {
    const open: Choice = { title: 'Open Run', run: () => this.deps.panels().open(dir) };
    const log: Choice = { title: 'Show Log', run: () => this.deps.showLog() };
    const times = iterates > 1 ? ` (${iterates} iterates)` : '';
    const text = `"${title}": ${sentence}${times}`;
    this.deps.logger.info(`${visible(dir)} stopped: ${reason}. ${sentence}${times}`);
    if (reason === 'failed' || reason === 'refused' || reason === 'halted') tell('error', text, [open, log]);
    else if (reason === 'no-change') tell('warning', text, [open, log]);
    else tell('info', text, [open]);
  }

  async #stop(argument: unknown): Promise<void> {
    const { driver, targets, store } = this.deps;
    const running = driver.iterating;
    const [only] = running;
    if (only === undefined) throw new NotNowError('No run is being iterated in this window.');
    const dir =
      argument === undefined && running.length === 1
        ? only
        : (await targets.run(argument, 'Stop Iterating')).stored.run.dir;
    if (!driver.isIterating(dir)) {
      throw new NotNowError(`"${visible(titleOf(store, dir))}" is not being iterated in this window.`);
    }
    driver.stop(dir);
  }

  async #copyCommand(argument: unknown): Promise<void> {
    const { stored, effectId } = await this.deps.targets.run(argument, 'Copy CLI Command');
    const { run } = stored;
    const effect = run.fold.effects.get(effectId ?? '');
    const { args, stdin } =
      effect?.kind === 'breakpoint' && effect.status === 'pending'
        ? answerCall(
            run.dir,
            effect.effectId,
            effect.invocationKey,
            toAnswer({ kind: 'approve', text: '' }, 'me'),
            {
              respondedBy: 'me',
              respondedAt: '',
              product: '',
              surface: '',
            },
          )
        : whyNot('run.iterate', stored) === undefined
          ? iterateCall(run.dir)
          : // Looking does no harm, while iterating a completed run would run its whole process again.
            { args: ['run:status', run.dir, '--json'], stdin: undefined };
    // A pasted line has no standard input, so the value stands in it.
    const words = args.flatMap((word) =>
      word === '--value' ? ['--value-inline', stdin ?? ''] : word === '-' ? [] : [word],
    );
    await copy(
      commandLine(['babysitter', ...words], process.platform === 'win32' ? 'powershell' : 'posix'),
      'The command line',
    );
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      showError(error, this.deps.logger);
    }
  }
}

function titleOf(store: RunStore, dir: string): string {
  const stored = store.get(dir);
  return stored ? runTitle(stored.run) : dir;
}

/** Whoever called with a mere reference is no person: the run, the question and the answer are named first. */
async function confirmAnswer({ stored, effect }: EffectTarget, decision: Decision): Promise<void> {
  const task = stored.run.pendingTasks.get(effect.effectId);
  const words = { approve: 'Approve', reject: 'Reject', option: 'Answer' } as const;
  const question = visible(cutAtWord(firstLine(task?.breakpoint?.question ?? ''), 200));
  const text = decision.text === '' ? '' : `\nWith the words: ${visible(decision.text)}`;
  await confirm(
    `${words[decision.kind]} "${visible(taskTitle(effect, task))}"?`,
    `Run: ${visible(runTitle(stored.run))} (${visible(stored.run.runId)})\nQuestion: ${question}${text}`,
    words[decision.kind],
  );
}

async function confirm(message: string, detail: string, button: string): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, button);
  if (chosen !== button) throw new CancelledError();
}

async function openDocument(uri: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
}

async function copy(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(copy) ${what} is on the clipboard.`, 4000);
}

/** In the file manager where there is one, else in the explorer, else the path is copied and said. */
async function reveal(dir: string): Promise<void> {
  const uri = vscode.Uri.file(dir);
  const known = new Set(await vscode.commands.getCommands());
  if (known.has('revealFileInOS')) {
    await vscode.commands.executeCommand('revealFileInOS', uri);
  } else if (known.has('revealInExplorer') && vscode.workspace.getWorkspaceFolder(uri)) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
  } else {
    await vscode.env.clipboard.writeText(dir);
    tell('info', `The run folder's path is on the clipboard: ${visible(dir)}`);
  }
}
