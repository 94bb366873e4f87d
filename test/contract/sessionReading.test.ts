import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentStores } from '../../src/agents/agentStores';
import { toSessionEntry } from '../../src/core/sessions/sessionEntry';
import { runLinks } from '../../src/engines/babysitter/node/runLinks';
import { AgentFiles } from '../../src/node/sessions/agentFiles';
import { RunSessions } from '../../src/node/sessions/runSessions';
import { homeVariables, readRun, sessionFixtures } from '../support/agentSessions';

it('sessions that are read twice at the same time are counted as they are once', async () => {
  const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs/20260504-login'));
  const env = homeVariables(join(sessionFixtures, 'home'));
  const files = new AgentFiles({
    sessions: async () => new RunSessions(agentStores(env)),
    logger: { info() {}, warn: console.error, error: console.error },
    links: () => runLinks(run, env, () => undefined),
    prompts: () => () => undefined,
    options: () => ({ now: Date.parse('2026-05-04T09:03:46.100Z'), activityWindow: 1000 }),
    beforeReading: () => {},
    pricer: async () => undefined,
  });
  const reading = files.reading(false);
  const both = await Promise.all([reading.read(run), reading.read(run), reading.read(run)]);
  expect(both.map((reports) => reports.map((report) => toSessionEntry(report).totals.answers))).toEqual([
    [28],
    [28],
    [28],
  ]);
});
