import { iterateCall, type CliCall } from '../drive/cliCalls';
import type { CliOutcome, Engine } from '../drive/engine';
import { explainFailure } from '../drive/explain';
import { isSegment } from '../../../../core/run/lenient';
import type { Feeder, Made } from './feeder';
import type { RecordedTask } from './recordedTask';
import { copyRunCall, repostCall, type CopiedRun } from './replayCalls';

/** The command line, called for each step: it is there whatever the engine is, and slow. */
export class CliFeeder implements Feeder {
  constructor(
    private readonly engine: Engine,
    private readonly projectDir: string,
    private readonly signal: AbortSignal,
  ) {}

  async create(run: CopiedRun): Promise<Made> {
    const outcome = await this.#call(copyRunCall(run));
    const runId = outcome.answer?.runId;
    return runId !== undefined && isSegment(runId)
      ? { runId }
      : { failure: explainFailure(outcome), untouched: false };
  }

  async iterate(dir: string): Promise<string | undefined> {
    const outcome = await this.#call(iterateCall(dir));
    return outcome.answer ? undefined : explainFailure(outcome);
  }

  async post(
    dir: string,
    effectId: string,
    recorded: RecordedTask,
    metadata: Readonly<Record<string, unknown>>,
  ): Promise<string | undefined> {
    const outcome = await this.#call(repostCall(dir, effectId, recorded, metadata));
    return outcome.answer ? undefined : explainFailure(outcome);
  }

  async close(): Promise<void> {}

  #call<T>(call: CliCall<T>): Promise<CliOutcome<T>> {
    return this.engine.call(call, this.projectDir, this.signal);
  }
}
