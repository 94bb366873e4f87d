import { asBabysitter } from '../core/babysitterRun';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunArchives } from '../core/archive/runArchives';
import { pickerTitle } from '../../../core/commands';
import { CancelledError, HumanError, runDeleted } from '../../../core/errors';
import { count, visible } from '../../../core/format';
import { runTitle, taskTitle } from '../../../core/run/run';
import type { OpenedRun } from '../../../core/views/tree/buildTree';
import { confirm, tell, withoutIcons } from '../../../vscode/messages';
import type { OpenedRuns } from '../../../vscode/tree/openedRuns';
import { fileName } from '../../../vscode/commands/exportReport';
import { pick, type RunTarget } from '../../../vscode/commands/targets';

/** So many of the newest requests are offered as the end of what is exported. */
const mostEnds = 500;

export interface ExportRunDeps {
  readonly opened: OpenedRuns;
  readonly archives: RunArchives;
}

/** Writes a run into one archive, so that somebody else can import it and carry it on. */
export async function exportRun(
  { stored, effectId }: RunTarget,
  { opened: runs, archives }: ExportRunDeps,
): Promise<void> {
  const opened = await runs.get(stored.run.key);
  if (!opened) throw new HumanError(runDeleted);
  const { run } = opened;
  const firstEvents = await pickEnd(opened, effectId);
  const processFile = await pickProcessFile(opened);
  await confirm(
    `Export the run "${visible(runTitle(run))}"?`,
    [
      'The archive holds what the run folder holds: prompts, inputs, results and logs as they are, and the completion proof, a secret that an agent needs to finish the run. Give it only to people who may have all that.',
      ...(asBabysitter(run).lock?.alive
        ? ['An engine process holds the run now; what it does from now on is not in the archive.']
        : []),
    ].join('\n\n'),
    'Export',
  );
  const target = await vscode.window.showSaveDialog({
    title: pickerTitle('run.exportArchive'),
    defaultUri: vscode.Uri.file(join(run.projectDir, `${fileName(run.runId)}.zip`)),
    filters: { 'Zip archive': ['zip'] },
  });
  if (!target) throw new CancelledError();
  if (target.scheme !== 'file') throw new HumanError('A run can be exported only to a file on this machine.');
  const packed = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Exporting the run…' },
    () => archives.pack(run.location, target.fsPath, { firstEvents, processFile }),
  );
  const [first] = packed.left;
  const left =
    first === undefined
      ? ''
      : ` Left out: ${visible(first.file)}, which ${first.what}${packed.left.length > 1 ? `, and ${packed.left.length - 1} more` : ''}.`;
  tell(
    first === undefined ? 'info' : 'warning',
    `The run was exported to ${visible(basename(target.fsPath))}: ${count(packed.events, 'event')}, ${count(packed.files, 'file')}.${left}`,
  );
}

/** Up to which event; `undefined`: all. */
async function pickEnd(opened: OpenedRun, effectId: string | undefined): Promise<number | undefined> {
  const { run, details } = opened;
  // Where events lack or repeat, their numbers do not count them.
  const counted = run.story.problems.length === 0 && asBabysitter(run).story.entries === run.eventCount;
  const ends = counted
    ? run.story.effects
        .list()
        .toReversed()
        .slice(0, mostEnds)
        .map((effect) => ({
          label: withoutIcons(`Up to ${visible(taskTitle(effect, details.tasks.get(effect.effectId)))}`),
          description: `${count(effect.requestedSeq, 'event')}, as it was when this was asked for`,
          firstEvents: effect.requestedSeq as number | undefined,
          named: effect.effectId === effectId,
        }))
    : [];
  if (ends.length === 0) return undefined;
  const whole = {
    label: 'Whole run',
    description: count(run.eventCount, 'event'),
    firstEvents: undefined as number | undefined,
    named: false,
  };
  const items = [...ends.filter(({ named }) => named), whole, ...ends.filter(({ named }) => !named)];
  return (await pick(items, pickerTitle('run.exportArchive'), 'How much of the run?')).firstEvents;
}

async function pickProcessFile({ run }: OpenedRun): Promise<boolean> {
  const { entry } = asBabysitter(run).metadata ?? {};
  if (!entry) return false;
  const items = [
    {
      label: 'With its process file',
      detail: `${withoutIcons(visible(basename(entry.importPath)))}, without which nobody can iterate the run. Files that it imports are not included.`,
      included: true,
    },
    { label: 'Without its process file', detail: 'For somebody who has it already.', included: false },
  ];
  return (await pick(items, pickerTitle('run.exportArchive'), 'Should the process file be in the archive?'))
    .included;
}
