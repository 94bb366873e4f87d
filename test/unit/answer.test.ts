import { describe, expect, it } from 'vitest';
import {
  choiceWords,
  isApproval,
  otherAnswers,
  plainChoice,
  toAnswer,
  type Choice,
  type Decision,
} from '../../src/core/run/answer';
import { readBreakpoint, type Breakpoint, type BreakpointOption } from '../../src/core/run/breakpoint';

const asking = (payload: unknown): Breakpoint => readBreakpoint({ metadata: { payload } });
const option = (given: unknown): BreakpointOption =>
  asking({ options: [given] }).options[0] ?? expect.fail('no option');
const comments = [{ file: 'a.md', line: 3, quote: 'old', comment: 'New' }];
const commentText = '1 comment in 1 file:\n\n**a.md, line 3**\n\n```\nold\n```\n\nNew';

describe('what is said of an answer', () => {
  const chosen = (given: unknown, approved?: boolean): Choice => ({
    kind: 'option',
    option: option(given),
    approved,
  });
  it.each<[string, Choice]>([
    ['Approved "Ship it?"', { kind: 'approve' }],
    ['Approved "Ship it?"', chosen('Approve')],
    ['Approved "Ship it?": Go on with it', chosen('Go on with it')],
    ['Requested changes to "Ship it?"', chosen('Request changes')],
    ['Requested changes to "Ship it?": Needs work', chosen('Needs work')],
    ['Rejected "Ship it?": Abort', chosen('Abort')],
    ['Rejected "Ship it?"', chosen('Reject')],
    ['Answered "Ship it?": PostgreSQL', chosen('PostgreSQL')],
    ['Rejected "Ship it?": PostgreSQL', chosen('PostgreSQL', false)],
    ['Answered "Ship it?"', { kind: 'text' }],
  ])('%s', (said, choice) => {
    expect(choiceWords(choice, 'Ship it?', (text) => text)).toBe(said);
  });
});

describe('what is recorded', () => {
  it.each<[string, Decision, object]>([
    ['approve', { kind: 'approve', text: '' }, { approved: true }],
    [
      'approve with words',
      { kind: 'approve', text: ' Well done \n' },
      { approved: true, response: 'Well done', feedback: 'Well done' },
    ],
    ['reject: no option that nobody chose', { kind: 'reject', text: '' }, { approved: false }],
    [
      'reject with words',
      { kind: 'reject', text: 'Add tests' },
      { approved: false, response: 'Add tests', feedback: 'Add tests' },
    ],
    ['request changes', { kind: 'request-changes', text: '' }, { approved: false }],
    [
      'an answer in own words',
      { kind: 'text', text: 'Frankfurt' },
      { approved: true, response: 'Frankfurt', feedback: 'Frankfurt' },
    ],
    [
      'an option: its value',
      { kind: 'option', option: option({ label: 'MIT licence', value: 'mit' }), text: '' },
      { approved: true, option: 'mit', response: 'mit' },
    ],
    [
      'an option with words',
      { kind: 'option', option: option('Request changes'), text: 'Add tests' },
      { approved: false, option: 'Request changes', response: 'Add tests', feedback: 'Add tests' },
    ],
    [
      'an option that says itself what it counts as',
      { kind: 'option', option: option({ label: 'Ship it', value: 'ship', approved: false }), text: '   ' },
      { approved: false, option: 'ship', response: 'ship' },
    ],
    [
      'an option that the person lets count as a rejection',
      { kind: 'option', option: option('Ship it'), approved: false, text: '' },
      { approved: false, option: 'Ship it', response: 'Ship it' },
    ],
    [
      'an option that the person lets count as an approval',
      { kind: 'option', option: option('Change it'), approved: true, text: 'Go' },
      { approved: true, option: 'Change it', response: 'Go', feedback: 'Go' },
    ],
    [
      'comments, with an approval, too',
      { kind: 'approve', text: '', comments },
      { approved: true, response: commentText, feedback: commentText, comments },
    ],
    [
      'comments and words, with an option',
      { kind: 'option', option: option('Ship it'), text: 'Nice', comments },
      {
        approved: true,
        option: 'Ship it',
        response: `Nice\n\n${commentText}`,
        feedback: `Nice\n\n${commentText}`,
        comments,
      },
    ],
    [
      'several questions',
      {
        kind: 'several',
        text: 'Soon',
        answers: [
          { question: 'Which database?', option: option({ label: 'Postgres', value: 'pg' }), text: '' },
          { question: 'Which port', text: '5432' },
          { question: 'Left out?', text: ' ' },
        ],
      },
      {
        approved: true,
        response: 'Which database? Postgres\nWhich port: 5432\nSoon',
        feedback: 'Soon',
        answers: [
          { question: 'Which database?', option: 'pg', response: 'pg' },
          { question: 'Which port', response: '5432' },
        ],
      },
    ],
  ])('%s', (_, decision, expected) => {
    expect(toAnswer(decision, 'Ada')).toEqual({ ...expected, respondedBy: 'Ada' });
  });

  it('of several questions is a rejection where one chosen option rejects', () => {
    const answers = ['Postgres', 'Not yet'].map((label) => ({
      question: label,
      option: option(label),
      text: '',
    }));
    expect(isApproval({ kind: 'several', answers })).toBe(false);
    expect(isApproval({ kind: 'several', answers: answers.slice(0, 1) })).toBe(true);
  });
});

describe('a button without a choice of its own', () => {
  const chosen = (options: readonly unknown[], kind: 'approve' | 'reject' | 'request-changes'): unknown => {
    const choice = plainChoice(asking({ question: 'Q', options }), kind);
    return choice?.kind === 'option' ? choice.option.value : choice?.kind;
  };

  it('records just that where the process declares nothing', () => {
    expect(chosen([], 'approve')).toBe('approve');
    expect(plainChoice(undefined, 'reject')).toEqual({ kind: 'reject' });
  });

  it.each<[string, readonly unknown[], string | undefined, string | undefined, string | undefined]>([
    ['one of each', ['Approve', 'Reject'], 'Approve', 'Reject', 'request-changes'],
    [
      'an own boolean',
      [
        { label: 'Los', value: 'a', approved: true },
        { label: 'Nein', value: 'b', approved: false },
      ],
      'a',
      'b',
      'request-changes',
    ],
    ['two rejections', ['Ship', 'Request changes', 'Abort'], 'Ship', undefined, 'Request changes'],
    ['two approvals', ['Approve', 'Ship', 'Stop'], undefined, 'Stop', 'request-changes'],
    ['one that says neither', ['Approve', 'Postgres', 'Reject'], undefined, undefined, 'request-changes'],
    ['a mere choice', ['red', 'green'], undefined, undefined, 'request-changes'],
    ['no rejection', ['Approve'], 'Approve', undefined, 'request-changes'],
  ])('with %s', (_, options, approve, reject, changes) => {
    expect(chosen(options, 'approve')).toBe(approve);
    expect(chosen(options, 'reject')).toBe(reject);
    expect(chosen(options, 'request-changes')).toBe(changes);
  });

  it('never answers several questions', () => {
    const asks = asking({ questions: [{ question: 'A?' }, { question: 'B?', options: ['Approve'] }] });
    expect(plainChoice(asks, 'approve')).toBeUndefined();
  });
});

it('another answer is one that no declared option covers', () => {
  const others = (...options: readonly unknown[]): unknown => otherAnswers(asking({ options }).options);
  expect(others()).toEqual(['approve', 'reject', 'request-changes']);
  expect(others('Approve', 'Reject')).toEqual(['request-changes']);
  expect(others('Approve', 'Request changes')).toEqual(['reject']);
  expect(others('red', 'green')).toEqual(['reject', 'request-changes']);
  expect(others('Abort')).toEqual(['approve', 'request-changes']);
  expect(others('Approve', 'requestChanges')).toEqual(['reject']);
  expect(others('Approve', 'needs_work')).toEqual(['reject']);
});
