import { visible } from '../../format';
import { whoAnswered, type AnswerRecord } from '../../run/audit';
import type { LeftWords } from './protocol';

const most = { questions: 20, text: 20_000 };

/**
 * What was typed to questions that were answered without it.
 * @param drafts by effect id
 */
export function leftWords(
  answers: readonly AnswerRecord[],
  drafts: Readonly<Record<string, string>>,
  now: number,
): readonly LeftWords[] {
  return answers
    .filter(
      ({ effectId, text }) => (drafts[effectId] ?? '').trim() !== '' && text !== drafts[effectId]?.trim(),
    )
    .slice(-most.questions)
    .map((answer) => ({
      effectId: answer.effectId,
      title: visible(answer.title),
      answered: `${visible(whoAnswered(answer, now))}.`,
      text: visible((drafts[answer.effectId] ?? '').slice(0, most.text)),
    }));
}
