import { describe, expect, it } from 'vitest';
import {
  adviceSentences,
  readApprovalAdvice,
  ruleCommand,
  whyNeverAutomatic,
} from '../../src/core/run/approvalAdvice';
import { toRunView } from '../../src/core/views/page/runView';
import { inFull, valueRows, type ValueRow } from '../../src/core/views/page/valueRows';
import { journal, minute, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { now, opened, stored, type TaskParts } from '../support/treeText';

const asks = (payload: object, metadata: object = {}): object => ({ metadata: { payload, ...metadata } });

/** The page of the pending breakpoints of a run. */
function pending(story: JournalBuilder, { tasks = {}, ...parts }: TaskParts) {
  const run = aRun({ journal: story, tasks });
  return toRunView(stored(run), opened(run, { tasks, ...parts }), now, { iterating: false, trusted: true });
}

describe('a gate that was answered before', () => {
  const story = (label = 'plan'): JournalBuilder =>
    journal()
      .created()
      .done('draft')
      .requested('g1', 'breakpoint', { label })
      .after(5 * minute)
      .resolved('g1')
      .done('revise')
      .erred('lint', 'no')
      .requested('test')
      .requested('g2', 'breakpoint', { label });
  const answer = {
    approved: false,
    option: 'Request changes',
    response: 'Shorter.',
    feedback: 'Shorter.',
    respondedBy: 'Dana',
  };

  it('says who answered what, and when, and which attempt this is', () => {
    const [gate] = pending(story(), { results: { g1: answer } }).breakpoints;
    expect(gate?.asked).toBe('asked 54m ago · iteration 4 · attempt 2');
    expect(gate?.earlier).toMatchObject([
      { effectId: 'g1', what: 'requested changes', who: 'by Dana', when: '54m ago', words: 'Shorter.' },
    ]);
  });

  it.each([
    ['words under another name', { approved: true, message: 'Fine so' }, 'approved', 'Fine so'],
    ['a decision in a word', { decision: 'reject', notes: 'Too big' }, 'rejected', 'Too big'],
  ])('reads earlier answers as they are read everywhere: %s', (_, value, what, words) => {
    const [gate] = pending(story(), { results: { g1: value } }).breakpoints;
    expect(gate?.earlier[0]?.what).toBe(what);
    expect(gate?.earlier[0]?.words).toContain(words);
  });

  it('is told from others by its own name, else by task and label, else by its title', () => {
    const earlier = (tasks: Readonly<Record<string, unknown>>, label?: string): number | undefined =>
      pending(story(label), { tasks, results: { g1: answer } }).breakpoints[0]?.earlier.length;
    const titled = (title: string): object => asks({ title });
    const named = (breakpointId: string): object => asks({ title: 'Same' }, { breakpointId });
    expect(earlier({ g1: named('a'), g2: named('b') })).toBe(0);
    expect(earlier({ g1: named('a'), g2: named('a') }, 'breakpoint')).toBe(1);
    // Whoever names no label gets "breakpoint", as everybody does.
    expect(earlier({ g1: titled('A'), g2: titled('B') }, 'breakpoint')).toBe(0);
    expect(earlier({ g1: titled('A'), g2: titled('A') }, 'breakpoint')).toBe(1);
    expect(earlier({ g1: titled('A'), g2: titled('B') }, 'plan')).toBe(1);
  });

  it('lists what ran since, with its state', () => {
    const { ran } = pending(story(), {}).breakpoints[0] ?? expect.fail('no gate');
    expect(ran.first).toBe(false);
    expect(ran.tasks.map(({ title, icon }) => [title, icon])).toEqual([
      ['agent', 'pass'],
      ['agent', 'circle-outline'],
    ]);
    expect(pending(story(), {}).breakpoints[0]?.ran.tasks.map(({ effectId }) => effectId)).toEqual([
      'revise',
      'test',
    ]);
  });

  it('lists all that ran where nothing was asked before', () => {
    const first = journal().created().done('draft').requested('g', 'breakpoint');
    expect(pending(first, {}).breakpoints[0]?.ran).toMatchObject({
      first: true,
      tasks: [{ effectId: 'draft' }],
    });
  });

  it('shows what the process says about it only where our own record does not', () => {
    const said = (previousFeedback: string) =>
      pending(story(), {
        tasks: { g2: asks({ question: 'Again?', attempt: 4, previousFeedback }) },
        results: { g1: answer },
      }).breakpoints[0];
    expect(said('Shorter.')?.previousFeedback).toBe('');
    expect(said('Longer.')?.previousFeedback).toBe('Longer.');
    expect(said('Longer.')?.asked).toMatch(/attempt 4$/);
  });

  it('is applied when the process asked for more, or ended', () => {
    const applied = (end: JournalBuilder): unknown =>
      pending(end, {}).answered.map(({ effectId, applied }) => [effectId, applied]);
    const answered = (): JournalBuilder => journal().created().requested('g', 'breakpoint').resolved('g');
    expect(applied(answered())).toEqual([['g', false]]);
    expect(applied(answered().requested('next'))).toEqual([['g', true]]);
    expect(applied(answered().completed())).toEqual([['g', true]]);
    // What was asked for together with it does not know the answer.
    const together = journal().created().requested('g', 'breakpoint').requested('t').resolved('g');
    expect(applied(together)).toEqual([['g', false]]);
  });
});

describe('context values', () => {
  const told = (rows: readonly ValueRow[]): readonly string[] =>
    rows.map(({ depth, name, text }) => `${'  '.repeat(depth)}${name}: ${text}`);

  it('are shown by name, without the files', () => {
    const context = { files: ['a.md'], summary: 'Fine', limits: { rows: 5, on: true }, list: [1, null] };
    const run = journal().created().requested('g', 'breakpoint');
    const [gate] = pending(run, { tasks: { g: asks({ question: 'Q', context }) } }).breakpoints;
    expect(told(gate?.context ?? [])).toEqual([
      'summary: Fine',
      'limits: 2 values',
      '  rows: 5',
      '  on: true',
      'list: list of 2',
      '  0: 1',
      '  1: null',
    ]);
  });

  it('are told at any depth, bounded in number and length, and say what is left out', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 10_000; i += 1) deep = { deep };
    expect(valueRows({ deep }).at(-2)?.depth).toBe(499);
    expect(valueRows({ deep }, inFull)).toHaveLength(5001);
    const wide = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`k${i}`, i]));
    expect(valueRows(wide)).toHaveLength(501);
    expect(valueRows({ wide: [wide], after: 1 }).at(-1)).toMatchObject({ name: '…', text: '203 more' });
    expect(valueRows({ long: 'x'.repeat(100_000) })[0]?.text).toMatch(/x… \(95,000 more characters\)$/);
    const heavy = Array.from({ length: 400 }, () => 'y'.repeat(4000));
    expect(JSON.stringify(valueRows({ heavy })).length).toBeLessThan(120_000);
  });

  it('keep colours of a terminal, and no other sequence', () => {
    expect(valueRows({ said: '\u001b[31mred\u001b[0m \u001b]0;title\u0007' })[0]?.text).toBe(
      '\u001b[31mred\u001b[0m ⟨U+001B⟩]0;title⟨U+0007⟩',
    );
  });

  it('keep secrets and deceiving characters to themselves', () => {
    const secret = 'a'.repeat(32);
    const nodes = valueRows({
      completionProof: secret,
      nested: { text: `{"completionProof":"${secret}"}` },
      'a\u202eb': 'c\u202ed',
    });
    expect(JSON.stringify(nodes)).not.toContain(secret);
    expect(nodes.at(-1)).toMatchObject({ name: 'a⟨U+202E⟩b', text: 'c⟨U+202E⟩d' });
  });
});

describe('advice to approve', () => {
  const advice = (task: Readonly<Record<string, unknown>>): readonly string[] =>
    adviceSentences(readApprovalAdvice(task), false);

  it('is told in sentences, and that it does nothing', () => {
    expect(advice({})).toEqual([]);
    expect(
      advice({
        autoApproval: {
          recommended: true,
          reason: 'Approved three times',
          matchedRule: 'plan.*',
          consecutiveApprovals: 3,
        },
        metadata: { autoApproveAfterN: 3, presentAlwaysApprove: true },
      }),
    ).toEqual([
      'Your approval rule plan.* recommends approving: Approved three times.',
      'The process suggests not asking again after 3 approvals in a row.',
      'The process suggests always approving this gate.',
      'This is advice only; nothing is approved without you.',
    ]);
    // Of every gate for which there is no rule.
    expect(
      advice({ autoApproval: { recommended: false, reason: 'No matching auto-approval rule' } }),
    ).toEqual([]);
    const never = { id: 'r-1', pattern: 'draft.*' };
    expect(advice({ autoApproval: { recommended: false, matchedRule: never } })[0]).toBe(
      'Your approval rule draft.* keeps this question for a person.',
    );
    expect(advice({ autoApproval: { recommended: true } })[0]).toBe('The engine recommends approving.');
  });

  it.each<[string, object | undefined, readonly string[] | undefined]>([
    ['no rule fits: one can be made', { recommended: false }, ['breakpoint:approve-rule', 'draft.accept']],
    [
      'a rule fits: it can be removed',
      { recommended: true, matchedRule: { id: 'r-1', pattern: 'draft.*' } },
      ['breakpoint:remove-rule', 'r-1'],
    ],
    [
      'a rule fits of which only the pattern is told',
      { recommended: true, matchedRule: 'draft.*' },
      ['breakpoint:list-rules'],
    ],
    ['the engine knows no rules', undefined, undefined],
  ])('has a command about rules: %s', (_, autoApproval, command) => {
    const told = readApprovalAdvice({ ...(autoApproval && { autoApproval }), metadata: {} });
    expect(ruleCommand(told, 'draft.accept', false)).toEqual(command);
    expect(ruleCommand(told, 'draft.accept', true)).toBe(undefined);
  });

  it.each<[string, string | undefined, readonly string[], boolean]>([
    ['an id that destroys', 'destroy.database', [], true],
    ['an id that gives access', 'auth.grant', [], true],
    ['a tag', undefined, ['database', 'Destroy.table'], true],
    ['an id that only begins like it', 'destroyer.plan', ['author'], false],
    ['no id', undefined, [], false],
  ])('is never given for %s', (_what, id, tags, never) => {
    expect(whyNeverAutomatic(id, tags, undefined) !== undefined).toBe(never);
  });

  it('on the page gives way to the mark that a gate is never automatic', () => {
    const task = {
      ...asks({ question: 'Drop it?' }, { breakpointId: 'destroy.table', autoApproveAfterN: 2 }),
      autoApproval: { recommended: true },
    };
    const [gate] = pending(journal().created().requested('g', 'breakpoint'), {
      tasks: { g: task },
    }).breakpoints;
    expect(gate?.neverAutomatic).toBe('Never approved automatically: "destroy.table" always needs a person.');
    expect(gate?.advice).toEqual([]);
    const blocked = readApprovalAdvice({ autoApproval: { recommended: true, blockedByPosture: true } });
    expect(whyNeverAutomatic('plan', [], blocked)).toMatch(/the engine forbids it/);
  });
});
