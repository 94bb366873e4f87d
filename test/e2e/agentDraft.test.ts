import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDemo } from './support/openDemo';

test('A draft that an agent left stands beside the answers, and only a click sends it', async () => {
  const { page, row, webview, workspace, storage, runDir, answerTo, screenshot } = await openDemo();
  await row(/^Breakpoint Approve migration plan/)
    .first()
    .click();
  const question = webview().getByRole('region', { name: 'Approve migration plan' });
  await question.waitFor();

  // An agent finds the question and leaves words, over the protocol.
  const runId = runDir('breakpoint').split('/').at(-1) ?? '';
  const drafts = join(storage, 'agentDrafts');
  const { pending } = JSON.parse(callTool(workspace, drafts, 'show_run', { runId })) as {
    readonly pending: readonly { readonly effectId: string }[];
  };
  const effectId = pending[0]?.effectId ?? '';
  callTool(workspace, drafts, 'draft_answer', { runId, effectId, text: 'Looks fine to me.' });

  await question.getByText(/An agent left a draft.*“Looks fine to me\.”/).waitFor();
  await screenshot('agent-draft');
  expect(await question.getByRole('textbox').inputValue()).toBe('Looks fine to me.');
  expect(existsSync(join(runDir('breakpoint'), 'tasks', effectId, 'result.json'))).toBe(false);

  // What a person writes instead is theirs.
  await question.getByRole('textbox').fill('Looks fine to us.');
  await question.getByText(/An agent left a draft/).waitFor({ state: 'detached' });
  await question.getByRole('button', { name: 'Approve', exact: true }).click();
  await page
    .getByText(/^Approved "Approve migration plan"/)
    .first()
    .waitFor();
  expect(answerTo('breakpoint', 'Approve migration plan').result).toMatchObject({
    approved: true,
    response: 'Looks fine to us.',
  });
}, 120_000);

/** The text that a tool of the server for agents gives, called as another program does. */
function callTool(workspace: string, drafts: string, name: string, input: object): string {
  const client = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  };
  const messages = [
    { jsonrpc: '2.0', id: 1, method: 'initialize', params: client },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: input } },
  ];
  const lines = execFileSync(process.execPath, ['dist/mcp.js', workspace, '--drafts', drafts], {
    input: messages.map((message) => `${JSON.stringify(message)}\n`).join(''),
    encoding: 'utf8',
  });
  const replies = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return replies.find(({ id }) => id === 2).result.content[0].text;
}
