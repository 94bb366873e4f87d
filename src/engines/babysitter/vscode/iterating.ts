import * as vscode from 'vscode';
import { pendingBreakpoints } from '../../../core/attention/needsYou';
import { commandTitle, pickerTitle } from '../../../core/commands';
import { engineMismatch } from '../core/drive/engineMismatch';
import { demandEngineCan } from '../../../core/engine/whyNot';
import type { RunActivity } from '../../../core/engine/runActivity';
import type { RunDriver, StopReport, WantedTask } from '../core/drive/runDriver';
import { HumanError, NotNowError, runDeleted } from '../../../core/errors';
import { visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { pendingEffects, runTitle } from '../../../core/run/run';
import { keyText, type RunKey } from '../../../core/run/runKey';
import type { RunStore, StoredRun } from '../../../core/source/runStore';
import { commandName, confirm, guarded, plain, tell, type Choice } from '../../../vscode/messages';
import type { Opener } from '../../../vscode/opener';
import { setting } from '../../../vscode/settings';
import { whileStillSo } from '../../../vscode/stillSo';
import { askHowFar } from './howFar';
import { demandTrust } from '../../../vscode/trust';
import { withEngine, type EngineAccess } from './engineAccess';
import type { EngineCommands } from './engineCommands';
import { Once } from '../../../vscode/commands/once';
import { chooseAgent, chooseResume, demandAction, openPlace, resumeAgent } from './resume';
import type { Surface, Targets } from '../../../vscode/commands/targets';

/** Where it is kept which program may iterate runs of this workspace by itself. */
const allowedProgram = 'iterateByItself.program';

export interface IteratingDeps {
  readonly store: RunStore;
  readonly driver: RunDriver;
  readonly activity: RunActivity;
  readonly targets: Targets;
  readonly access: EngineAccess;
  readonly engineCommands: EngineCommands;
  readonly logger: Logger;
  showLog(): Promise<void>;
  readonly opener: Pick<Opener, 'run'>;
  /** Keeps the last way of going on, for this workspace. */
  readonly memory: vscode.Memento;
  /** The person iterated or resumed a run. */
  carriedOn(key: RunKey): void;
  /** Where a program lies on PATH; `undefined`: nowhere. */
  findProgram(name: string): string | undefined;
  /** The form of the engine's plugin that Claude Code has; `undefined`: it is not known to have any. */
  plugin(projectDir: string): 'newer' | 'older' | undefined;
}

/** Carries runs on, with everything around it: trust, confirmation, engine, progress, and why it stopped. */
export class Iterating {
  readonly #once = new Once();

  constructor(private readonly deps: IteratingDeps) {}

  /** Iterates a run up to `maximum` times, with progress and cancel, and says why it stopped. */
  async iterate(stored: StoredRun, surface: Surface, maximum: number, until?: WantedTask): Promise<void> {
    const { access, logger } = this.deps;
    const { run } = stored;
    demandEngineCan('run.iterate', stored);
    demandTrust();
    // A notification that offers it may be old.
    const now = this.deps.store.get(run.key);
    if (!now) throw new NotNowError(runDeleted);
    this.#demandLegal('run.iterate', now);
    const title = visible(runTitle(run));
    if (surface === 'elsewhere') {
      await confirm(
        `Iterate "${title}"?`,
        'This runs the process function of the run, which is code of the workspace.',
        'Iterate',
      );
    }
    await this.deps.engineCommands.demandFittingEngine(run, 'Iterate');
    this.deps.carriedOn(run.key);
    const report = await this.#once.run(keyText(run.key), () =>
      withEngine(
        { access, logger, projectDir: run.projectDir },
        () => this.#iterateWithProgress(run.key, title, maximum, until),
        () => this.iterate(stored, surface, maximum, until),
      ),
    );
    this.#tellStop(run.key, title, report);
  }

  /** Asks how far to go, and iterates until then, or until the run needs somebody. */
  async continue(stored: StoredRun, surface: Surface): Promise<void> {
    demandEngineCan('run.continue', stored);
    demandTrust();
    this.#demandLegal('run.continue', stored);
    const { maximum, until } = await askHowFar(stored.run);
    await this.iterate(stored, surface, maximum, until);
  }

  /** A run whose sleep is over: iterated by itself where the person wants that, else offered once. */
  sleepIsOver(stored: StoredRun): void {
    const { run } = stored;
    const iterate = (): Promise<void> =>
      guarded(this.deps.logger, () => this.iterate(stored, 'palette', Number.POSITIVE_INFINITY));
    const { isTrusted } = vscode.workspace;
    const { access, memory, logger } = this.deps;
    const fits = engineMismatch(run, access.version(run.projectDir)) === undefined;
    const program =
      isTrusted && fits && setting('sleep.iterateWhenDue') ? access.program(run.projectDir) : undefined;
    if (program !== undefined && memory.get(allowedProgram) === program) {
      logger.info(`${visible(run.location)}: its sleep is over, so it is iterated, as the setting wants.`);
      return void iterate();
    }
    // A workspace can bring the setting and the program: nothing of it is started that no person has allowed.
    const allow = async (): Promise<void> => {
      await memory.update(allowedProgram, program);
      await iterate();
    };
    const asked = program === undefined ? '' : ` Iterate runs here by themselves, with ${visible(program)}?`;
    tell('info', `"${visible(runTitle(run))}" can go on: its sleep is over.${asked}`, [
      ...(program === undefined ? [] : [{ title: 'Always Iterate Here', run: allow }]),
      ...(isTrusted ? [{ title: 'Iterate', run: iterate }] : []),
      { title: commandTitle('run.open'), run: () => this.deps.opener.run(run.key) },
      { title: 'Later', run: () => {} },
    ]);
  }

  /** Offers the ways to go on with a run, and goes the chosen one. */
  async resume(key: RunKey): Promise<void> {
    const { store, access, memory } = this.deps;
    const known = store.get(key);
    if (known) demandEngineCan('run.resume', known);
    demandTrust();
    const there = (stored: StoredRun | undefined): StoredRun => {
      if (!stored) throw new HumanError(runDeleted);
      return stored;
    };
    const { stored, choice } = await chooseResume(there(known), {
      read: async () => there(await store.reread(key)),
      warnings: async () => (await store.readDetails(key, []))?.warnings ?? [],
      engineVersion: (projectDir) => access.version(projectDir),
      plugin: (projectDir) => this.deps.plugin(projectDir),
      memory,
    });
    switch (choice.type) {
      case 'answer':
        return this.deps.opener.run(key, choice.effectId);
      case 'iterate':
        return this.iterate(stored, 'palette', 1);
      case 'continue':
        return this.continue(stored, 'palette');
      case 'recover':
        return this.#recover(stored);
      case 'place':
        return openPlace(choice.place);
      case 'next':
        return void (await vscode.commands.executeCommand(commandName(choice.command), {
          dir: keyText(key),
        }));
      case 'agent':
        return this.#resumeAgent(stored);
      case 'choose-agent':
        await chooseAgent(this.deps.findProgram, this.deps.plugin(stored.run.projectDir));
        return this.#resumeAgent(stored);
      default:
        return choice satisfies never;
    }
  }

  async #resumeAgent({ run }: StoredRun): Promise<void> {
    await resumeAgent(run, this.deps);
    this.deps.carriedOn(run.key);
  }

  /** Takes the error of the process itself back, and iterates once. */
  async #recover(stored: StoredRun): Promise<void> {
    const { access, logger, driver, store } = this.deps;
    const { key, projectDir } = stored.run;
    const why = await withEngine(
      { access, logger, projectDir },
      () => driver.recover(key),
      () => this.#recover(stored),
    );
    if (why !== undefined) throw new HumanError(`The engine did not recover from the error. ${why}`);
    const after = store.get(key);
    if (after) await this.iterate(after, 'palette', 1);
  }

  /** Ends iterating a run of this window; asks which, where that is not clear. */
  async stop(argument: unknown): Promise<void> {
    const { activity, targets, store } = this.deps;
    targets.demandEngineOfNamed(argument, 'run.stop');
    const running = activity.iterating;
    const [only] = running;
    if (only === undefined) throw new NotNowError('No run is being iterated in this window.');
    const key =
      argument === undefined && running.length === 1
        ? only
        : (await targets.run(argument, pickerTitle('run.stop'), 'run.stop')).stored.run.key;
    if (!activity.isIterating(key)) {
      const stored = store.get(key);
      const title = visible(stored ? runTitle(stored.run) : keyText(key));
      throw new NotNowError(`"${title}" is not being iterated in this window.`);
    }
    activity.stop(key);
  }

  async #iterateWithProgress(
    key: RunKey,
    title: string,
    maximum: number,
    until: WantedTask | undefined,
  ): Promise<StopReport> {
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
          return await this.deps.driver.iterate(
            key,
            maximum,
            controller.signal,
            (step, waitsFor) => progress.report({ message: waitsFor ?? (step === 1 ? '' : `step ${step}`) }),
            until,
          );
        } finally {
          cancelled.dispose();
        }
      },
    );
  }

  #demandLegal(action: 'run.iterate' | 'run.continue', stored: StoredRun): void {
    const illegal = this.deps.activity.isIterating(stored.run.key)
      ? `"${visible(runTitle(stored.run))}" is being iterated already.`
      : undefined;
    if (illegal) throw new NotNowError(illegal);
    demandAction(action, stored);
  }

  #tellStop(key: RunKey, title: string, { reason, sentence, iterates }: StopReport): void {
    const open: Choice = { title: commandTitle('run.open'), run: () => this.deps.opener.run(key) };
    const stored = this.deps.store.get(key);
    const [asked] = stored ? pendingBreakpoints(stored.run) : [];
    const next = stored && this.#nextChoice(stored);
    const log: Choice = { title: commandTitle('log.show'), run: () => this.deps.showLog() };
    const times = iterates > 1 ? ` (${iterates} iterates)` : '';
    const text = `"${title}": ${sentence}${times}`;
    this.deps.logger.info(`${visible(keyText(key))} stopped: ${reason}. ${sentence}${times}`);
    if (reason === 'failed' || reason === 'refused' || reason === 'halted')
      tell('error', text, [...(next ? [next] : []), open, log]);
    else if (reason === 'no-change') tell('warning', text, [...(next ? [next] : []), open, log]);
    else if (asked) {
      // Nobody else tells of this question: it came while the person iterated.
      const answer: Choice = {
        title: 'Answer',
        run: () => this.deps.opener.run(key, asked.effect.effectId),
      };
      const item = { kind: 'breakpoint', runKey: key, effectId: asked.effect.effectId } as const;
      tell('info', text, [whileStillSo(answer, [item], this.deps), open]);
    } else if (
      stored &&
      pendingEffects(stored.run).some(({ effect: { kind } }) => kind === 'shell' || kind === 'node')
    ) {
      const run: Choice = {
        title: commandTitle('task.run'),
        run: () => vscode.commands.executeCommand(commandName('task.run'), { dir: keyText(key) }),
      };
      tell('info', text, [run, ...(next ? [next] : []), open]);
    } else tell('info', text, [...(next ? [next] : []), open]);
  }

  /** What moves the run on after an iterate; `undefined`: nothing, or another iterate, which the person did not ask for. */
  #nextChoice({ run, state }: StoredRun): Choice | undefined {
    const { action } = state.next;
    switch (action) {
      case 'run.resume':
        return {
          title: commandTitle(action),
          run: () => guarded(this.deps.logger, () => this.resume(run.key)),
        };
      case 'run.fork':
      case 'run.repair':
        return {
          title: commandTitle(action),
          run: () => vscode.commands.executeCommand(commandName(action), { dir: keyText(run.key) }),
        };
      default:
        return undefined;
    }
  }
}
