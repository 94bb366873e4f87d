import { describe, expect, it } from 'vitest';
import { compareRuns, pendingEffects, runTitle, taskTitle, type Run } from '../../src/core/run/run';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { journal, start } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

describe('runTitle', () => {
  it.each<[string, string, Partial<Parameters<typeof aRun>[0]>]>([
    ['the prompt of run.json', 'Build it', { metadata: { prompt: '# Build it\n\nMore' } }],
    [
      'the prompt of the journal',
      'From the journal',
      { journal: journal().created({ prompt: 'From the journal' }) },
    ],
    ['the process', 'demo/process', {}],
    ['the process, where the prompt says nothing', 'demo/process', { metadata: { prompt: '\n---\n' } }],
    ['the process of the journal', 'demo/process', { metadata: null, journal: journal().created() }],
    ['the id', 'run', { metadata: null, journal: journal().add('X') }],
  ])('is %s', (_, title, parts) => {
    expect(runTitle(aRun(parts))).toBe(title);
  });

  it('is cut at a word', () => {
    const title = runTitle(aRun({ metadata: { prompt: 'word '.repeat(100) } }));
    expect(title).toMatch(/^(?:word )*word…$/);
    expect(title.length).toBeLessThanOrEqual(60);
  });
});

describe('taskTitle', () => {
  const title = (kind: string, task: unknown, label?: string): string => {
    const story = journal().requested('plan1', kind, { label });
    const [pending] = pendingEffects(aRun({ journal: story, tasks: { plan1: task } }));
    return pending ? taskTitle(pending.effect, pending.task) : expect.fail();
  };

  it.each<[string, string, string, unknown, string?]>([
    [
      "the breakpoint's own",
      'Approve plan',
      'breakpoint',
      { title: 'x', metadata: { payload: { title: 'Approve plan' } } },
    ],
    ["task.json's", 'Plan it', 'agent', { title: 'Plan it' }, 'agent'],
    ['the label, where task.json is missing', 'planner', 'agent', null, 'planner'],
    [
      'the question, where the engine calls it "breakpoint"',
      'Go on?',
      'breakpoint',
      { title: 'breakpoint', metadata: { payload: '**Go on?**\nMore' } },
      'breakpoint',
    ],
    ['the task id as the last resort', 'plan', 'agent', {}],
  ])('is %s', (_, expected, kind, task, label) => {
    expect(title(kind, task, label)).toBe(expected);
  });

  it('is one line', () => {
    expect(title('agent', { title: ` a\n\tb${' c'.repeat(1000)}` })).toMatch(/^a b(?: c)+…$/);
  });
});

describe('pendingEffects', () => {
  const story = journal().requested('a').requested('s', 'sleep').requested('q', 'breakpoint').done('b');
  const ids = (run: Run): string =>
    pendingEffects(run)
      .map(({ effect }) => effect.effectId)
      .join(' ');

  it('are those that nobody answered, in the order of their requests', () => {
    expect(ids(aRun({ journal: story }))).toBe('a s q');
  });

  it('are without sleeps once the run is finished: engines never resolve them', () => {
    expect(ids(aRun({ journal: story.completed() }))).toBe('a q');
  });
});

describe('compareRuns', () => {
  it('puts the newest first, then the greater id, then by folder', () => {
    const run = (runId: string, createdAt: number, dir = `/r/${runId}`): Run => ({
      ...aRun(),
      runId,
      key: asRunKey(dir),
      createdAt,
    });
    const sorted = [run('a', start), run('b', start), run('A', start + 1), run('b', start, '/other/b')];
    expect(sorted.toSorted(compareRuns).map(({ key }) => keyText(key))).toEqual([
      '/r/A',
      '/other/b',
      '/r/b',
      '/r/a',
    ]);
  });
});
