import { describe, expect, it } from 'vitest';
import { makingUsageView, type UsageView } from '../../src/core/views/page/usageView';
import { atOnce } from '../../src/core/sliced';
import { journal, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { opened, type TaskParts } from '../support/treeText';

function usage(story: JournalBuilder, parts: TaskParts = {}): UsageView | undefined {
  return atOnce(makingUsageView(opened(aRun({ journal: story }), parts)));
}

const cost = (data: object): [string, Record<string, unknown>] => ['COST_TRACKED', { ...data }];
const rows = (all: UsageView['tasks'] | undefined): readonly string[] =>
  (all ?? []).map(({ name, cells }) => [name, ...cells].join(' | '));

describe('tokens and cost of a run', () => {
  it('counts a spending once that is told again, and takes the newer telling of a number that grows', () => {
    const first = { idempotencyKey: 'k1', effectId: 'plan1', model: 'opus' };
    const story = journal()
      .created()
      .requested('plan1', 'agent', { label: 'Plan it' })
      .add(...cost({ ...first, inputTokens: 1000, outputTokens: 10, costUsd: 0.5 }))
      .add(...cost({ ...first, inputTokens: 1500, outputTokens: 20, costUsd: 0.75 }))
      .add(...cost({ ...first, inputTokens: 1500, outputTokens: 20, costUsd: 0.75 }))
      .add(...cost({ idempotencyKey: 'k2', model: 'haiku', inputTokens: 30, outputTokens: 3, costUsd: 0.01 }))
      .resolved('plan1');
    // The result tells the very same spending.
    const told = usage(story, { results: { plan1: { usage: { input_tokens: 1500, output_tokens: 20 } } } });
    expect(told).toMatchObject({
      from: 'As recorded; each record is counted once.',
      head: ['Input tokens', 'Output tokens', 'US dollars'],
      total: ['1,530', '23', '0.76'],
    });
    expect(rows(told?.models)).toEqual(['opus | 1,500 | 20 | 0.75', 'haiku | 30 | 3 | 0.0100']);
    expect(rows(told?.tasks)).toEqual(['Plan it | 1,500 | 20 | 0.75', 'Of no task | 30 | 3 | 0.0100']);
  });

  it('takes what results tell where the journal has no cost records, those that took most first', () => {
    const story = journal().created().done('a').done('b').done('c');
    const told = usage(story, {
      tasks: { a: { title: 'Small' }, b: { title: 'Large' } },
      results: { a: { usage: { input_tokens: 10 } }, b: { tokens: { inputTokens: 2000 } }, c: { score: 1 } },
    });
    expect(told).toMatchObject({ head: ['Input tokens'], total: ['2,010'], models: [] });
    expect(rows(told?.tasks)).toEqual(['Large | 2,000', 'Small | 10']);
  });

  it('shows beside the sum only what is in it', () => {
    const story = journal()
      .created()
      .done('a')
      .done('b')
      .add(...cost({ effectId: 'a', inputTokens: 5 }));
    const told = usage(story, { results: { b: { usage: { input_tokens: 7 } } } });
    expect([told?.total, rows(told?.tasks)]).toEqual([['5'], ['agent | 5']]);
  });

  it('is not there when nothing tells any, is bounded, and spells deceptive text out', () => {
    expect(usage(journal().created().done('a'))).toBeUndefined();
    const story = journal().created();
    for (let n = 0; n < 80; n += 1)
      story.done(`t${n}`).add(...cost({ effectId: `t${n}`, inputTokens: n + 1 }));
    story.add(...cost({ model: 'x\u202ey', inputTokens: 1 }));
    const told = usage(story);
    expect([told?.tasks.length, told?.leftTasks]).toEqual([51, 30]);
    expect(told?.models[0]?.name).toBe('x⟨U+202E⟩y');
  });
});
