import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import manifest from '../../package.json';

const runs = join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', '.a5c', 'runs');

suite('Agents in the editor', () => {
  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension(`${manifest.publisher}.${manifest.name}`);
    const aside = join(runs, '..', '..', 'aside');
    cpSync(join(extension?.extensionPath ?? '', 'test/fixtures/captured/0.0.187/workspace/.a5c'), aside, {
      recursive: true,
    });
    renameSync(aside, join(runs, '..'));
    await extension?.activate();
    await vscode.commands.executeCommand('babysitterRuns.runs.refresh');
  });

  suiteTeardown(() => rmSync(join(runs, '..'), { recursive: true, force: true }));

  async function ask(tool: string, input: object): Promise<string> {
    const options = { input, toolInvocationToken: undefined };
    const { content } = await vscode.lm.invokeTool(`babysitterRuns_${tool}`, options);
    return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  }

  /** Runs are read in the background. */
  async function pending(): Promise<{ readonly effectId: string }> {
    for (;;) {
      const { runs: listed } = JSON.parse(await ask('list_runs', { limit: 100 }));
      const run = listed.find(({ runId }: { runId: string }) => runId === 'breakpoints-two');
      if (run?.pending[0]) return run.pending[0];
      await pause(100);
    }
  }

  test('are offered the tools of the manifest', () => {
    const offered = vscode.lm.tools
      .map(({ name }) => name)
      .filter((name) => name.startsWith('babysitterRuns_'));
    deepEqual(offered.toSorted(), manifest.contributes.languageModelTools.map(({ name }) => name).toSorted());
  });

  test('get the story of a run', async () => {
    await pending();
    const shown = JSON.parse(await ask('show_run', { runId: 'breakpoints-two' }));
    equal(shown.state, 'needs-you');
    match(await ask('why_stuck', { runId: 'breakpoints-two' }), /answer|question|wait/i);
    match(await ask('report_run', { runId: 'iterations-scored' }), /^# /);
  });

  test('leave a draft, and answer nothing', async () => {
    const { effectId } = await pending();
    const events = readdirSync(join(runs, 'breakpoints-two', 'journal'));
    const input = { runId: 'breakpoints-two', effectId, text: 'Looks fine to me.' };
    match(await ask('draft_answer', input), /Nothing was answered/);
    deepEqual(readdirSync(join(runs, 'breakpoints-two', 'journal')), events);
    equal(existsSync(join(runs, 'breakpoints-two', 'tasks', effectId, 'result.json')), false);
    doesNotMatch(await ask('show_run', { runId: 'breakpoints-two' }), /Looks fine to me/);
  });
});
