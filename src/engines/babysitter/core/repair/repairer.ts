import { folderOf } from '../babysitterRun';
import type { Clock } from '../../../../core/clock';
import { repostCall } from '../fork/replayCalls';
import type { CliCall } from '../drive/cliCalls';
import type { Engine } from '../drive/engine';
import { explainFailure } from '../drive/explain';
import { demandEngineCan } from '../../../../core/engine/whyNot';
import { HumanError, NotNowError, runDeleted } from '../../../../core/errors';
import { toIso } from '../../../../core/format';
import type { RunStore, StoredRun } from '../../../../core/source/runStore';
import * as z from 'zod/mini';
import { planRepair, type RepairPlan, type RunFiles } from './repairPlan';
import type { RunKey } from '../../../../core/run/runKey';

/** The files of runs, for a repair. */
export interface RepairFiles {
  read(dir: string): Promise<RunFiles>;
  /**
   * Renames a file of a run, if it is still the very file that was looked at.
   * @throws HumanError when it changed, or a live process holds the run
   */
  moveAside(dir: string, from: string, to: string, look: string): void;
}

/** What a repair did. */
export interface RepairReport {
  /** The run as it is now. */
  readonly stored: StoredRun;
  /** What is still wrong, as sentences. */
  readonly left: readonly string[];
  readonly posted: number;
}

const repairAnswer = z.looseObject({ repaired: z.boolean() });

/**
 * Lets the engine rewrite a journal from the events that it can read.
 * @param dir absolute path of the run folder
 */
export function repairJournalCall(dir: string): CliCall<z.infer<typeof repairAnswer>> {
  return { args: ['run:repair-journal', dir, '--json'], answer: repairAnswer };
}

/** Mends the files of runs, as far as that can be done without a guess. */
export class Repairer {
  constructor(
    private readonly store: RunStore,
    private readonly engine: Engine,
    private readonly files: RepairFiles,
    private readonly clock: Clock,
  ) {}

  /**
   * What a repair would change, as the files are now.
   * @throws NotNowError while a live process holds the run, and when its engine repairs none
   */
  async plan(key: RunKey): Promise<RepairPlan> {
    const folder = this.#folderOf(key);
    const files = await this.files.read(folder);
    demandNoHolder(files);
    return planRepair(files, this.clock.now());
  }

  /**
   * Does what a plan says, after a last look that nothing changed since, and reads the run again.
   * @throws HumanError when the files changed meanwhile or the engine refuses; NoEngineError
   */
  async repair(key: RunKey, plan: RepairPlan, signal: AbortSignal): Promise<RepairReport> {
    const folder = this.#folderOf(key);
    const files = await this.files.read(folder);
    demandNoHolder(files);
    const now = planRepair(files, this.clock.now());
    if (now.before !== plan.before || now.steps.length !== plan.steps.length) {
      throw new HumanError(
        'The run changed since the plan was made, so nothing was changed.',
        'Look at it again.',
      );
    }
    let posted = 0;
    const projectDir = this.store.get(key)?.run.projectDir ?? folder;
    for (const step of plan.steps) {
      if (signal.aborted) break;
      if (step.type === 'move') this.files.moveAside(folder, step.from, step.to, step.look);
      else if (step.type === 'journal') {
        // This call of the engine takes no lock.
        demandNoHolder(await this.files.read(folder));
        const outcome = await this.engine.call(repairJournalCall(folder), projectDir, signal);
        if (!outcome.answer?.repaired) throw new HumanError(explainFailure(outcome));
      } else {
        const { answer } = step;
        const metadata = { repostedAt: toIso(this.clock.now()) };
        const outcome = await this.engine.call(
          repostCall(folder, answer.effectId, answer, metadata),
          projectDir,
          signal,
        );
        const status = (await this.store.reread(key))?.run.story.effects.get(answer.effectId)?.status;
        if (status === 'pending') throw new HumanError(explainFailure(outcome));
        posted += 1;
      }
    }
    const stored = await this.store.reread(key);
    if (!stored) throw new HumanError(runDeleted);
    this.store.acted(key);
    const after = planRepair(await this.files.read(folder), this.clock.now());
    return { stored: this.store.get(key) ?? stored, left: after.damage, posted };
  }

  /** @throws NotNowError when the engine of the run repairs none */
  #folderOf(key: RunKey): string {
    const stored = this.store.get(key);
    if (stored) demandEngineCan('run.repair', stored);
    return stored?.run.location ?? folderOf(key);
  }
}

function demandNoHolder({ lock }: RunFiles): void {
  if (lock?.holder === 'live') {
    throw new NotNowError(`Process ${lock.pid} holds the run; nothing is repaired while it works.`);
  }
}
