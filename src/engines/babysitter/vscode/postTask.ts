import * as vscode from 'vscode';
import { pickerTitle } from '../../../core/commands';
import { textOf } from '../../../core/documents';
import type { TaskOutcome, TaskRecord } from '../core/drive/cliCalls';
import { whyNot } from '../../../core/engine/whyNot';
import { cutAtWord, oneLine, visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { exampleOf } from '../core/newRun/processFile';
import { isRecord } from '../../../core/run/lenient';
import { runTitle, taskTitle } from '../../../core/run/run';
import type { RunKey } from '../../../core/run/runKey';
import type { RunStore } from '../../../core/source/runStore';
import { outputSchema } from '../core/taskRun/outputSchema';
import type { TaskPoster } from '../core/taskRun/taskPoster';
import type { Drafts } from '../../../vscode/drafts';
import { confirm, guarded, plain, tell, withoutIcons } from '../../../vscode/messages';
import { demandTrust } from '../../../vscode/trust';
import { withEngine, type EngineAccess } from './engineAccess';
import type { Iterating } from './iterating';
import { pick, type EffectTarget } from '../../../vscode/commands/targets';

export interface PostingDeps {
  readonly store: RunStore;
  readonly poster: TaskPoster;
  readonly access: EngineAccess;
  readonly logger: Logger;
  readonly iterating: Iterating;
  readonly drafts: Drafts;
}

/** What a document of an outcome begins with. */
interface Beginning {
  readonly status: TaskOutcome['status'];
  readonly value: unknown;
  readonly record?: TaskRecord;
}

/** Records what a person says came of a task: asks for it in a JSON document, and keeps that until it is recorded. */
export class Posting {
  constructor(private readonly deps: PostingDeps) {}

  /** Post Task Result: as a result or as an error. */
  async post(target: EffectTarget): Promise<void> {
    demandTrust();
    const { stored, effect, surface } = target;
    const title = titleOf(target);
    if (surface === 'elsewhere') {
      await confirm(
        `Post a result for "${title}"?`,
        `Run: ${visible(runTitle(stored.run))} (${visible(stored.run.runId)})`,
        'Continue',
      );
    }
    const schema = outputSchema(await this.#definition(stored.run.key, effect.effectId));
    const { beginning } = await pick<vscode.QuickPickItem & { readonly beginning: Beginning }>(
      [
        {
          label: '$(pass) Result',
          detail: 'The process continues with this value.',
          beginning: { status: 'ok', value: exampleOf(schema) ?? {} },
        },
        {
          label: '$(error) Error',
          detail: 'Thrown in the process; this usually fails the run.',
          beginning: { status: 'error', value: { name: 'Error', message: '' } },
        },
      ],
      withoutIcons(`${pickerTitle('task.post')}: ${title}`),
      'Task outcome',
    );
    await this.edit(target, beginning);
  }

  /** Shows an outcome to be looked at and changed before it is posted. */
  async edit(target: EffectTarget, { status, value, record }: Beginning): Promise<void> {
    const { key } = target.stored.run;
    const { effectId } = target.effect;
    const definition = await this.#definition(key, effectId);
    await this.deps.drafts.open({
      name: status === 'ok' ? 'result.json' : 'error.json',
      value,
      schema: status === 'ok' ? outputSchema(definition) : errorSchema,
      button: `Post this as the ${status === 'ok' ? 'result' : 'error'} of "${cutAtWord(titleOf(target), 60)}"`,
      use: async (written, problems) => {
        const error = isRecord(written) ? written : { name: 'Error', message: String(written) };
        const outcome: TaskOutcome = status === 'ok' ? { status, value: written } : { status, error };
        await confirmOutcome(target, outcome, problems);
        return this.#record(target, outcome, record);
      },
    });
  }

  /** What is recorded of a task. @throws HumanError when it cannot be read */
  async #definition(key: RunKey, effectId: string): Promise<string> {
    const part = await this.deps.store.sourceOf(key)?.document(key, { task: effectId, part: 'task' });
    return part ? textOf(part) : '';
  }

  async #record(target: EffectTarget, outcome: TaskOutcome, record?: TaskRecord): Promise<boolean> {
    demandTrust();
    const { access, logger, poster } = this.deps;
    const { stored, effect, surface } = target;
    const { key, projectDir } = stored.run;
    const title = titleOf(target);
    const report = await withEngine(
      { access, logger, projectDir },
      async () =>
        vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: plain(`Recording the result of "${title}"`),
          },
          () => poster.post(key, effect.effectId, outcome, surface, record),
        ),
      async () => void (await this.#record(target, outcome, record)),
    );
    if (!report.recorded) {
      tell('error', `Nothing was posted for "${title}"; what you wrote is still there. ${report.sentence}`);
      return false;
    }
    const after = this.deps.store.get(key);
    const iterate = after !== undefined && whyNot('run.iterate', after) === undefined;
    const what = outcome.status === 'ok' ? 'result' : 'error';
    tell(
      'info',
      `Saved the ${what} of "${title}". Continue the run to apply it.`,
      iterate
        ? [
            {
              title: 'Iterate Now',
              run: () => guarded(logger, () => this.deps.iterating.iterate(after, 'palette', 1)),
            },
            { title: 'Later', run: () => {} },
          ]
        : [],
    );
    return true;
  }
}

/** What an error is to look like that a process gets thrown. */
export const errorSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    message: { type: 'string', minLength: 1 },
    stack: { type: 'string' },
    data: {},
  },
  required: ['message'],
};

/** Names run, task and outcome before anything is recorded: the first result stands for ever. */
async function confirmOutcome(
  target: EffectTarget,
  outcome: TaskOutcome,
  problems: readonly string[],
): Promise<void> {
  const { run } = target.stored;
  const written = JSON.stringify(outcome.status === 'ok' ? outcome.value : outcome.error);
  const lines = [
    `Run: ${visible(runTitle(run))} (${visible(run.runId)})`,
    `${outcome.status === 'ok' ? 'Result' : 'Error'}: ${visible(cutAtWord(oneLine(written), 300))}`,
    ...problems.slice(0, 5).map((problem) => `Does not fit: ${visible(problem)}`),
    'A result cannot be taken back.',
  ];
  const button = problems.length > 0 ? 'Post Anyway' : 'Post';
  await confirm(
    `Post the ${outcome.status === 'ok' ? 'result' : 'error'} of "${titleOf(target)}"?`,
    lines.join('\n'),
    button,
  );
}

function titleOf({ stored, effect }: EffectTarget): string {
  return visible(taskTitle(effect, stored.run.pendingTasks.get(effect.effectId)));
}
