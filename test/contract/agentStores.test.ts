import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentStores } from '../../src/agents/agentStores';
import { agentNow } from '../../src/core/sessions/agentNow';
import { attribute } from '../../src/core/sessions/attribute';
import type { LineReader } from '../../src/core/sessions/transcript';
import { toSessionEntry } from '../../src/core/sessions/sessionEntry';
import { RowSearch } from '../../src/core/sessions/transcriptSource';
import { atOnce } from '../../src/core/sliced';
import { ReadTranscripts } from '../../src/node/sessions/readTranscripts';
import { RunSessions } from '../../src/node/sessions/runSessions';
import { TranscriptFile } from '../../src/node/sessions/transcriptFile';
import { UnreadStore } from '../../src/node/sessions/unreadStore';
import { homeVariables, readRun, sessionFixtures } from '../support/agentSessions';
import { ClaudeLines } from '../support/claudeLines';

const start = Date.parse('2026-05-04T09:00:00.000Z');
const iso = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
const json = (lines: readonly unknown[]): readonly string[] => lines.map((line) => JSON.stringify(line));
const id = 'abcdef01-2345-4678-89ab-cdef01234567';

/**
 * Of each agent the same session: a prompt; an answer that runs `npm test`, which fails; one that edits src/a.ts, adding
 * two lines; one that runs `npm test` again, which has no result yet.
 */
const agents: Readonly<Record<string, { readonly path: string; readonly lines: readonly string[] }>> = {
  'claude-code': {
    path: `.claude/projects/-srv-demo/${id}.jsonl`,
    lines: new ClaudeLines(iso(0), { version: '2.1.100' })
      .prompt('Mend it')
      .calls('c1', 'Bash', { command: 'npm test' }, { in: 10, out: 5, cacheRead: 90 })
      .result('c1', 'Exit code 1', true)
      .calls(
        'c2',
        'Write',
        { file_path: '/srv/demo/src/a.ts', content: 'a\nb\n' },
        { in: 10, out: 5, cacheRead: 90 },
      )
      .result('c2')
      .calls('c3', 'Bash', { command: 'npm test' }, { in: 10, out: 5, cacheRead: 90 }).lines,
  },
  codex: {
    path: `.codex/sessions/2026/05/04/rollout-2026-05-04T09-00-00-${id}.jsonl`,
    lines: codexLines(),
  },
  'gemini-cli': {
    path: `.gemini/tmp/demo/chats/session-2026-05-04T09-00-${id.slice(0, 8)}.jsonl`,
    lines: geminiLines(),
  },
  'github-copilot': {
    path: `.copilot/session-state/${id}/events.jsonl`,
    lines: copilotLines(),
  },
};

function codexLines(): readonly string[] {
  const line = (seconds: number, type: string, payload: unknown) => ({
    timestamp: iso(seconds),
    type,
    payload,
  });
  const call = (seconds: number, callId: string, cmd: string) =>
    line(seconds, 'response_item', {
      ...{ type: 'function_call', name: 'exec_command', call_id: callId },
      arguments: JSON.stringify({ cmd }),
    });
  const output = (seconds: number, callId: string, text: string) =>
    line(seconds, 'response_item', { type: 'function_call_output', call_id: callId, output: text });
  const tokens = (seconds: number, n: number) =>
    line(seconds, 'event_msg', {
      type: 'token_count',
      info: {
        total_token_usage: { input_tokens: 100 * n, cached_input_tokens: 90 * n, output_tokens: 5 * n },
      },
    });
  const words = [{ type: 'input_text', text: 'Mend it' }];
  const change = { type: 'add', content: 'a\nb\n' };
  return json([
    line(0, 'session_meta', { id, cwd: '/srv/demo' }),
    line(0, 'event_msg', { type: 'task_started' }),
    line(0, 'response_item', { type: 'message', role: 'user', content: words }),
    call(1, 'c1', 'npm test'),
    tokens(1, 1),
    output(2, 'c1', 'Process exited with code 1\nOutput:\n'),
    call(3, 'c2', 'apply'),
    tokens(3, 2),
    line(3, 'event_msg', {
      type: 'patch_apply_end',
      call_id: 'c2',
      success: true,
      changes: { 'src/a.ts': change },
    }),
    output(4, 'c2', 'Process exited with code 0\nOutput:\n'),
    call(5, 'c3', 'npm test'),
    tokens(5, 3),
  ]);
}

function geminiLines(): readonly string[] {
  const tokens = { input: 100, output: 4, cached: 90, thoughts: 1, tool: 0, total: 105 };
  const call = (callId: string, name: string, args: unknown, status: string, output?: string) => ({
    ...{ id: callId, name, args, status },
    result: output === undefined ? undefined : [{ functionResponse: { response: { output } } }],
  });
  const answer = (seconds: number, messageId: string, ...toolCalls: readonly unknown[]) => ({
    ...{
      id: messageId,
      timestamp: iso(seconds),
      type: 'gemini',
      content: '',
      tokens,
      model: 'gemini-2.5-pro',
      toolCalls,
    },
  });
  const shell = { command: 'npm test' };
  const edit = { file_path: '/srv/demo/src/a.ts', content: 'a\nb\n' };
  return json([
    { sessionId: id, projectHash: 'x', startTime: iso(0), kind: 'main' },
    { $set: { directories: ['/srv/demo'] } },
    { id: 'u1', timestamp: iso(0), type: 'user', content: 'Mend it' },
    // It is told again when its call has ended.
    answer(1, 'm1', call('c1', 'run_shell_command', shell, 'executing')),
    answer(1, 'm1', call('c1', 'run_shell_command', shell, 'success', 'Exit Code: 1')),
    answer(3, 'm2', call('c2', 'write_file', edit, 'success', 'ok')),
    answer(5, 'm3', call('c3', 'run_shell_command', shell, 'executing')),
  ]);
}

function copilotLines(): readonly string[] {
  const event = (seconds: number, type: string, data: unknown) => ({ type, data, timestamp: iso(seconds) });
  const asks = (seconds: number, messageId: string, toolCallId: string, name: string, args: unknown) =>
    event(seconds, 'assistant.message', {
      ...{ messageId, content: '', outputTokens: 5 },
      toolRequests: [{ toolCallId, name, arguments: args }],
    });
  const begins = (seconds: number, toolCallId: string, toolName: string, args: unknown) =>
    event(seconds, 'tool.execution_start', { toolCallId, toolName, arguments: args });
  const ends = (seconds: number, toolCallId: string, success: boolean) =>
    event(seconds, 'tool.execution_complete', { toolCallId, success, result: { content: 'x' } });
  const shell = { command: 'npm test' };
  const create = { path: '/srv/demo/src/a.ts', file_text: 'a\nb\n' };
  return json([
    event(0, 'session.start', { sessionId: id, context: { cwd: '/srv/demo' } }),
    event(0, 'user.message', { content: 'Mend it' }),
    event(0, 'assistant.turn_start', {}),
    asks(1, 'm1', 'c1', 'bash', shell),
    begins(1, 'c1', 'bash', shell),
    ends(2, 'c1', false),
    asks(3, 'm2', 'c2', 'create', create),
    begins(3, 'c2', 'create', create),
    ends(4, 'c2', true),
    asks(5, 'm3', 'c3', 'bash', shell),
    begins(5, 'c3', 'bash', shell),
  ]);
}

function storeWith(agent: string) {
  const home = mkdtempSync(join(tmpdir(), 'agent-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const { path: relative = '', lines = [] } = agents[agent] ?? {};
  const path = join(home, relative);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  const store = agentStores(homeVariables(home)).find((each) => each.agent.id === agent);
  if (!store) throw new Error(`There is no store of ${agent}.`);
  return { home, path, lines, store };
}

const readAll = <R extends LineReader>(reader: R, lines: readonly string[]): R => {
  for (const line of lines) reader.read(line);
  return reader;
};

it('there is a session of every agent that is read', () => {
  expect(
    agentStores({})
      .filter((store) => !(store instanceof UnreadStore))
      .map(({ agent }) => agent.id)
      .toSorted(),
  ).toEqual(Object.keys(agents).toSorted());
});

it('chats of Gemini are those of the project first, each as it lies there', () => {
  const { home, path, store } = storeWith('gemini-cli');
  // The same session, gone on in another file.
  const other = join(home, '.gemini/tmp/other/chats', `session-2026-05-05T09-00-${id.slice(0, 8)}.jsonl`);
  mkdirSync(dirname(other), { recursive: true });
  writeFileSync(other, `${JSON.stringify({ sessionId: id })}\n`);
  utimesSync(path, 1000, 1000);
  expect(store.recent('/srv/demo', 0).map((session) => session.path)).toEqual([path, other]);
  expect(store.recent('/srv/other', 0).map((session) => session.path)).toEqual([other, path]);
});

describe('a chat of Gemini that an older release wrote as one document', () => {
  const [head, , ...messages] = geminiLines().map((line) => JSON.parse(line));
  const now = {
    now: start + 10_000,
    activityWindow: 120_000,
    promptOf: () => undefined,
    beforeReading: () => {},
  };
  const links = { sessionIds: [id], runIds: () => [], otherRun: () => undefined, secrets: [] };
  const run = readRun(join(sessionFixtures, 'workspace/.a5c/runs/20260504-health'));

  function withDocument() {
    const { path, store } = storeWith('gemini-cli');
    const document = path.slice(0, -1);
    renameSync(path, document);
    const write = (told: readonly unknown[]): void =>
      writeFileSync(document, JSON.stringify({ ...head, messages: told, summary: 'x' }, undefined, 2));
    return { path, document, store, write };
  }

  it('is found, counted and told as one of lines', () => {
    const { document, store, write } = withDocument();
    write(messages);
    expect(store.recent('/srv/demo', 0).map((session) => session.path)).toEqual([document]);
    const [report] = atOnce(new RunSessions([store]).read(run, links, now));
    expect(report).toMatchObject({ id, unread: false, now: { kind: 'calling' } });
    expect(report && toSessionEntry(report).totals).toMatchObject({ answers: 3, calls: 3, filesChanged: 1 });

    const rows = new TranscriptFile(document, () => store.rows());
    expect(atOnce(rows.update())).toBe(true);
    expect([...Array(rows.table.length).keys()].map((place) => rows.row(place)?.text)).toContain('Mend it');
  });

  it('is read anew when it was written anew, and not again when it was not', () => {
    const { store, write } = withDocument();
    const sessions = new RunSessions([store]);
    const known = new ReadTranscripts();
    const answers = () =>
      atOnce(sessions.read(run, links, now, known)).map((each) => toSessionEntry(each).totals.answers);
    write(messages.slice(0, 3));
    expect(answers()).toEqual([1]);
    // Nothing of what was there is the same.
    write(messages.slice(2).map((message) => ({ ...message, id: `new-${message.id}` })));
    expect(answers()).toEqual([3]);
    expect(answers()).toEqual([3]);
  });

  it('gives way to the lines in which a newer release goes on', () => {
    const { path, document, store, write } = withDocument();
    write(messages);
    expect(store.find(id)?.path).toBe(document);
    writeFileSync(path, `${JSON.stringify(head)}\n`);
    expect(store.find(id)?.path).toBe(path);
  });

  it('says that it is too large, where it is', () => {
    const { document, store, write } = withDocument();
    write(messages);
    appendFileSync(document, Buffer.alloc(17 * 1024 * 1024, ' '));
    const [state] = atOnce(new RunSessions([store]).look(run, links, now));
    expect(state).toMatchObject({ unread: true, now: { kind: 'unknown' } });
    expect(state?.now.text).toBe('its chat is one JSON document that is too large to be read');
  });
});

describe.each(Object.keys(agents))('sessions of %s', (agent) => {
  it('are found by their ids, and never outside of the store', () => {
    const { home, path, store } = storeWith(agent);
    expect(store.find(id)?.id).toBe(id);
    for (const bad of ['', '.', '..', '../x', '-x', `${id}/..`, 'abcdef01'])
      expect(store.find(bad)).toBeUndefined();
    const outside = join(home, 'outside.jsonl');
    writeFileSync(outside, '{}');
    rmSync(path);
    symlinkSync(outside, path);
    expect(store.find(id)).toBeUndefined();
  });

  it('are among those that went on lately', () => {
    const { store } = storeWith(agent);
    expect(store.recent('/srv/demo', 0).map((session) => session.id)).toEqual([id]);
    expect(store.recent('/srv/demo', Date.now() + 3_600_000)).toEqual([]);
  });

  it('are counted', () => {
    const { store, lines } = storeWith(agent);
    const { transcript } = readAll(store.reader(), lines);
    const window = { effectId: 't', from: start, to: Number.POSITIVE_INFINITY, prompt: undefined };
    const totals = attribute({ main: transcript, subagents: [] }, [window]).tasks.get('t')?.totals;
    // Copilot tells what was put in only when it ends.
    const [input, read] = agent === 'github-copilot' ? [0, 0] : [30, 270];
    expect(totals).toMatchObject({
      ...{ answers: 3, calls: 3, errors: 1 },
      tokens: { in: input, out: 15, cacheWrite: 0, cacheRead: read },
    });
    expect([...(totals?.files.values() ?? [])].map(({ path, added }) => [path, added])).toEqual([
      ['/srv/demo/src/a.ts', 2],
    ]);
    expect(transcript.title).toBe('Mend it');
    expect(transcript.cwd).toBe('/srv/demo');
  });

  it('say what they do now, and no more than they know', () => {
    const { store, lines } = storeWith(agent);
    const { transcript } = readAll(store.reader(), lines);
    const told = (seconds: number) =>
      agentNow({ main: transcript, subagents: [] }, store.process(id, transcript), {
        ...{ now: start + seconds * 1000, activityWindow: 120_000, workLeft: true, secrets: [] },
        mayWaitFor: store.agent.mayWaitFor(transcript),
      });
    expect(told(10)).toMatchObject({ kind: 'calling', certain: false });
    expect(told(10).text).toMatch(/^running, or waiting for (?:your )?(?:permission|approval): npm test$/);
    expect(told(1000).kind).toBe('unknown');
  });

  it('tell at every line what is true by then, and in the end the same as read at once', () => {
    const { store, lines } = storeWith(agent);
    const reader = store.reader();
    let answers = 0;
    for (const line of lines) {
      reader.read(line);
      const now = reader.transcript.work.reduce((sum, work) => sum + work.answers, 0);
      expect(now).toBeGreaterThanOrEqual(answers);
      answers = now;
    }
    expect(reader.transcript).toEqual(readAll(store.reader(), lines).transcript);
    expect(reader.transcript.open.size).toBe(1);
  });

  it('have a row for each thing, told once', () => {
    const { store, path } = storeWith(agent);
    const source = new TranscriptFile(path, () => store.rows());
    atOnce(source.update());
    const search = new RowSearch(source, { filter: 'all', text: '' });
    atOnce(search.update());
    const rows = search.found.map((place) => [source.table.kind(place), source.table.outcome(place)]);
    expect(rows).toEqual([
      ['prompt', undefined],
      ['call', 'error'],
      ['call', 'ok'],
      ['call', undefined],
    ]);
    expect(source.row(search.found[1] ?? 0)?.text).toContain('npm test');
  });

  it('are resumed by a program and an id that no shell would read as its own', () => {
    const { store } = storeWith(agent);
    expect(store.agent.resume(id).join(' ')).toContain(id);
  });

  it('upset nobody, whatever is in their lines', () => {
    const { store, lines } = storeWith(agent);
    const reader = store.reader();
    const rows = store.rows();
    for (const line of [
      '',
      '{',
      '[]',
      'null',
      '{"type":5}',
      '{"message":[]}',
      '{"payload":null}',
      ...lines,
      // JSON.parse reads what JSON.stringify cannot write.
      ...lines.map((line) => line.replaceAll(/\\?"npm test\\?"/g, '['.repeat(20_000) + ']'.repeat(20_000))),
    ]) {
      for (const cut of [line, line.slice(0, line.length / 2)]) {
        reader.read(cut);
        reader.readLong(cut, cut);
        rows.rows(cut);
        rows.rowsOfLong(cut, cut);
      }
    }
    reader.skipped();
    expect(reader.transcript.longLines).toBeGreaterThan(0);
  });
});
