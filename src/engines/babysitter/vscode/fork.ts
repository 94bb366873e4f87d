import { iterationTitle } from '../../../core/run/iterations';
import { babysitterKey } from '../core/babysitterRun';
import * as vscode from 'vscode';
import { commandTitle, pickerTitle } from '../../../core/commands';
import { textOf } from '../../../core/documents';
import type { ForkEdits, Forker, ForkProgress, ForkReport } from '../core/fork/forker';
import { forkPlan, type ForkPlan } from '../core/fork/forkPlan';
import { failedTask, forkedAway } from '../core/judge';
import type { RecordedTask } from '../core/fork/recordedTask';
import { CancelledError, HumanError, NotNowError, runDeleted } from '../../../core/errors';
import { count, cutAtWord, duration, list, toIso, visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import type { Effect } from '../../../core/run/effect';
import { exampleOf } from '../core/newRun/processFile';
import type { RunStore, StoredRun } from '../../../core/source/runStore';
import { outputSchema } from '../core/taskRun/outputSchema';
import { runTitle, taskTitle, type Run } from '../../../core/run/run';
import type { OpenedRun } from '../../../core/views/tree/buildTree';
import { whyNot } from '../../../core/engine/whyNot';
import type { Drafts } from '../../../vscode/drafts';
import { plain, tell, withoutIcons } from '../../../vscode/messages';
import type { Opener } from '../../../vscode/opener';
import type { OpenedRuns } from '../../../vscode/tree/openedRuns';
import { isOurNode } from '../../../vscode/tree/handedOut';
import { demandTrust } from '../../../vscode/trust';
import { withEngine, type EngineAccess } from './engineAccess';
import type { EngineCommands } from './engineCommands';
import { demandValid } from './demandValid';
import { errorSchema } from './postTask';
import { pick, type Targets } from '../../../vscode/commands/targets';
import type { Schema } from '../../../core/jsonSchema';

export interface ForkingDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly targets: Targets;
  readonly forker: Forker;
  readonly access: EngineAccess;
  readonly engineCommands: EngineCommands;
  readonly logger: Logger;
  readonly drafts: Drafts;
  readonly opener: Pick<Opener, 'run'>;
  /** Who the person is, for what they edit. */
  respondedBy(projectDir: string): Promise<string>;
  /** The inputs of a run; `undefined`: it has none. @throws HumanError when they cannot be read */
  inputsOf(run: Run): Promise<unknown>;
  /** What the process of a run wants as inputs, as its file says; `undefined`: it does not say. */
  inputSchema(run: Run): Schema | undefined;
}

/** A fork as far as it is decided. */
interface Planned {
  readonly run: Run;
  readonly plan: ForkPlan;
  readonly edits: ForkEdits;
}

/** From so many results on, a fork takes minutes. */
const many = 200;

/** Makes runs that begin where another one stood. */
export class Forking {
  constructor(private readonly deps: ForkingDeps) {}

  /** @throws NotNowError when no fork can be made there */
  async fork(argument: unknown): Promise<void> {
    const { targets, opened } = this.deps;
    targets.demandEngineOfNamed(argument, 'run.fork');
    demandTrust();
    const { stored, effectId, event } = await targets.run(argument, pickerTitle('run.fork'), 'run.fork');
    const illegal = whyNot('run.fork', stored);
    if (illegal) throw new NotNowError(illegal);
    const found = await opened.get(stored.run.key);
    if (!found) throw new HumanError(runDeleted);
    const { run, details } = found;
    const plan = forkPlan(
      run,
      details,
      event ?? pointOf(found, argument, effectId) ?? (await pickPoint(found, toBeForkedAway(stored))),
    );
    if (plan.refused !== undefined) throw new NotNowError(visible(plan.refused));
    await this.#decide({ run, plan, edits: {} });
  }

  /** Says what a fork does, and does it; or lets something be edited before, and asks again. */
  async #decide(planned: Planned): Promise<void> {
    const { forker } = this.deps;
    const { run, plan, edits } = planned;
    const last = await forker.lastAnswer(run, plan);
    const answers = plan.replayed.length;
    const editInputs = 'Edit Inputs First…';
    const editResult = 'Edit Last Result First…';
    const chosen = await vscode.window.showWarningMessage(
      `Fork "${visible(runTitle(run))}"?`,
      { modal: true, detail: describePlan(planned, forker.estimate(run.projectDir, answers)) },
      ...['Fork', editInputs, ...(last ? [editResult] : [])],
    );
    if (chosen === 'Fork') {
      await this.make(run, answers, 'Fork', (progress) => forker.fork(run, plan, progress, edits));
    } else if (chosen === editInputs) await this.#editInputs(planned);
    else if (chosen === editResult && last) await this.#editResult(planned, last);
    else throw new CancelledError();
  }

  async #editInputs(planned: Planned): Promise<void> {
    const { run, edits } = planned;
    const { drafts, inputsOf, inputSchema } = this.deps;
    const schema = inputSchema(run);
    const value = edits.inputs ? edits.inputs.value : ((await inputsOf(run)) ?? exampleOf(schema) ?? {});
    await drafts.open({
      ...{ name: 'inputs.json', value, schema, button: 'Fork with these inputs' },
      use: async (inputs, problems) => {
        await demandValid(problems, 'Continue Anyway');
        await this.#decide({ ...planned, edits: { ...edits, inputs: { value: inputs } } });
        return true;
      },
    });
  }

  async #editResult(planned: Planned, { effectId, title, taskId, result }: RecordedTask): Promise<void> {
    const { run, edits } = planned;
    const { drafts, store, respondedBy } = this.deps;
    const ok = result.status === 'ok';
    const part = await store.sourceOf(run.key)?.document(run.key, { task: effectId, part: 'task' });
    const definition = part ? textOf(part) : '';
    const original = ok ? result.value : (result.error ?? {});
    await drafts.open({
      name: ok ? 'result.json' : 'error.json',
      value: edits.result ? edits.result.value : original,
      schema: ok ? outputSchema(definition) : errorSchema,
      button: `Fork with this ${ok ? 'result' : 'error'} of "${visible(cutAtWord(title || taskId, 60))}"`,
      use: async (value, problems) => {
        await demandValid(problems, 'Continue Anyway');
        const editedBy = await respondedBy(run.projectDir);
        const edited = { effectId, value, editedBy, editedAt: toIso(Date.now()) };
        await this.#decide({ ...planned, edits: { ...edits, result: edited } });
        return true;
      },
    });
  }

  /** Makes a run from another with progress and cancel, and tells what came of it. */
  async make(
    run: Run,
    answers: number,
    verb: 'Fork' | 'Recover',
    work: (progress: ForkProgress) => Promise<ForkReport>,
  ): Promise<void> {
    const { access, engineCommands, logger, opener } = this.deps;
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
      `${verb}ing ${visible(run.location)} made ${visible(runId)}: ${count(replayed, 'result')} replayed.`,
    );
    for (const note of [...notes, ...(stopped === undefined ? [] : [stopped])])
      logger.info(`  ${visible(note)}`);
    const open = { title: commandTitle('run.open'), run: () => opener.run(babysitterKey(dir)) };
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
function describePlan({ run, plan, edits }: Planned, estimate: number): string {
  const { at, replayed, human, anew } = plan;
  const last = replayed.at(-1);
  const names = (all: readonly string[]): string =>
    list([
      ...all.slice(0, 8).map((title) => `"${visible(title)}"`),
      ...(all.length > 8 ? [`${all.length - 8} more`] : []),
    ]);
  return [
    `A new run of the same process with ${edits.inputs ? 'edited' : 'the same'} inputs, up to event ${at} of ${run.eventCount}.`,
    ...(edits.inputs ? ['The edited inputs affect only what runs again; replayed results stay.'] : []),
    ...(edits.result && last ? [`"${visible(last.title)}" gets the result as you edited it.`] : []),
    replayed.length === 0
      ? 'Nothing is replayed; everything runs again.'
      : `${count(replayed.length, 'result')} ${replayed.length === 1 ? 'is' : 'are'} replayed and not run again (about ${duration(estimate)}).`,
    ...(replayed.length > many
      ? ['That is a lot: the engine reads the whole journal at each step, so it may take much longer.']
      : []),
    ...(human.length > 0
      ? [`Answered by people, replayed without asking again: ${names(human.map(({ title }) => title))}.`]
      : []),
    ...(anew.length > 0 ? [`Run again: ${names(anew)}, and everything after.`] : []),
    'Workspace files are not reverted. The original run is not touched.',
  ].join('\n\n');
}

/** The event before the task or the iteration that a command was called for; `undefined`: it was called for neither. */
function pointOf(
  { run, iterations }: OpenedRun,
  argument: unknown,
  effectId: string | undefined,
): number | undefined {
  if (effectId !== undefined) {
    const effect = run.story.effects.get(effectId);
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

/** The task that a fork is most usefully made before; `undefined`: none stands out. */
function toBeForkedAway({ run, state }: StoredRun): Effect | undefined {
  return state.next.action === 'run.fork' ? forkedAway(run) : failedTask(run);
}

/**
 * Asks before which task or iteration.
 * @param away the task that is offered first
 * @returns the event before it; `undefined`: after everything
 */
async function pickPoint(
  { run, details, iterations }: OpenedRun,
  away: Effect | undefined,
): Promise<number | undefined> {
  const title = (effect: Effect): string => visible(taskTitle(effect, details.tasks.get(effect.effectId)));
  const all = {
    label: '$(git-commit) After the last result',
    description: 'keeps all results',
    from: undefined as Effect | undefined,
    effectId: undefined as string | undefined,
  };
  const points = iterations.list.toReversed().flatMap((iteration) => {
    const { effects } = iteration;
    const [first] = effects;
    const name = withoutIcons(iterationTitle(iteration));
    if (!first) return [];
    return [
      ...(iterations.list.length > 1
        ? [
            {
              label: `$(repo-forked) Before ${name}`,
              description: withoutIcons(title(first)),
              from: first,
              effectId: undefined,
            },
          ]
        : []),
      ...effects.map((effect) => ({
        label: `$(circle-outline) Before ${withoutIcons(title(effect))}`,
        description: iterations.list.length > 1 ? name : '',
        from: effect,
        effectId: effect.effectId,
      })),
    ];
  });
  if (points.length === 0) throw new NotNowError('The run has no tasks yet, so there is nothing to keep.');
  // What ended the run is what to fork away. Sorting is stable: the rest stays as it is.
  const isFailed = ({ effectId }: typeof all): boolean =>
    effectId !== undefined && effectId === away?.effectId;
  const { from } = await pick(
    [all, ...points].toSorted((a, b) => Number(isFailed(b)) - Number(isFailed(a))),
    `Fork: ${withoutIcons(visible(runTitle(run)))}`,
    'Fork from where?',
  );
  return from && eventBefore(from);
}
