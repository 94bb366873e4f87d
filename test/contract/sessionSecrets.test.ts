import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { agentStores } from '../../src/agents/agentStores';
import { noTaskFiles } from '../../src/core/run/iterations';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { parseJson } from '../../src/core/run/lenient';
import { sessionLine } from '../../src/core/sessions/agentFact';
import { toSessionEntry } from '../../src/core/sessions/sessionEntry';
import { toSessionNumbers } from '../../src/core/sessions/sessionNumbers';
import { RowSearch } from '../../src/core/sessions/transcriptSource';
import { atOnce } from '../../src/core/sliced';
import { toSessionView } from '../../src/core/views/page/sessionsView';
import { toRowDetail, toRowView } from '../../src/core/views/page/transcriptView';
import { openRun } from '../../src/core/views/tree/buildTree';
import { TranscriptFile } from '../../src/node/sessions/transcriptFile';
import { homeVariables, readRun, sessionFixtures, SessionsAt } from '../support/agentSessions';

/** Secrets of each kind, which all have one word in them. */
const planted = [
  'token=EXAMPLE1secret',
  'export API_KEY="EXAMPLE2 secret"',
  'Authorization: Bearer EXAMPLE3.secret',
  'https://ann:EXAMPLE4secret@git.example.org/shop.git',
  'curl --password EXAMPLE5secret',
  'ghp_EXAMPLE6EXAMPLE6EXAMPLE6',
  'sk-ant-EXAMPLE7-EXAMPLE7',
  '{"client_secret": "EXAMPLE8secret"}',
  '-----BEGIN RSA PRIVATE KEY-----\nEXAMPLE9secret\n-----END RSA PRIVATE KEY-----',
  'AKIAEXAMPLEEXAMPLE00',
];

/** Texts that people and agents write; ids, times, kinds and paths are not among them. */
const texts = new Set([
  ...['text', 'content', 'command', 'cmd', 'description', 'prompt', 'query', 'pattern', 'thinking', 'stdout'],
  ...['stderr', 'summary', 'customTitle', 'aiTitle', 'title', 'message', 'output', 'arguments', 'reason'],
  ...['waitingFor', 'question', 'header', 'label', 'old_string', 'new_string', 'subject', 'result', 'error'],
]);

/** A value with secrets at the beginning and the end of each text in it. */
function plant(value: unknown, name = '', at = { n: 0 }): unknown {
  if (typeof value === 'string' && texts.has(name)) {
    // What is JSON itself stays so.
    if (/^[{[]/.test(value)) return plantedIn(value, at);
    at.n += 2;
    return `${planted[(at.n - 2) % planted.length]} ${value}\n${planted[(at.n - 1) % planted.length]}`;
  }
  if (Array.isArray(value)) return value.map((each) => plant(each, name, at));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plant(each, key, at)]));
}

/** The same with secrets in its texts; what is no JSON, as it is. */
function plantedIn(json: string, at: { n: number }): string {
  const parsed = parseJson(json);
  return 'value' in parsed ? JSON.stringify(plant(parsed.value, '', at)) : json;
}

/** A copy of the sessions, with secrets in all their texts. */
function plantedHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'planted-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  cpSync(join(sessionFixtures, 'home'), home, { recursive: true });
  const at = { n: 0 };
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    if (!/\.jsonl?$/.test(name) || name.includes('.a5c')) continue;
    const file = readFileSync(join(home, name), 'utf8');
    const parts = name.endsWith('.json') ? [file] : file.split('\n');
    writeFileSync(join(home, name), parts.map((part) => plantedIn(part, at)).join('\n'));
  }
  return home;
}

it.each(['20260504-login', '20260504-health'])('no secret of a transcript of %s is told anywhere', (name) => {
  const home = plantedHome();
  const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs', name));
  const opened = openRun(run, { ...noTaskFiles, problems: [], warnings: [] }, defaultMetricChoice);
  const found: string[] = [];
  let told = 0;
  const look = (where: string, surface: unknown): void => {
    told += 1;
    const text = JSON.stringify(surface) ?? '';
    const place = text.indexOf('EXAMPLE');
    if (place >= 0) found.push(`${where}: …${text.slice(Math.max(0, place - 80), place + 40)}…`);
  };
  // At each moment of its work something else is what it does now.
  for (let minute = 0; minute < 12; minute += 1) {
    const now = new Date(Date.parse('2026-05-04T09:00:00.100Z') + minute * 20_000).toISOString();
    const sessions = new SessionsAt(home, () => true);
    for (const state of sessions.look(run, now)) {
      const { transcript: _, ...shown } = state as typeof state & { transcript?: unknown };
      look(`now at ${now}`, [sessionLine(state, Date.parse(now)), shown.now, shown.title]);
    }
  }
  const stores = agentStores(homeVariables(home));
  for (const report of new SessionsAt(home).read(run, '2026-05-04T11:01:06.500Z')) {
    look('headless', toSessionEntry(report));
    look('kept numbers', toSessionNumbers(report));
    look('page', toSessionView(report, opened, Date.parse('2026-05-04T11:01:06.500Z')));
    for (const { path } of report.files) {
      const source = new TranscriptFile(path, () => {
        const store = stores.find(({ agent }) => agent.id === report.agent.id);
        if (!store) throw new Error(`There is no store of ${report.agent.id}.`);
        return store.rows();
      });
      atOnce(source.update());
      const all = new RowSearch(source, { filter: 'all', text: '' });
      atOnce(all.update());
      for (const place of all.found) {
        look('row', toRowView(source, place, report.secrets));
        look('detail', toRowDetail(source, place, report.secrets));
      }
    }
  }
  expect(told).toBeGreaterThan(40);
  expect(found).toEqual([]);
});
