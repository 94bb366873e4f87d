import { iterateCall, type CliCall } from '../engine/cliCalls';
import type { CliOutcome, Engine } from '../engine/engine';
import { explainFailure } from '../engine/explain';
import { HumanError } from '../errors';
import { isSegment } from '../run/lenient';
import type { Run } from '../run/run';
import type { Clock } from '../clock';
import { forkRequest, type ForkPlan } from './forkPlan';
import type { RecordedTask } from './recordedTask';
import { feed, replay, type ReplayReport, type ReplayTarget } from './replay';
import { copyRunCall, repostCall } from './replayCalls';

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
  /** The folder of another run in the same runs directory, and a function that reads it as it is now. */
  sibling(dir: string, runId: string): { readonly dir: string; read(): Promise<Run | undefined> };
}

export interface ForkProgress {
  readonly signal: AbortSignal;
  /** Told after each answer, with how many there were so far. */
  onReplayed(count: number): void;
}

/** What came of a fork or a recovery. What was made stays, as a run like any other. */
export interface ForkReport extends ReplayReport {
  readonly runId: string;
  readonly dir: string;
}

/** About how long the command line takes for one answer and the iterate before it, in milliseconds. */
export const millisecondsPerAnswer = 1500;

/** Makes runs from runs, through the engine alone. */
export class Forker {
  constructor(
    private readonly engine: Engine,
    private readonly files: ForkFiles,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a run that stands where the original stood at the plan's event.
   * @throws HumanError when no run could be made; NoEngineError
   */
  async fork(run: Run, plan: ForkPlan, progress: ForkProgress): Promise<ForkReport> {
    if (plan.refused !== undefined) throw new HumanError(plan.refused);
    const made = await this.#copy(run, forkRequest(run.runId, plan.at), progress.signal);
    const report = await replay(plan.steps, {
      ...progress,
      target: this.#target(run, made, progress.signal),
      recorded: (effectId) => this.files.answer(run.dir, effectId),
      now: () => this.clock.now(),
    });
    return { ...made, ...report };
  }

  /** The answers that a new run could be fed with, when the run itself is beyond repair. */
  async recoverable(dir: string): Promise<readonly RecordedTask[]> {
    return this.files.answers(dir);
  }

  /**
   * Makes a run that is fed with every recorded answer it asks for.
   * @throws HumanError when no run could be made; NoEngineError
   */
  async recover(run: Run, progress: ForkProgress): Promise<ForkReport> {
    const answers = await this.files.answers(run.dir);
    const made = await this.#copy(run, `recovery of ${run.runId}`, progress.signal);
    const report = await feed(answers, { ...progress, target: this.#target(run, made, progress.signal) });
    return { ...made, ...report };
  }

  async #copy(run: Run, request: string, signal: AbortSignal): Promise<{ runId: string; dir: string }> {
    const entry = run.metadata?.entry ?? run.fold.entry;
    const processId = run.metadata?.processId ?? run.fold.processId;
    if (!entry || processId === undefined) {
      throw new HumanError('Neither run.json nor the journal says which process this run is of.');
    }
    const call = copyRunCall({
      ...this.files.places(run.dir, entry.importPath),
      processId,
      exportName: entry.exportName,
      inputsFile: this.files.inputsFile(run.dir),
      prompt: run.metadata?.prompt ?? run.fold.prompt,
      processRevision: run.metadata?.processRevision,
      nonInteractive: run.metadata?.nonInteractive ?? false,
      request,
    });
    const outcome = await this.engine.call(call, run.projectDir, signal);
    const runId = outcome.answer?.runId;
    if (runId === undefined || !isSegment(runId)) throw new HumanError(explainFailure(outcome));
    return { runId, dir: this.files.sibling(run.dir, runId).dir };
  }

  #target(run: Run, { runId }: { readonly runId: string }, signal: AbortSignal): ReplayTarget {
    const sibling = this.files.sibling(run.dir, runId);
    const read = async (): Promise<Run> => {
      const now = await sibling.read();
      if (!now) throw new HumanError('The new run was deleted meanwhile.');
      return now;
    };
    const call = <T>(asked: CliCall<T>): Promise<CliOutcome<T>> =>
      this.engine.call(asked, run.projectDir, signal);
    return {
      read,
      async iterate() {
        const outcome = await call(iterateCall(sibling.dir));
        return outcome.answer ? undefined : explainFailure(outcome);
      },
      async post(effectId, recorded) {
        const metadata = { forkedFrom: run.runId, effectId: recorded.effectId };
        const outcome = await call(repostCall(sibling.dir, effectId, recorded, metadata));
        const pending = (await read()).fold.effects.get(effectId)?.status === 'pending';
        return pending ? explainFailure(outcome) : undefined;
      },
    };
  }
}
