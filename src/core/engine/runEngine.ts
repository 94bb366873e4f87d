import { commandTitle, type Alias, type aliases, type CommandId } from '../commands';
import type { JudgeOptions, Judgement } from '../run/judgement';
import { stateActions } from '../run/judgement';
import type { Run } from '../run/run';
import type { EngineId } from '../run/engineId';

/**
 * What only an engine can do with its runs. An engine that lacks one of these lacks it everywhere: menus, pickers, pages
 * and the command line say the same, "not something <engine> can do".
 */
export const engineActions = [
  ...stateActions,
  'run.stop',
  'run.halt',
  'run.assignProcess',
  'run.diagnose',
  'run.exportArchive',
  'run.copyCommand',
  'run.delete',
  'task.run',
  'task.cancel',
] as const satisfies readonly CommandId[];

export type EngineAction = (typeof engineActions)[number];

/** A name and a text about a run: `['Harness', 'claude-code']`. Raw run text may be in it. */
export type Fact = readonly [name: string, text: string];

/**
 * An engine, as far as everybody may know it: how its runs are judged, what they may ever be asked for, and what it tells
 * of them. What it does is behind the commands ({@link EngineAction}), which its own part of the window carries out.
 */
export interface RunEngine {
  readonly id: EngineId;
  /** "Babysitter" */
  readonly name: string;
  /** Everything that its runs may ever be asked for. */
  readonly can: ReadonlySet<EngineAction>;

  /** What it calls otherwise, and by which command. Left out: nothing. */
  readonly calls?: { readonly [Action in (typeof aliases)[Alias]]?: Alias };

  /**
   * Judges a run. Pure: the same run and time give the same. It only ever names actions that are in {@link can}.
   * @throws Error for a run of another engine
   */
  judge(run: Run, now: number, options: JudgeOptions): Judgement;

  /** What it tells of a run beyond what every run has, in the order in which it is shown. */
  facts(run: Run): readonly Fact[];

  /** Whether a process holds the run now, as its files tell. Left out: its runs are held by none. */
  isHeld?(run: Run): boolean;

  /** What of that a report tells, to whoever gets it: nothing of this machine. Left out: nothing. */
  reportFacts?(run: Run): readonly Fact[];
}

/** The command that stands for an action where an engine's runs are shown. */
export function calledBy({ calls = {} }: RunEngine, action: EngineAction): EngineAction | Alias {
  return (calls as Partial<Record<EngineAction, Alias>>)[action] ?? action;
}

/** What an engine calls an action, as menus and buttons show it. */
export function actionTitle(engine: RunEngine, action: EngineAction): string {
  return commandTitle(calledBy(engine, action));
}

/** The engines that runs may belong to, by id. */
export type Engines = ReadonlyMap<EngineId, RunEngine>;

export function enginesOf(...engines: readonly RunEngine[]): Engines {
  return new Map(engines.map((engine) => [engine.id, engine]));
}

/**
 * The engine that a run belongs to.
 * @throws Error when nobody has registered it: a source without an engine was wired
 */
export function engineOf(engines: Engines, run: Run): RunEngine {
  const engine = engines.get(run.engine);
  if (!engine) throw new Error(`No engine "${run.engine}" is registered.`);
  return engine;
}
