import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noTaskFiles } from '../../src/core/run/iterations';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import type { Run } from '../../src/core/run/run';
import type { AgentSessions } from '../../src/core/sessions/agentSessions';
import { KeptSessions } from '../../src/core/sessions/keptSessions';
import { SessionWork, toRunWork, workFor } from '../../src/core/sessions/runWork';
import { sumParts, toSessionNumbers, type SessionNumbers } from '../../src/core/sessions/sessionNumbers';
import { atOnce } from '../../src/core/sliced';
import { comparing } from '../../src/core/views/compare/compareRuns';
import { cleaner } from '../../src/core/views/report/cleanText';
import { writeReport } from '../../src/core/views/report/formats';
import { toReport } from '../../src/core/views/report/toReport';
import { toRunNumbers } from '../../src/core/views/table/runNumbers';
import { RunTable } from '../../src/core/views/table/runTable';
import { openRun } from '../../src/core/views/tree/buildTree';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { readRun, sessionFixtures, SessionsAt } from '../support/agentSessions';
import { FakeClock } from '../support/fakeClock';
import { stored } from '../support/treeText';

const now = '2026-05-04T09:03:46.100Z';
const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs/20260504-login'));
const other = readRun(join(sessionFixtures, 'workspace/.a5c/runs/20260504-health'));
const ids = {
  plan: '01KQS3ES680000000000000002',
  implement: '01KQS3FGTG0000000000000006',
};
const opened = (of: Run) => openRun(of, { ...noTaskFiles, problems: [], warnings: [] }, defaultMetricChoice);

function numbersOf(of: Run): readonly SessionNumbers[] {
  return new SessionsAt(join(sessionFixtures, 'home')).read(of, now).map(toSessionNumbers);
}

const workOf = (of: Run) => {
  const work = toRunWork(numbersOf(of), of);
  if (!work) throw new Error('No session is known.');
  return work;
};

const tokens = { in: 4342, out: 3413, cacheWrite: 39_660, cacheRead: 427_650 };

describe('the work of agents for a run', () => {
  it('is what its sessions did, divided as they are', () => {
    const work = workOf(run);
    expect(work.total).toMatchObject({ answers: 28, calls: 26, files: 4, errors: 1, tokens, atLeast: true });
    expect(work.tasks.get(ids.implement)).toMatchObject({ answers: 11, files: 4, errors: 1, how: 'post' });
    expect(sumParts([...work.tasks.values(), ...work.batches, work.between])).toEqual(
      expect.objectContaining({ answers: 28, calls: 26, tokens }),
    );
    expect(workFor(work, new Set([ids.plan]))?.answers).toBe(6);
  });

  it('adds sessions up, and tells apart what they did for other runs', () => {
    const [one] = numbersOf(run);
    const [strange] = numbersOf(other);
    if (!one || !strange) throw new Error('A session is missing.');
    const parts = strange.parts.filter(({ effectIds }) => effectIds.length > 0);
    const work = toRunWork([one, { ...one, id: 'resumed' }, { ...strange, parts }], run);
    expect(work?.total.answers).toBe(56);
    expect(work?.others).toEqual(expect.objectContaining({ calls: 5, files: 2 }));
    expect(work?.tasks.get(ids.plan)?.answers).toBe(12);
    expect(work?.sessions).toBe(3);
  });

  it('counts a batch for an iteration that has all of its tasks', () => {
    const [one] = numbersOf(run);
    const [first] = one?.parts ?? [];
    if (!one || !first) throw new Error('The session has no parts.');
    const batch = { ...first, effectIds: [ids.plan, ids.implement], how: 'shared' as const };
    const work = toRunWork([{ ...one, parts: [batch] }], run);
    if (!work) throw new Error('No session is known.');
    expect(workFor(work, new Set([ids.plan]))).toBeUndefined();
    expect(workFor(work, new Set([ids.plan, ids.implement]))?.answers).toBe(first.answers);
    expect(work.total.answers).toBe(first.answers);
  });

  it('loses nothing of more tasks than are kept', () => {
    const [report] = new SessionsAt(join(sessionFixtures, 'home')).read(run, now);
    if (!report) throw new Error('The session is missing.');
    const [part] = report.attribution.tasks.values();
    if (!part) throw new Error('The session has no task.');
    const tasks = new Map(
      Array.from({ length: 12_000 }, (_, i) => [`e${i}`, { ...part, effectIds: [`e${i}`] }]),
    );
    const { parts } = toSessionNumbers({ ...report, attribution: { ...report.attribution, tasks } });
    expect(parts).toHaveLength(10_000);
    expect(sumParts(parts).answers).toBe(12_000 * part.totals.answers + report.attribution.between.answers);
  });
});

describe('who shows it', () => {
  const reading = (sessions: () => readonly SessionNumbers[]) => {
    const clock = new FakeClock(0);
    const kept = new KeptSessions({ all: () => [], put: () => {} }, clock);
    let searched: boolean | undefined;
    const agents = {
      reading: (search: boolean) => {
        searched = search;
        return {
          read: async () =>
            sessions().length === 0 ? [] : new SessionsAt(join(sessionFixtures, 'home')).read(run, now),
        };
      },
    } as Partial<AgentSessions> as AgentSessions;
    return { kept, agents, searched: () => searched };
  };

  it('is told what is kept when the transcript is gone, and nothing when it is not to be read', async () => {
    let there = numbersOf(run);
    const { kept, agents, searched } = reading(() => there);
    let mayRead = true;
    const work = new SessionWork(agents, kept, () => mayRead);
    expect((await work.of(run, false))?.total.answers).toBe(28);
    expect(searched()).toBe(false);
    there = [];
    expect((await new SessionWork(agents, kept, () => true).of(run, true))?.total.answers).toBe(28);
    expect(searched()).toBe(true);
    mayRead = false;
    expect(await work.of(run, false)).toBeUndefined();
  });
});

describe('the report', () => {
  const reportOf = (iteration?: number) =>
    toReport(
      opened(run),
      {
        runJson: undefined,
        inputs: undefined,
        home: '/home/dana',
        findFile: () => undefined,
        work: workOf(run),
      },
      {
        ...{ now: Date.parse(now), engine: babysitterEngine, classify: { activityWindow: 60_000 } },
        ...{ metric: defaultMetricChoice, iteration },
      },
    );

  it('tells it by task, by iteration and in all, so that it adds up', () => {
    const { work, tasks, iterations } = reportOf();
    expect(work?.total).toMatchObject({ answers: 28, calls: 26, failedCalls: 1, filesChanged: 4, tokens });
    expect(tasks.find(({ effectId }) => effectId === ids.implement)?.work).toMatchObject({
      ...{ answers: 11, calls: 11, filesChanged: 4, atLeast: true, how: 'post' },
      tokens: { in: 1240, out: 1662, cacheWrite: 5430, cacheRead: 206_600 },
    });
    const sum = tasks.reduce((all, task) => all + (task.work?.tokens.in ?? 0), 0);
    expect(sum + (work?.between?.tokens.in ?? 0)).toBe(tokens.in);
    const ofIterations = iterations.reduce((all, each) => all + (each.work?.tokens.in ?? 0), 0);
    expect(ofIterations).toBe(sum);
    expect(reportOf(iterations[0]?.n).work?.between).toBeUndefined();
  });

  it.each(['md', 'html', 'json', 'csv'] as const)(
    'as %s has the numbers, and no word of the transcript',
    (format) => {
      const text = writeReport(reportOf(), format);
      expect(text).toMatch(/1,?662/);
      expect(text).toMatch(/206,?600/);
      expect(text).not.toMatch(/EXAMPLE|0d6506f4d9|auth\.ts|npm test|git push|keep the commit small/);
    },
  );

  it('says nothing where nothing is known', () => {
    const { work, tasks } = toReport(
      opened(run),
      { runJson: undefined, inputs: undefined, home: '/home/dana', findFile: () => undefined },
      {
        ...{ now: Date.parse(now), engine: babysitterEngine, classify: { activityWindow: 60_000 } },
        ...{ metric: defaultMetricChoice, iteration: undefined },
      },
    );
    expect(work).toBeUndefined();
    expect(tasks.some((task) => 'work' in task)).toBe(false);
  });
});

describe('the runs table', () => {
  it('has tokens and files as columns to be chosen and sorted by, and in its CSV', () => {
    const table = new RunTable(() => Date.parse(now));
    const all = [stored(other), stored(run)];
    table.order = { sort: 'agentTokens', descending: true };
    atOnce(table.settle(all));
    for (const each of all) {
      table.take(each, toRunNumbers(opened(each.run), each.run === run ? workOf(run) : undefined));
    }
    atOnce(table.settle(all));
    const rows = table.rows(0, 2);
    expect(rows.map(({ runId }) => runId)).toEqual(['20260504-login', '20260504-health']);
    expect(rows.map(({ read }) => read?.work?.tokens)).toEqual(['≥ 7,755', undefined]);
    expect(rows[0]?.read?.work).toMatchObject({ files: '4' });
    expect(rows[0]?.read?.work?.more).toContain('39,660 cache written, 427,650 cache read');
    const [head = '', first = ''] = atOnce(table.csv()).split('\r\n');
    const cells = first.split(',');
    expect(cells[head.split(',').indexOf('agentTokensCacheRead')]).toBe('427650');
    expect(cells[head.split(',').indexOf('agentFilesChanged')]).toBe('4');
    expect(cells[head.split(',').indexOf('agentCostUsdEstimate')]).toBe('');
    expect(rows[0]?.read?.work?.cost).toBe('');
  });

  it('has what was estimated as a column, too', () => {
    const table = new RunTable(() => Date.parse(now));
    const all = [stored(other), stored(run)];
    const work = workOf(run);
    const cost = { month: '2026-09', usd: 1.25, priced: ['a'], unpriced: [] };
    table.order = { sort: 'agentCost', descending: true };
    atOnce(table.settle(all));
    for (const each of all) {
      const priced = each.run === run && work ? { ...work, total: { ...work.total, cost } } : undefined;
      table.take(each, toRunNumbers(opened(each.run), priced));
    }
    atOnce(table.settle(all));
    expect(table.rows(0, 2).map(({ read }) => read?.work?.cost)).toEqual(['≈ $1.25', undefined]);
    const [head = '', first = ''] = atOnce(table.csv()).split('\r\n');
    expect(first.split(',')[head.split(',').indexOf('agentCostUsdEstimate')]).toBe('1.25');
  });
});

describe('a comparison', () => {
  const side = (of: Run, known = true) => ({
    ...{ stored: stored(of), opened: opened(of), iteration: undefined, inputs: undefined, output: undefined },
    work: known ? workOf(of) : undefined,
  });
  const compare = (left: ReturnType<typeof side>, right: ReturnType<typeof side>) =>
    atOnce(
      comparing(left, right, { now: Date.parse(now), metric: defaultMetricChoice, clean: cleaner([], []) }),
    );

  it('sets the numbers of both sides against each other, and tells those of tasks', () => {
    const { work, tasks } = compare(side(run), side(other));
    expect(work.find(({ name }) => name === 'failed calls')).toMatchObject({
      left: '1',
      right: '1',
      same: true,
    });
    expect(work.find(({ name }) => name === 'files changed')).toMatchObject({
      left: '4',
      right: '2',
      change: '−2',
    });
    const told = tasks.find(({ left }) => left?.effectId === ids.implement)?.left?.work;
    expect(told).toBe('1,240 tokens in, ≥ 1,662 out, 4 files');
  });

  it('leaves a side empty of which nothing is known, and says nothing where that is both', () => {
    expect(compare(side(run), side(other, false)).work[0]).toMatchObject({
      left: '28',
      right: '',
      change: '',
    });
    expect(compare(side(run, false), side(other, false)).work).toEqual([]);
  });
});

it('the fixtures hold what must not be told', () => {
  const file = join(
    sessionFixtures,
    'home/.claude/projects/-srv-demo-shop-app-v2/5f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f.jsonl',
  );
  expect(readFileSync(file, 'utf8')).toMatch(/auth\.ts[^]*keep the commit small/);
});
