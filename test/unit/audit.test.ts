import { describe, expect, it } from 'vitest';
import { auditAnswers } from '../../src/core/run/audit';
import { parseResult, parseTask } from '../../src/core/run/task';
import { journal, minute, second, start } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

const asks = (title: string): string =>
  JSON.stringify({ kind: 'breakpoint', metadata: { payload: { title, question: `# ${title}\nReally?` } } });

/** The answers of a run whose questions were answered with these results. */
function answers(results: Readonly<Record<string, unknown>>) {
  const story = journal().created().done('work');
  for (const id of Object.keys(results)) story.requested(id, 'breakpoint');
  story.after(5 * minute);
  for (const id of Object.keys(results).toReversed()) story.resolved(id);
  story.requested('open', 'breakpoint').requested('erred', 'breakpoint').erred('erred');
  const parsed = Object.entries(results).flatMap(([id, json]) => {
    const { result } = parseResult(JSON.stringify(json), []);
    return result ? [[id, result] as const] : [];
  });
  const tasks = Object.keys(results).flatMap((id) => {
    const { task } = parseTask(asks(`Ask ${id}`), 'breakpoint');
    return task ? [[id, task] as const] : [];
  });
  return auditAnswers(aRun({ journal: story }).story, { tasks: new Map(tasks), results: new Map(parsed) });
}

describe('the answers of a run', () => {
  it('are told with who, what, when, after how long and through what', () => {
    const [answer, ...others] = answers({
      gate: {
        status: 'ok',
        result: {
          approved: false,
          option: 'Request changes',
          response: 'Add tests',
          feedback: 'Add tests',
          respondedBy: 'Dana Reyes',
        },
        metadata: { respondedBy: 'Dana Reyes', product: 'Babysitter Runs 0.1.0', surface: 'page' },
      },
    });
    expect(others).toEqual([]);
    expect(answer).toEqual({
      effectId: 'gate',
      title: 'Ask gate',
      question: '# Ask gate\nReally?',
      approved: false,
      option: 'Request changes',
      text: 'Add tests',
      respondedBy: 'Dana Reyes',
      answeredAt: start + 4 * second + 5 * minute,
      waited: 5 * minute + second,
      product: 'Babysitter Runs 0.1.0',
      surface: 'page',
      signedWith: undefined,
    });
  });

  it('are in the order in which they were given', () => {
    const value = { result: { approved: true } };
    expect(answers({ first: value, second: value }).map(({ effectId }) => effectId)).toEqual([
      'second',
      'first',
    ]);
  });

  it.each([
    ['an option without words', { option: 'Ship', response: 'Ship' }, { option: 'Ship', text: undefined }],
    ['words in the response alone', { response: 'Fine' }, { option: undefined, text: 'Fine' }],
    ['the official dashboard', { approvedBy: 'observer' }, { respondedBy: 'observer' }],
    ['a signed answer', { publicKeyFingerprint: 'SHA256:abc' }, { signedWith: 'SHA256:abc' }],
    ['wrong types', { approved: 'yes', respondedBy: 7 }, { approved: undefined, respondedBy: undefined }],
  ])('are told of %s', (_, result, expected) => {
    expect(answers({ gate: { result } })[0]).toMatchObject(expected);
  });

  it.each([null, 'approved', ['approved'], {}])('are told without what is not there: %j', (result) => {
    expect(answers({ gate: { result } })[0]).toMatchObject({
      title: 'Ask gate',
      approved: undefined,
      text: undefined,
    });
  });
});
