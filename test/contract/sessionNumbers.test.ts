import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { noTaskFiles } from '../../src/core/run/iterations';
import { KeptSessions } from '../../src/core/sessions/keptSessions';
import { parseSessionNumbers, sumParts, toSessionNumbers } from '../../src/core/sessions/sessionNumbers';
import { toSessionEntry } from '../../src/core/sessions/sessionEntry';
import { filesOfPart, toKeptView, toSessionView } from '../../src/core/views/page/sessionsView';
import { openRun } from '../../src/core/views/tree/buildTree';
import { readRun, sessionFixtures, SessionsAt } from '../support/agentSessions';
import { FakeClock } from '../support/fakeClock';

const now = '2026-05-04T09:03:46.100Z';
const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs/20260504-login'));
const opened = openRun(run, { ...noTaskFiles, problems: [], warnings: [] }, defaultMetricChoice);

function theOnly() {
  const [report, ...others] = new SessionsAt(join(sessionFixtures, 'home')).read(run, now);
  if (!report || others.length > 0) throw new Error('There is not exactly one session.');
  return report;
}

describe('what the page shows of a session', () => {
  const view = toSessionView(theOnly(), opened, Date.parse(now));

  it('is the sum first, then each task with how it was found, then what is between', () => {
    expect(view.parts.map(({ cells }) => cells.slice(0, 4))).toEqual([
      ['28', '26', '1', '4'],
      ['6', '5', '0', '0'],
      ['11', '11', '1', '4'],
      ['3', '3', '0', '0'],
      ['2', '2', '0', '0'],
      ['6', '5', '0', '0'],
    ]);
    expect(view.parts.at(-1)).toMatchObject({ name: 'Between tasks', effectId: '' });
    expect(view.parts[1]?.how).toBe('Found by its post and its time.');
    expect(view.parts[4]?.how).toBe('Found by time only.');
    expect(view.parts[2]?.cells[6]).toBe('≥ 1,662');
  });

  it('names files from the session’s folder on, in the order in which they are opened', () => {
    expect(view.parts[2]?.files[0]).toEqual({ path: 'src/server.ts', change: '+2 −1' });
    expect(filesOfPart(theOnly(), 2).map(({ path }) => path)).toEqual([
      ...['/srv/demo/shop.app_v2/src/server.ts', '/srv/demo/shop.app_v2/src/auth.ts'],
      ...['/srv/demo/shop.app_v2/src/login.html', '/srv/demo/shop.app_v2/src/auth.test.ts'],
    ]);
    expect(filesOfPart(theOnly(), 0)).toEqual([]);
  });

  it('holds none of the secrets', () => {
    expect(JSON.stringify(view)).not.toMatch(/EXAMPLE|0d6506f4d9/);
  });
});

describe('what is kept of sessions', () => {
  const numbers = toSessionNumbers(theOnly());

  it('adds up to the total', () => {
    const { totals } = toSessionEntry(theOnly());
    const { answers, calls, files, tokens, errors } = sumParts(numbers.parts);
    expect({ answers, calls, filesChanged: files, tokens, errors }).toEqual(totals);
  });

  it('is numbers, ids and names of models: no title, no path and no word', () => {
    expect(JSON.stringify(numbers)).not.toMatch(/login|src|push|srv|EXAMPLE/i);
  });

  it('is there when the transcript is gone, also in another window', () => {
    const records = new Map<string, unknown>();
    const clock = new FakeClock(0);
    const keeper = {
      all: () => [...records.values(), 'what an older version wrote'],
      put: (id: string, record: unknown) => void records.set(id, record),
    };
    const kept = new KeptSessions(keeper, clock);
    kept.put(run.key, [numbers]);
    expect(records.size).toBe(0);
    kept.dispose();
    expect(new KeptSessions(keeper, clock).of(run.key)).toEqual([numbers]);
    const view = toKeptView(numbers, opened);
    expect(view).toMatchObject({ kept: true, living: false, files: [] });
    expect(view.line).toContain('its transcript is no longer kept');
    expect(view.parts[0]?.cells.slice(0, 4)).toEqual(['28', '26', '1', '4']);
  });

  it('loses what is too much of it, and nothing else', () => {
    const report = theOnly();
    const { between } = report.attribution;
    const totals = {
      ...between,
      models: Array.from({ length: 30 }, (_, i) => `${i}`.repeat(200)),
      tokens: { ...between.tokens, in: Number.POSITIVE_INFINITY },
    };
    const effectIds = Array.from({ length: 10_001 }, (_, i) => `task-${i}`);
    const many = toSessionNumbers({
      ...report,
      attribution: { ...report.attribution, batches: [{ effectIds, totals, how: 'shared' }] },
    });
    const records: unknown[] = [{ run: 'odd', sessions: [{ id: 5 }, numbers] }];
    const put = (_: string, record: unknown): void => void records.push(JSON.parse(JSON.stringify(record)));
    const kept = new KeptSessions({ all: () => records, put }, new FakeClock(0));
    kept.put(run.key, [...Array.from({ length: 120 }, (_, i) => ({ ...numbers, id: `s-${i}` })), many]);
    kept.dispose();
    const read = parseSessionNumbers(records);
    expect(read[0]?.sessions).toEqual([numbers]);
    expect([read[1]?.sessions.length, read[1]?.sessions.at(-1)]).toEqual([100, many]);
    const batch = many.parts.find((part) => part.how === 'shared');
    expect([batch?.effectIds.length, batch?.models.length, batch?.tokens]).toEqual([
      ...[10_000, 20],
      { ...between.tokens, in: 0 },
    ]);
  });
});
