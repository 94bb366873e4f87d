import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const proof = 'proof-that-stays-in-its-file';

interface Reply {
  readonly id: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client that knows nothing but the protocol. */
class Client {
  readonly #waiting: ((reply: Reply) => void)[] = [];
  readonly #came: Reply[] = [];
  #ids = 0;

  constructor(private readonly server: ChildProcessWithoutNullStreams) {
    createInterface({ input: server.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply;
      const next = this.#waiting.shift();
      if (next) next(reply);
      else this.#came.push(reply);
    });
  }

  send(line: string): void {
    this.server.stdin.write(`${line}\n`);
  }

  next(): Promise<Reply> {
    const came = this.#came.shift();
    return came ? Promise.resolve(came) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  async request(method: string, params?: object): Promise<Reply> {
    const id = (this.#ids += 1);
    this.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const reply = await this.next();
    expect(reply.id).toBe(id);
    return reply;
  }

  async call(name: string, input: object): Promise<{ readonly text: string; readonly isError: boolean }> {
    const { result, error } = await this.request('tools/call', { name, arguments: input });
    const content = (result?.['content'] ?? []) as readonly { readonly text: string }[];
    return {
      text: content[0]?.text ?? error?.message ?? '',
      isError: result?.['isError'] === true || !!error,
    };
  }
}

describe('the server for agents outside', () => {
  const folder = mkdtempSync(join(tmpdir(), 'babysitter-runs-mcp-'));
  const workspace = join(folder, 'workspace');
  const drafts = join(folder, 'drafts');
  const pending = join(workspace, '.a5c', 'runs', 'breakpoint-pending');
  let server: ChildProcessWithoutNullStreams;
  let client: Client;
  let question = '';

  beforeAll(async () => {
    const outfile = join(folder, 'dist', 'mcp.cjs');
    await build({
      ...{ absWorkingDir: root, entryPoints: ['src/mcp.ts'], outfile },
      ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'silent' },
    });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '9.9.9' }));
    mkdirSync(workspace);
    cpSync(join(root, 'test/fixtures/captured/0.0.187/workspace/.a5c'), join(workspace, '.a5c'), {
      recursive: true,
    });
    const file = join(pending, 'run.json');
    writeFileSync(
      file,
      JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), completionProof: proof, prompt: proof }),
    );
    server = spawn(process.execPath, [outfile, workspace, '--drafts', drafts], { stdio: 'pipe' });
    client = new Client(server);
  });
  afterAll(() => {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('agrees on a version, and offers its tools', async () => {
    const old = await client.request('initialize', {
      protocolVersion: '2024-11-05',
      capabilities: {},
      clientInfo: {},
    });
    expect(old.result).toMatchObject({
      protocolVersion: '2024-11-05',
      capabilities: { tools: {} },
      serverInfo: { name: 'babysitter-runs', version: '9.9.9' },
    });
    const unknown = await client.request('initialize', { protocolVersion: '2099-01-01' });
    expect(unknown.result?.['protocolVersion']).toBe('2025-11-25');
    client.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    expect((await client.request('ping')).result).toEqual({});
    const { result } = await client.request('tools/list');
    const tools = (result?.['tools'] ?? []) as readonly {
      name: string;
      annotations: { readOnlyHint: boolean };
    }[];
    expect(tools.map(({ name, annotations }) => [name, annotations.readOnlyHint])).toEqual([
      ...[
        ['list_runs', true],
        ['show_run', true],
        ['why_stuck', true],
        ['report_run', true],
      ],
      ['draft_answer', false],
    ]);
  });

  it('tells what is wrong with a message, and goes on', async () => {
    client.send('{');
    expect((await client.next()).error?.code).toBe(-32700);
    client.send('{"id":1}');
    expect((await client.next()).error?.code).toBe(-32600);
    client.send('[]');
    expect((await client.next()).error?.code).toBe(-32600);
    expect((await client.request('tasks/answer')).error?.code).toBe(-32601);
    expect((await client.request('tools/call', { name: 'approve' })).error?.code).toBe(-32602);
    expect((await client.call('show_run', {})).text).toMatch(/not valid: runId/);
    expect((await client.call('show_run', { runId: '../..' })).text).toMatch(/no such run/);
  });

  it('tells the story of a run, without its secret', async () => {
    const list = await client.call('list_runs', { state: 'needs-you', limit: 100 });
    const { runs } = JSON.parse(list.text) as { runs: { runId: string; pending: { effectId: string }[] }[] };
    const listed = runs.find(({ runId }) => runId === 'breakpoint-pending');
    question = listed?.pending[0]?.effectId ?? '';
    expect(question).not.toBe('');
    const shown = await client.call('show_run', { runId: 'breakpoint-pending' });
    expect(JSON.parse(shown.text)).toMatchObject({ runId: 'breakpoint-pending', state: 'needs-you' });
    const why = await client.call('why_stuck', { runId: 'breakpoint-pending' });
    expect(why).toMatchObject({ isError: false, text: expect.stringMatching(/answer|question|wait/i) });
    const report = await client.call('report_run', { runId: 'iterations-scored' });
    expect(report.text).toContain('## ');
    for (const { text } of [shown, why, await client.call('report_run', { runId: 'breakpoint-pending' })]) {
      expect(text).not.toContain(proof);
    }
  });

  it('is bounded, however much a run returned', async () => {
    for (const tool of ['show_run', 'report_run']) {
      expect((await client.call(tool, { runId: 'large-value' })).text.length).toBeLessThan(110_000);
    }
  });

  it('leaves a draft and answers nothing', async () => {
    const before = readdirSync(pending, { recursive: true }).toSorted();
    const runId = 'breakpoint-pending';
    expect((await client.call('draft_answer', { runId, effectId: 'none', text: 'No.' })).isError).toBe(true);
    const { text } = await client.call('draft_answer', {
      runId,
      effectId: question,
      text: 'Looks fine to me.',
    });
    expect(text).toMatch(/Nothing was answered/);
    expect(readdirSync(pending, { recursive: true }).toSorted()).toEqual(before);
    const [file = ''] = readdirSync(drafts);
    expect(JSON.parse(readFileSync(join(drafts, file), 'utf8'))).toMatchObject({
      effectId: question,
      text: 'Looks fine to me.',
    });
  });

  it('ends when its input does', async () => {
    const ended = new Promise((resolve) => server.on('exit', resolve));
    server.stdin.end();
    expect(await ended).toBe(0);
  });
});
