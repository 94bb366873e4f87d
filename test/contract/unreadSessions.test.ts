import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  cpSync,
  readFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as zlib from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClaudeStore } from '../../src/agents/claude/node/claudeStore';
import { CodexReader } from '../../src/agents/codex/core/codexReader';
import { CodexStore } from '../../src/agents/codex/node/codexStore';
import { CursorStore } from '../../src/agents/cursor/node/cursorStore';
import { OpenCodeStore } from '../../src/agents/opencode/node/opencodeStore';
import { noTaskFiles } from '../../src/core/run/iterations';
import { defaultMetricChoice } from '../../src/core/run/metrics';
import { sessionLine } from '../../src/core/sessions/agentFact';
import { toSessionEntry } from '../../src/core/sessions/sessionEntry';
import { atOnce } from '../../src/core/sliced';
import { toSessionView } from '../../src/core/views/page/sessionsView';
import { openRun } from '../../src/core/views/tree/buildTree';
import type { AgentStore } from '../../src/node/sessions/agentStore';
import { readLines } from '../../src/node/sessions/lineFile';
import { RunSessions } from '../../src/node/sessions/runSessions';
import { TranscriptFile } from '../../src/node/sessions/transcriptFile';
import { inSlices } from '../../src/node/slices';
import { hasZstd } from '../../src/node/sessions/zstd';
import { homeVariables, readRun, sessionFixtures, SessionsAt } from '../support/agentSessions';

const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs/20260504-health'));
const now = Date.parse('2026-05-04T11:01:06.500Z');

/** A home folder with some files. */
function homeWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'unread-')));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), content);
  }
  return home;
}

function sessionOf(store: AgentStore, id: string) {
  const sessions = new RunSessions([store]);
  const links = { sessionIds: [id], runIds: () => [], otherRun: () => undefined, secrets: [] };
  const options = { now, activityWindow: 60_000, promptOf: () => undefined, beforeReading: () => {} };
  const [state] = atOnce(sessions.look(run, links, options));
  const [report] = atOnce(sessions.read(run, links, options));
  return { state, report };
}

describe.each([
  [
    'OpenCode in a database',
    { 'opencode/opencode.db': 'SQLite format 3\0' },
    (home: string) => new OpenCodeStore({ XDG_DATA_HOME: home }),
    ...['ses_7f3a9c01bffeabcdefghijk123', 'opencode.db', 'opencode -s ses_7f3a9c01bffeabcdefghijk123'],
  ],
  [
    'OpenCode before 1.2',
    { 'opencode/storage/session/prj/ses_abc.json': '{}', 'opencode/opencode.db': '' },
    (home: string) => new OpenCodeStore({ XDG_DATA_HOME: home }),
    ...['ses_abc', 'ses_abc.json', 'opencode -s ses_abc'],
  ],
  [
    'Cursor with a transcript',
    { '.cursor/projects/srv-demo/agent-transcripts/c-1/c-1.jsonl': '{"role":"user"}\n' },
    (home: string) => new CursorStore(home),
    ...['c-1', 'c-1.jsonl', 'cursor-agent --resume c-1'],
  ],
  [
    'Cursor with a chat alone',
    { '.cursor/chats/0a1b/c-2/store.db': 'SQLite format 3\0' },
    (home: string) => new CursorStore(home),
    ...['c-2', 'store.db', 'cursor-agent --resume c-2'],
  ],
] as const)('a session of %s', (_, files, storeIn, id, file, resume) => {
  it('is there to be opened and resumed, and says that it is not read', () => {
    const { state, report } = sessionOf(storeIn(homeWith(files)), id);
    expect(state).toMatchObject({ id, living: false, unread: true, cwd: run.projectDir });
    expect(state?.file.endsWith(file)).toBe(true);
    expect(state?.agent.resume(id).join(' ')).toBe(resume);
    expect(state?.now).toMatchObject({ kind: 'unknown', certain: false });
    expect(sessionLine(state as NonNullable<typeof state>, now)).toMatch(
      /^(OpenCode|Cursor CLI) · what it does is not read here: /,
    );
    if (!report) throw new Error('The session is not reported.');
    expect(toSessionEntry(report)).toMatchObject({
      id,
      totals: { answers: 0 },
      tasks: {},
      now: { kind: 'unknown' },
    });
    const opened = openRun(run, { ...noTaskFiles, problems: [], warnings: [] }, defaultMetricChoice);
    expect(toSessionView(report, opened, now)).toMatchObject({ unread: true, parts: [], files: [] });
  });

  it('is not there under another id, and not behind a link that leads out', () => {
    const home = homeWith(files);
    const store = storeIn(home);
    expect(store.find(`${id}x/../${id}`)).toBeUndefined();
    expect(store.find('..')).toBeUndefined();
    expect(store.find(`other-${id}`)).toBeUndefined();
    const outside = homeWith({ secret: 'x' });
    for (const path of Object.keys(files)) {
      rmSync(join(home, path));
      symlinkSync(join(outside, 'secret'), join(home, path));
    }
    expect(store.find(id)).toBeUndefined();
  });
});

describe('a session of Claude Code that keeps no transcript', () => {
  const id = '7f0c2b7e-1d34-4a8b-9c55-0a1b2c3d4e5f';
  const stateOf = (entry: Readonly<Record<string, unknown>>, lives = true) => {
    const content = JSON.stringify({ pid: 41, sessionId: id, statusUpdatedAt: now - 5000, ...entry });
    const home = homeWith({ '.claude/sessions/41.json': content });
    const store = new ClaudeStore({ CLAUDE_CONFIG_DIR: join(home, '.claude') }, () => lives);
    return store.find(id) && sessionOf(store, id).state;
  };

  it.each([
    [{}, 'unknown', 'this session keeps no transcript'],
    [{ status: 'busy' }, 'thinking', 'at work; this session keeps no transcript'],
    [{ status: 'idle' }, 'idle', 'its turn ended; this session keeps no transcript'],
    [
      { status: 'waiting', waitingFor: 'permission prompt' },
      ...(['permission', 'waiting for your permission; this session keeps no transcript'] as const),
    ],
    [
      { status: 'waiting', waitingFor: 'input needed' },
      ...(['question', 'waiting for your answer; this session keeps no transcript'] as const),
    ],
  ])('says so, and what its process says: %j', (entry, kind, text) => {
    const state = stateOf(entry);
    expect(state).toMatchObject({ living: true, unread: true });
    expect(state?.now).toMatchObject({ kind, text, since: now - 5000, certain: true });
  });

  it('is not there once its process is dead', () => {
    expect(stateOf({ status: 'busy' }, false)).toBeUndefined();
  });
});

describe('a compressed rollout', () => {
  const id = '019df1a0-2b3c-7d4e-8f50-6a7b8c9d0e1f';
  const folder = '.codex/sessions/2026/05/04';
  const name = `rollout-2026-05-04T11-00-00-${id}.jsonl`;
  const plain = readFileSync(join(sessionFixtures, 'home', folder, name));
  const compress = (zlib as unknown as { zstdCompressSync?: (data: Uint8Array) => Uint8Array })
    .zstdCompressSync;
  const storeOf = (files: Readonly<Record<string, string | Uint8Array>>): CodexStore =>
    new CodexStore({ CODEX_HOME: join(homeWith(files), '.codex') });

  it('gives way to a plain one', () => {
    const store = storeOf({
      [`${folder}/${name}.zst`]: 'packed',
      [`.codex/archived_sessions/${name}`]: plain,
    });
    expect(store.find(id)?.path.endsWith('.jsonl')).toBe(true);
  });

  it.skipIf(hasZstd)('says what it takes to read it, where the host cannot', () => {
    const { state } = sessionOf(storeOf({ [`${folder}/${name}.zst`]: 'packed' }), id);
    expect(state?.now.text).toBe(
      'its transcript is compressed with zstd, which is read with Node.js 22.15 and later',
    );
  });

  it('that is very large is not read, and says so', () => {
    const { state } = sessionOf(storeOf({ [`${folder}/${name}.zst`]: Buffer.alloc(17 * 1024 * 1024) }), id);
    expect(state?.unread).toBe(true);
  });

  const child = 'rollout-2026-05-04T11-00-50-019df1a9-0000-7abc-8def-0123456789ab.jsonl';
  const entryIn = (home: string) => {
    const [report] = new SessionsAt(home).read(run, new Date(now).toISOString());
    if (!report) throw new Error('The session is not there.');
    return toSessionEntry(report);
  };

  it('of a subagent is told of where it cannot be read', () => {
    const home = homeWith({});
    cpSync(join(sessionFixtures, 'home'), home, { recursive: true });
    const whole = entryIn(home);
    const path = join(home, folder, child);
    const large = Buffer.concat([
      compress?.(readFileSync(path)) ?? Buffer.alloc(0),
      Buffer.alloc(17 * 1024 * 1024),
    ]);
    writeFileSync(`${path}.zst`, large);
    expect(entryIn(home)).toEqual(whole);
    rmSync(path);
    expect(entryIn(home).leftOut).toBe(
      hasZstd
        ? '1 subagent too large to be read'
        : '1 compressed rollout of that time not read, as zstd takes Node.js 22.15; subagents may be among them',
    );
  });

  it.skipIf(!compress)(
    'is unpacked by another thread where that can be waited for, once as long as it is read',
    async () => {
      const path = join(homeWith({}), 'rollout.jsonl.zst');
      writeFileSync(path, compress?.(Buffer.from('{"a":1}\n'.repeat(50_000))) ?? '');
      expect(typeof readLines(path, new CodexReader()).next().value).toBe('function');
      const lines = new CodexReader();
      const place = await inSlices(readLines(path, lines));
      expect(lines.transcript.lines).toBe(50_000);
      expect(await inSlices(readLines(path, lines, place))).toBe(place);
      expect(lines.transcript.lines).toBe(50_000);
    },
  );

  it.skipIf(!compress)('is read as the plain one is: its end, all of it, and row by row', () => {
    const home = homeWith({});
    cpSync(join(sessionFixtures, 'home'), home, { recursive: true });
    const told = () => {
      const sessions = new SessionsAt(home);
      const at = new Date(now).toISOString();
      const [report] = sessions.read(run, at);
      if (!report) throw new Error('The session is not there.');
      const store = new CodexStore(homeVariables(home));
      const source = new TranscriptFile(report.file, () => store.rows());
      atOnce(source.update());
      const rows = Array.from({ length: source.table.length }, (_, place) => source.row(place));
      return { entry: toSessionEntry(report), looks: sessions.look(run, at).map((state) => state.now), rows };
    };
    const before = told();
    for (const each of [name, child]) {
      const path = join(home, folder, each);
      writeFileSync(`${path}.zst`, compress?.(readFileSync(path)) ?? '');
      rmSync(path);
    }
    expect(told()).toEqual(before);
    expect(before.rows.length).toBeGreaterThan(10);
  });
});
