import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import manifest from '../../package.json';

const runs = join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', '.a5c', 'runs');
const fixtures = 'test/fixtures/captured/0.0.187/workspace/.a5c';
const completionProof = 'proof-that-stays-in-its-file';

suite('Other extensions, links and settings', () => {
  let root: string;
  const dialogs: string[] = [];
  /** What a person answers to a modal dialog. */
  let answer: string | undefined;
  const { showWarningMessage, showQuickPick } = vscode.window;
  const configuration = (): vscode.WorkspaceConfiguration =>
    vscode.workspace.getConfiguration('babysitterRuns');
  const set = (name: string, value: unknown): Thenable<void> =>
    configuration().update(name, value, vscode.ConfigurationTarget.Global);

  suiteSetup(async () => {
    const extension = vscode.extensions.getExtension(`${manifest.publisher}.${manifest.name}`);
    root = extension?.extensionPath ?? '';
    // They appear all at once, as the runs of a workspace that is opened do.
    const aside = join(runs, '..', '..', 'aside');
    cpSync(join(root, fixtures), aside, { recursive: true });
    for (const id of ['breakpoint-pending', 'ready']) {
      const file = join(aside, 'runs', id, 'run.json');
      const run = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...run, completionProof }));
    }
    renameSync(aside, join(runs, '..'));
    equal(await extension?.activate(), undefined, 'the extension hands out nothing that could be misused');
    // With an engine, so that nothing but the missing person is in the way.
    await set('engine.path', join(root, 'node_modules', '@a5c-ai', 'babysitter-sdk'));
    await vscode.commands.executeCommand('babysitterRuns.runs.refresh');

    // In this host a modal dialog throws, and nobody is there to answer it.
    vscode.window.showWarningMessage = async (message: string, options?: unknown, ...rest: unknown[]) => {
      const { modal, detail } = (options ?? {}) as vscode.MessageOptions;
      if (modal) dialogs.push(`${message}\n${detail}`);
      return (modal && rest.includes(answer) ? answer : undefined) as never;
    };
  });

  setup(() => {
    dialogs.length = 0;
    answer = undefined;
  });

  suiteTeardown(async () => {
    Object.assign(vscode.window, { showWarningMessage, showQuickPick });
    await set('engine.path', undefined);
    rmSync(join(runs, '..'), { recursive: true, force: true });
  });

  /** Everything by which a command can be told what to act on, besides a click. */
  const names = (id: string, effectId?: string): readonly unknown[] => {
    const dir = join(runs, id);
    const node = { kind: effectId === undefined ? 'run' : 'breakpoint', dir, effectId };
    return [
      { runId: id, effectId },
      { dir, effectId },
      // A row as our tree makes it, made by somebody else.
      { ...node, id: JSON.stringify(Object.values(node)) },
      Object.assign(Object.create({ ...node }), node),
      ...(effectId === undefined ? [id, dir] : []),
    ];
  };

  for (const [command, words] of [
    [
      'breakpoint.approve',
      /^Approve "Approve migration plan"\?\nRun: .*breakpoint-pending\)\nQuestion: Migration plan/,
    ],
    ['run.iterate', /^Iterate ".*"\?\nThis runs the process function of the run/],
  ] as const) {
    test(`${command} asks first, whatever it is called with, and does nothing without a yes`, async () => {
      const id = command === 'run.iterate' ? 'ready' : 'breakpoint-pending';
      const effect = command === 'run.iterate' ? undefined : breakpointOf(id);
      const before = filesOf(id);
      const calls = [...names(id, effect), ...names(id)];

      for (const name of calls) await vscode.commands.executeCommand(`babysitterRuns.${command}`, name);

      equal(dialogs.length, calls.length);
      for (const dialog of dialogs) match(dialog, words);
      deepEqual(filesOf(id), before);
    });
  }

  test('breakpoint.reject asks which of two options rejects, and does nothing without a choice', async () => {
    const before = filesOf('breakpoint-pending');
    const { createQuickPick } = vscode.window;
    let labels: readonly string[] = [];
    vscode.window.createQuickPick = () => {
      const picker = createQuickPick<vscode.QuickPickItem>();
      const show = picker.show.bind(picker);
      picker.show = () => {
        labels = picker.items.map(({ label }) => label);
        show();
        picker.hide();
      };
      return picker as never;
    };

    for (const name of names('breakpoint-pending')) {
      labels = [];
      await vscode.commands.executeCommand('babysitterRuns.breakpoint.reject', name);
      deepEqual(labels.slice(0, 3), ['$(check) Approve', '$(close) Request changes', '$(close) Abort']);
    }

    vscode.window.createQuickPick = createQuickPick;
    deepEqual(filesOf('breakpoint-pending'), before);
  });

  test('what names nothing is refused without a question', async () => {
    const before = filesOf('breakpoint-pending');
    const calls = [
      42,
      [],
      {},
      { runId: 7 },
      { runId: '../runs/breakpoint-pending' },
      '',
      '..',
      { dir: runs },
    ];

    for (const command of ['breakpoint.approve', 'run.iterate', 'run.open', 'task.open']) {
      for (const call of calls) await vscode.commands.executeCommand(`babysitterRuns.${command}`, call);
    }

    deepEqual(dialogs, []);
    deepEqual(filesOf('breakpoint-pending'), before);
  });

  test('breakpoint.answer asks first, too, even when another extension walks through its pickers', async () => {
    const before = filesOf('breakpoint-pending');

    for (const name of names('breakpoint-pending', breakpointOf('breakpoint-pending'))) {
      dialogs.length = 0;
      const answering = vscode.commands.executeCommand('babysitterRuns.breakpoint.answer', name);
      // Whatever is chosen or typed in a picker can be accepted by anybody.
      while (dialogs.length === 0) {
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        await pause(50);
      }
      await answering;
      equal(dialogs.length, 1);
      match(
        dialogs[0] ?? '',
        /^Answer "Approve migration plan"\?\nRun: .*breakpoint-pending\)\nQuestion: Migration plan.*\nAnswer: Approve, counts as approval/,
      );
    }

    deepEqual(filesOf('breakpoint-pending'), before);
  });

  test('a link and a task ask first, too', async () => {
    const before = filesOf('breakpoint-pending');
    const command = 'babysitterRuns.breakpoint.approve';

    const link = vscode.Uri.parse(`command:${command}?${encodeURIComponent('"breakpoint-pending"')}`);
    await vscode.commands.executeCommand('vscode.open', link).then(undefined, () => {});
    deepEqual(filesOf('breakpoint-pending'), before);

    dialogs.length = 0;
    const tasksFile = join(runs, '..', '..', '.vscode', 'tasks.json');
    mkdirSync(join(tasksFile, '..'), { recursive: true });
    const input = { id: 'approve', type: 'command', command, args: 'breakpoint-pending' };
    const task = { label: 'Approve by itself', type: 'process', command: '${input:approve}' };
    writeFileSync(tasksFile, JSON.stringify({ version: '2.0.0', tasks: [task], inputs: [input] }));
    try {
      await vscode.workspace.openTextDocument(tasksFile);
      let found: vscode.Task | undefined;
      while (!found) found = (await vscode.tasks.fetchTasks()).find(({ name }) => name === task.label);
      void vscode.tasks.executeTask(found).then(undefined, () => {});
      while (dialogs.length === 0) await pause(50);
      match(dialogs[0] ?? '', /^Approve "Approve migration plan"\?/);
      deepEqual(filesOf('breakpoint-pending'), before);
    } finally {
      rmSync(join(tasksFile, '..'), { recursive: true, force: true });
    }
  });

  test('breakpoint.snooze does nothing until a person has chosen a time', async () => {
    for (const name of names('breakpoint-pending', breakpointOf('breakpoint-pending'))) {
      let title: string | undefined;
      vscode.window.showQuickPick = async (_items: unknown, options?: vscode.QuickPickOptions) => {
        title = options?.title;
        return undefined as never;
      };
      await vscode.commands.executeCommand('babysitterRuns.breakpoint.snooze', name);
      equal(title, 'Snooze: Approve migration plan');
    }
    vscode.window.showQuickPick = showQuickPick;
  });

  test('a yes in the dialog is a yes', async () => {
    answer = 'Approve';

    await vscode.commands.executeCommand('babysitterRuns.breakpoint.approve', 'breakpoint-pending');

    const result = JSON.parse(
      readFileSync(
        join(runs, 'breakpoint-pending', 'tasks', breakpointOf('breakpoint-pending'), 'result.json'),
        'utf8',
      ),
    );
    equal(result.result.approved, true);
    equal(result.metadata.surface, 'elsewhere');
  });

  test('the journal of a run is a document that cannot be changed', async () => {
    await vscode.commands.executeCommand('babysitterRuns.journal.open', 'iterations-scored');

    const editor = vscode.window.activeTextEditor;
    ok(editor);
    equal(editor.document.uri.scheme, 'babysitter-runs');
    equal(editor.document.languageId, 'jsonc');
    match(editor.document.getText(), /"type": "RUN_CREATED"[^]*"type": "RUN_COMPLETED"/);
    const before = editor.document.getText();
    await vscode.commands.executeCommand('type', { text: 'changed' });
    equal(editor.document.getText(), before);
  });

  test('a task and its result are one document, also of a finished run that nobody looked into', async () => {
    const [task] = readdirSync(join(runs, 'error-caught', 'tasks'));

    await vscode.commands.executeCommand('babysitterRuns.task.open', {
      runId: 'error-caught',
      effectId: task,
    });

    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    match(text, /^\{[^]*"task": \{[^]*"result": \{[^]*"status": "error"/);
  });

  test('documents mask the completion proof', async () => {
    const text = await textOf({
      dir: join(runs, 'ready'),
      shown: { of: 'document', name: { file: 'run.json' } },
    });

    match(text, /"completionProof"\s*:\s*"•••"/);
    doesNotMatch(text, new RegExp(completionProof));
  });

  test('addresses that somebody made up show nothing', async () => {
    const dir = join(runs, 'ready');
    writeFileSync(join(runs, 'outside.txt'), 'nobody is to see this');
    const made = [
      { dir, shown: { of: 'document', name: { file: '../outside.txt' } } },
      { dir, shown: { of: 'document', name: { file: join(runs, 'outside.txt') } } },
      { dir, shown: { of: 'task', effectId: '../../../outside.txt' } },
      { dir: runs, shown: { of: 'document', name: { file: 'outside.txt' } } },
      { dir, shown: { of: 'everything' } },
      { dir: 1, shown: null },
      'no JSON',
    ];

    for (const address of made) doesNotMatch(await textOf(address), /nobody is to see this/);
  });

  test('a changed activity window changes what runs are said to do', async () => {
    match(await shownOf('waiting-agent'), /^waiting for an agent/);

    await set('activityWindow', 1e9);
    match(await shownOf('waiting-agent'), /^probably working/);

    await set('activityWindow', undefined);
    match(await shownOf('waiting-agent'), /^waiting for an agent/);
  });

  test('runs of a further folder come and go with its setting', async () => {
    const further = join(runs, '..', '..', 'further');
    mkdirSync(further);
    cpSync(join(runs, 'created'), join(further, 'from-elsewhere'), { recursive: true });
    equal(await shownOf('from-elsewhere'), '');

    await set('runsDirectories', ['further']);
    await vscode.commands.executeCommand('babysitterRuns.runs.refresh');
    match(await shownOf('from-elsewhere'), /^not started/);

    await set('runsDirectories', undefined);
    equal(await shownOf('from-elsewhere'), '');
  });

  test('settings that make no sense stop nothing', async () => {
    for (const [name, value] of [
      ['runsDirectories', 'further'],
      ['runsDirectories', [1, null, '']],
      ['activityWindow', 'long'],
      ['globalRuns', 'everywhere'],
      ['metrics.key', 7],
      ['metrics.best', null],
      ['respondedBy', {}],
    ] as const) {
      await set(name, value);
      match(await shownOf('waiting-agent'), /^waiting for an agent/, `${name} is ${JSON.stringify(value)}`);
      await set(name, undefined);
    }
  });

  /** What a picker of runs says about a run; empty when it is not in it. */
  async function shownOf(id: string): Promise<string> {
    let shown = '';
    const items = new Promise<void>((resolve) => {
      vscode.window.showQuickPick = async (items: unknown) => {
        const all = items as readonly (vscode.QuickPickItem & { stored: { run: { runId: string } } })[];
        shown = all.find(({ stored }) => stored.run.runId === id)?.description ?? '';
        resolve();
        return undefined as never;
      };
    });
    await vscode.commands.executeCommand('babysitterRuns.run.open');
    await items;
    return shown;
  }
});

function breakpointOf(id: string): string {
  const tasks = join(runs, id, 'tasks');
  const found = readdirSync(tasks).find(
    (task) => JSON.parse(readFileSync(join(tasks, task, 'task.json'), 'utf8')).kind === 'breakpoint',
  );
  return found ?? '';
}

/** Every file of a run with its content. */
function filesOf(id: string): Record<string, string> {
  const files = readdirSync(join(runs, id), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  );
}

async function textOf(address: unknown): Promise<string> {
  const query = typeof address === 'string' ? address : JSON.stringify(address);
  const uri = vscode.Uri.from({ scheme: 'babysitter-runs', path: '/made-up', query });
  return (await vscode.workspace.openTextDocument(uri)).getText();
}
