import * as vscode from 'vscode';
import type { Forker, ForkProgress, ForkReport } from '../../core/fork/forker';
import { forkPlan, type ForkPlan } from '../../core/fork/forkPlan';
import { HumanError, NotNowError } from '../../core/errors';
import { count, duration, list, visible } from '../../core/format';
import type { Logger } from '../../core/log';
import type { Effect } from '../../core/run/foldRun';
import { runTitle, taskTitle, type Run } from '../../core/run/run';
import type { OpenedRun } from '../../core/tree/buildTree';
import { whyNot } from '../../core/engine/whyNot';
import { confirm, plain, tell, withoutIcons } from '../messages';
import type { RunPanels } from '../panel/runPanel';
import { localTime } from '../settings';
import type { OpenedRuns } from '../tree/openedRuns';
import { isOurNode } from '../tree/runTree';
import { demandTrust, withEngine, type EngineAccess } from './engineAccess';
import type { EngineCommands } from './engineCommands';
import { pick, type Targets } from './targets';

export interface ForkingDeps {
  readonly opened: OpenedRuns;
  readonly targets: Targets;
  readonly forker: Forker;
  readonly access: EngineAccess;
  readonly engineCommands: EngineCommands;
  readonly logger: Logger;
  readonly panels: () => RunPanels;
}

/** From so many results on, a fork takes minutes. */
const many = 200;

/** Makes runs that begin where another one stood. */
export class Forking {
  constructor(private readonly deps: ForkingDeps) {}

  /** @throws NotNowError when no fork can be made there */
  async fork(argument: unknown): Promise<void> {
    demandTrust();
    const { targets, opened, forker } = this.deps;
    const { stored, effectId, event } = await targets.run(argument, 'Fork From Here', 'run.fork');
    const illegal = whyNot('run.fork', stored, localTime);
    if (illegal) throw new NotNowError(illegal);
    const found = await opened.get(stored.run.dir);
    if (!found) throw new HumanError('The run is not there any more.');
    const { run, details } = found;
    const plan = forkPlan(
      run,
      details,
      event ?? pointOf(found, argument, effectId) ?? (await pickPoint(found)),
    );
    if (plan.refused !== undefined) throw new NotNowError(visible(plan.refused));
    await confirm(
      `Fork "${visible(runTitle(run))}"?`,
      describePlan(run, plan, forker.estimate(run.projectDir, plan.replayed.length)),
      'Fork',
    );
    await this.make(run, plan.replayed.length, 'Fork', (progress) => forker.fork(run, plan, progress));
  }

  /** Makes a run from another with progress and cancel, and tells what came of it. */
  async make(
    run: Run,
    answers: number,
    verb: 'Fork' | 'Recover',
    work: (progress: ForkProgress) => Promise<ForkReport>,
  ): Promise<void> {
    const { access, engineCommands, logger, panels } = this.deps;
    await engineCommands.demandFittingEngine(run, verb);
    const title = visible(runTitle(run));
    const report = await withEngine(
      { access, logger, projectDir: run.projectDir },
      async () =>
        vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: plain(`${verb}ing "${title}"`),
            cancellable: true,
          },
          async (progress, token) => {
            const controller = new AbortController();
            const cancelled = token.onCancellationRequested(() => controller.abort());
            try {
              return await work({
                signal: controller.signal,
                onReplayed: (done) =>
                  progress.report({
                    message: `${done} of ${answers} results`,
                    increment: 100 / Math.max(1, answers),
                  }),
              });
            } finally {
              cancelled.dispose();
            }
          },
        ),
      () => this.make(run, answers, verb, work),
    );
    const { replayed, notes, stopped, dir, runId } = report;
    logger.info(
      `${verb}ing ${visible(run.dir)} made ${visible(runId)}: ${count(replayed, 'result')} replayed.`,
    );
    for (const note of [...notes, ...(stopped === undefined ? [] : [stopped])])
      logger.info(`  ${visible(note)}`);
    const open = { title: 'Open Run', run: () => panels().open(dir) };
    const made = `The new run has ${count(replayed, 'result')} of "${title}"`;
    if (stopped !== undefined) {
      tell('warning', `${made}, and stopped there: ${visible(stopped)} It stays as a run like any other.`, [
        open,
      ]);
    } else {
      const left = notes.length === 0 ? '' : ` ${visible(notes.join(' '))}`;
      tell('info', `${made}; iterating it runs the rest.${left}`, [open]);
    }
  }
}

/** Everything a person should know before. */
function describePlan(run: Run, { at, replayed, human, anew }: ForkPlan, estimate: number): string {
  const names = (all: readonly string[]): string =>
    list([
      ...all.slice(0, 8).map((title) => `"${visible(title)}"`),
      ...(all.length > 8 ? [`${all.length - 8} more`] : []),
    ]);
  return [
    `A new run of the same process with the same inputs, up to event ${at} of ${run.eventFiles}.`,
    replayed.length === 0
      ? 'Nothing is replayed; everything runs anew.'
      : `${count(replayed.length, 'result')} ${replayed.length === 1 ? 'is' : 'are'} replayed and not run again (about ${duration(estimate)}).`,
    ...(replayed.length > many
      ? ['That is a lot: the engine reads the whole journal at each step, so it may take much longer.']
      : []),
    ...(human.length > 0
      ? [`Given by people, and repeated without asking them: ${names(human.map(({ title }) => title))}.`]
      : []),
    ...(anew.length > 0 ? [`Run anew: ${names(anew)}, and whatever follows.`] : []),
    'Files of the workspace are not changed back. The original run is not touched.',
  ].join('\n\n');
}

/** The event before the task or the iteration that a command was called for; `undefined`: it was called for neither. */
function pointOf(
  { run, iterations }: OpenedRun,
  argument: unknown,
  effectId: string | undefined,
): number | undefined {
  if (effectId !== undefined) {
    const effect = run.fold.effects.get(effectId);
    if (!effect) throw new NotNowError('The run has no such task.');
    return eventBefore(effect);
  }
  if (!isOurNode(argument) || argument.kind !== 'iteration') return undefined;
  const [first] = iterations.list.find(({ n }) => n === argument.n)?.effects ?? [];
  return first && eventBefore(first);
}

function eventBefore({ requestedSeq }: Effect): number {
  return requestedSeq - 1;
}

/** Asks before which task or iteration. @returns the event before it; `undefined`: after everything */
async function pickPoint({ run, details, iterations }: OpenedRun): Promise<number | undefined> {
  const title = (effect: Effect): string => visible(taskTitle(effect, details.tasks.get(effect.effectId)));
  const all = {
    label: '$(git-commit) After the last result',
    description: 'keeps everything that was answered',
    from: undefined as Effect | undefined,
  };
  const points = iterations.list.toReversed().flatMap(({ n, effects }) => {
    const [first] = effects;
    if (!first) return [];
    return [
      ...(iterations.list.length > 1
        ? [
            {
              label: `$(repo-forked) Before iteration ${n}`,
              description: withoutIcons(title(first)),
              from: first,
            },
          ]
        : []),
      ...effects.map((effect) => ({
        label: `$(circle-outline) Before ${withoutIcons(title(effect))}`,
        description: iterations.list.length > 1 ? `iteration ${n}` : '',
        from: effect,
      })),
    ];
  });
  if (points.length === 0) throw new NotNowError('The run has no tasks yet, so there is nothing to keep.');
  const { from } = await pick(
    [all, ...points],
    `Fork: ${withoutIcons(visible(runTitle(run)))}`,
    'From where does it run anew?',
  );
  return from && eventBefore(from);
}
