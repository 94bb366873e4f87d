import * as vscode from 'vscode';
import { pickerTitle } from '../../core/commands';
import { CancelledError, HumanError } from '../../core/errors';
import { visible } from '../../core/format';
import { runsText } from '../../core/order/runMarks';
import type { StoredRun } from '../../core/source/runStore';
import { writeReport } from '../../core/views/report/formats';
import { makeReport } from '../makeReport';
import { tell } from '../messages';
import { fileName, formats, wayTo, type ExportReportDeps } from './exportReport';
import { pick } from './targets';

/** Writes the reports of several runs into one folder, as one file each; no file is written over. */
export async function exportReports(
  runs: readonly StoredRun[],
  deps: Pick<ExportReportDeps, 'opened' | 'inSlices' | 'readSources' | 'sessionWork'>,
): Promise<void> {
  const title = pickerTitle('run.export');
  const { format } = await pick(
    formats,
    title,
    `Choose a format for the reports of ${runsText(runs.length)}`,
  );
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: `Folder for ${runs.length} reports`,
      openLabel: `Export ${runs.length} Reports`,
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!folder) throw new CancelledError();
  let written = 0;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Exporting reports', cancellable: true },
    async (progress, token) => {
      const taken = new Set((await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name));
      for (const { run, engine } of runs) {
        if (token.isCancellationRequested) break;
        progress.report({ message: `${written} of ${runs.length}`, increment: 100 / runs.length });
        const opened = await deps.opened.get(run.key);
        if (!opened) continue;
        const sources = {
          ...deps.readSources(opened.run),
          work: await deps.sessionWork.of(opened.run, false),
        };
        const report = await deps.inSlices(makeReport(opened, engine, sources, undefined));
        const target = vscode.Uri.joinPath(folder, freeName(`report-${fileName(run.runId)}`, format, taken));
        const text = writeReport(report, format, wayTo(run.projectDir, target));
        await vscode.workspace.fs.writeFile(target, Buffer.from(text));
        written += 1;
      }
    },
  );
  const said = `${written} of ${runs.length} reports were written to ${visible(folder.fsPath)}.`;
  if (written === 0) throw new HumanError(said);
  tell('info', said);
}

/** Runs of several folders may have the same id. */
function freeName(name: string, extension: string, taken: Set<string>): string {
  let free = `${name}.${extension}`;
  for (let n = 2; taken.has(free); n += 1) free = `${name}-${n}.${extension}`;
  taken.add(free);
  return free;
}
