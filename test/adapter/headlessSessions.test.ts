import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SessionEntry } from '../../src/core/sessions/sessionEntry';
import { homeVariables, sessionFixtures } from '../support/agentSessions';
import { useCli } from '../support/cli';

const cli = useCli();
const run = (name: string): string => join(sessionFixtures, 'workspace/.a5c/runs', name);
const now = ['--now', '2026-05-04T09:03:46.100Z'];

/** A copy of the fixtures' home folder, which the command line is pointed to. */
function useHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'sessions-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  cpSync(join(sessionFixtures, 'home'), home, { recursive: true });
  for (const [name, value] of Object.entries(homeVariables(home))) vi.stubEnv(name, value);
  return home;
}

const show = (name: string, ...args: readonly string[]) =>
  cli.show(run(name), ...args) as ReturnType<typeof cli.show> & { sessions?: readonly SessionEntry[] };

/** Makes the registered process one that lives: this one. */
function revive(home: string, change: Readonly<Record<string, unknown>> = {}): void {
  const file = join(home, '.claude/sessions/41001.json');
  const entry = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const procStart =
    process.platform === 'linux'
      ? readFileSync(`/proc/${process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]
      : undefined;
  const own = join(home, `.claude/sessions/${process.pid}.json`);
  renameSync(file, own);
  writeFileSync(own, JSON.stringify({ ...entry, pid: process.pid, procStart, ...change }));
}

beforeEach(() => {
  vi.unstubAllEnvs();
});

describe('show --sessions', () => {
  it('prints the documented shape', () => {
    useHome();
    const [session, ...others] = show('20260504-login', '--sessions', ...now).sessions ?? [];
    expect(others).toEqual([]);
    const { tasks, ...rest } = session as SessionEntry;
    expect(rest).toEqual({
      ...{ agent: 'claude-code', id: '5f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f', title: 'Add login to the shop' },
      now: {
        kind: 'gone',
        text: 'gone in the middle of git push origin feature/login',
        since: '2026-05-04T09:02:10.100Z',
      },
      totals: {
        ...{ answers: 28, calls: 26, filesChanged: 4, errors: 1 },
        tokens: { in: 4342, out: 3413, cacheWrite: 39_660, cacheRead: 427_650 },
      },
      batches: [],
      between: {
        ...{ answers: 6, calls: 5, filesChanged: 0, errors: 0 },
        tokens: { in: 2131, out: 626, cacheWrite: 29_100, cacheRead: 71_050 },
      },
    });
    expect(Object.keys(tasks)).toEqual([
      ...['01KQS3ES680000000000000002', '01KQS3FGTG0000000000000006'],
      ...['01KQS3H5VC0000000000000009', '01KQS3J62M000000000000000C'],
    ]);
  });

  it('believes the entry of a process that lives', () => {
    revive(useHome());
    expect(show('20260504-login', '--sessions', ...now).sessions?.[0]?.now).toEqual({
      kind: 'permission',
      text: 'waiting for your permission: git push origin feature/login',
      since: '2026-05-04T09:02:11.100Z',
    });
  });

  it.runIf(process.platform === 'linux')(
    'does not believe it where the id was given to another process',
    () => {
      revive(useHome(), { procStart: '1' });
      expect(show('20260504-login', '--sessions', ...now).sessions?.[0]?.now.kind).toBe('gone');
    },
  );

  it('lets the judgement know them, which it does not otherwise', () => {
    revive(useHome());
    const reason = 'Claude Code is waiting for your permission: git push origin feature/login';
    expect(show('20260504-login', '--sessions', ...now)).toMatchObject({ state: 'needs-you', reason });
    expect(show('20260504-login', ...now)).toMatchObject({ state: 'working' });
  });

  it('finds a run by its name in the transcript where nothing says which session drives it', () => {
    const home = useHome();
    rmSync(join(home, '.a5c'), { recursive: true });
    const ids = show('20260504-health', '--sessions', ...now).sessions?.map(({ id }) => id);
    expect(ids).toEqual(['019df1a0-2b3c-7d4e-8f50-6a7b8c9d0e1f']);
  });

  it('has none for a run of another engine', () => {
    useHome();
    const stores = fileURLToPath(new URL('../fixtures/stores', import.meta.url));
    const [run] = JSON.parse(cli.run('list', stores, '--json').stdout) as readonly { dir: string }[];
    const shown = JSON.parse(cli.run('show', `${run?.dir}`, '--json', '--sessions').stdout) as object;
    expect(shown).toMatchObject({ sessions: [] });
  });

  it('reads nothing of the home folder unless it is asked to', () => {
    useHome();
    expect(show('20260504-login', ...now)).not.toHaveProperty('sessions');
  });

  it('has no sessions where there are none', () => {
    const home = useHome();
    for (const folder of ['.claude', '.codex']) rmSync(join(home, folder), { recursive: true });
    expect(show('20260504-login', '--sessions', ...now).sessions).toEqual([]);
  });

  it('shows none of the secrets in the transcripts', () => {
    const home = useHome();
    const session = join(
      home,
      '.claude/projects/-srv-demo-shop-app-v2/5f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f.jsonl',
    );
    const title = { type: 'custom-title', customTitle: 'Deploy with token=EXAMPLE1' };
    writeFileSync(session, `${JSON.stringify(title)}\n${readFileSync(session, 'utf8')}`);
    for (const name of ['20260504-login', '20260504-health']) {
      expect(cli.run('show', run(name), '--json', '--sessions', ...now).stdout).not.toMatch(
        /EXAMPLE|0d6506f4d9/,
      );
    }
  });
});

describe('--costs', () => {
  it('adds what sessions would cost at list prices, in parts that add up', () => {
    useHome();
    const [session] = show('20260504-login', '--sessions', '--costs', ...now).sessions ?? expect.fail();
    const { totals, tasks, batches, between } = session ?? expect.fail();
    const parts = [...Object.values(tasks), ...batches, between];
    expect(totals.cost).toMatchObject({ month: expect.stringMatching(/^\d{4}-\d\d$/), unpriced: [] });
    expect(totals.cost?.usd).toBeGreaterThan(0);
    expect(parts.reduce((sum, { cost }) => sum + (cost?.usd ?? 0), 0)).toBeCloseTo(totals.cost?.usd ?? 0, 9);
    const asked = ['--format', 'json', '--sessions', '--costs', ...now];
    const report = JSON.parse(cli.run('report', run('20260504-login'), ...asked).stdout) as {
      readonly work: { readonly total: { readonly cost: unknown } };
    };
    expect(report.work.total.cost).toEqual(totals.cost);
  });

  it('needs the sessions', () => {
    expect(cli.run('show', run('20260504-login'), '--costs')).toMatchObject({
      code: 2,
      stderr: '--costs tells what sessions cost; it needs --sessions.\n',
    });
  });
});

describe('report --sessions', () => {
  it('tells how much agents did, in numbers, and without it nothing of them', () => {
    useHome();
    const report = (...args: readonly string[]) =>
      JSON.parse(cli.run('report', run('20260504-login'), '--format', 'json', ...now, ...args).stdout) as {
        work?: { total: { tokens: unknown } };
      };
    expect(report('--sessions').work?.total.tokens).toEqual({
      ...{ in: 4342, out: 3413, cacheWrite: 39_660, cacheRead: 427_650 },
    });
    expect(report()).not.toHaveProperty('work');
  });
});
