import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { toAnswerEntries, toRunEntry } from '../../src/core/run/runEntry';
import { atOnce } from '../../src/core/sliced';
import { compareFacts } from '../../src/core/views/compare/compareFacts';
import { toRunView } from '../../src/core/views/page/runView';
import { toMarkdown } from '../../src/core/views/report/markdown';
import { toReport } from '../../src/core/views/report/toReport';
import { openRun } from '../../src/core/views/tree/buildTree';
import { describeRun } from '../../src/core/views/tree/describe';
import { daystromStores } from '../../src/engines/daystrom/node/daystromStores';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import type { StoreKind } from '../../src/node/stores';
import { themisWorkspace } from '../support/themisStores';

// What everybody's views say of runs that nobody iterates.

const now = Date.parse('2026-11-30T00:00:00Z');
const options = { activityWindow: defaultActivityWindow };
const fixtures = join(import.meta.dirname, '../fixtures/stores');
const themis = themisStores({} as Parameters<typeof themisStores>[0]);

function open(kind: StoreKind, store: string, id: string) {
  const reading = atOnce(kind.read(store)).find(({ run }) => run.runId.startsWith(id));
  const { run, details } = reading ?? expect.fail(`${id} is not read.`);
  const { engine } = kind;
  const opened = openRun(run, details, defaultMetricChoice);
  const stored = { run, engine, state: engine.judge(run, now, options) };
  const report = (iteration?: number) =>
    toReport(
      opened,
      { runJson: undefined, inputs: undefined, home: '/home/dev', findFile: () => undefined },
      { now, engine, classify: options, metric: defaultMetricChoice, iteration },
    );
  return {
    ...{ run, stored, opened, report },
    view: toRunView(stored, opened, now, { iterating: false, trusted: true }),
    entry: toRunEntry(run, details, now, { ...options, engine, metric: defaultMetricChoice }),
  };
}

const job = (id: string) => open(perstackStores, join(fixtures, 'perstack/workspace/perstack/jobs'), id);
const evaluation = (id: string) => open(themis, join(themisWorkspace, 'runs/jsonl'), id);
const guardrail = (id: string) => open(daystromStores, join(fixtures, 'daystrom/home/.daystrom/runs'), id);

describe('a job', () => {
  it('asks for words or an option, which are no approval', () => {
    const [question] = job('ask-pending').view.breakpoints;
    expect(question).toMatchObject({ wordsOnly: true, others: ['text'] });
    expect(question?.options.map(({ label }) => label)).toEqual(['postgres', 'sqlite']);
    expect(job('ask-mixed').view.breakpoints[0]).toMatchObject({ takesText: true, others: [] });
  });

  it('says by its engine how it goes on, and where it failed', () => {
    expect(job('auth-error').view.verdict).toMatchObject({
      sentence: 'No output generated. Check the stream for errors.',
      hint: 'It is continued with a query; what Perstack printed of the cause is not stored',
    });
    expect(job('killed').view.verdict.sentence).toMatch(/no write since .*, it may have been killed/);
    expect(job('zjmsmgc5sqvpyv4st3xl7vfg').view.verdict.hint).toBe(
      'It is completed; continuing it with another query adds a run',
    );
  });

  it('keeps what it asked and what was answered', () => {
    const { run, opened } = job('ask-answered');
    expect(toAnswerEntries(run, opened.details)).toMatchObject([
      { title: 'Which database should the migration target?', words: 'sqlite', automatic: false },
    ]);
  });

  it('waits for nobody because of a tool whose end nobody told', () => {
    const crashed = job('delegate-crashed').entry;
    expect([crashed.pending, crashed.effects.pending > 0]).toEqual([[], true]);
    expect(job('ask-pending').entry.pending).toMatchObject([{ kind: 'breakpoint' }]);
  });

  it('is spoken of as it is seen', () => {
    const { label, spoken } = describeRun(job('ask-pending').stored, now, false);
    expect(label).toMatch(/^planner - 2 steps \(ask-pending\) \(/);
    expect(spoken.startsWith(label)).toBe(true);
  });

  it('is reported with what it took in this branch and in all', () => {
    expect(job('branched').report().provenance.facts).toEqual(
      expect.arrayContaining([
        { name: 'Tokens of this branch', text: '5,895' },
        { name: 'Tokens spent', text: '8,110' },
      ]),
    );
  });
});

describe('an evaluation', () => {
  it('says where it failed, and how it goes on', () => {
    expect(evaluation('2de6df8b').view.verdict).toMatchObject({
      state: 'Partly failed',
      sentence: '1 of 3 cases failed: c2 429 Too Many Requests: rate limit exceeded',
      hint: 'Run it with its config: the failed cases are tried again',
    });
  });

  it('is reported with means, tokens and versions, and without a path of the machine', () => {
    const text = toMarkdown(evaluation('2de6df8b').report(), '');
    for (const said of ['1.0 over 2 of 3 cases', '103 tokens, all paid', 'Generate 2/3']) {
      expect(text).toContain(said);
    }
    expect(text).not.toMatch(/\/home\/dev|Store|Config/);
  });

  it('is reported with the sum of all models, and not under the name of one', () => {
    const { usage } = evaluation('de38c60e').report();
    expect(usage?.byModel).toHaveLength(1);
    expect(toMarkdown(evaluation('de38c60e').report(), '')).toMatch(/^\| All \|/m);
  });
});

describe('a guardrail', () => {
  it('is reported with topic and analysis of the iteration that is shown', () => {
    const run = guardrail('my3xSOZJ');
    const names = ['Topic', 'Description', 'Examples', 'Analysis', 'False negatives', 'Suggestions'];
    expect(run.report(1).about.map(({ name }) => name)).toEqual(names);
    expect(toMarkdown(run.report(1), '')).toMatch(/### About\n[^]*Release notes leak/);
  });

  it('says of no test how long it took, as nothing tells', () => {
    expect(
      guardrail('my3xSOZJ')
        .report()
        .tasks.filter(({ duration }) => duration !== undefined),
    ).toEqual([]);
  });

  it('is compared by the words of its topic', () => {
    const { stored, opened } = guardrail('my3xSOZJ');
    const side = (place: number) => ({
      ...{ stored, opened, inputs: undefined, output: undefined },
      iteration: opened.iterations.list[place],
    });
    const facts = compareFacts(side(0), side(1), (text) => text);
    const description = facts.find(({ name }) => name === 'Description');
    expect(description?.left).toMatch(/\(v1\)$/);
    expect(description?.same).toBe(false);
  });
});
