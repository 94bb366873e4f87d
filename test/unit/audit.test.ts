import { describe, expect, it } from 'vitest';
import { describeTask } from '../../src/core/views/tree/describe';
import { auditAnswers, verdictOf } from '../../src/core/run/audit';
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
  return auditAnswers(aRun({ journal: story }), { tasks: new Map(tasks), results: new Map(parsed) });
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
    expect(others.map(({ effectId }) => effectId)).toEqual(['erred']);
    expect(answer).toEqual({
      effectId: 'gate',
      title: 'Ask gate',
      question: '# Ask gate\nReally?',
      approved: false,
      option: 'Request changes',
      text: 'Add tests',
      respondedBy: 'Dana Reyes',
      automatic: false,
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
      'erred',
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

  it.each<[string, object | string, string | undefined]>([
    ['message', { message: 'Go on' }, 'Go on'],
    ['comments', { comments: 'Only the listed routes' }, 'Only the listed routes'],
    ['a choice and its label', { selection: 'continue', label: 'Test it' }, 'continue / Test it'],
    ['a choice that is its label', { selection: 'continue', label: 'continue' }, 'continue'],
    ['a list of comments', { comments: ['Rename it', { file: 'a.ts', text: 'Why?' }, 3] }, 'Rename it\nWhy?'],
    ['words beside a list', { feedback: 'See there', comments: ['a.ts: why?'] }, 'See there'],
    ['decision', { decision: 'Investigate first' }, 'Investigate first'],
    ['a bare text', 'Fine', 'Fine'],
    ['several', { response: 'Yes', notes: 'Soon', risk: 'low' }, 'Yes\nnotes: Soon\nrisk: low'],
    ['one text twice', { response: 'Yes', feedback: 'Yes' }, 'Yes'],
    [
      'nobody: names, times and signatures are none',
      { approvedBy: 'Ann', answeredAt: '2026-03-01', signature: 'abc', publicKeyFingerprint: 'def' },
      undefined,
    ],
  ])('have the words of a person under many names: %s', (_, result, words) => {
    expect(answers({ gate: { result } })[0]?.text).toBe(words);
  });

  it.each<[string, unknown, ReturnType<typeof verdictOf>]>([
    ['a decision', { decision: 'Rejected', comment: 'Too big' }, 'rejected'],
    ['a status', { status: 'denied' }, 'rejected'],
    ['a word of its own', { rejected: true, notes: 'No' }, 'rejected'],
    ['a bare text', 'no', 'rejected'],
    ['a plain option', { option: 'Approve' }, 'approved'],
    ['its own word before all others', { approved: true, decision: 'no' }, 'approved'],
    ['an option that says more', { option: 'Request changes' }, 'Request changes'],
    ['nothing but words', { answer: 'No, stop' }, undefined],
  ])('are rejections or approvals in whatever form: %s', (_, result, verdict) => {
    const [answer] = answers({ gate: { result } });
    expect(answer && verdictOf(answer)).toBe(verdict);
  });

  it('name no option for a plain yes', () => {
    expect(answers({ gate: { result: { approved: true, option: 'Approve' } } })[0]?.option).toBeUndefined();
  });

  it('are rejections where they were posted as errors', () => {
    const run = aRun({ journal: journal().requested('q', 'breakpoint').erred('q', 'User chose: Stop here') });
    const [answer] = auditAnswers(run, { tasks: new Map(), results: new Map() });
    expect(answer).toMatchObject({ approved: false, text: 'User chose: Stop here' });
    expect(answer && verdictOf(answer)).toBe('rejected');
  });

  it('are one word everywhere, and never done', () => {
    const run = aRun({ journal: journal().requested('q', 'breakpoint').erred('q', 'Stop') });
    const effect = run.story.effects.get('q') ?? expect.fail('no question');
    expect(describeTask(effect, undefined, 0).description).toMatch(/^breakpoint · rejected/);
    expect(describeTask(effect, undefined, 0).icon.name).toBe('circle-slash');
  });

  it('are automatic in a run that asks nobody, and take no time of a person', () => {
    const run = aRun({
      journal: journal().requested('q', 'breakpoint').resolved('q'),
      metadata: { nonInteractive: true },
    });
    expect(auditAnswers(run, { tasks: new Map(), results: new Map() })[0]).toMatchObject({
      automatic: true,
      waited: undefined,
    });
  });

  it.each([null, ['approved'], {}])('are told without what is not there: %j', (result) => {
    expect(answers({ gate: { result } })[0]).toMatchObject({
      title: 'Ask gate',
      approved: undefined,
      text: undefined,
    });
  });
});
