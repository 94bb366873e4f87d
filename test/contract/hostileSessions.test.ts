import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentStores } from '../../src/agents/agentStores';
import { noTaskFiles } from '../../src/core/run/iterations';
import { parseJson } from '../../src/core/run/lenient';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import type { SessionReport } from '../../src/core/sessions/agentSessions';
import { sessionLine } from '../../src/core/sessions/agentFact';
import { toSessionEntry } from '../../src/core/sessions/sessionEntry';
import { toSessionNumbers } from '../../src/core/sessions/sessionNumbers';
import { RowSearch } from '../../src/core/sessions/transcriptSource';
import { atOnce } from '../../src/core/sliced';
import { toRowDetail, toRowView } from '../../src/core/views/page/transcriptView';
import { toSessionView } from '../../src/core/views/page/sessionsView';
import { openRun } from '../../src/core/views/tree/buildTree';
import { TranscriptFile } from '../../src/node/sessions/transcriptFile';
import { timeOf } from '../support/linearCalls';
import { readRun, sessionFixtures, SessionsAt } from '../support/agentSessions';

/** What takes the place of a value of a line. */
const values: Readonly<Record<string, unknown>> = {
  'a huge number': 1e308,
  'a negative number': -1,
  nothing: null,
  truth: true,
  'a list of nothing': [null, [], {}],
  'a name of every object': { __proto__: 1, constructor: 'x', toString: 'x', hasOwnProperty: null },
  'control characters': 'a\u0000\u001B]8;;x\u0007\u202E\uD800\uFFFE',
  'a time without end': '+275760-09-13T00:00:00.001Z',
  'a path out': '../../../../etc/passwd',
  'a long text': 'x'.repeat(30_000),
};

/** A line with one of its values replaced, wherever it lies; chosen by a number. */
function spoil(value: unknown, by: unknown, choice: { left: number }): unknown {
  if (choice.left === 0) {
    choice.left -= 1;
    return by;
  }
  choice.left -= 1;
  if (Array.isArray(value)) return value.map((each) => spoil(each, by, choice));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, spoil(each, by, choice)]));
}

/** How a whole file is spoilt, or what lies in its place. */
const files: Readonly<Record<string, (path: string, text: string) => void>> = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a device': (path) => symlinkSync('/dev/zero', path),
  'a link out': (path) => symlinkSync('/etc/passwd', path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a folder': (path) => mkdirSync(path),
  'nothing but line ends': (path) => writeFileSync(path, '\n'.repeat(300_000)),
  'bytes that are no text': (path) => writeFileSync(path, Buffer.alloc(300_000, 0xff)),
  'a line without end': (path, text) =>
    writeFileSync(path, `${text}{"type":"user","x":"${'x'.repeat(3_000_000)}`),
  'a line that is deep': (path, text) =>
    writeFileSync(path, `${text}{"type":"user","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n`),
  'each line twice, and from the end': (path, text) => {
    const lines = text.split('\n').slice(0, -1);
    writeFileSync(path, [...lines, ...lines.toReversed()].map((line) => `${line}\n`).join(''));
  },
};

const names = ['20260504-login', '20260504-health'] as const;
const agents = [
  '.claude/projects/-srv-demo-shop-app-v2/5f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f.jsonl',
  'rollout',
];

/** A copy of the home folder whose main sessions are changed. */
function homeWith(change: (path: string, text: string) => void): string {
  const home = mkdtempSync(join(tmpdir(), 'hostile-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  cpSync(join(sessionFixtures, 'home'), home, { recursive: true });
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.jsonl') || !agents.some((agent) => name.includes(agent))) continue;
    const path = join(home, name);
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    change(path, text);
  }
  return home;
}

/** The rows of a session's own transcript. */
function rowsOf({ agent, files: [file], secrets }: SessionReport): unknown {
  const store = agentStores({}).find((each) => each.agent.id === agent.id);
  if (!store || !file) throw new Error('There is no transcript.');
  const source = new TranscriptFile(file.path, () => store.rows());
  atOnce(source.update());
  const all = new RowSearch(source, { filter: 'all', text: '' });
  atOnce(all.update());
  return all.found.map((place) => [toRowView(source, place, secrets), toRowDetail(source, place, secrets)]);
}

/** Everything that is told of a run's sessions, with the milliseconds of the processor that it took. */
function tell(home: string, name: string) {
  const now = '2026-05-04T11:01:06.500Z';
  const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs', name));
  const opened = openRun(run, { ...noTaskFiles, problems: [], warnings: [] }, defaultMetricChoice);
  const told: unknown[] = [];
  let failure: unknown;
  const took = timeOf(() => {
    try {
      const sessions = new SessionsAt(home);
      for (const state of sessions.look(run, now)) told.push(sessionLine(state, Date.parse(now)));
      for (const report of sessions.read(run, now)) {
        told.push(rowsOf(report));
        told.push(
          toSessionEntry(report),
          toSessionNumbers(report),
          toSessionView(report, opened, Date.parse(now)),
        );
      }
    } catch (error) {
      failure = error;
    }
  }, []);
  expect(failure instanceof Error ? failure.stack : failure).toBeUndefined();
  return { told, took };
}

/** Numbers that are counted, however deep. */
function* numbersIn(value: unknown): Generator<number> {
  if (typeof value === 'number') yield value;
  if (typeof value === 'object' && value !== null)
    for (const each of Object.values(value)) yield* numbersIn(each);
}

describe.each(names)('sessions of %s', (name) => {
  it.each(Object.entries(values))('are told where values are %s', { timeout: 60_000 }, (_, by) => {
    // Each value of each of the first lines once, one of each line at a time.
    for (let place = 1; place < 40; place += 3) {
      const home = homeWith((path, text) => {
        const lines = text.split('\n').map((line) => {
          const json = parseJson(line);
          return 'value' in json ? JSON.stringify(spoil(json.value, by, { left: place })) : line;
        });
        writeFileSync(path, lines.join('\n'));
      });
      const { told, took } = tell(home, name);
      for (const number of numbersIn(told)) expect(Number.isFinite(number)).toBe(true);
      expect(took).toBeLessThan(5000);
    }
  });

  it.skipIf(process.platform === 'win32').each(Object.entries(files))(
    'are told where their file is %s',
    { timeout: 60_000 },
    (_, change) => {
      expect(tell(homeWith(change), name).took).toBeLessThan(5000);
    },
  );
});
