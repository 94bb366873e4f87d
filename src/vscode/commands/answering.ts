import * as vscode from 'vscode';
import { afterAnswer } from '../../core/attention/afterAnswer';
import type { Attention } from '../../core/attention/attention';
import type { Need } from '../../core/attention/needsYou';
import { prefix } from '../../core/contract';
import { demandEngineCan, whyNot } from '../../core/engine/whyNot';
import { CancelledError } from '../../core/errors';
import { cutAtWord, firstLine, visible } from '../../core/format';
import type { Logger } from '../../core/log';
import { decisionText, isApproval, type Decision } from '../../core/run/breakpoint';
import { runTitle, taskTitle, type Run } from '../../core/run/run';
import { keyText } from '../../core/run/runKey';
import type { RunStore } from '../../core/source/runStore';
import { confirm, guarded, plain, tell, withoutIcons, type Choice } from '../messages';
import type { Opener } from '../opener';
import { setting } from '../settings';
import { askForAnswer, type Draft } from './answerPicker';
import { demandTrust } from '../trust';
import { doingOf, type Doing } from '../engineDoing';
import { Once } from './once';
import type { Snoozing } from './snoozing';
import { pick, type EffectTarget } from './targets';
import type { AnswerReport } from '../../core/engine/answerReport';

export interface AnsweringDeps {
  readonly store: RunStore;
  readonly doing: Doing;
  readonly attention: Attention;
  readonly logger: Logger;
  readonly opener: Pick<Opener, 'run'>;
  readonly snoozing: Snoozing;
  /** Finds a context file, inside the run or the workspace only. */
  findFile(run: Run, path: string): string;
}

/** How the person is answering; what comes next is offered in the same way. */
type Way = 'button' | 'picker';

/** Records what a person decides, with everything around it: trust, confirmation, engine, progress, what comes next. */
export class Answering {
  readonly #once = new Once();
  /** What was typed and not recorded, by question. */
  readonly #drafts = new Map<string, Draft>();
  /** What was chosen after the last answer, and whether it was offered to do that always. */
  #lastChoice: 'iterate' | 'resume' | undefined;
  #offered = false;

  constructor(private readonly deps: AnsweringDeps) {}

  /** Records an answer and says what became of it; a page says itself that it was refused. */
  async answer(target: EffectTarget, decision: Decision, way: Way = 'button'): Promise<AnswerReport> {
    const { logger } = this.deps;
    const { stored, effect, surface } = target;
    const { key, projectDir } = stored.run;
    demandEngineCan('breakpoint.answer', stored);
    demandTrust();
    if (surface === 'elsewhere') await confirmAnswer(target, decision);
    const doing = doingOf(this.deps.doing, stored);
    const title = titleOf(target);
    const report = await this.#once.run(keyOf(target), () =>
      doing.withProgram(
        projectDir,
        async () =>
          vscode.window.withProgress(
            {
              // In the status bar: of four notifications within a second VS Code holds back the last, which says how
              // an iterate ended that followed the answer.
              location: vscode.ProgressLocation.Window,
              title: plain(`Recording your answer to "${title}"`),
            },
            () => doing.answer(key, effect.effectId, decision, surface),
          ),
        async () => void (await this.answer(target, decision, way)),
      ),
    );
    if (report.recorded) {
      this.#drafts.delete(keyOf(target));
      // The page or the row that was clicked does not wait until the person has chosen.
      void guarded(logger, () => this.#goOn(target, decision, way));
    } else {
      const again: Choice = {
        title: 'Try Again',
        run: () => guarded(logger, () => this.#tryAgain(target, decision, way)),
      };
      tell(
        'error',
        `"${title}" was not answered by you. ${report.sentence}`,
        surface === 'page' ? [] : [again],
      );
    }
    return report;
  }

  /** Asks for the words that go with a rejection, and records it. */
  async reject(target: EffectTarget): Promise<void> {
    demandEngineCan('breakpoint.reject', target.stored);
    demandTrust();
    const draft = this.#draft(target);
    const text = await vscode.window.showInputBox({
      title: `Reject: ${titleOf(target)}`,
      prompt: 'What should be different? The process gets your words.',
      placeHolder: 'Reason (may be empty)',
      value: draft.text,
      ignoreFocusOut: true,
    });
    if (text === undefined) throw new CancelledError();
    draft.text = text;
    await this.answer(target, { kind: 'reject', text });
  }

  /** Leads through question, answer and words in pickers, without the page. What was typed is kept until it is recorded. */
  async answerStepByStep(target: EffectTarget): Promise<void> {
    demandEngineCan('breakpoint.answer', target.stored);
    demandTrust();
    const { stored, effect } = target;
    const task = stored.run.pendingTasks.get(effect.effectId);
    const chosen = await askForAnswer(
      { title: titleOf(target), runTitle: visible(runTitle(stored.run)), breakpoint: task?.breakpoint },
      this.#draft(target),
    );
    switch (chosen.type) {
      case 'decision':
        return void (await this.answer(target, chosen.decision, 'picker'));
      case 'page':
        return this.deps.opener.run(stored.run.key, effect.effectId);
      case 'file':
        return void (await vscode.commands.executeCommand(
          'vscode.open',
          vscode.Uri.file(this.deps.findFile(stored.run, chosen.path)),
        ));
      case 'snooze':
        return this.deps.snoozing.snoozeUntil({ stored, effectId: effect.effectId });
      default:
        return chosen satisfies never;
    }
  }

  #draft(target: EffectTarget): Draft {
    const key = keyOf(target);
    const draft = this.#drafts.get(key) ?? { text: '' };
    this.#drafts.set(key, draft);
    return draft;
  }

  async #tryAgain(target: EffectTarget, decision: Decision, way: Way): Promise<void> {
    if (way === 'picker') await this.answerStepByStep(target);
    else if (decision.kind === 'reject') await this.reject(target);
    else await this.answer(target, decision);
  }

  /** After an answer: the next question, and the run that can go on now. */
  async #goOn(target: EffectTarget, decision: Decision, way: Way): Promise<void> {
    const { store, attention } = this.deps;
    const iterating = doingOf(this.deps.doing, target.stored);
    const { key } = target.stored.run;
    const stored = store.get(key);
    const iterate = stored !== undefined && whyNot('run.iterate', stored) === undefined;
    const next = attention.needs.filter(
      (need) => need.kind === 'breakpoint' && need.effect.effectId !== target.effect.effectId,
    );
    const possible = { trusted: vscode.workspace.isTrusted, iterate };
    const automatic = afterAnswer(setting('afterAnswer'), possible);
    if (automatic === 'resume') return iterating.resume(key);
    if (automatic === 'iterate' && stored) void this.#guarded(() => iterating.iterate(stored, 'palette', 1));

    const choices: Choice[] = [];
    const [first] = next;
    if (first) {
      choices.push({
        title: `Next Question (${next.length} Left)`,
        run: () => this.#guarded(() => this.#next(first, way)),
      });
    }
    if (automatic === undefined) {
      if (iterate) {
        choices.push({
          title: 'Iterate Now',
          run: () => this.#chose('iterate', () => iterating.iterate(stored, 'palette', 1)),
        });
      }
      choices.push(
        { title: 'Resume…', run: () => this.#chose('resume', () => iterating.resume(key)) },
        { title: 'Later', run: () => {} },
      );
    }
    const done = told(decision, titleOf(target));
    // Iterating, which has begun by then, applies it.
    const recorded = `It is recorded${automatic === 'iterate' ? '' : ' and not yet applied'}.`;
    if (way === 'button' || choices.length === 0) return tell('info', `${done}. ${recorded}`, choices);
    const items = choices.map(({ title, run }) => ({ label: title, run }));
    (await pick(items, withoutIcons(done), `${recorded} What now?`)).run();
  }

  async #next(need: Need, way: Way): Promise<void> {
    if (need.kind !== 'breakpoint') return;
    const { stored, effect } = need;
    if (way === 'picker') await this.answerStepByStep({ stored, effect, surface: 'palette' });
    else this.deps.opener.run(stored.run.key, effect.effectId);
  }

  /** Does what was chosen; who chooses the same twice is asked, once, whether it shall always be done. */
  async #chose(choice: 'iterate' | 'resume', work: () => Promise<void>): Promise<void> {
    const again = this.#lastChoice === choice && !this.#offered;
    this.#lastChoice = choice;
    if (again) {
      this.#offered = true;
      const always: Choice = {
        title: 'Always',
        run: () =>
          vscode.workspace
            .getConfiguration(prefix)
            .update('afterAnswer', choice, vscode.ConfigurationTarget.Global),
      };
      tell('info', `${choice === 'iterate' ? 'Iterate' : 'Resume'} after every answer, without asking?`, [
        always,
        { title: 'Keep Asking', run: () => {} },
      ]);
    }
    await this.#guarded(work);
  }

  #guarded(work: () => Promise<void>): Promise<void> {
    return guarded(this.deps.logger, work);
  }
}

function keyOf({ stored, effect }: EffectTarget): string {
  return `${effect.effectId} ${keyText(stored.run.key)}`;
}

function titleOf({ stored, effect }: EffectTarget): string {
  return visible(taskTitle(effect, stored.run.pendingTasks.get(effect.effectId)));
}

function told(decision: Decision, title: string): string {
  switch (decision.kind) {
    case 'approve':
      return `Approved "${title}"`;
    case 'reject':
      return `Rejected "${title}"`;
    case 'request-changes':
      return `Requested changes to "${title}"`;
    case 'option':
      return `Answered "${title}" with "${visible(cutAtWord(decision.option.label, 60))}"`;
    case 'text':
      return `Answered "${title}"`;
    default:
      return decision satisfies never;
  }
}

/** Whoever called with a mere reference is no person: the run, the question and the answer are named first. */
async function confirmAnswer(target: EffectTarget, decision: Decision): Promise<void> {
  const { run } = target.stored;
  const words = {
    approve: 'Approve',
    reject: 'Reject',
    'request-changes': 'Request Changes',
    text: 'Answer',
    option: 'Answer',
  } as const;
  const question = run.pendingTasks.get(target.effect.effectId)?.breakpoint?.question ?? '';
  const said = visible(decisionText(decision));
  const lines = [
    `Run: ${visible(runTitle(run))} (${visible(run.runId)})`,
    `Question: ${visible(cutAtWord(firstLine(question), 200))}`,
    decision.kind === 'option'
      ? `Answer: ${visible(decision.option.label)}, counts as ${isApproval(decision) ? 'approval' : 'rejection'}`
      : '',
    said === '' ? '' : `With the words: ${said}`,
  ];
  await confirm(
    `${words[decision.kind]} "${titleOf(target)}"?`,
    lines.filter(Boolean).join('\n'),
    words[decision.kind],
  );
}
