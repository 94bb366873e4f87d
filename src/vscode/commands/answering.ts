import * as vscode from 'vscode';
import type { AnswerReport } from '../../core/engine/answerReport';
import { demandEngineCan } from '../../core/engine/whyNot';
import { CancelledError } from '../../core/errors';
import { cutAtWord, visible } from '../../core/format';
import { choiceWords, plainChoice, type Choice as Chosen, type Decision } from '../../core/run/answer';
import { runTitle, taskTitle, type Run } from '../../core/run/run';
import { keyText } from '../../core/run/runKey';
import { reviewSummary, type ReviewComment } from '../../core/review/reviewComment';
import type { AnswerDrafts, Question } from '../answerDrafts';
import { doingOf } from '../engineDoing';
import { guarded, plain, tell, type Choice } from '../messages';
import { setting } from '../settings';
import { demandTrust } from '../trust';
import { askForAnswer, type Draft } from './answerPicker';
import { confirmAnswer, type Verb } from './confirmAnswer';
import { copyText } from './copyText';
import type { HeldAnswers } from './heldAnswers';
import { NextSteps, type NextStepDeps, type Way } from './nextSteps';
import { Once } from './once';
import type { Snoozing } from './snoozing';
import type { EffectTarget } from './targets';

export interface AnsweringDeps extends NextStepDeps {
  readonly drafts: AnswerDrafts;
  readonly snoozing: Snoozing;
  readonly held: HeldAnswers;
  /** The comments on the files of a question that are not sent yet. */
  commentsOn(question: Question): readonly ReviewComment[];
  /** Finds a context file, inside the run or the workspace only. */
  findFile(run: Run, path: string): string;
}

/** Records what a person decides, with everything around it: trust, confirmation, engine, progress, what comes next. */
export class Answering {
  readonly #once = new Once();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #next: NextSteps;

  constructor(private readonly deps: AnsweringDeps) {
    this.#next = new NextSteps(deps, (target) => this.answerStepByStep(target));
  }

  /**
   * Records an answer and says what became of it; a page says itself that it was refused. Comments on the question's
   * files go along, unless the decision says which do.
   * @param decision its words are those that the surface shows
   */
  async answer(
    target: EffectTarget,
    decision: Decision,
    way: Way = 'button',
    verb?: Verb,
  ): Promise<AnswerReport> {
    const { stored, surface } = target;
    demandEngineCan('breakpoint.answer', stored);
    demandTrust();
    const whole: Decision = { comments: this.deps.commentsOn(questionOf(target)), ...decision };
    if (surface === 'elsewhere') await confirmAnswer(target, whole, verb);
    return this.#once.run(nameOf(target), () => this.#finish(this.#record(target, whole, way)));
  }

  /** Records what is held or under way; for when the window closes. */
  async settle(): Promise<void> {
    this.deps.held.release();
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #finish<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** Approves: by the one option that says so, else by what the person chooses. A click on a row can be taken back. */
  async approve(target: EffectTarget): Promise<void> {
    demandEngineCan('breakpoint.approve', target.stored);
    demandTrust();
    const chosen = plainChoice(this.#asks(target), 'approve');
    if (!chosen) return this.answerStepByStep(target);
    await this.#answerUnseen(target, chosen);
  }

  /** Asks for the words that go with a rejection, and records it. */
  async reject(target: EffectTarget): Promise<void> {
    demandEngineCan('breakpoint.reject', target.stored);
    demandTrust();
    const chosen = plainChoice(this.#asks(target), 'reject');
    if (!chosen) return this.answerStepByStep(target);
    const { drafts } = this.deps;
    const question = questionOf(target);
    const text = await vscode.window.showInputBox({
      title: `Reject: ${titleOf(target)}`,
      prompt: 'What should be different? The process gets your words.',
      placeHolder: 'Reason (optional)',
      value: drafts.get(question),
      ignoreFocusOut: true,
    });
    if (text === undefined) throw new CancelledError();
    drafts.set(question, text);
    await this.answer(target, { ...chosen, text }, 'button', 'Reject');
  }

  /** Asks for changes with the words and comments that are there; where several options would say so, the person chooses. */
  async requestChanges(target: EffectTarget, text: string): Promise<AnswerReport> {
    const chosen = plainChoice(this.#asks(target), 'request-changes');
    if (chosen) return this.answer(target, { ...chosen, text }, 'button', 'Request Changes');
    await this.answerStepByStep(target);
    throw new CancelledError();
  }

  /** Leads through question, answer and words in pickers, without the page. What was typed is kept until it is recorded. */
  async answerStepByStep(target: EffectTarget): Promise<void> {
    demandEngineCan('breakpoint.answer', target.stored);
    demandTrust();
    const { stored, effect } = target;
    const comments = this.deps.commentsOn(questionOf(target));
    const chosen = await askForAnswer(
      {
        title: titleOf(target),
        runTitle: visible(runTitle(stored.run)),
        breakpoint: this.#asks(target),
        alongWith: comments.length === 0 ? '' : reviewSummary(comments),
      },
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

  /**
   * Records what was chosen where neither words nor comments are seen: whether those that wait go along is asked first.
   * @throws CancelledError when the person leaves, or takes it back
   */
  async #answerUnseen(target: EffectTarget, chosen: Chosen): Promise<void> {
    const { drafts, commentsOn } = this.deps;
    const question = questionOf(target);
    const text = drafts.get(question);
    const comments = commentsOn(question);
    const waits = [
      ...(text.trim() === '' ? [] : [`"${visible(cutAtWord(text, 300))}"`]),
      ...(comments.length === 0 ? [] : [reviewSummary(comments)]),
    ];
    const along = waits.length > 0 && (await askWhatGoesAlong(titleOf(target), waits.join(', ')));
    if (along) return void (await this.answer(target, { ...chosen, text }, 'button', 'Approve'));
    // Said, so that trying again does not send them either.
    const without: Decision = { ...chosen, text: '', comments: [] };
    if (target.surface === 'elsewhere') await confirmAnswer(target, without, 'Approve');
    await this.#once.run(nameOf(target), () => this.#finish(this.#recordHeld(target, without)));
  }

  async #recordHeld(target: EffectTarget, decision: Decision): Promise<void> {
    const said = `${told(decision, titleOf(target))} in "${visible(cutAtWord(runTitle(target.stored.run), 60))}".`;
    const seconds = target.surface === 'row' ? setting('answerDelay') : 0;
    if (!(await this.deps.held.keep(said, seconds))) throw new CancelledError();
    await this.#record(target, decision, 'button');
  }

  async #record(target: EffectTarget, decision: Decision, way: Way): Promise<AnswerReport> {
    const { logger, drafts } = this.deps;
    const { stored, effect, surface } = target;
    const { key, projectDir } = stored.run;
    const doing = doingOf(this.deps.doing, stored);
    const title = titleOf(target);
    const report = await doing.withProgram(
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
    );
    if (report.recorded) {
      if (decision.text === drafts.get(questionOf(target))) drafts.set(questionOf(target), '');
      // The page or the row that was clicked does not wait until the person has chosen.
      void guarded(logger, () => this.#next.offer(target, told(decision, title), way));
    } else {
      this.#tellRefused(target, decision, way, report);
    }
    return report;
  }

  #tellRefused(
    target: EffectTarget,
    decision: Decision,
    way: Way,
    { sentence, closed }: Extract<AnswerReport, { recorded: false }>,
  ): void {
    const { logger, opener } = this.deps;
    const title = titleOf(target);
    if (closed) {
      const words = decision.text.trim();
      const open: Choice = {
        title: 'Open',
        run: () => opener.run(target.stored.run.key, target.effect.effectId),
      };
      const copy: Choice = {
        title: 'Copy',
        run: () => guarded(logger, () => copyText(words, 'What you wrote')),
      };
      const kept = words === '' ? '' : ' Your words are kept.';
      tell(
        'warning',
        `"${title}" was not answered by you. ${sentence}${kept}`,
        words === '' ? [open] : [copy, open],
      );
      return;
    }
    const again: Choice = {
      title: 'Try Again',
      run: () => guarded(logger, () => this.#tryAgain(target, decision, way)),
    };
    tell(
      'error',
      `"${title}" was not answered by you. ${sentence}`,
      target.surface === 'page' ? [] : [again],
    );
  }

  async #tryAgain(target: EffectTarget, decision: Decision, way: Way): Promise<void> {
    if (way === 'picker') await this.answerStepByStep(target);
    else await this.answer(target, decision);
  }

  #asks({ stored, effect }: EffectTarget) {
    return stored.run.pendingTasks.get(effect.effectId)?.breakpoint;
  }

  /** What was typed to the question, on whatever surface. */
  #draft(target: EffectTarget): Draft {
    const { drafts } = this.deps;
    const question = questionOf(target);
    return {
      get text() {
        return drafts.get(question);
      },
      set text(text: string) {
        drafts.set(question, text);
      },
    };
  }
}

function questionOf({ stored, effect }: EffectTarget): Question {
  return { key: stored.run.key, effectId: effect.effectId };
}

function nameOf({ stored, effect }: EffectTarget): string {
  return `${effect.effectId} ${keyText(stored.run.key)}`;
}

function titleOf({ stored, effect }: EffectTarget): string {
  return visible(taskTitle(effect, stored.run.pendingTasks.get(effect.effectId)));
}

/**
 * @returns whether the words and comments go with the answer; else they are kept
 * @throws CancelledError when the person leaves
 */
async function askWhatGoesAlong(title: string, waits: string): Promise<boolean> {
  const along = 'Send With It';
  const chosen = await vscode.window.showWarningMessage(
    `Words for "${title}" are not sent yet.`,
    { modal: true, detail: `${waits}\n\nWithout it, they are kept.` },
    along,
    'Send Without It',
  );
  if (chosen === undefined) throw new CancelledError();
  return chosen === along;
}

function told(chosen: Chosen, title: string): string {
  return choiceWords(chosen, title, (text) => visible(cutAtWord(text, 60)));
}
