import type { RunEngine } from '../../engine/runEngine';
import type { JudgeOptions } from '../../run/judgement';
import type { MetricChoice } from '../../run/metrics';
import type { Sliced } from '../../sliced';
import type { PastReading } from '../../source/runSource';
import type { StoredRun } from '../../source/runStore';
import { openingRun, type OpenedRun } from '../tree/buildTree';

/** A run as it was when one of its events was the last one. */
export interface PastRun {
  /** How many events there were. */
  readonly event: number;
  /** When the last of them was recorded, in milliseconds since 1970: what was the current moment then. */
  readonly at: number;
  readonly stored: StoredRun;
  readonly opened: OpenedRun;
}

/** Judges and opens a run as it was, as it would have been then. */
export function* openingPast(
  { event, at, run, details }: PastReading,
  engine: RunEngine,
  metric: MetricChoice,
  options: JudgeOptions,
): Sliced<PastRun> {
  const opened = yield* openingRun(run, details, metric);
  return { event, at, stored: { run, state: engine.judge(run, at, options), engine }, opened };
}
