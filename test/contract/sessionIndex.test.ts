import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Totals } from '../../src/core/sessions/tally';
import { toSessionEntry } from '../../src/core/sessions/sessionEntry';
import { readRun, sessionFixtures, SessionsAt } from '../support/agentSessions';

const home = join(sessionFixtures, 'home');
const runs = join(sessionFixtures, 'workspace/.a5c/runs');

/** Answers, calls, files, in, out, cache write, cache read, errors. */
const row = ({ answers, calls, files, tokens, errors }: Totals): readonly number[] => [
  ...[answers, calls, files.size],
  ...[tokens.in, tokens.out, tokens.cacheWrite, tokens.cacheRead, errors],
];

const onlyOne = <T>([first, ...others]: readonly T[]): T => {
  if (first === undefined || others.length > 0) throw new Error('There is not exactly one.');
  return first;
};

describe('four tasks of Claude Code, waiting for a permission', () => {
  const run = readRun(join(runs, '20260504-login'));
  const now = '2026-05-04T09:03:46.100Z';
  const [plan, implement, test, review] = [
    ...['01KQS3ES680000000000000002', '01KQS3FGTG0000000000000006'],
    ...['01KQS3H5VC0000000000000009', '01KQS3J62M000000000000000C'],
  ];
  const read = () =>
    onlyOne(
      new SessionsAt(home, ({ pid, procStart }) => pid === 41001 && procStart === '131001').read(run, now),
    );

  it('reads every whole line, and nothing behind the last line end', () => {
    const { transcript } = read();
    expect([transcript.lines, transcript.badLines, transcript.unknownLines]).toEqual([72, 0, 1]);
    expect(transcript.context).toBe(10_983);
  });

  it('says what it does now, by the process that lives', () => {
    const { now: doing, title, living, agent, id } = read();
    expect([agent.id, id, title, living]).toEqual([
      ...['claude-code', '5f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f', 'Add login to the shop', true],
    ]);
    expect(doing.kind).toBe('permission');
    expect(doing.text).toBe('waiting for your permission: git push origin feature/login');
    expect((Date.parse(now) - doing.since) / 1000).toBe(95);
    const state = onlyOne(new SessionsAt(home, () => true).look(run, now));
    expect(state.now).toEqual(doing);
  });

  it.each([
    ['its process is dead', '.claude/none'],
    ['there is no list of processes', '.claude/sessions'],
  ])('says that it is gone when %s', (_, left) => {
    const copy = mkdtempSync(join(tmpdir(), 'sessions-'));
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    cpSync(home, copy, { recursive: true });
    rmSync(join(copy, left), { recursive: true, force: true });
    const { now: doing } = onlyOne(new SessionsAt(copy).read(run, now));
    expect(doing.kind).toBe('gone');
    expect(doing.text).toBe('gone in the middle of git push origin feature/login');
  });

  it('counts each answer once, for the task in whose time it began', () => {
    const { attribution } = read();
    const rows = Object.fromEntries([...attribution.tasks].map(([id, { totals }]) => [id, row(totals)]));
    expect(rows).toEqual({
      [`${plan}`]: [6, 5, 0, 954, 695, 3200, 89_500, 0],
      [`${implement}`]: [11, 11, 4, 1240, 1662, 5430, 206_600, 1],
      [`${test}`]: [3, 3, 0, 11, 270, 1150, 39_600, 0],
      [`${review}`]: [2, 2, 0, 6, 160, 780, 20_900, 0],
    });
    expect(row(attribution.between)).toEqual([6, 5, 0, 2131, 626, 29_100, 71_050, 0]);
    expect(attribution.batches).toEqual([]);
    expect(attribution.shift).toBe(0);
    expect([...attribution.tasks.values()].map(({ how }) => how)).toEqual(['post', 'post', 'post', 'time']);
    expect([...attribution.tasks.values()].map(({ totals }) => totals.ownFiles)).toEqual([1, 1, 1, 0]);
    expect([...attribution.tasks.values()].map(({ totals }) => totals.subagents)).toEqual([1, 1, 0, 0]);
    expect([...attribution.tasks.values()].map(({ totals }) => totals.atLeast)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(toSessionEntry(read()).totals).toEqual({
      ...{ answers: 28, calls: 26, filesChanged: 4, errors: 1 },
      tokens: { in: 4342, out: 3413, cacheWrite: 39_660, cacheRead: 427_650 },
    });
  });

  it('knows the files that were changed, and the models', () => {
    const totals = read().attribution.tasks.get(`${implement}`)?.totals;
    expect(
      [...(totals?.files.values() ?? [])].map(({ path, added, removed }) => [path, added, removed]),
    ).toEqual([
      ['/srv/demo/shop.app_v2/src/server.ts', 2, 1],
      ['/srv/demo/shop.app_v2/src/auth.ts', 3, 1],
      ['/srv/demo/shop.app_v2/src/login.html', 3, 1],
      ['/srv/demo/shop.app_v2/src/auth.test.ts', 1, 0],
    ]);
    expect(totals?.models).toEqual(['claude-opus-4-8', 'claude-sonnet-4-6']);
  });

  it('marks what happened between, and no error where there was none', () => {
    expect(read().transcript.marks.map(({ kind, text }) => [kind, text])).toEqual([
      ['retry', '529 overloaded error'],
      ['compaction', 'context compacted (167k)'],
    ]);
  });
});

describe('a rollout of Codex and its child thread', () => {
  const run = readRun(join(runs, '20260504-health'));
  const now = '2026-05-04T11:01:06.500Z';
  const read = () => onlyOne(new SessionsAt(home).read(run, now));

  it('says what it does now, and that it cannot know more', () => {
    const { now: doing, transcript } = read();
    expect(doing.kind).toBe('calling');
    expect(doing.text).toBe('running, or waiting for approval: sed -n 1,80p README.md');
    expect(doing.certain).toBe(false);
    expect([transcript.lines, transcript.badLines, transcript.model]).toEqual([36, 0, 'gpt-5.3-codex']);
    expect(transcript.marks.map(({ kind }) => kind)).toEqual(['compaction']);
  });

  it('counts growth only, and of the child only its own', () => {
    const { attribution } = read();
    const rows = Object.fromEntries([...attribution.tasks].map(([id, { totals }]) => [id, row(totals)]));
    expect(rows).toEqual({
      '01KQSAAB2C0000000000000002': [4, 4, 2, 6076, 830, 0, 24_924, 1],
      '01KQSAARY40000000000000005': [2, 1, 0, 3300, 104, 0, 5900, 0],
    });
    expect(row(attribution.between)).toEqual([2, 2, 0, 3300, 290, 0, 11_600, 0]);
    expect(attribution.tasks.get('01KQSAARY40000000000000005')?.totals.subagents).toBe(1);
  });

  it('knows the files of patches', () => {
    const files = read().attribution.tasks.get('01KQSAAB2C0000000000000002')?.totals.files;
    expect([...(files?.values() ?? [])]).toEqual([
      { path: '/srv/demo/shop.app_v2/src/health.ts', created: true, added: 2, removed: 1 },
      { path: '/srv/demo/shop.app_v2/src/server.ts', created: false, added: 1, removed: 0 },
    ]);
  });
});
