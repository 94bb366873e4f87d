import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { describe, expect, it } from 'vitest';
import { cleaner } from '../../src/core/views/report/cleanText';
import { findingsOf, pathsOf } from '../../src/core/views/report/findings';
import { writeReport } from '../../src/core/views/report/formats';
import type { Report, ReportSources } from '../../src/core/views/report/report';
import { toReport } from '../../src/core/views/report/toReport';
import { defaultMetricChoice, wantedMetricKeys, type MetricChoice } from '../../src/core/run/metrics';
import { secretsIn } from '../../src/core/run/secrets';
import { parseResult, parseTask } from '../../src/core/run/task';
import { openRun } from '../../src/core/views/tree/buildTree';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, runJson } from '../support/runBuilder';
import { momentText } from '../support/momentText';

interface Story {
  readonly journal: JournalBuilder;
  readonly tasks?: Readonly<Record<string, unknown>>;
  readonly results?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly sources?: Partial<ReportSources>;
  readonly metric?: MetricChoice;
  readonly iteration?: number;
  readonly linkScheme?: string;
}

function report(story: Story): Report {
  const run = aRun({ journal: story.journal, metadata: story.metadata ?? {} });
  const tasks = new Map(
    Object.entries(story.tasks ?? {}).flatMap(([id, json]) => {
      const { task } = parseTask(JSON.stringify(json), run.story.effects.get(id)?.kind ?? '');
      return task ? [[id, task] as const] : [];
    }),
  );
  const results = new Map(
    Object.entries(story.results ?? {}).flatMap(([id, value]) => {
      const { result } = parseResult(
        JSON.stringify({ status: 'ok', result: value, metadata: { product: 'Test 1.0', surface: 'row' } }),
        wantedMetricKeys(defaultMetricChoice),
        { kind: run.story.effects.get(id)?.kind ?? '' },
      );
      return result ? [[id, result] as const] : [];
    }),
  );
  const details = { tasks, results, problems: [], warnings: [] };
  return toReport(
    openRun(run, details, defaultMetricChoice),
    {
      runJson: undefined,
      inputs: undefined,
      home: '/home/dana',
      findFile: () => undefined,
      ...story.sources,
    },
    {
      now: start + 60 * minute,
      engine: babysitterEngine,
      classify: { activityWindow: minute },
      metric: story.metric ?? defaultMetricChoice,
      iteration: story.iteration,
      ...(story.linkScheme === undefined ? {} : { linkScheme: story.linkScheme }),
    },
  );
}

/** Three iterations that score 60, 90 and 80; each plans, and scores at once with the plan. */
const scored = (): Story => {
  const story = journal().created();
  const results: Record<string, unknown> = {};
  const tasks: Record<string, unknown> = {};
  [60, 90, 80].forEach((score, i) => {
    const n = i + 1;
    story
      .requested(`plan${n}`)
      .requested(`score${n}`)
      .after(9 * second)
      .resolved(`plan${n}`)
      .resolved(`score${n}`);
    tasks[`plan${n}`] = { title: `Plan ${n}`, inputs: { iteration: n } };
    tasks[`score${n}`] = { title: `Score ${n}`, inputs: { iteration: n } };
    results[`score${n}`] = { score, passRate: score / 100, summary: `Scored ${score}` };
  });
  return { journal: story, tasks, results };
};

describe('the iteration it opens on', () => {
  it('is the best one, with this, previous, best and target', () => {
    const made = report({ ...scored(), sources: { inputs: { targetQuality: 95, maxIterations: 5 } } });
    expect(made.iteration).toBe(2);
    expect(made.targets).toEqual({ quality: 95, iterations: 5 });
    expect(made.metrics).toEqual([
      {
        key: 'score',
        better: 'highest',
        this: 90,
        previous: 60,
        best: { iteration: 2, value: 90 },
        target: 95,
        series: [60, 90, 80].map((value, i) => ({ iteration: i + 1, value })),
      },
      {
        key: 'passRate',
        better: 'highest',
        this: 0.9,
        previous: 0.6,
        best: { iteration: 2, value: 0.9 },
        series: [0.6, 0.9, 0.8].map((value, i) => ({ iteration: i + 1, value })),
      },
    ]);
    expect(made.attempted.map(({ title }) => title)).toEqual(['Plan 2', 'Score 2']);
    expect(made.tasks).toHaveLength(6);
  });

  it('is the last one without a metric', () => {
    expect(report({ ...scored(), results: {} }).iteration).toBe(3);
  });

  it('is the one asked for, and then everything else is of it alone', () => {
    const made = report({ ...scored(), iteration: 3 });
    expect(made).toMatchObject({ scope: 'iteration', iteration: 3 });
    expect(made.metrics[0]).toMatchObject({ this: 80, previous: 90, best: { iteration: 2 } });
    expect(made.tasks.map(({ title }) => title)).toEqual(['Plan 3', 'Score 3']);
    expect(made.findings.map(({ texts }) => texts)).toEqual([['Scored 80']]);
    expect(made.iterations).toHaveLength(3);
  });

  it('does not exist: that is said', () => {
    expect(() => report({ ...scored(), iteration: 7 })).toThrow(
      'The run has no iteration 7; they go from 1 to 3.',
    );
    expect(() => report({ journal: journal().created(), iteration: 1 })).toThrow('no iterations yet');
  });
});

describe('tasks', () => {
  it('pass or fail, with exit code and reason; questions neither', () => {
    const made = report({
      journal: journal()
        .created()
        .done('a', 'shell')
        .done('b', 'shell')
        .requested('c')
        .erred('c', 'It broke')
        .done('q', 'breakpoint')
        .requested('d')
        .cancelled('d', 'Not needed')
        .requested('e'),
      results: { a: { exitCode: 0 }, b: { exitCode: 3 }, q: { approved: false } },
    });
    expect(
      made.tasks.map(({ effectId, status, passed, exitCode, why }) => [
        effectId,
        status,
        passed,
        exitCode,
        why,
      ]),
    ).toEqual([
      ['a', 'ok', true, 0, undefined],
      ['b', 'ok', false, 3, 'exit code 3'],
      ['c', 'error', false, undefined, 'It broke'],
      ['q', 'ok', undefined, undefined, undefined],
      ['d', 'cancelled', undefined, undefined, 'Not needed'],
      ['e', 'pending', undefined, undefined, undefined],
    ]);
  });
});

describe('time', () => {
  it('of tasks side by side is counted once, and that of people apart', () => {
    const made = report({
      journal: journal()
        .created()
        .requested('a') // 1s
        .requested('b') // 2s
        .after(8 * second)
        .resolved('a') // 11s
        .resolved('b') // 12s
        .requested('q', 'breakpoint') // 13s
        .after(minute)
        .resolved('q') // 74s
        .requested('s', 'sleep')
        .completed(), // 76s
    });
    expect(made.time).toEqual({ agent: 11 * second, human: 61 * second, total: 76 * second });
    expect(made.tasks.map(({ by, duration }) => [by, duration])).toEqual([
      ['agent', 10 * second],
      ['agent', 10 * second],
      ['person', 61 * second],
      ['clock', undefined],
    ]);
  });

  it('is what was worked on where the journal tells it, not the wait before', () => {
    const at = (s: number): string => new Date(start + s * second).toISOString();
    const times = { startedAt: at(4), finishedAt: at(7) };
    const made = report({ journal: journal().created().requested('a').after(minute).resolved('a', times) });
    expect(made.tasks[0]?.duration).toBe(3 * second);
    // `task:post` without times writes one moment twice, which tells nothing.
    const none = { startedAt: at(60), finishedAt: at(60) };
    const posted = report({ journal: journal().created().requested('a').after(minute).resolved('a', none) });
    expect(posted.tasks[0]?.duration).toBe(61 * second);
  });
});

describe('idle time', () => {
  const hour = 60 * minute;
  const stop = (decision: string) => ['STOP_HOOK_INVOKED', { decision }] as const;

  it('is from when an agent was allowed to stop to the next event, and is nobody’s work', () => {
    const story = journal()
      .created()
      .requested('a')
      .after(10 * minute);
    story
      .add(...stop('approve'))
      .after(30 * minute)
      .resolved('a')
      .completed();
    const { time, tasks } = report({ journal: story });
    expect(time.agent).toBeLessThan(11 * minute);
    expect(time.idle).toBeGreaterThanOrEqual(30 * minute);
    expect(tasks[0]?.duration).toBe(time.agent);
    expect(JSON.stringify(writeReport(report({ journal: story }), 'md'))).toContain('Idle (a guess)');
  });

  it('is not while the agent goes on', () => {
    const story = journal()
      .created()
      .requested('a')
      .after(10 * minute);
    story
      .add(...stop('block'))
      .after(30 * minute)
      .resolved('a')
      .completed();
    expect(report({ journal: story }).time).toMatchObject({ agent: expect.closeTo(40 * minute, -4) });
    expect(report({ journal: story }).time).not.toHaveProperty('idle');
  });

  it('is more than four hours without an event, unless somebody was waited for or says that it worked', () => {
    const night = journal()
      .created()
      .requested('a')
      .after(9 * hour)
      .resolved('a')
      .completed();
    expect(report({ journal: night }).time).toMatchObject({ agent: 0, idle: expect.closeTo(9 * hour, -4) });
    const asked = journal()
      .created()
      .requested('q', 'breakpoint')
      .after(9 * hour)
      .resolved('q')
      .completed();
    expect(report({ journal: asked }).time).toMatchObject({ human: expect.closeTo(9 * hour, -4) });
    expect(report({ journal: asked }).time).not.toHaveProperty('idle');
    const [startedAt, finishedAt] = [start + minute, start + 8 * hour].map((at) =>
      new Date(at).toISOString(),
    );
    const own = journal()
      .created()
      .requested('a')
      .after(9 * hour);
    expect(report({ journal: own.resolved('a', { startedAt, finishedAt }).completed() }).time.agent).toBe(
      8 * hour - minute,
    );
  });
});

describe('answers', () => {
  it('say who answered what, when, after how long and through what', () => {
    const made = report({
      journal: journal()
        .created()
        .requested('q', 'breakpoint')
        .after(minute)
        .resolved('q')
        .requested('r', 'breakpoint'),
      tasks: { q: { metadata: { payload: { title: 'Ship it?', question: 'Shall we?' } } } },
      results: {
        q: { approved: false, option: 'Request changes', feedback: 'Not yet.', respondedBy: 'Dana' },
      },
    });
    expect(made.answers).toEqual([
      {
        effectId: 'q',
        iteration: 1,
        title: 'Ship it?',
        question: 'Shall we?',
        approved: false,
        option: 'Request changes',
        text: 'Not yet.',
        respondedBy: 'Dana',
        answeredAt: new Date(start + minute + 2 * second).toISOString(),
        waited: 61 * second,
        product: 'Test 1.0',
        surface: 'row',
      },
    ]);
    expect(made.questions.map(({ effectId }) => effectId)).toEqual(['r']);
  });
});

describe('cost', () => {
  const spent = (costUsd: number, more: Readonly<Record<string, unknown>> = {}) => ({
    model: 'large',
    inputTokens: 1000,
    outputTokens: 100,
    costUsd,
    ...more,
  });

  it('of the same portion told twice is counted once, as it was told last', () => {
    const made = report({
      journal: journal()
        .created()
        .done('a')
        .add('COST_TRACKED', spent(0.1, { idempotencyKey: 'turn-1', effectId: 'a' }))
        .add('COST_TRACKED', spent(0.2, { idempotencyKey: 'turn-2', effectId: 'a' }))
        .add('COST_TRACKED', spent(0.25, { idempotencyKey: 'turn-2', effectId: 'a' }))
        .add('COST_TRACKED', spent(0.1, { idempotencyKey: 'turn-1', effectId: 'a' })),
    });
    expect(made.usage).toEqual({
      from: 'journal',
      inputTokens: 2000,
      outputTokens: 200,
      costUsd: 0.35,
      byModel: [{ model: 'large', inputTokens: 2000, outputTokens: 200, costUsd: 0.35 }],
    });
    expect(made.tasks[0]?.usage?.costUsd).toBe(0.35);
  });

  it('without a key is a portion of its own, unless it repeats another to the moment', () => {
    const same = spent(0.1, { timestamp: '2026-03-01T10:00:00Z' });
    const made = report({
      journal: journal()
        .created()
        .add('COST_TRACKED', same)
        .add('COST_TRACKED', same)
        .add('COST_TRACKED', spent(0.1))
        .add('COST_TRACKED', spent(0.1)),
    });
    expect(made.usage?.inputTokens).toBe(3000);
  });

  it('is never taken from the journal and from results at once', () => {
    const story = journal()
      .created()
      .done('a')
      .done('b')
      .add('COST_TRACKED', spent(0.1, { effectId: 'a' }));
    const usage = { usage: { input_tokens: 7000, output_tokens: 700 }, total_cost_usd: 9 };
    const made = report({ journal: story, results: { a: usage, b: usage } });
    expect(made.usage).toMatchObject({ from: 'journal', inputTokens: 1000, costUsd: 0.1 });
    expect(made.tasks.map((task) => task.usage?.inputTokens)).toEqual([1000, 7000]);
  });

  it('is taken from results where the journal has none, each number once', () => {
    const made = report({
      journal: journal().created().done('a').done('b'),
      results: {
        a: {
          inputTokens: 10,
          usage: { inputTokens: 10, input_tokens: 10, prompt_tokens: 10, outputTokens: 5 },
        },
        b: { tokens: { input_tokens: 3 }, cost: { costUsd: 0.5, total_cost_usd: 0.5 } },
      },
    });
    expect(made.usage).toEqual({ from: 'results', inputTokens: 13, outputTokens: 5, costUsd: 0.5 });
  });

  it('does not count the parts of a number beside the whole', () => {
    const cache = { cacheCreationTokens: 30, cacheCreation5mTokens: 10, cacheCreation1hTokens: 20 };
    const { cacheCreationTokens: _, ...parts } = cache;
    const of = (data: object) =>
      report({
        journal: journal()
          .created()
          .add('COST_TRACKED', { ...data }),
      }).usage?.cacheCreationTokens;
    expect([of(cache), of(parts), of({ ...cache, cacheCreationInputTokens: 30 })]).toEqual([30, 30, 30]);
  });

  it('of an iteration is what its own tasks took', () => {
    const story = scored();
    story.journal
      .add('COST_TRACKED', spent(0.1, { effectId: 'plan1' }))
      .add('COST_TRACKED', spent(0.2, { effectId: 'plan2' }))
      .add('COST_TRACKED', spent(0.4));
    expect(report({ ...story, iteration: 2 }).usage?.costUsd).toBe(0.2);
    expect(report(story).usage?.costUsd).toBeCloseTo(0.7);
  });

  it('is not there when nothing tells it, and odd numbers tell nothing', () => {
    expect(report(scored()).usage).toBeUndefined();
    const odd = { inputTokens: '5', outputTokens: -1, costUsd: Number.NaN };
    expect(report({ journal: journal().created().add('COST_TRACKED', odd) }).usage).toBeUndefined();
  });
});

describe('findings', () => {
  it('are what results say under the names for it, the most telling first', () => {
    expect(
      findingsOf({
        nextSteps: ['Rest'],
        critical_issues: [{ title: 'Leak', severity: 'high' }, 'Crash'],
        summary: 'Done',
        score: 3,
        review: { recommendations: ['Test it'] },
      }),
    ).toEqual([
      { name: 'summary', texts: ['Done'], left: 0 },
      { name: 'critical_issues', texts: ['Leak (severity: high)', 'Crash'], left: 0 },
      { name: 'nextSteps', texts: ['Rest'], left: 0 },
      { name: 'recommendations', texts: ['Test it'], left: 0 },
    ]);
  });

  it('are bounded', () => {
    const [finding] = findingsOf({ issues: Array.from({ length: 70 }, (_, i) => `issue ${i}`) });
    expect([finding?.texts.length, finding?.left]).toEqual([50, 20]);
    expect(findingsOf(JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`))).toEqual([]);
  });

  it('name files, and nothing else counts as one', () => {
    expect(
      pathsOf({
        changedFiles: ['src/a.ts', 'https://x/y', 'two\nlines', 5],
        artifacts: [{ path: 'out/b.md', title: 'B' }],
        summary: 'src/no.ts',
      }),
    ).toEqual(['src/a.ts', 'out/b.md']);
  });

  it('become artefacts where there is such a file in the project', () => {
    const made = report({
      journal: journal().created().done('a').done('b').requested('q', 'breakpoint'),
      results: { a: { changedFiles: ['src/a.ts', '/etc/passwd'] }, b: { files: ['./src/a.ts'] } },
      sources: { findFile: (name) => (name.endsWith('src/a.ts') ? 'src/a.ts' : undefined) },
    });
    expect(made.artefacts).toEqual([{ path: 'src/a.ts', effectIds: ['a', 'b'] }]);
  });
});

describe('what leaves the machine', () => {
  const proof = '0123456789abcdef0123456789abcdef';
  const leaky: Story = {
    journal: journal().created().done('a').done('q', 'breakpoint').failed(`At /project/src/x.ts: ${proof}`),
    metadata: { prompt: `Work in /project/src for ${proof}`, completionProof: proof, cwd: '/project' },
    tasks: { a: { title: 'In file:///project/a.mjs', description: `See /home/dana/.ssh/id and /project` } },
    results: {
      a: { summary: `{"completionProof":"${proof}"} is ${proof}`, files: ['/project/src/x.ts'] },
      q: { approved: true, response: proof, respondedBy: 'Dana' },
    },
    sources: {
      runJson: JSON.stringify({ ...runJson, completionProof: proof }),
      findFile: () => 'src/x.ts',
    },
  };

  it('has a link to its run, and only where somebody says of which editor', () => {
    const link = 'vscode://babysitter-runs.babysitter-runs/run/run';
    const linked = report({ journal: journal().created(), linkScheme: 'vscode' });
    expect(linked.run.link).toBe(link);
    expect(writeReport(linked, 'md')).toContain(`](<${link}>)`);
    expect(writeReport(linked, 'html')).toContain(`<a href="${link}">Open Run</a>`);
    expect(writeReport(report({ journal: journal().created() }), 'html')).not.toContain('vscode:');
  });

  it.each(['md', 'html', 'json', 'csv'] as const)('has no secret and no absolute path: %s', (format) => {
    const text = writeReport(report(leaky), format);
    expect(text).not.toContain(proof);
    expect(text.replaceAll('\\', '')).not.toMatch(/\/project|\/home\/dana/);
    expect(text).toContain('a.mjs');
  });

  it('has paths relative to the project, and nothing else touched', () => {
    const clean = cleaner(
      [],
      [
        ['/work/a.b', ''],
        ['/home/dana', '~'],
        ['/', ''],
      ],
    );
    expect(clean('in /work/a.b/src/x.ts:3, /work/a.b and file:///work/a.b/y')).toBe('in src/x.ts:3, . and y');
    expect(clean('/work/a.bc /work/axb /my/work/a.b/x /work/a.b-2')).toBe(
      '/work/a.bc /work/axb /my/work/a.b/x /work/a.b-2',
    );
    expect(clean('/home/dana/x and /home/danal')).toBe('~/x and /home/danal');
    const windows = cleaner([], [['C:\\work\\a', '']]);
    expect(windows('at C:\\work\\a\\src\\x.ts and C:/work/a/y')).toBe('at src\\x.ts and y');
  });

  it('finds the secrets of run.json under both names, and short ones not', () => {
    expect(secretsIn(JSON.stringify({ completionProof: proof, completionSecret: 'x' }))).toEqual([proof]);
    expect(secretsIn(JSON.stringify({ completionSecret: proof }))).toEqual([proof]);
    expect(secretsIn('{')).toEqual([]);
  });
});

describe('hostile text', () => {
  const evil = '<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](http://z/y.png) | a\n# H\u202e';
  const story = (): Story => ({
    journal: journal().created().done('a', evil).done('q', 'breakpoint').failed(evil),
    metadata: {
      prompt: `${evil}\n\n<script>alert(1)</script>\n\n- [ok](https://example.org) [no](./local)`,
      processId: evil,
    },
    tasks: { a: { title: evil, description: evil } },
    results: {
      a: { summary: evil, criticalIssues: [evil, { title: evil, [evil]: evil }] },
      q: { approved: true, response: evil, respondedBy: evil },
    },
    sources: { findFile: () => 'a b/<x>&".md' },
  });

  it('is text in HTML, where nothing is loaded and nothing runs', () => {
    const html = writeReport(report(story()), 'html');
    expect(html).not.toMatch(/<(?:script|img|iframe|link|object)\b/i);
    expect(html).not.toMatch(/<[^>]*\son\w+=/i);
    expect(html).not.toMatch(/(?:href|src)="(?:javascript|data|file|\/\/)/i);
    expect(html).not.toMatch(/\u202e/);
    expect(html).toContain('href="https://example.org" rel="noreferrer noopener"');
    expect(html).not.toContain('href="./local"');
    expect([...html.matchAll(/url\(|@import/g)]).toEqual([]);
    expect(html).toContain("default-src 'none'");
  });

  it('is text in Markdown', () => {
    const text = writeReport(report(story()), 'md');
    for (const line of text.split('\n')) {
      expect(line).not.toMatch(/(?<!\\)<(?!\.\/)/);
      expect(line).not.toMatch(/(?<!\\)\]\((?!<\.\/)/);
      if (line.startsWith('# ')) expect(line).toBe(text.split('\n')[0]);
    }
    // The lines of a table all have as many cells.
    const rows = text.split('## Tasks')[1]?.split('\n\n')[1]?.split('\n') ?? [];
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length)).size).toBe(1);
  });

  it('is no formula in CSV, and quoted where it must be', () => {
    const csv = (title: string): string =>
      writeReport(report({ journal: journal().created().done('a'), tasks: { a: { title } } }), 'csv').split(
        '\r\n',
      )[1] ?? '';
    expect(csv('=cmd()')).toContain(",'=cmd(),");
    for (const mark of ['+1', '-1', '@x']) expect(csv(mark)).toContain(`,'${mark},`);
    expect(csv('a "b", c')).toContain(',"a ""b"", c",');
    const lines = writeReport(report(story()), 'csv').split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe('');
  });

  it('is bounded also where results say much, and counts what is left out', () => {
    const story = journal().created();
    const results: Record<string, unknown> = {};
    for (let n = 0; n < 40; n += 1) {
      story.done(`a${n}x`);
      results[`a${n}x`] = { risks: Array.from({ length: 50 }, () => 'y'.repeat(4000)) };
    }
    const made = report({ journal: story, results });
    expect(made.findings).toHaveLength(5);
    expect(made.left.findings).toBe(35);
    expect(writeReport(made, 'md')).toContain('35 further findings left out.');
  });

  it('is bounded', () => {
    const long = 'x'.repeat(1_000_000);
    const made = report({
      journal: journal().created().done('a'),
      tasks: { a: { title: long, description: long } },
      results: { a: { summary: long } },
      metadata: { prompt: long },
    });
    expect(JSON.stringify(made).length).toBeLessThan(60_000);
  });
});

describe('the formats', () => {
  it('say the same of a run with a metric: the chart in HTML, numbers in Markdown', () => {
    const made = report({ ...scored(), sources: { inputs: { targetQuality: 95 } } });
    const html = writeReport(made, 'html');
    expect(html).toContain(
      'aria-label="score over 3 iterations, from 60 to 90. Best (highest): 90 in iteration 2. Target: 95. passRate over 3 iterations, from 0.6 to 0.9. Best (highest): 0.9 in iteration 2."',
    );
    // One picture, with a scale of its own for what is a share.
    expect(html.match(/<svg/g)).toHaveLength(1);
    expect(html.match(/<polyline/g)).toHaveLength(2);
    expect(html.match(/class="frame"/g)).toHaveLength(2);
    const markdown = writeReport(made, 'md');
    expect(markdown).toContain('| Metric | Iteration 2 | vs previous | vs best | Target |');
    expect(markdown).toContain('| score | 90 | \\+30 (60) | 0 (90 in iteration 2) | 95 (−5) |');
    expect(markdown).toContain(
      `| 2 ★ best | 90 | \\+30 | 0 | 0.9 | 1 | 0 | 2 | 12s | – | ${momentText('2026-03-01 10:00')} |`,
    );
  });

  it('tell what is of the iteration apart from what is of the run', () => {
    const made = report({ ...scored(), iteration: 3 });
    const headings = (format: 'md' | 'html', pattern: RegExp): readonly string[] =>
      [...writeReport(made, format).matchAll(pattern)].map(([, text]) => text ?? '');
    const parts = ['Metrics', 'Tasks', 'Findings', 'Time', 'State', 'Iterations', 'Provenance'];
    expect(headings('md', /^## (.*)$/gm)).toEqual(['Iteration 3 of 3 · last', 'Run']);
    expect(headings('md', /^### (.*)$/gm)).toEqual(parts);
    expect(headings('html', /<h2>(.*?)<\/h2>/g)).toEqual(['Iteration 3 of 3 · last', 'Run']);
    expect(headings('html', /<h3 id="[a-z]+">(.*?)<\/h3>/g)).toEqual(parts);
    // The contents lead there.
    expect(headings('html', /<a href="#[a-z]+">(.*?)<\/a>/g)).toEqual(parts);
  });

  it('list failures first, with what was asked, and findings in one form', () => {
    const made = report({
      journal: journal().created().done('plan').requested('build').erred('build', 'No room').done('check'),
      tasks: { plan: { title: 'Plan', description: 'Think first.' } },
      results: { plan: { summary: 'One' }, check: { risks: ['Two', 'Three'] } },
    });
    const text = writeReport(made, 'md');
    expect(text.split('\n').filter((line) => / (?:Plan|build|agent) \| agent/.test(line))).toHaveLength(3);
    expect(/✗ failed[^]*✓ passed/.test(text)).toBe(true);
    expect(text).toContain('Think first.');
    expect(text).toContain('**Summary**\n\n- One');
    expect(text).toContain('**Risks**\n\n- Two\n- Three');
  });

  it('have every other number of results, by name, and which way is better', () => {
    const made = report({
      journal: journal().created().done('run1').done('run2').done('run3'),
      tasks: Object.fromEntries([1, 2, 3].map((n) => [`run${n}`, { inputs: { iteration: n } }])),
      results: {
        run1: { score: 1, latencyMs: 90, once: 4 },
        run2: { score: 3, latencyMs: 70, failures: 2 },
        run3: { score: 2, latencyMs: 80, failures: 5 },
      },
      metric: { ...defaultMetricChoice, lowerIsBetter: ['latencyMs'] },
    });
    expect(made.numbers.map(({ key, better, best }) => [key, better, best?.value])).toEqual([
      ['failures', 'highest', 5],
      ['latencyMs', 'lowest', 70],
    ]);
    expect(made.metrics.map(({ key }) => key)).toEqual(['score']);
  });

  it('draw a flat line, one far from zero and hundreds of points without odd numbers', () => {
    for (const values of [
      [5, 5],
      [1e12, 1e12 + 1],
      Array.from({ length: 300 }, (_, i) => Math.sin(i)),
      [-3, 0],
      [-1.5e308, 1.5e308],
    ]) {
      const story = journal().created();
      const results: Record<string, unknown> = {};
      const tasks: Record<string, unknown> = {};
      values.forEach((score, i) => {
        story.done(`s${i}x`);
        tasks[`s${i}x`] = { inputs: { iteration: i } };
        results[`s${i}x`] = { score };
      });
      const svg =
        /<svg.*<\/svg>/s.exec(writeReport(report({ journal: story, tasks, results }), 'html'))?.[0] ?? '';
      expect(svg).toContain('<polyline');
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('are the same for the same run and time', () => {
    for (const format of ['md', 'html', 'json', 'csv'] as const) {
      expect(writeReport(report(scored()), format)).toBe(writeReport(report(scored()), format));
    }
  });

  it('of a run without anything are short and whole', () => {
    const made = report({ journal: journal().created() });
    expect(made).toMatchObject({ tasks: [], metrics: [], iterations: [], findings: [], answers: [] });
    expect(writeReport(made, 'md')).toMatch(/^# demo\/process\n\nReport · `run`\n\n## State/);
    expect(writeReport(made, 'csv').split('\r\n')).toHaveLength(2);
  });

  it('link to artefacts from wherever the report lies', () => {
    const made = report({
      journal: journal().created().done('a'),
      results: { a: { files: ['x'] } },
      sources: { findFile: () => 'my plan/ä.md' },
    });
    expect(writeReport(made, 'html', '../')).toContain('href="../my%20plan/%C3%A4.md"');
    expect(writeReport(made, 'md')).toContain('[my plan/ä.md](<./my%20plan/%C3%A4.md>)');
  });
});
