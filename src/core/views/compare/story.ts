import { iterationTitle } from '../../run/iterations';
import { capital } from '../../format';
import { toAnswerView } from '../page/answerView';
import type { CleanText } from '../report/cleanText';
import { auditAnswers } from '../../run/audit';
import type { Effect } from '../../run/effect';
import { runTitle, taskTitle } from '../../run/run';
import type { OpenedRun } from '../tree/buildTree';
import { statusWords } from '../tree/describe';

/**
 * What happened in a run, a line for each step and without ids and times, so that the texts of two runs differ only
 * where the runs do.
 * @param n this iteration alone; `undefined`: the whole run
 */
export function runStory({ run, details, iterations }: OpenedRun, clean: CleanText, n?: number): string {
  const answers = new Map(auditAnswers(run, details).map((answer) => [answer.effectId, answer]));
  const steps = (effects: readonly Effect[]): readonly string[] =>
    effects.flatMap((effect) => {
      const title = clean(taskTitle(effect, details.tasks.get(effect.effectId)), 300);
      const answer = answers.get(effect.effectId);
      const view = answer && toAnswerView(answer);
      const state = view
        ? clean([view.verdict, view.who].filter(Boolean).join(' '))
        : statusWords[effect.status];
      const failure = effect.status === 'ok' ? details.results.get(effect.effectId)?.failure : undefined;
      const more = view?.words || effect.error?.message || effect.cancelReason || failure;
      return [
        `  ${clean(effect.kind, 60)}: ${title}: ${state}`,
        ...(more
          ? clean(more)
              .split('\n')
              .map((line) => `    | ${line}`)
          : []),
      ];
    });
  if (n !== undefined) {
    const effects = iterations.list.find((iteration) => iteration.n === n)?.effects ?? [];
    return ['Iteration', ...steps(effects), ''].join('\n');
  }
  const { end } = run.story;
  const why = end?.error?.message ?? end?.reason;
  return [
    `Title: ${clean(runTitle(run), 300)}`,
    `Process: ${clean(run.processId, 300)}`,
    '',
    ...iterations.list.flatMap((iteration) => [
      capital(iterationTitle(iteration)),
      ...steps(iteration.effects),
      '',
    ]),
    end ? capital(end.type.replaceAll('_', ' ').toLowerCase()) : 'Not finished',
    ...(why
      ? clean(why)
          .split('\n')
          .map((line) => `  | ${line}`)
      : []),
    '',
  ].join('\n');
}
