import * as vscode from 'vscode';
import { afterAnswer } from '../../core/attention/afterAnswer';
import type { Attention } from '../../core/attention/attention';
import type { Need } from '../../core/attention/needsYou';
import { prefix } from '../../core/contract';
import { whyNot } from '../../core/engine/whyNot';
import type { Logger } from '../../core/log';
import type { RunStore } from '../../core/source/runStore';
import { doingOf, type Doing } from '../engineDoing';
import { guarded, tell, withoutIcons, type Choice } from '../messages';
import type { Opener } from '../opener';
import { setting } from '../settings';
import { whileStillSo } from '../stillSo';
import { pick, type EffectTarget } from './targets';

export interface NextStepDeps {
  readonly store: RunStore;
  readonly doing: Doing;
  readonly attention: Attention;
  readonly logger: Logger;
  readonly opener: Pick<Opener, 'run'>;
}

type Question = Extract<Need, { readonly kind: 'breakpoint' }>;

/** How the person is answering; what comes next is offered in the same way. */
export type Way = 'button' | 'picker';

/** What comes after an answer: the next question, and the run that can go on now. */
export class NextSteps {
  /** What was chosen after the last answer, and whether it was offered to do that always. */
  #lastChoice: 'iterate' | 'resume' | undefined;
  #offered = false;

  /** @param answerStepByStep answers the next question in pickers */
  constructor(
    private readonly deps: NextStepDeps,
    private readonly answerStepByStep: (target: EffectTarget) => Promise<void>,
  ) {}

  /** @param done what was answered, without a full stop: 'Approved "Ship it?"' */
  async offer(target: EffectTarget, done: string, way: Way): Promise<void> {
    const { store, attention } = this.deps;
    const iterating = doingOf(this.deps.doing, target.stored);
    const { key } = target.stored.run;
    const stored = store.get(key);
    // Where nothing is iterated, the answer itself carries the run on.
    const goesOn = !target.stored.engine.can.has('run.iterate');
    const iterate = stored !== undefined && whyNot('run.iterate', stored) === undefined;
    const questions = attention.needs.filter((need) => need.kind === 'breakpoint');
    const [first, ...others] = questions.filter((need) => need.effect.effectId !== target.effect.effectId);
    const left = others.length + 1;
    const possible = { trusted: vscode.workspace.isTrusted, iterate };
    const automatic = goesOn ? 'nothing' : afterAnswer(setting('afterAnswer'), possible);
    if (automatic === 'resume') return iterating.resume(key);
    if (automatic === 'iterate' && stored) void this.#guarded(() => iterating.iterate(stored, 'palette', 1));

    const choices: Choice[] = [];
    if (first) {
      const next = {
        title: `Next Question (${left} Left)`,
        run: () => this.#guarded(() => this.#next(first, way)),
      };
      const { stored, effect } = first;
      const item = { kind: 'breakpoint', runKey: stored.run.key, effectId: effect.effectId } as const;
      choices.push(whileStillSo(next, [item], this.deps));
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
    // Iterating, which has begun by then, applies it.
    const recorded = goesOn
      ? 'The run goes on with it.'
      : automatic === 'iterate'
        ? 'Saved.'
        : 'Saved. Continue the run to apply it.';
    if (way === 'button' || choices.length === 0) return tell('info', `${done}. ${recorded}`, choices);
    const items = choices.map(({ title, run }) => ({ label: title, run }));
    (await pick(items, withoutIcons(done), `${recorded} What now?`)).run();
  }

  async #next({ stored, effect }: Question, way: Way): Promise<void> {
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
