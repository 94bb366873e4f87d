import { describe, expect, it } from 'vitest';
import { ClaudeReader } from '../../src/agents/claude/core/claudeReader';
import { listsProcesses, slugOf } from '../../src/agents/claude/core/claudeCode';
import { CodexReader } from '../../src/agents/codex/core/codexReader';
import { inWords } from '../../src/core/sessions/action';
import type { LineReader, Transcript } from '../../src/core/sessions/transcript';
import { ClaudeLines } from '../support/claudeLines';

const start = '2026-05-04T09:00:00.000Z';
const read = (lines: readonly string[], reader: LineReader = new ClaudeReader()): Transcript => {
  for (const line of lines) reader.read(line);
  return reader.transcript;
};
const callsOf = ({ work }: Transcript) => work.flatMap(({ calls }) => calls);

describe('lines of Claude Code', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['Read', { file_path: '/srv/demo/src/a.ts' }, 'reading src/a.ts'],
    ['NotebookEdit', { notebook_path: '/elsewhere/a.ipynb' }, 'editing /elsewhere/a.ipynb'],
    ['Grep', { pattern: 'x+' }, 'searching x+'],
    ['Agent', { description: 'List the routes' }, 'delegating: List the routes'],
    ['Task', { description: 'List the routes' }, 'delegating: List the routes'],
    ['WebSearch', { query: 'node' }, 'looking up node'],
    ['TodoWrite', { todos: [] }, 'planning'],
    ['mcp__github__list_issues', {}, 'using list_issues of github'],
    ['Bash', { command: 'npm run build', description: 'Build it' }, 'running Build it'],
    [
      'Bash',
      { command: `echo ${'word '.repeat(30)}` },
      'running echo word word word word word word word word word word word…',
    ],
    ['Unheard', { count: 1, topic: 'birds' }, 'Unheard birds'],
  ])('%s', (name, input, words) => {
    const call = callsOf(read(new ClaudeLines(start).calls('t1', name, input).lines))[0];
    expect(call && inWords(call.action)).toBe(words);
  });

  it('takes for the title what a person chose, then what the model chose, then the first prompt', () => {
    const lines = new ClaudeLines(start).prompt(
      '<command-name>/fix</command-name><command-args>it</command-args>',
    );
    expect(read(lines.lines).title).toBe('/fix it');
    expect(read(lines.add({ type: 'summary', summary: 'S' }).lines).title).toBe('S');
    expect(read(lines.add({ type: 'ai-title', aiTitle: 'A' }).lines).title).toBe('A');
    expect(
      read(
        lines.add({ type: 'custom-title', customTitle: 'C' }).add({ type: 'ai-title', aiTitle: 'B' }).lines,
      ).title,
    ).toBe('C');
  });

  it('tells apart what failed, what a person refused and what was interrupted', () => {
    const lines = new ClaudeLines(start)
      .runs('t1', 'a')
      .runs('t2', 'b')
      .runs('t3', 'c')
      .runs('t4', 'd')
      .result('t3', "The user doesn't want to proceed with this tool use.", true)
      .result('t1', 'Exit code 2', true)
      .result('t2')
      .prompt('[Request interrupted by user]');
    expect(callsOf(read(lines.lines)).map(({ outcome }) => outcome)).toEqual([
      'error',
      'ok',
      'refused',
      'interrupted',
    ]);
  });

  it('counts files only where a tool changed them', () => {
    const path = '/srv/demo/a.ts';
    const lines = new ClaudeLines(start)
      .calls('t1', 'Edit', { file_path: path, old_string: 'a', new_string: 'b\nc' })
      .result('t1', 'String to replace not found', true)
      .calls('t2', 'Write', { file_path: path, content: 'a\nb\n' })
      .result('t2', 'ok', false, { type: 'create' });
    expect(callsOf(read(lines.lines)).flatMap(({ files }) => files)).toEqual([
      { path, created: true, added: 2, removed: 0 },
    ]);
  });

  it('leaves out answers that are none, and says where the count is not final', () => {
    const lines = new ClaudeLines(start).fails('server_error').says('so', null);
    const { work } = read(lines.lines);
    expect(work.map(({ answers, atLeast }) => [answers, atLeast])).toEqual([[1, true]]);
  });

  it('counts bad and unknown lines, and skips signs of life', () => {
    const lines = new ClaudeLines(start).add({ type: 'progress', data: {} }).add({ type: 'of-tomorrow' });
    const { badLines, unknownLines, lines: all } = read([...lines.lines, '{"type":', '', '[1]']);
    expect([all, badLines, unknownLines]).toEqual([5, 2, 1]);
  });

  it('finds of a line that is too long to be parsed what counts', () => {
    const usage = { in: 3, out: 40, cacheRead: 5 };
    const lines = new ClaudeLines(start)
      .calls('t1', 'Write', { file_path: '/srv/demo/a', content: 'x"usage":{'.repeat(20_000) }, usage)
      .result('t1', `${'y'.repeat(200_000)}`, true);
    const reader = new ClaudeReader();
    for (const line of lines.lines) reader.readLong(line.slice(0, 65_536), line.slice(-65_536));
    const { work, lastAt } = reader.transcript;
    expect(work[0]).toMatchObject({
      tokens: { in: 3, out: 40, cacheWrite: 0, cacheRead: 5 },
      atLeast: false,
    });
    expect(work[0]?.calls[0]).toMatchObject({ id: 't1', outcome: 'error', action: { object: 'a' } });
    expect(lastAt).toBe(Date.parse(start) + 1000);
  });

  it('knows the folder of a directory, and which releases list their processes', () => {
    expect(slugOf('/srv/demo/shop.app_v2')).toBe('-srv-demo-shop-app-v2');
    expect(slugOf('C:\\dev\\x')).toBe('C--dev-x');
    expect(['2.1.138', '2.1.139', '2.0.200', '2.2.0', '3.0.0', 'x', undefined].map(listsProcesses)).toEqual([
      ...[false, true, false, true, true, false, false],
    ]);
  });
});

describe('lines of Codex', () => {
  const line = (type: string, payload: unknown, seconds = 0): string =>
    JSON.stringify({ timestamp: new Date(Date.parse(start) + seconds * 1000).toISOString(), type, payload });
  const counted = (input: number, cached: number, output: number): string =>
    line('event_msg', {
      type: 'token_count',
      info: {
        total_token_usage: { input_tokens: input, cached_input_tokens: cached, output_tokens: output },
      },
    });
  const call = (name: string, input: unknown, custom = false): string =>
    line('response_item', {
      ...(custom
        ? { type: 'custom_tool_call', input }
        : { type: 'function_call', arguments: JSON.stringify(input) }),
      ...{ name, call_id: 'c1' },
    });
  const output = (text: unknown): string =>
    line('response_item', { type: 'function_call_output', call_id: 'c1', output: text });
  const codex = (...lines: readonly string[]): Transcript => read(lines, new CodexReader());

  it.each<[string, string]>([
    [call('shell', { command: ['bash', '-lc', 'npm test'] }), 'running npm test'],
    [call('shell', { command: ['git', 'status'] }), 'running git status'],
    [call('exec_command', { cmd: 'ls' }), 'running ls'],
    [call('exec', 'const r = await tools.exec_command({ cmd: "npm ci" });', true), 'running npm ci'],
    [call('apply_patch', '*** Begin Patch\n*** Update File: src/a.ts\n', true), 'editing src/a.ts'],
    [call('update_plan', { plan: [] }), 'planning'],
  ])('%s', (written, words) => {
    expect(callsOf(codex(written)).map(({ action }) => inWords(action))).toEqual([words]);
  });

  it('knows which call began which agent, and with which words', () => {
    const spawned = codex(
      call('spawn_agent', { message: 'Write tests.' }),
      output('{"agent_id":"t-9"}'),
    ).spawned;
    expect([...spawned].map(([id, { prompt }]) => [id, prompt])).toEqual([['t-9', 'Write tests.']]);
  });

  it.each<[unknown, string]>([
    ['{"output":"x","metadata":{"exit_code":1}}', 'error'],
    ['{"output":"Exit code: 1","metadata":{"exit_code":0}}', 'ok'],
    ['Wall time: 1s\nProcess exited with code 2\nOutput:\n', 'error'],
    ['Process exited with code 0\nOutput:\nProcess exited with code 1', 'ok'],
    ['Exit code: 1\nOutput:\n', 'error'],
    ['exec command rejected by user', 'refused'],
    ['aborted by user after 2s', 'interrupted'],
    [[{ type: 'input_text', text: 'done' }], 'ok'],
  ])('%j', (text, outcome) => {
    expect(callsOf(codex(call('exec_command', { cmd: 'x' }), output(text)))[0]?.outcome).toBe(outcome);
  });

  it('gives a patch to the script that applied it, and knows relative paths', () => {
    const patch = (id: string, success: boolean, path: string) =>
      line('event_msg', {
        type: 'patch_apply_end',
        call_id: id,
        success,
        changes: { [path]: { type: 'add', content: 'a\n' } },
      });
    const { work, open } = codex(
      line('session_meta', { id: 's', cwd: '/srv/demo' }),
      call('exec', 'x', true),
      patch('p1', true, 'src/a.ts'),
      patch('c1', true, '/srv/demo/b.ts'),
      patch('p2', false, 'c.ts'),
    );
    const [only] = work.flatMap(({ calls }) => calls);
    expect(only?.files.map(({ path }) => path)).toEqual(['/srv/demo/src/a.ts', '/srv/demo/b.ts']);
    // It goes on after a patch that failed, and tells itself how it ended.
    expect([only?.outcome, open.size]).toEqual([undefined, 1]);
  });

  it('ends a patch that failed', () => {
    const { work } = codex(
      call('apply_patch', 'x', true),
      line('event_msg', { type: 'patch_apply_end', call_id: 'c1', success: false }),
    );
    expect(work[0]?.calls[0]?.outcome).toBe('error');
  });

  it('counts growth, and takes a drop for a new beginning', () => {
    const { work } = codex(counted(10, 4, 2), counted(10, 4, 2), counted(5, 0, 0), counted(9, 1, 3));
    expect(work.map(({ tokens }) => [tokens.in, tokens.out, tokens.cacheRead])).toEqual([
      [6, 2, 4],
      [3, 3, 1],
    ]);
  });

  it('is at its limit at a hundred per cent', () => {
    const limits = (used: number) => ({
      primary: { used_percent: used, resets_at: 2_000_000_000 },
      secondary: null,
    });
    const told = (used: number) =>
      codex(line('event_msg', { type: 'token_count', info: null, rate_limits: limits(used) })).limit?.until;
    expect([told(99.9), told(100)]).toEqual([undefined, 2_000_000_000_000]);
  });

  it('takes for a prompt only what a person wrote', () => {
    const message = (text: string) =>
      line('response_item', { type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
    expect(codex(message('<user_instructions>x'), message('Do it.')).title).toBe('Do it.');
  });

  it('ends its turn where it says so', () => {
    const event = (type: string) => line('event_msg', { type });
    expect(codex(event('task_started')).turn).toBe('open');
    expect(codex(event('task_started'), event('task_complete')).turn).toBe('ended');
    const stopped = codex(call('exec_command', { cmd: 'x' }), event('turn_aborted'));
    expect([stopped.turn, callsOf(stopped)[0]?.outcome]).toEqual(['interrupted', 'interrupted']);
  });

  it('reads of a line that is too long only what it is', () => {
    const reader = new CodexReader();
    reader.read(call('exec_command', { cmd: 'x' }));
    const long = output(`Process exited with code 1\nOutput:\n${'x'.repeat(200_000)}`);
    reader.readLong(long.slice(0, 65_536), long.slice(-65_536));
    const compacted = line('compacted', { replacement_history: ['x'.repeat(200_000)] });
    reader.readLong(compacted.slice(0, 65_536), compacted.slice(-65_536));
    expect(callsOf(reader.transcript)[0]?.outcome).toBe('error');
    expect(reader.transcript.marks.map(({ kind }) => kind)).toEqual(['compaction']);
  });
});

it.each([() => new ClaudeReader(), () => new CodexReader()])('reads lines that are nested deeply', (make) => {
  const deep = `${'{"a":['.repeat(100_000)}1${']}'.repeat(100_000)}`;
  const reader = make();
  const lines = [
    `{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"c","name":"Bash","input":${deep}}]}}`,
    `{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"c","content":${deep}}]}}`,
    `{"type":"response_item","payload":{"type":"local_shell_call","call_id":"c","action":${deep}}}`,
    `{"type":"response_item","payload":{"type":"function_call_output","call_id":"c","output":${deep}}}`,
  ];
  for (const line of lines) reader.read(line);
  expect(reader.transcript).toMatchObject({ lines: 4, badLines: 0 });
});
