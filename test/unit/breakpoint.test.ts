import { describe, expect, it } from 'vitest';
import {
  readBreakpoint,
  readsAsApproval,
  type Breakpoint,
  type BreakpointOption,
} from '../../src/core/run/breakpoint';

const asking = (payload: unknown): Breakpoint => readBreakpoint({ metadata: { payload } });

describe('readBreakpoint', () => {
  it('reads several questions that are asked at once', () => {
    const questions = [
      { question: 'Which database?', options: ['pg', 'sqlite'] },
      { question: 'Which port?' },
    ];
    const { question, options, ...asks } = readBreakpoint({
      title: 'breakpoint',
      metadata: { payload: { questions } },
    });
    expect([question, options.map(({ value }) => value)]).toEqual(['Which database?', ['pg', 'sqlite']]);
    expect(asks.questions.map((each) => [each.question, each.options.length])).toEqual([
      ['Which database?', 2],
      ['Which port?', 0],
    ]);
    expect(readBreakpoint({ inputs: { questions: [{ question: 'One?' }] } })).toMatchObject({
      question: 'One?',
      questions: [],
    });
  });

  it('reads everything that an engine records', () => {
    const payload = {
      title: 'Approve migration plan',
      question: '# Plan\n\nShall it be?',
      options: ['Approve', { label: 'Not now', value: 'later', description: 'Ask again', approved: false }],
      context: {
        files: [
          { path: 'artifacts/plan.md', format: 'markdown' },
          'src/a.ts',
          { path: 'b.ts', language: 'ts' },
        ],
      },
    };
    const metadata = { payload, expert: 'owner', tags: ['gate', 'database'], strategy: 'single' };
    expect(readBreakpoint({ kind: 'breakpoint', metadata })).toEqual({
      title: 'Approve migration plan',
      question: '# Plan\n\nShall it be?',
      options: [
        { label: 'Approve', value: 'Approve', description: undefined, approved: true },
        { label: 'Not now', value: 'later', description: 'Ask again', approved: false },
      ],
      questions: [],
      files: [
        { path: 'artifacts/plan.md', language: undefined },
        { path: 'src/a.ts', language: undefined },
        { path: 'b.ts', language: 'ts' },
      ],
      expert: 'owner',
      tags: ['gate', 'database'],
      strategy: 'single',
      context: {},
      payload,
    });
  });

  const question = { question: 'Go on?' };
  it.each<[string, Record<string, unknown>, unknown]>([
    ['input.json beside it', {}, question],
    ['input.json, as payload', {}, { payload: question }],
    ['inputs', { inputs: question }, undefined],
    ['inputs.payload, as the engine writes it', { inputs: { payload: question, label: 'x' } }, undefined],
    ['breakpoint', { breakpoint: question }, undefined],
    ['breakpoint.payload, of the helper', { breakpoint: { payload: question } }, undefined],
    ['metadata.payload', { metadata: { payload: question } }, undefined],
    ['a bare text as metadata.payload', { metadata: { payload: 'Go on?' } }, undefined],
    ['a bare text as inputs.payload', { inputs: { payload: 'Go on?' } }, undefined],
    ['a bare text as input.json', {}, 'Go on?'],
    ['a "message"', { metadata: { payload: { message: 'Go on?' } } }, undefined],
    ['a "prompt"', { inputs: { prompt: 'Go on?' } }, undefined],
    ['a "text"', { breakpoint: { text: 'Go on?' } }, undefined],
    ['a "description"', { metadata: { payload: { description: 'Go on?', title: 'T' } } }, undefined],
  ])('finds the question in %s', (_, task, inputFile) => {
    expect(readBreakpoint(task, inputFile).question).toBe('Go on?');
  });

  it('takes for each field the first place that has it', () => {
    const places = ['input.json', 'inputs', 'breakpoint', 'payload'].map((name) => ({ question: name }));
    const [file, inputs, breakpoint, payload] = places;
    const all = { inputs, breakpoint, metadata: { payload } };
    expect(readBreakpoint(all, file).question).toBe('input.json');
    expect(readBreakpoint(all).question).toBe('inputs');
    expect(readBreakpoint({ ...all, inputs: {} }).question).toBe('breakpoint');
    expect(readBreakpoint({ metadata: { payload } }).question).toBe('payload');
    expect(readBreakpoint(all, 'a bare text').question).toBe('a bare text');

    const mixed = readBreakpoint(
      {
        inputs: { question: '  ', title: 'T' },
        metadata: { payload: { title: 'P', question: 'Q', options: ['A'] } },
      },
      { options: [] },
    );
    expect(mixed).toMatchObject({ title: 'T', question: 'Q', options: [{ label: 'A' }] });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['a list', [1, 2]],
    ['an empty text', ' '],
    ['wrong types', { title: 1, question: {}, options: 'yes', context: [], tags: 5, expert: [] }],
    ['wrong types inside', { options: [null, {}, [], ''], context: { files: [null, 5, {}, { path: 1 }] } }],
  ])('makes nothing up for %s, and keeps the payload', (_, payload) => {
    expect(asking(payload)).toEqual({
      title: undefined,
      question: undefined,
      options: [],
      questions: [],
      files: [],
      expert: undefined,
      tags: [],
      context: expect.any(Object),
      strategy: undefined,
      payload: payload ?? undefined,
    });
  });

  it.each<[unknown, Partial<BreakpointOption>]>([
    ['Ship it', { label: 'Ship it', value: 'Ship it', approved: true }],
    [3, { label: '3', value: '3' }],
    [false, { label: 'false', value: 'false' }],
    [
      { label: 'Yes', value: 'y' },
      { label: 'Yes', value: 'y' },
    ],
    [
      { label: 'Yes', value: 1 },
      { label: 'Yes', value: '1' },
    ],
    [
      { label: 'Yes', value: true },
      { label: 'Yes', value: 'true' },
    ],
    [
      { label: 'Yes', value: {} },
      { label: 'Yes', value: 'Yes' },
    ],
    [
      { title: 'Yes', id: 'y' },
      { label: 'Yes', value: 'Yes' },
    ],
    [{ value: 'y' }, { label: 'y', value: 'y' }],
    [{ value: 2 }, { label: '2', value: '2' }],
    [{ id: 'y' }, { label: 'y', value: 'y' }],
    [{ label: 'Reject', approved: true }, { approved: true }],
    [{ label: 'Approve', approved: false }, { approved: false }],
    [{ label: 'Reject', approved: 'yes' }, { approved: false }],
    [{ label: 'Go', value: 'no' }, { approved: false }],
    [{ label: 'Postgres', value: 'pg' }, { approved: null }],
  ])('reads the option %j', (given, expected) => {
    expect(asking({ options: [given] }).options).toMatchObject([expected]);
  });
});

describe('readsAsApproval', () => {
  it.each([
    'Reject',
    'reject the plan',
    'REQUEST changes',
    'Request changes',
    'request_changes',
    'requestChanges',
    'Change it',
    'Revise',
    'Redo all',
    'Decline',
    'Deny',
    'Abort',
    'Cancel',
    'Stop here',
    'Hold for now',
    'Not yet',
    'Needs work',
    'needs-work',
    'No',
    'no, thanks',
    'NO!',
    'No-go',
    'No licence',
    '  No',
    '❌ Reject',
    '2. Stop',
    '(No)',
    '**Abort**',
    '"Cancel"',
  ])('%s is a rejection', (label) => {
    expect(readsAsApproval(label)).toBe(false);
  });

  it.each([
    'Approve',
    'Yes',
    'ok',
    'Accept the risk',
    'Allow',
    'Go, no matter what',
    'Continue',
    'Proceed as planned',
    'Merge it',
    'Ship',
    'Publish now',
    'keep_both',
    '✅ Approve',
    '1. Yes',
  ])('%s is an approval', (label) => {
    expect(readsAsApproval(label)).toBe(true);
  });

  it.each([
    'No changes needed',
    'no further changes',
    'No issues found',
    'Needs no work',
    'Note it',
    'Notify the team',
    'Now',
    'Nobody objects',
    'Stopgap',
    'Changelog first',
    'Noël',
    'Cancellation is fine',
    'Goal reached',
    'Yesterday',
    'Postgres',
    'Genehmigen',
    '承認',
    '',
    '✅',
  ])('%s says neither', (label) => {
    expect(readsAsApproval(label)).toBe(null);
  });

  it('takes a refusal of label or value before an approval of the other', () => {
    expect(readsAsApproval('Go', 'no')).toBe(false);
    expect(readsAsApproval('Hold', 'yes')).toBe(false);
    expect(readsAsApproval('Genehmigen', 'approve')).toBe(true);
  });
});
