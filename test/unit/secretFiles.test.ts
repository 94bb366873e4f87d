import { describe, expect, it } from 'vitest';
import { ClaudeReader } from '../../src/agents/claude/core/claudeReader';
import { ClaudeRows } from '../../src/agents/claude/core/claudeRows';
import { CodexReader } from '../../src/agents/codex/core/codexReader';
import { CodexRows } from '../../src/agents/codex/core/codexRows';
import { CopilotReader } from '../../src/agents/copilot/core/copilotReader';
import { CopilotRows } from '../../src/agents/copilot/core/copilotRows';
import { GeminiReader } from '../../src/agents/gemini/core/geminiReader';
import { GeminiRows } from '../../src/agents/gemini/core/geminiRows';
import { agentNow } from '../../src/core/sessions/agentNow';
import { RowTable } from '../../src/core/sessions/rowTable';
import { secretFileIn } from '../../src/core/sessions/secretFiles';
import type { LineReader } from '../../src/core/sessions/transcript';
import type { RowReader } from '../../src/core/sessions/transcriptRow';
import { toRowDetail, toRowView } from '../../src/core/views/page/transcriptView';

const files = [
  ...[
    '.env',
    '.env.local',
    'config/.env.production',
    '.env~',
    '.envrc',
    'deploy/prod.env',
    '.npmrc',
    '.netrc',
  ],
  ...[
    '.pypirc',
    '.git-credentials',
    '/home/me/.ssh/id_rsa',
    'id_ed25519',
    '~/.aws/credentials',
    'credentials.json',
  ],
  ...[
    'service-account-prod.json',
    'certs/server.pem',
    'server.key',
    'a.p12',
    '.docker/config.json',
    'secrets.yaml',
  ],
];

const at = '2026-05-04T09:00:00.000Z';
const content = 'DB=hunter2';

/** Lines in which an agent calls a tool, and gets a result that tells the content. */
type Lines = (name: string, input: unknown) => readonly unknown[];

const claude: Lines = (name, input) => [
  {
    ...{ type: 'assistant', timestamp: at },
    message: { id: 'm', content: [{ type: 'tool_use', id: 'c', name, input }] },
  },
  { type: 'user', timestamp: at, message: { content: [{ type: 'tool_result', tool_use_id: 'c', content }] } },
];

const codex: Lines = (name, input) => {
  const call =
    typeof input === 'string'
      ? { type: 'custom_tool_call', input }
      : { type: 'function_call', arguments: JSON.stringify(input) };
  return [
    { timestamp: at, type: 'response_item', payload: { ...call, name, call_id: 'c' } },
    {
      ...{ timestamp: at, type: 'response_item' },
      payload: { type: 'function_call_output', call_id: 'c', output: content },
    },
  ];
};

const gemini: Lines = (name, args) => [
  {
    ...{ id: 'm', timestamp: at, type: 'gemini', content: '' },
    toolCalls: [{ id: 'c', name, args, status: 'success', result: content }],
  },
];

const copilot: Lines = (toolName, args) => [
  {
    ...{ type: 'tool.execution_start', timestamp: at },
    data: { toolCallId: 'c', toolName, arguments: args },
  },
  {
    ...{ type: 'tool.execution_complete', timestamp: at },
    data: { toolCallId: 'c', success: true, result: { content } },
  },
];

const patch = (file: string): string =>
  `*** Begin Patch\n*** Update File: README.md\n+x\n*** Add File: ${file}\n+${content}\n*** End Patch`;

/** Ways in which a call names a file. */
const commands = (file: string): readonly string[] => [
  `cat ${file}`,
  `cat > ${file} <<EOF\n${content}\nEOF`,
  `echo "${content}" > "${file}"`,
  `printf '${content}' | tee ${file}; ls`,
  `${'true && '.repeat(4000)}cat ${file}`,
  `X=\`cat ${file}\` make`,
];

interface Shape {
  readonly lines: Lines;
  readonly rows: () => RowReader;
  readonly reader: () => LineReader;
  /** Calls that name a file. */
  calls(file: string): readonly (readonly [name: string, input: unknown])[];
}

const agents: Readonly<Record<string, Shape>> = {
  'Claude Code': {
    ...{ lines: claude, rows: () => new ClaudeRows(), reader: () => new ClaudeReader() },
    calls: (file) => [
      ...commands(file).map((command) => ['Bash', { command }] as const),
      ['Write', { file_path: `/srv/demo/${file}`, content }],
      ['Edit', { old_string: 'x', new_string: content, file_path: file }],
      ['Read', { file_path: file }],
      ['mcp__files__write', { command: 'create', text: content, path: file }],
      ['save', { text: content, path: file }],
    ],
  },
  Codex: {
    ...{ lines: codex, rows: () => new CodexRows(), reader: () => new CodexReader() },
    calls: (file) => [
      ...commands(file).map((cmd) => ['exec_command', { cmd }] as const),
      ...commands(file).map((command) => ['shell', { command: ['bash', '-lc', command] }] as const),
      ['shell', { command: ['cat', file] }],
      ['apply_patch', patch(file)],
      ['apply_patch', { input: patch(file) }],
      ['shell', { command: ['apply_patch', patch(file)] }],
      ['exec', `const f = "${file}";\nawait tools.exec_command({ cmd: "echo ${content} > $f" });`],
      ['files__write', { command: 'create', text: content, path: file }],
    ],
  },
  'Gemini CLI': {
    ...{ lines: gemini, rows: () => new GeminiRows(), reader: () => new GeminiReader() },
    calls: (file) => [
      ...commands(file).map((command) => ['run_shell_command', { command }] as const),
      ['write_file', { content, file_path: file }],
      ['read_file', { absolute_path: file }],
      ['save', { text: content, path: file }],
    ],
  },
  'Copilot CLI': {
    ...{ lines: copilot, rows: () => new CopilotRows(), reader: () => new CopilotReader() },
    calls: (file) => [
      ...commands(file).map((command) => ['bash', { command }] as const),
      ['str_replace_editor', { command: 'create', file_text: content, path: file }],
      ['create', { file_text: content, path: file }],
      ['view', { path: file }],
    ],
  },
};

function shownOf({ lines, rows, reader }: Shape, name: string, input: unknown): string {
  const table = new RowTable();
  const written = lines(name, input).map((line) => JSON.stringify(line));
  const all = written.flatMap((line) => rows().rows(line)).filter((row) => row.kind !== 'cut');
  all.forEach((row, part) => table.add(row, { offset: 0, length: 0, part }));
  const source = { table, row: (place: number) => all[place], beside: () => undefined, update: () => [] };
  expect(table.result(0)).toBe(1);
  const read = reader();
  const now = written.slice(0, 1).map((line) => {
    read.read(line);
    const options = { now: Date.parse(at), activityWindow: 1000, workLeft: true, secrets: [] };
    return ['permission prompt', undefined].map((waitingFor) =>
      agentNow(
        { main: read.transcript, subagents: [] },
        { status: waitingFor === undefined ? 'busy' : 'waiting', waitingFor, since: undefined },
        { ...options, mayWaitFor: undefined },
      ),
    );
  });
  const typed = source as unknown as Parameters<typeof toRowView>[0];
  return JSON.stringify([toRowView(typed, 0, []), toRowDetail(typed, 0, []), now]);
}

describe.each(Object.entries(agents))('of a file of secrets %s', (_, shape) => {
  it.each(files)('shows no content: %s', (file) => {
    for (const [name, input] of shape.calls(file)) {
      expect(shownOf(shape, name, input), `${name} ${JSON.stringify(input).slice(0, 300)}`).not.toMatch(
        /hunter2/,
      );
    }
  });

  it('shows that of others', () => {
    for (const [name, input] of shape.calls('src/env.ts')) {
      expect(shownOf(shape, name, input), `${name} ${JSON.stringify(input).slice(0, 300)}`).toMatch(
        /hunter2/,
      );
    }
  });
});

describe('a text', () => {
  it.each([
    ...[
      'const { PORT } = process.env;',
      'if (process.env.CI) x()',
      'import.meta.env.MODE',
      'process?.env',
      'ctx.env.KEY',
    ],
    ...[
      'cmd\n  .env("A", "b")',
      '.env/bin/python',
      'src/environment.ts',
      '.environment',
      'cat id_rsa.pub',
      'keys.ts',
    ],
    ...[
      "fetch(url, { credentials: 'include' })",
      'Ask for the credentials of the user',
      'tokens.key(1)',
      'npmrc',
    ],
    ...['git commit -m "docs: env"', 'secretsOf(run)', 'x.keys'],
  ])('that names none: %s', (text) => {
    expect(secretFileIn(text)).toBeUndefined();
  });

  it.each([
    ['{"path":"\\u0041\\n.env.local"}', '.env.local'],
    ['{"input":"*** Add File: .env\\n+A=b"}', '.env'],
    ['curl -d @.env x', '.env'],
    ['type C:\\repo\\.npmrc', '.npmrc'],
    ['cp {.env,a} b', '.env'],
    ['cat certs/my-server.pem', 'my-server.pem'],
    ['cat ~/.ssh/id_rsa', 'id_rsa'],
    ['cat credentials', 'credentials'],
    ['source .env*', '.env'],
  ])('that names one: %s', (text, file) => {
    expect(secretFileIn(text)).toBe(file);
  });

  it('of any length is searched in linear time', () => {
    const begun = process.cpuUsage().user;
    for (const part of ['.env_', 'id_rsa-', 'a.', 'client_secret', '\\', 'credentials ', 'process.'])
      secretFileIn(part.repeat(200_000));
    expect((process.cpuUsage().user - begun) / 1e6).toBeLessThan(20);
  });
});
