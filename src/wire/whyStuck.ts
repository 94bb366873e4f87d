import type { JudgeOptions } from '../core/run/judgement';
import type { Run, RunDetails } from '../core/run/run';
import type { RunEngine } from '../core/engine/runEngine';
import type { StoredRun } from '../core/source/runStore';
import { babysitter } from '../engines/babysitter/core/babysitterRun';
import { diagnose } from '../engines/babysitter/core/diagnose/diagnose';

/**
 * Why a run is stuck, told by its files alone: no process file is loaded and no engine looked for, as nobody has clicked.
 * @param others runs that may be its parent or its children
 */
export function whyStuck(
  { run, engine, details }: { readonly run: Run; readonly engine: RunEngine; readonly details: RunDetails },
  others: readonly { readonly run: Run; readonly engine: RunEngine }[],
  now: number,
  options: JudgeOptions,
): string {
  const judged = (each: { readonly run: Run; readonly engine: RunEngine }): StoredRun => ({
    ...{ run: each.run, engine: each.engine },
    state: each.engine.judge(each.run, now, options),
  });
  const stored = judged({ run, engine });
  const { reason, next } = stored.state;
  // What a repair would change is found out by the command alone.
  if (run.engine !== babysitter || next.action === 'run.repair') return `${reason} ${next.reason}`;
  const ofEngine = others.filter((other) => other.run.engine === run.engine);
  const { sentence, details: more } = diagnose({
    ...{ stored, details, now, iterating: false },
    ...{ repair: undefined, engine: undefined, process: undefined, sessions: undefined },
    parent: ofEngine.filter((other) => other.run.runId === run.parentRunId).map(judged)[0],
    children: ofEngine.filter((other) => other.run.parentRunId === run.runId).map(judged),
  });
  return [sentence, ...more].join('\n');
}
