import { cutAtWord, firstLine, visible } from '../../core/format';
import { decisionText, isAnswered, isApproval, type Decision } from '../../core/run/answer';
import { runTitle, taskTitle } from '../../core/run/run';
import { confirm } from '../messages';
import type { EffectTarget } from './targets';

/** What the person is about to do, as the title of the command says it. */
export type Verb = 'Approve' | 'Reject' | 'Request Changes' | 'Answer';

const verbs = {
  approve: 'Approve',
  reject: 'Reject',
  'request-changes': 'Request Changes',
  text: 'Answer',
  option: 'Answer',
  several: 'Answer',
} as const satisfies Record<Decision['kind'], Verb>;

/**
 * Whoever called with a mere reference is no person: the run, the question and the answer are named first.
 * @param verb left out: told by the decision
 * @throws CancelledError unless the person confirms
 */
export async function confirmAnswer(
  { stored, effect }: EffectTarget,
  decision: Decision,
  verb: Verb = verbs[decision.kind],
): Promise<void> {
  const { run } = stored;
  const task = run.pendingTasks.get(effect.effectId);
  const said = visible(decisionText(decision));
  const lines = [
    `Run: ${visible(runTitle(run))} (${visible(run.runId)})`,
    `Question: ${visible(cutAtWord(firstLine(task?.breakpoint?.question ?? ''), 200))}`,
    ...answered(decision, task?.breakpoint?.wordsOnly),
    said === '' ? '' : `With the words: ${said}`,
  ];
  const title = visible(taskTitle(effect, task));
  await confirm(`${verb} "${title}"?`, lines.filter(Boolean).join('\n'), verb);
}

function answered(decision: Decision, wordsOnly = false): readonly string[] {
  const counts = wordsOnly ? '' : `, counts as ${isApproval(decision) ? 'approval' : 'rejection'}`;
  switch (decision.kind) {
    case 'option':
      return [`Answer: ${visible(decision.option.label)}${counts}`];
    case 'several':
      return decision.answers
        .filter(isAnswered)
        .map(({ question, option, text }) =>
          visible(
            `${cutAtWord(firstLine(question), 100)} ${[option?.label, text].filter(Boolean).join(', ')}`,
          ),
        );
    default:
      return [];
  }
}
