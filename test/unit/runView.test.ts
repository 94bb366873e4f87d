import { describe, expect, it } from 'vitest';
import { visible } from '../../src/core/format';
import { fromPage } from '../../src/core/views/page/protocol';
import { toRunView, type RunView } from '../../src/core/views/page/runView';
import { journal, minute } from '../support/journalBuilder';
import { aRun, type RunParts } from '../support/runBuilder';
import { now, opened, stored, type TaskParts } from '../support/treeText';

function view(parts: RunParts, tasks: TaskParts = {}, { iterating = false, trusted = true } = {}): RunView {
  const run = aRun(parts);
  return toRunView(stored(run), opened(run, tasks), now, { iterating, trusted });
}

/** A run with one question. */
const asking = (payload: unknown, more: object = {}): RunParts => ({
  journal: journal().created().requested('q', 'breakpoint'),
  tasks: { q: { metadata: { payload, ...more } } },
});
const question = (payload: unknown, more?: object) =>
  view(asking(payload, more)).breakpoints[0] ?? expect.fail('no question');

describe('a run’s page', () => {
  it('says what the run is, where it stands, and since when', () => {
    const parts = {
      journal: journal().created().done('a').requested('q', 'breakpoint', { label: 'gate' }),
      metadata: { prompt: 'Do it\n\nand do it well' },
      problems: [{ file: 'journal', what: 'is odd' }],
    };
    expect(view(parts)).toMatchObject({
      title: 'Do it',
      runId: 'run',
      processId: 'demo/process',
      prompt: 'and do it well',
      verdict: { state: 'Needs you', icon: 'bell-dot', sentence: 'Needs your answer: gate' },
      facts: ['1 done, 1 pending', '2 iterations', 'active for 3s', 'last event 59m ago'],
      iterating: false,
      problems: [{ file: 'journal', what: 'is odd' }],
      left: { iterations: 0, tasks: 0 },
    });
    expect(view(parts, {}, { iterating: true })).toMatchObject({
      verdict: { state: 'Iterating', icon: 'sync' },
      iterating: true,
    });
    expect(view({ metadata: { prompt: 'Do it' } }).prompt).toBe('');
  });

  it('writes large numbers of tasks as all others', () => {
    const story = journal().created();
    for (let n = 1; n <= 1200; n += 1) story.done(`step${n}`);
    expect(view({ journal: story }).facts[0]).toBe('1,200 done');
  });

  it('lists iterations from the newest, with their tasks', () => {
    const parts = { journal: journal().created().done('a1').done('a2').requested('a3') };
    const { iterations } = view(parts, {
      tasks: { a2: { kind: 'agent', title: 'The second' } },
      results: { a1: { score: 1 }, a2: { score: 2 } },
    });
    expect(iterations).toMatchObject([
      { n: 3, icon: 'layers', tasks: [{ effectId: 'a3', icon: 'circle-outline' }] },
      {
        n: 2,
        icon: 'star-full',
        description: '★ best · score 2 · 1 done',
        change: '+1 vs previous',
        tasks: [{ title: 'The second' }],
      },
      { n: 1, icon: 'layers', description: 'score 1 · 1 done', change: '−1 vs best' },
    ]);
    expect(iterations[0]?.change).toBe('');
  });

  it('unfolds the newest iteration and those in which something is pending or did not pass', () => {
    const story = journal().created().requested('a1').requested('a2').done('a3').done('a4');
    const unfolded = (): readonly number[] =>
      view({ journal: story }).iterations.flatMap(({ n, open }) => (open ? [n] : []));
    const pending = unfolded();
    expect(pending).toContain(1);
    story.resolved('a1').resolved('a2');
    expect(unfolded()).toEqual(pending.filter((n) => n !== 1));
  });

  it('gives reasons instead of buttons that do nothing', () => {
    const ready = view({ journal: journal().created().done('a') });
    expect([ready.iterate, ready.resume]).toEqual([{ whyNot: undefined }, { whyNot: undefined }]);
    const done = view({ journal: journal().created().completed() });
    expect([done.iterate.whyNot, done.resume.whyNot]).toEqual([
      expect.stringMatching(/^The run is completed, which is final/),
      expect.stringMatching(/^The run is completed, which is final/),
    ]);
    const asked = view(asking({ question: 'Shall we?' }));
    expect(asked.breakpoints[0]?.answer.whyNot).toBeUndefined();
    expect(asked.iterate.whyNot).toBe(
      'Answer the open question first. Iterating will not change anything yet.',
    );
  });

  it('offers nothing in a workspace that is not trusted, and says why', () => {
    const reason = { whyNot: 'The workspace is not trusted, so runs can only be read.' };
    const page = view(asking({ question: 'Shall we?' }), {}, { trusted: false });
    expect([page.iterate, page.resume, page.breakpoints[0]?.answer]).toEqual([reason, reason, reason]);
    expect(page.breakpoints[0]?.question).toBe('Shall we?');
  });
});

describe('a question on the page', () => {
  it('shows everything that is asked', () => {
    const context = { files: [{ path: 'a.md' }, 'b.ts'] };
    const shown = question(
      { title: 'Ship?', question: '# Shall we\nship it?', context, options: ['Ship', 'Wait'] },
      { expert: 'owner', tags: ['gate', 'friday'] },
    );
    expect(shown).toMatchObject({
      effectId: 'q',
      title: 'Ship?',
      question: '# Shall we\nship it?',
      asked: 'asked 59m ago · iteration 1',
      askedBy: 'for owner',
      tags: ['gate', 'friday'],
      files: ['a.md', 'b.ts'],
    });
  });

  it('shows the process’s own options in their order, and what they do not cover', () => {
    const options = [
      'Approve',
      { label: 'Ship', value: 'ship-it', description: 'Tonight' },
      { label: 'Reject', description: 'And say why' },
      'Postgres',
    ];
    const shown = question({ question: 'Q', options });
    const plain = { value: '', description: '', approves: true, undecided: false };
    expect(shown.options).toEqual([
      { ...plain, place: 0, label: 'Approve' },
      { ...plain, place: 1, label: 'Ship', value: 'ship-it', description: 'Tonight' },
      { ...plain, place: 2, label: 'Reject', description: 'And say why', approves: false },
      { ...plain, place: 3, label: 'Postgres', undecided: true },
    ]);
    expect([shown.others, shown.takesText]).toEqual([['request-changes'], false]);
    const free = question({ question: 'Q' });
    expect([free.others, free.takesText]).toEqual([['approve', 'reject', 'request-changes'], true]);
  });

  it('of several parts shows each with its options', () => {
    const shown = question({ questions: [{ question: 'A?', options: ['x', 'y'] }, { question: 'B?' }] });
    expect(shown.questions.map(({ question, options }) => [question, options.length])).toEqual([
      ['A?', 2],
      ['B?', 0],
    ]);
    expect([shown.options, shown.takesText]).toEqual([[], false]);
  });

  it('that has no words is shown as what it is', () => {
    expect(question({ amount: 7, unit: 'days' }).question).toBe(
      '```json\n{\n  "amount": 7,\n  "unit": "days"\n}\n```',
    );
    expect(question('Just a text').question).toBe('Just a text');
    expect(question(undefined).question).toBe('');
  });

  it('cannot break out of the block in which it is shown', () => {
    const shown = question({ odd: '```\n[click](command:evil)\n`````' }).question;
    expect(shown).toMatch(/^`{6}json\n/);
    expect(shown).toMatch(/\n`{6}$/);
  });

  it('that is nested without end does not break the page', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i += 1) deep = [deep];
    const run = aRun({ journal: journal().created().requested('q', 'breakpoint') });
    const [task] = aRun(asking({ a: 1 })).pendingTasks.values();
    if (!task?.breakpoint) expect.fail('no task');
    const pendingTasks = new Map([['q', { ...task, breakpoint: { ...task.breakpoint, payload: deep } }]]);
    const page = toRunView(stored({ ...run, pendingTasks }), opened(run), now, {
      iterating: false,
      trusted: true,
    });
    expect(page.breakpoints[0]?.question).toBe('The question is nested too deeply to be shown.');
  });

  it('is shown without its task.json, but cannot be answered blindly', () => {
    const page = view({ journal: journal().created().requested('q', 'breakpoint', { label: 'gate' }) });
    expect(page.breakpoints).toMatchObject([
      { title: 'gate', question: '', options: [], files: [], askedBy: '', tags: [] },
    ]);
  });
});

describe('bounds', () => {
  it('hold for a run of 120 iterations and for an iteration of 700 tasks', () => {
    const many = journal().created();
    for (let n = 1; n <= 120; n += 1) many.done(`a${n}`);
    const page = view({ journal: many });
    expect(page.iterations).toHaveLength(100);
    expect(page.iterations[0]?.n).toBe(120);
    expect([page.left, page.more]).toEqual([
      { iterations: 20, tasks: 0 },
      { iterations: 20, tasks: 0 },
    ]);

    const wide = journal().created();
    for (let n = 0; n < 700; n += 1) wide.requested(`t${n}x`);
    const widePage = view({ journal: wide });
    expect(widePage.iterations.flatMap(({ tasks }) => tasks)).toHaveLength(500);
    expect(widePage.left.tasks).toBe(200);
    const run = aRun({ journal: wide });
    const more = toRunView(stored(run), opened(run), now, { iterating: false, trusted: true, earlier: 1 });
    expect([more.iterations.flatMap(({ tasks }) => tasks).length, more.left.tasks]).toEqual([700, 0]);
    expect(widePage.facts[0]).toBe('700 pending');
  });

  it('hold for texts, problems, questions, options and files', () => {
    const page = view({
      journal: Array.from({ length: 30 }, (_, i) => `q${i}x`).reduce(
        (story, id) => story.requested(id, 'breakpoint'),
        journal().created(),
      ),
      metadata: { prompt: `Word ${'x'.repeat(100_000)}` },
      problems: Array.from({ length: 80 }, (_, i) => ({ file: `f${i}`, what: 'is odd' })),
    });
    expect([page.breakpoints.length, page.problems.length]).toEqual([20, 50]);
    expect(page.prompt.length).toBeLessThanOrEqual(20_000);
    const shown = question({
      question: 'Q'.repeat(1_000_000),
      options: Array.from({ length: 90 }, (_, i) => `Option ${i}`),
      context: { files: Array.from({ length: 300 }, (_, i) => `file-${i}`) },
    });
    expect([shown.question.length, shown.options.length, shown.files.length]).toEqual([200_000, 50, 100]);
  });

  it('hold for the whole, which goes to the page as a message', () => {
    const page = view(asking({ question: 'Q', options: ['A', 'B'] }));
    expect(structuredClone(page)).toEqual(page);
    expect(JSON.parse(JSON.stringify(page))).toEqual({
      ...page,
      iterate: page.iterate,
      resume: {},
      breakpoints: [{ ...page.breakpoints[0], answer: {} }],
    });
  });
});

describe('deceptive text', () => {
  it('is spelled out everywhere but in references', () => {
    const evil = 'a\u202eb\u200b';
    const parts: RunParts = {
      journal: journal()
        .created()
        .done('t', evil, { label: evil })
        .requested('q', 'breakpoint', { label: evil }),
      metadata: { prompt: `${evil}\n${evil}`, processId: evil },
      tasks: {
        q: {
          metadata: {
            payload: {
              title: evil,
              question: evil,
              options: [{ label: evil, description: evil }],
              context: { files: [evil] },
            },
            expert: evil,
            tags: [evil],
          },
        },
      },
      problems: [{ file: evil, what: evil }],
    };
    const page = view(parts);
    const texts = (value: unknown): readonly string[] =>
      typeof value === 'string'
        ? [value]
        : typeof value === 'object' && value !== null
          ? Object.values(value).flatMap(texts)
          : [];
    expect(texts(page).filter((text) => visible(text) !== text)).toEqual([]);
    expect(texts(page).filter((text) => text.includes('⟨U+202E⟩')).length).toBeGreaterThan(10);
  });
});

describe('what the page may say', () => {
  const answer = { type: 'answer', effectId: '01E', kind: 'approve', text: '' };

  it.each<[string, object]>([
    ['that it is there', { type: 'ready' }],
    ['a command of its buttons', { type: 'command', command: 'run.resume' }],
    ['an answer', answer],
    ['an option by its place', { ...answer, kind: 'option', option: 3, text: 'Zoë' }],
    ['a task to open', { type: 'openTask', effectId: 'plain name' }],
    ['a file to open, by its place', { type: 'openFile', effectId: '01E', file: 0, beside: true }],
    ['a diff with a base', { type: 'diff', effectId: '01E', file: 1, base: 'previous-gate' }],
    ['a request for changes', { ...answer, kind: 'request-changes' }],
    ['answers to several questions', { ...answer, kind: 'several', answers: [{ option: 1, text: '' }] }],
    ['an option that counts as the opposite', { ...answer, kind: 'option', option: 0, approved: false }],
    ['a link beside the text', { type: 'openLink', effectId: '01E', path: 'docs/plan.md#L3' }],
  ])('is %s', (_what, message) => {
    expect(fromPage.safeParse(message).success).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a command that has no button', { type: 'command', command: 'breakpoint.approve' }],
    ['a command of somebody else', { type: 'command', command: 'workbench.action.terminal.new' }],
    ['an id that leads elsewhere', { ...answer, effectId: '../../x' }],
    ['an empty id', { type: 'openTask', effectId: '' }],
    ['a path instead of a place', { type: 'openFile', effectId: '01E', file: '/etc/passwd', beside: true }],
    ['a diff with a commit of its choice', { type: 'diff', effectId: '01E', file: 1, base: 'HEAD~3' }],
    ['a link without end', { type: 'openLink', effectId: '01E', path: 'x'.repeat(1001) }],
    ['a place before the first', { ...answer, kind: 'option', option: -1 }],
    ['half a place', { ...answer, kind: 'option', option: 0.5 }],
    ['another kind of answer', { ...answer, kind: 'always' }],
    ['a text without end', { ...answer, text: 'x'.repeat(1_000_001) }],
    ['something unknown', { type: 'eval', code: '1' }],
    ['nothing', undefined],
    ['a text', 'ready'],
  ])('is not %s', (_what, message) => {
    expect(fromPage.safeParse(message).success).toBe(false);
  });
});

it('tells each problem once, whoever found it, and no mere guess', () => {
  const odd = { file: 'journal', what: 'is odd' };
  const empty = { file: 'run.json', what: 'is empty' };
  const run = aRun({ journal: journal().created().requested('a'), problems: [odd] });
  const found = opened(run);
  const [problems, warnings] = [
    [odd, empty],
    [empty, { file: 'a', what: 'may be old', hint: true }],
  ];
  const details = { ...found.details, problems, warnings };
  const shown = toRunView(stored(run), { ...found, details }, now, { iterating: false, trusted: true });
  expect(shown.problems).toEqual([odd, empty]);
});

describe('time on the page', () => {
  it('comes from outside', () => {
    const run = aRun({ journal: journal().created().requested('a') });
    const later = now + 60 * minute;
    expect(
      toRunView(stored(run, later), opened(run), later, { iterating: false, trusted: true }).facts.at(-1),
    ).toBe('last event 1h ago');
  });
});
