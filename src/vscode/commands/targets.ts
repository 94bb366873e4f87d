import * as vscode from 'vscode';
import { parseReference } from '../../core/contract';
import { CancelledError, HumanError, NotNowError, runDeleted } from '../../core/errors';
import { shortId, visible } from '../../core/format';
import { moment } from '../../core/moments';
import type { Effect } from '../../core/run/effect';
import { shownTitle } from '../../core/order/runMarks';
import { noTaskFiles } from '../../core/run/iterations';
import { isRecord } from '../../core/run/lenient';
import { pendingEffects, runTitle, taskTitle } from '../../core/run/run';
import type { RunKey } from '../../core/run/runKey';
import type { EngineAction } from '../../core/engine/runEngine';
import { demandEngineCan, whyNot, whyNotPost } from '../../core/engine/whyNot';
import { referredRun } from '../../core/source/referredRun';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { describeTask, stateWord } from '../../core/views/tree/describe';
import { withoutIcons } from '../messages';
import type { OpenedRuns } from '../tree/openedRuns';
import { isOurNode } from '../tree/handedOut';

/** How a command was told what to act on. Only a click of a person on something of ours counts as confirmation. */
export type Surface = 'row' | 'palette' | 'page' | 'document' | 'elsewhere';

type BreakpointAction = Extract<EngineAction, `breakpoint.${string}`>;

export interface RunTarget {
  readonly stored: StoredRun;
  readonly surface: Surface;
  /** The effect that was named with the run, whether or not the run has it. */
  readonly effectId: string | undefined;
  /** The event that was named with the run, whether or not the run has it. */
  readonly event: number | undefined;
  /** The iteration that was named with the run, whether or not the run has it. */
  readonly iteration: number | undefined;
}

export interface EffectTarget {
  readonly stored: StoredRun;
  readonly surface: Surface;
  readonly effect: Effect;
}

/** Finds out what a command is meant for: from a row, from a reference, or by asking. */
export class Targets {
  constructor(
    private readonly store: RunStore,
    private readonly opened: OpenedRuns,
    /** The run whose page is in front; `undefined`: none is. */
    private readonly shownRun: () => RunKey | undefined = () => undefined,
    /** The runs that are selected in the Runs view. */
    private readonly selectedRuns: () => readonly RunKey[] = () => [],
  ) {}

  /**
   * The runs that a command was called with, where it may take several: an array of references, the selected rows that a
   * menu passes, or what is selected in the Runs view where a key was pressed there. `undefined`: it was called otherwise.
   * @throws HumanError when a reference names no run; NotNowError when nothing is selected
   */
  several(argument: unknown, selected: unknown): readonly StoredRun[] | undefined {
    if (isSelection(argument)) {
      const runs = this.selectedRuns().flatMap((key) => this.store.get(key) ?? []);
      if (runs.length === 0) throw new NotNowError('Select runs in the Runs view first.');
      return runs;
    }
    const named = Array.isArray(argument) ? argument : selected;
    if (!Array.isArray(named)) return undefined;
    // Rows of other kinds may be selected with those of runs.
    const meant = named.filter((each) => !isOurNode(each) || each.kind === 'run');
    const runs = new Set(meant.flatMap((each) => this.#named(each)?.stored ?? []));
    return runs.size === 0 ? undefined : [...runs];
  }

  /** One run or several: what {@link several} gives, else as {@link run} does, else those that the person checks. */
  async runs(
    argument: unknown,
    selected: unknown,
    title: string,
    action?: EngineAction,
  ): Promise<readonly StoredRun[]> {
    const several = this.several(argument, selected);
    if (several) return several;
    const one = this.#named(argument) ?? this.#shown(argument);
    if (one && action) demandEngineCan(action, one.stored);
    return one ? [one.stored] : this.#checkRuns(title, action);
  }

  /**
   * @param action lists runs for which it is not legal last, with the reason; `undefined`: all are fit
   * @throws HumanError when a reference names no run; NotNowError when the run's engine never does it; CancelledError
   *   when the person picks nothing
   */
  async run(argument: unknown, title: string, action?: EngineAction): Promise<RunTarget> {
    const named = this.#named(argument);
    if (named && action) demandEngineCan(action, named.stored);
    if (named) return named;
    const shown = this.#shown(argument, action);
    if (shown) return shown;
    const stored = await this.#pickRun(title, action);
    if (action) demandEngineCan(action, stored);
    return { stored, surface: 'palette', effectId: undefined, event: undefined, iteration: undefined };
  }

  /**
   * Refuses a named run whose engine never does something, for commands that have questions of their own before they
   * look for a run. Whatever else may be wrong with the argument is told later.
   * @throws NotNowError
   */
  demandEngineOfNamed(argument: unknown, action: EngineAction): void {
    const key = isOurNode(argument) ? argument.runKey : undefined;
    const stored = key === undefined ? this.#referred(argument) : this.store.get(key);
    if (stored) demandEngineCan(action, stored);
  }

  /** Another run than the one whose page is in front, unless the argument names one. @throws as {@link run} */
  async anyRun(argument: unknown, title: string): Promise<RunTarget> {
    const named = this.#named(argument);
    if (named) return named;
    const stored = await this.#pickRun(title);
    return { stored, surface: 'palette', effectId: undefined, event: undefined, iteration: undefined };
  }

  /** A pending breakpoint. A run that has exactly one means that one. */
  async breakpoint(
    argument: unknown,
    title: string,
    action: BreakpointAction = 'breakpoint.answer',
  ): Promise<EffectTarget> {
    const { stored, surface, effectId } = this.#named(argument) ?? this.#shown(argument, action) ?? {};
    if (stored && surface) {
      demandEngineCan(action, stored);
      const open = pendingEffects(stored.run).filter(({ effect }) => effect.kind === 'breakpoint');
      const chosen =
        effectId === undefined ? open : open.filter(({ effect }) => effect.effectId === effectId);
      const [only] = chosen;
      if (only && chosen.length === 1) return { stored, effect: only.effect, surface };
      if (!only) {
        throw new NotNowError(
          effectId === undefined
            ? (whyNot('breakpoint.answer', stored) ?? 'No question is open in this run.')
            : 'This question is not open any more.',
        );
      }
      return this.#pickBreakpoint([stored], title, action);
    }
    return this.#pickBreakpoint(this.store.all, title, action);
  }

  /** A pending task that is no breakpoint and no sleep. A run that has exactly one means that one. */
  async pendingTask(
    argument: unknown,
    title: string,
    action: 'task.post' | 'task.run',
  ): Promise<EffectTarget> {
    const { stored, surface, effectId } = this.#named(argument) ?? this.#shown(argument, 'task.post') ?? {};
    if (stored) demandEngineCan(action, stored);
    if (stored && surface && effectId !== undefined) {
      const why = whyNotPost(stored, effectId);
      const effect = stored.run.story.effects.get(effectId);
      if (why !== undefined || !effect) throw new NotNowError(why ?? 'The run has no such task.');
      return { stored, effect, surface };
    }
    const runs = (stored ? [stored] : this.store.all).filter(({ engine }) => engine.can.has(action));
    const items = runs.flatMap((each) =>
      pendingEffects(each.run)
        .filter(({ effect }) => whyNotPost(each, effect.effectId) === undefined)
        .map(({ effect, task }) => ({
          label: withoutIcons(visible(taskTitle(effect, task))),
          description: withoutIcons(visible(`${effect.kind} · ${shownTitle(each)}`)),
          stored: each,
          effect,
        })),
    );
    const [only] = items;
    if (!only) {
      throw new NotNowError(
        stored
          ? (whyNot('task.post', stored) ?? 'No task of this run waits for a result.')
          : 'No task waits for a result.',
      );
    }
    const chosen = stored && items.length === 1 ? only : await pick(items, title, 'Choose a task');
    return { stored: chosen.stored, effect: chosen.effect, surface: surface ?? 'palette' };
  }

  /** Any effect of a run. */
  async effect(argument: unknown, title: string): Promise<EffectTarget> {
    const named = this.#named(argument) ?? this.#shown(argument);
    const { key } = (named?.stored ?? (await this.#pickRun(title))).run;
    const surface = named?.surface ?? 'palette';
    // Looking into a finished run makes it be read whole, and only then its tasks are known.
    const details = (await this.opened.get(key))?.details;
    const stored = this.store.get(key);
    if (!stored) throw new HumanError(runDeleted);
    if (named?.effectId !== undefined) {
      const effect = stored.run.story.effects.get(named.effectId);
      if (!effect) throw new HumanError('The run has no such task.');
      return { stored, effect, surface };
    }
    const items = stored.run.story.effects
      .list()
      .toReversed()
      .map((effect) => {
        const { tasks, results } = details ?? noTaskFiles;
        const { effectId } = effect;
        const row = describeTask(effect, tasks.get(effectId), Date.now(), results.get(effectId));
        return { label: withoutIcons(row.label), description: withoutIcons(row.description), effect };
      });
    if (items.length === 0) throw new NotNowError('The run has no tasks yet.');
    const { effect } = await pick(items, title, 'Choose a task');
    return { stored, effect, surface };
  }

  /**
   * The run of the page in front, for a command that names none. Whoever called it may be a keybinding or another extension,
   * so what changes a run is confirmed.
   * @param action has to be possible with it
   */
  #shown(argument: unknown, action?: EngineAction): RunTarget | undefined {
    if (argument !== undefined && argument !== null) return undefined;
    const key = this.shownRun();
    const stored = key === undefined ? undefined : this.store.get(key);
    if (!stored || (action && whyNot(action, stored) !== undefined)) return undefined;
    return { stored, surface: 'elsewhere', effectId: undefined, event: undefined, iteration: undefined };
  }

  /** What an argument names; `undefined`: nothing, so ask. */
  #named(argument: unknown): RunTarget | undefined {
    if (isOurNode(argument)) {
      const stored = this.store.get(argument.runKey);
      if (!stored) throw new HumanError(runDeleted);
      const effectId = 'effectId' in argument ? argument.effectId : undefined;
      const iteration = argument.kind === 'iteration' ? argument.n : undefined;
      return { stored, surface: 'row', effectId, event: undefined, iteration };
    }
    if (argument === undefined || argument === null) return undefined;
    if (Array.isArray(argument) && argument.length === 1) return this.#named(argument[0]);
    const reference = parseReference(argument);
    if (!reference) throw new HumanError('The command was called with something that names no run.');
    const found = this.#referred(argument);
    if (!found) {
      throw new HumanError(`There is no run ${visible(reference.runId ?? reference.dir ?? '')} here.`);
    }
    const { effectId, event, iteration } = reference;
    return { stored: found, surface: 'elsewhere', effectId, event, iteration };
  }

  /** The run that a reference names; `undefined`: there is none. */
  #referred(argument: unknown): StoredRun | undefined {
    const reference = parseReference(argument);
    if (!reference) return undefined;
    return referredRun(this.store, reference);
  }

  async #pickRun(title: string, action?: EngineAction): Promise<StoredRun> {
    const all = this.store.all;
    if (all.length === 0) throw new NotNowError('There are no runs here yet.');
    const items = all.map((stored) => toRunItem(stored, action && whyNot(action, stored)));
    // Sorting is stable: within both groups the newest stay first.
    const { stored } = await pick(
      items.toSorted((a, b) => Number(b.legal) - Number(a.legal)),
      title,
      'Choose a run',
    );
    return stored;
  }

  async #checkRuns(title: string, action?: EngineAction): Promise<readonly StoredRun[]> {
    const fit = this.store.all.filter(({ engine }) => action === undefined || engine.can.has(action));
    if (fit.length === 0) throw new NotNowError('There are no runs here for which this is possible.');
    const selected = new Set(this.selectedRuns());
    const items = fit.map((stored) => ({ ...toRunItem(stored), picked: selected.has(stored.run.key) }));
    const options = {
      title,
      placeHolder: 'Check runs',
      canPickMany: true,
      matchOnDescription: true,
      ignoreFocusOut: true,
    } as const;
    const checked = (await vscode.window.showQuickPick(items, options)) ?? [];
    if (checked.length === 0) throw new CancelledError();
    return checked.map(({ stored }) => stored);
  }

  async #pickBreakpoint(
    runs: readonly StoredRun[],
    title: string,
    action: BreakpointAction,
  ): Promise<EffectTarget> {
    const answerable = runs.filter(({ engine }) => engine.can.has(action));
    const items = answerable.flatMap((stored) =>
      pendingEffects(stored.run)
        .filter(
          ({ effect }) => effect.kind === 'breakpoint' && stored.state.actions.includes('breakpoint.answer'),
        )
        .map(({ effect, task }) => ({
          label: withoutIcons(visible(taskTitle(effect, task))),
          description: withoutIcons(visible(shownTitle(stored))),
          stored,
          effect,
        })),
    );
    if (items.length === 0) throw new NotNowError('No question is open: nothing needs you.');
    // As in the Needs You view: the one that waits longest first.
    items.sort((a, b) => (a.effect.requestedAt ?? 0) - (b.effect.requestedAt ?? 0));
    const { stored, effect } = await pick(items, title, 'Choose a question');
    return { stored, effect, surface: 'palette' };
  }
}

/** What a key that is pressed in the Runs view passes, instead of a row. */
function isSelection(argument: unknown): boolean {
  return isRecord(argument) && argument['selected'] === true;
}

/** A run in a picker. `why`: it is not fit now, and why. */
export function toRunItem(stored: StoredRun, why?: string) {
  const { run, marks } = stored;
  return {
    label: withoutIcons(visible(shownTitle(stored))),
    description: [
      why === undefined ? stateWord(stored) : '',
      marks?.name === undefined ? '' : withoutIcons(visible(runTitle(run))),
      shortId(run.runId),
      moment(run.updatedAt, Date.now()),
    ]
      .filter(Boolean)
      .join(' · '),
    ...(why === undefined ? {} : { detail: `Not now: ${withoutIcons(visible(why))}` }),
    legal: why === undefined,
    stored,
  };
}

/**
 * Asks for one of some items. The picker stays when the focus goes elsewhere: a tree that is drawn again takes it.
 * @throws CancelledError when the person leaves with Escape
 */
export async function pick<T extends vscode.QuickPickItem>(
  items: readonly T[],
  title: string,
  placeHolder: string,
): Promise<T> {
  const options = { title, placeHolder, matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true };
  const chosen = await vscode.window.showQuickPick(items, options);
  if (!chosen) throw new CancelledError();
  return chosen;
}
