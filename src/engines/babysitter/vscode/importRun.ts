import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ProcessFile, RunArchives, UnpackedRun } from '../core/archive/runArchives';
import { commandTitle, pickerTitle } from '../../../core/commands';
import { CancelledError, HumanError } from '../../../core/errors';
import { count, thousands, visible } from '../../../core/format';
import { runTitle } from '../../../core/run/run';
import type { RunStore } from '../../../core/source/runStore';
import { confirm, tell } from '../../../vscode/messages';
import { demandTrust } from '../../../vscode/trust';
import { pick } from '../../../vscode/commands/targets';

export interface ImportRunDeps {
  readonly store: RunStore;
  readonly archives: RunArchives;
  /** Shows a run's page. */
  readonly open: (dir: string) => void;
}

/** Makes a run of this workspace out of an archive, after a look through it and a confirmation. */
export async function importRun({ store, archives, open }: ImportRunDeps): Promise<void> {
  demandTrust();
  const runsDir = await pickRunsDirectory();
  const [archive] =
    (await vscode.window.showOpenDialog({
      title: pickerTitle('run.importArchive'),
      openLabel: 'Import',
      filters: { 'Zip archive': ['zip'] },
      canSelectMany: false,
    })) ?? [];
  if (!archive) throw new CancelledError();
  if (archive.scheme !== 'file')
    throw new HumanError('A run can be imported only from a file on this machine.');
  const unpacked = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Checking the archive…' },
    () => archives.unpack(archive.fsPath, runsDir),
  );
  try {
    await confirm(
      `Import the run "${visible(runTitle(unpacked.run))}"?`,
      describe(unpacked, runsDir),
      unpacked.altered.length > 0 ? 'Import Anyway' : 'Import',
    );
    const runId = unpacked.isTaken(unpacked.runId) ? await askForId(unpacked) : unpacked.runId;
    const { dir, processFile } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Importing the run…' },
      () => unpacked.place(runId),
    );
    const note = await settleProcessFile(unpacked, processFile);
    await store.refresh();
    const imported = `Imported run ${visible(runTitle(unpacked.run))}.`;
    tell(note === undefined ? 'info' : 'warning', [imported, note].filter(Boolean).join(' '), [
      { title: commandTitle('run.open'), run: () => open(dir) },
    ]);
  } finally {
    unpacked.discard();
  }
}

async function pickRunsDirectory(): Promise<string> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const [only] = folders;
  if (!only) throw new HumanError('A run belongs to a project. Open its folder first.');
  const { uri } =
    folders.length === 1
      ? only
      : await pick(
          folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, uri: folder.uri })),
          pickerTitle('run.importArchive'),
          'Which project does the run belong to?',
        );
  return join(uri.fsPath, '.a5c', 'runs');
}

function describe({ run, runId, size, altered, firstEvents }: UnpackedRun, runsDir: string): string {
  // Its tasks are not unpacked yet.
  const problems = run.problems.filter(({ file }) => file.startsWith('journal')).length - altered.length;
  const named = altered.slice(0, 3).join(', ');
  return [
    `${visible(runId)}: ${count(run.eventCount, 'event')}${firstEvents === undefined ? '' : ', the first ones of a longer run'}, ${count(run.story.effects.size, 'task')}, ${thousands(Math.ceil(size / 1_000_000))} MB. It becomes a new folder in ${runsDir}.`,
    altered.length > 0
      ? `${thousands(altered.length)} of its events ${altered.length === 1 ? 'was' : 'were'} altered after the engine wrote them (${visible(named)}${altered.length > 3 ? ', …' : ''}): what the run tells may not be what happened.`
      : 'Event checksums verified.',
    ...(problems > 0 ? [`${count(problems, 'further problem')} with its files; the run shows them.`] : []),
  ].join('\n\n');
}

async function askForId(unpacked: UnpackedRun): Promise<string> {
  const free = (n: number): string =>
    unpacked.isTaken(`${unpacked.runId}-${n}`) ? free(n + 1) : `${unpacked.runId}-${n}`;
  const runId = await vscode.window.showInputBox({
    title: pickerTitle('run.importArchive'),
    prompt: 'A run with this id exists already and stays as it is. Choose another id.',
    value: free(2),
    ignoreFocusOut: true,
    validateInput: (value) =>
      unpacked.isTaken(value.trim()) ? 'A run with this id exists already.' : undefined,
  });
  if (runId === undefined) throw new CancelledError();
  return runId.trim();
}

/** What a person should know of the process file; `undefined`: all is well. */
async function settleProcessFile(unpacked: UnpackedRun, file: ProcessFile): Promise<string | undefined> {
  switch (file.state) {
    case 'there':
    case 'none':
      return undefined;
    case 'outside':
      return 'Its process file lies outside of this project; see whether it is there before you iterate.';
    case 'different':
      return `Its process file is here, but is not the one in the archive: ${visible(file.path)} was left as it is, so finished tasks may be asked again.`;
    case 'missing': {
      const missing = `Its process file is not here: ${visible(file.path)}. Without it the run cannot be iterated.`;
      if (!file.carried) return missing;
      const write = 'Write Process File';
      const chosen = await vscode.window.showWarningMessage(
        'Write the process file that came with the run?',
        {
          modal: true,
          detail: `${file.path} does not exist here. It is a program of whoever made the archive, and iterating the run runs it. It is opened, so that you can read it before.`,
        },
        write,
      );
      if (chosen !== write) return missing;
      unpacked.writeProcessFile();
      await vscode.window.showTextDocument(vscode.Uri.file(file.path), { preview: false });
      return undefined;
    }
    default:
      return file satisfies never;
  }
}
