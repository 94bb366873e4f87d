import { asBabysitter } from '../babysitterRun';
import type { Clock } from '../../../../core/clock';
import type { Engine } from '../drive/engine';
import type { EngineAction } from '../../../../core/engine/runEngine';
import { demandEngineCan } from '../../../../core/engine/whyNot';
import { CancelledError, HumanError } from '../../../../core/errors';
import { isRecord } from '../../../../core/run/lenient';
import type { Run } from '../../../../core/run/run';
import type { RunStore } from '../../../../core/source/runStore';
import { CliFeeder } from './cliFeeder';
import type { Feeder, QuickFeeders } from './feeder';
import type { ForkPlan } from './forkPlan';
import type { RecordedTask } from './recordedTask';
import { feed, replay, type ReplayedAnswer, type ReplayReport, type ReplayTarget } from './replay';
import type { CopiedRun } from './replayCalls';
import { forkRequest, recoveryRequest } from '../../../../core/run/origin';

/** The files of runs, for making one run from another. The original is only read. */
export interface ForkFiles {
  /** The recorded answer of one effect; `undefined`: there is none, or it cannot be read. */
  answer(dir: string, effectId: string): Promise<RecordedTask | undefined>;
  /** All recorded answers, whatever the journal says. */
  answers(dir: string): Promise<readonly RecordedTask[]>;
  /** Absolute path of the run's inputs; `undefined`: it has none. */
  inputsFile(dir: string): string | undefined;
  /** The runs directory, and the process file that an entry of the run names; absolute paths. */
  places(dir: string, importPath: string): { readonly runsDir: string; readonly entry: string };
  /** When a file was changed last; `undefined`: it is not there. */
  changedAt(path: string): number | undefined;
  /** The folder of another run in the same runs directory, and a function that reads it as it is now. */
  sibling(dir: string, runId: string): { readonly dir: string; read(): Promise<Run | undefined> };
}

export interface ForkProgress {
  readonly signal: AbortSignal;
  /** Told after each answer, with how many there were so far. */
  onReplayed(count: number): void;
}

/** What a person changed before a fork. */
export interface ForkEdits {
  /** What the process gets instead of the original's inputs; only what runs anew is affected. */
  readonly inputs?: { readonly value: unknown };
  /** The last answer that is replayed, as it is to be. */
  readonly result?: {
    readonly effectId: string;
    readonly value: unknown;
    /** Who changed it, for the new run's record. */
    readonly editedBy: string;
    /** ISO 8601. */
    readonly editedAt: string;
  };
}

/** What came of a fork or a recovery. What was made stays, as a run like any other. */
export interface ForkReport extends ReplayReport {
  readonly runId: string;
  readonly dir: string;
}

/** Makes runs from runs, through the engine alone: with its functions in one process, else a call for each step. */
export class Forker {
  constructor(
    private readonly store: Pick<RunStore, 'get'>,
    private readonly engine: Engine,
    private readonly quick: QuickFeeders,
    private readonly files: ForkFiles,
    private readonly clock: Clock,
  ) {}

  /** About how long it takes to replay so many answers, in milliseconds; a step takes longer in a longer journal. */
  estimate(projectDir: string, answers: number): number {
    return this.quick.fit(projectDir)
      ? 700 + answers * 40 + answers ** 2 * 0.5
      : 1500 + answers * 1000 + answers ** 2 * 5;
  }

  /** The answer that a fork would replay last, for editing it; `undefined`: there is none, or it is too large. */
  async lastAnswer(run: Run, plan: ForkPlan): Promise<RecordedTask | undefined> {
    const last = plan.replayed.at(-1);
    const answer = last && (await this.files.answer(run.location, last.effect.effectId));
    return answer?.files.value === undefined ? answer : undefined;
  }

  /**
   * Makes a run that stands where the original stood at the plan's event.
   * @throws HumanError when no run could be made; NotNowError when its engine forks none; CancelledError; NoEngineError
   */
  async fork(run: Run, plan: ForkPlan, progress: ForkProgress, edits: ForkEdits = {}): Promise<ForkReport> {
    this.#demandEngineCan('run.fork', run);
    if (plan.refused !== undefined) throw new HumanError(plan.refused);
    const request = forkRequest(run.runId, plan.at, {
      inputs: edits.inputs !== undefined,
      result: edits.result !== undefined,
    });
    return this.#make(run, { request, inputs: edits.inputs }, progress.signal, (target) =>
      replay(plan.steps, {
        ...progress,
        target,
        recorded: async (effectId) => {
          const answer = await this.files.answer(run.location, effectId);
          return answer && edited(answer, edits.result);
        },
        now: () => this.clock.now(),
      }),
    );
  }

  /** The answers that a new run could be fed with, when the run itself is beyond repair. */
  async recoverable(dir: string): Promise<readonly RecordedTask[]> {
    return this.files.answers(dir);
  }

  /**
   * Makes a run that is fed with every recorded answer it asks for.
   * @throws HumanError when no run could be made; NotNowError when its engine repairs none; CancelledError;
   *   NoEngineError
   */
  async recover(run: Run, progress: ForkProgress): Promise<ForkReport> {
    this.#demandEngineCan('run.repair', run);
    const answers = await this.files.answers(run.location);
    return this.#make(run, { request: recoveryRequest(run.runId) }, progress.signal, (target) =>
      feed(answers, { ...progress, target }),
    );
  }

  #demandEngineCan(action: EngineAction, { key }: Run): void {
    const stored = this.store.get(key);
    if (stored) demandEngineCan(action, stored);
  }

  async #make(
    run: Run,
    { request, inputs }: { readonly request: string; readonly inputs?: ForkEdits['inputs'] },
    signal: AbortSignal,
    work: (target: ReplayTarget) => Promise<ReplayReport>,
  ): Promise<ForkReport> {
    const { metadata, story } = asBabysitter(run);
    const entry = metadata?.entry ?? story.entry;
    const processId = metadata?.processId ?? story.processId;
    if (!entry || processId === undefined) {
      throw new HumanError('Neither run.json nor the journal says which process this run is of.');
    }
    const places = this.files.places(run.location, entry.importPath);
    const file = this.files.inputsFile(run.location);
    const { feeder, runId } = await this.#create(
      {
        ...places,
        ...{ processId, request },
        exportName: entry.exportName,
        inputs: inputs ?? (file === undefined ? undefined : { file }),
        prompt: run.prompt,
        processRevision: metadata?.processRevision,
        nonInteractive: run.asksNobody,
      },
      run.projectDir,
      signal,
    );
    try {
      const changedAt = this.files.changedAt(places.entry);
      const report = await work(this.#target(run, runId, feeder));
      const notes =
        changedAt === this.files.changedAt(places.entry)
          ? report.notes
          : [
              ...report.notes,
              'The process file was changed meanwhile; the fork followed it as it was before.',
            ];
      return { ...report, notes, runId, dir: this.files.sibling(run.location, runId).dir };
    } finally {
      await feeder.close();
    }
  }

  /** The quick way where it is open, else the other; never both, once anything may have been made. */
  async #create(
    copied: CopiedRun,
    projectDir: string,
    signal: AbortSignal,
  ): Promise<{ readonly feeder: Feeder; readonly runId: string }> {
    const quick = await this.quick.open(projectDir, signal);
    for (const feeder of [quick, new CliFeeder(this.engine, projectDir, signal)]) {
      if (!feeder) continue;
      const made = await feeder.create(copied);
      if ('runId' in made) return { feeder, runId: made.runId };
      await feeder.close();
      if (signal.aborted) throw new CancelledError();
      if (!made.untouched) throw new HumanError(made.failure);
      this.quick.gaveUp(made.failure);
    }
    throw new HumanError('The engine made no run.');
  }

  #target(run: Run, runId: string, feeder: Feeder): ReplayTarget {
    const sibling = this.files.sibling(run.location, runId);
    const read = async (): Promise<Run> => {
      const now = await sibling.read();
      if (!now) throw new HumanError('The new run was deleted meanwhile.');
      return now;
    };
    return {
      read,
      iterate: () => feeder.iterate(sibling.dir),
      async post(effectId, { recorded, metadata }) {
        const origin = { forkedFrom: run.runId, effectId: recorded.effectId };
        const failure = await feeder.post(sibling.dir, effectId, recorded, { ...origin, ...metadata });
        // The journal is believed, not what the engine says.
        const pending = (await read()).story.effects.get(effectId)?.status === 'pending';
        return pending ? (failure ?? 'The engine recorded nothing.') : undefined;
      },
    };
  }
}

/** An answer as the person changed it. */
function edited(recorded: RecordedTask, edit: ForkEdits['result']): ReplayedAnswer {
  if (edit?.effectId !== recorded.effectId) return { recorded };
  const { result } = recorded;
  const { value, editedBy, editedAt } = edit;
  return {
    recorded: {
      ...recorded,
      result:
        result.status === 'ok'
          ? { ...result, value }
          : { ...result, error: isRecord(value) ? value : { name: 'Error', message: String(value) } },
    },
    metadata: { edited: true, editedBy, editedAt },
  };
}
