import { basename, dirname, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { pickerTitle } from '../../core/commands';
import { reportScheme } from '../../core/contract';
import { CancelledError, HumanError, runDeleted } from '../../core/errors';
import { count, list, visible } from '../../core/format';
import { writeReport, type ReportFormat } from '../../core/views/report/formats';
import type { Report } from '../../core/views/report/report';
import type { SessionWork } from '../../core/sessions/runWork';
import type { InSlices } from '../../core/sliced';
import { makeReport, type ReadSources } from '../makeReport';
import { tell, type Choice } from '../messages';
import type { OpenedRuns } from '../tree/openedRuns';
import { pickExtent } from './pickIteration';
import type { Targets } from './targets';

export interface Format extends vscode.QuickPickItem {
  readonly format: ReportFormat;
  /** The language of its text in an editor. */
  readonly language: string;
}

export const formats: readonly Format[] = [
  {
    format: 'html',
    language: 'html',
    label: 'HTML',
    detail: 'One file with a chart, to be read in a browser, printed or sent. It loads nothing.',
  },
  { format: 'md', language: 'markdown', label: 'Markdown', detail: 'For pull requests, issues and wikis.' },
  {
    format: 'json',
    language: 'json',
    label: 'JSON',
    detail: 'Everything in the report as data, for programs.',
  },
  { format: 'csv', language: 'plaintext', label: 'CSV', detail: 'A row for each task, for spreadsheets.' },
];

export interface ExportReportDeps {
  readonly targets: Targets;
  readonly opened: OpenedRuns;
  readonly readSources: ReadSources;
  readonly sessionWork: SessionWork;
  readonly inSlices: InSlices;
}

/** Asks for extent, format and place, with a preview on the way, and writes the report of a run. */
export async function exportReport(argument: unknown, deps: ExportReportDeps): Promise<void> {
  const { stored, iteration } = await deps.targets.run(argument, pickerTitle('run.export'));
  const opened = await deps.opened.get(stored.run.key);
  if (!opened) throw new HumanError(runDeleted);
  const n = await pickExtent(
    opened,
    pickerTitle('run.export'),
    'What should the report be about?',
    iteration,
  );
  const sources = {
    ...deps.readSources(opened.run),
    work: await deps.sessionWork.of(opened.run, true),
  };
  const report = await deps.inSlices(makeReport(opened, stored.engine, sources, n));
  const { format } = await pickFormat(report);
  const { runId, projectDir } = opened.run;
  const name = `report-${fileName(runId)}${n === undefined ? '' : `-iteration-${n}`}.${format}`;
  const target = await vscode.window.showSaveDialog({
    title: pickerTitle('run.export'),
    defaultUri: vscode.Uri.file(join(projectDir, name)),
    filters: { [formats.find((item) => item.format === format)?.label ?? format]: [format] },
  });
  if (!target) throw new CancelledError();
  await vscode.workspace.fs.writeFile(
    target,
    Buffer.from(writeReport(report, format, wayTo(projectDir, target))),
  );
  await vscode.window.showTextDocument(target, { preview: false });
  tell('info', `The report was written to ${visible(basename(target.path))}.`, openChoices(format, target));
}

/** Each format can be looked at before one is chosen. */
async function pickFormat(report: Report): Promise<Format> {
  // An untitled document would ask to be saved.
  const previews = new Map<string, string>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(reportScheme, {
    provideTextDocumentContent: ({ query }) => previews.get(query) ?? '',
  });
  const picker = vscode.window.createQuickPick<Format>();
  picker.title = `${pickerTitle('run.export')} (secrets are left out, paths are relative to the project)`;
  picker.placeholder = `Choose a format for ${contents(report)}`;
  picker.ignoreFocusOut = true;
  const buttons = [{ iconPath: new vscode.ThemeIcon('open-preview'), tooltip: 'Preview' }];
  picker.items = formats.map((item) => ({ ...item, buttons }));
  const preview = async ({ format, language }: Format): Promise<void> => {
    const query = `${Date.now()}.${format}`;
    previews.set(query, writeReport(report, format));
    const uri = vscode.Uri.from({ scheme: reportScheme, path: `/Report.${format}`, query });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, language);
    await vscode.window.showTextDocument(document, { preview: true, preserveFocus: true });
  };
  try {
    return await new Promise<Format>((resolve, reject) => {
      picker.onDidAccept(() => picker.selectedItems[0] && resolve(picker.selectedItems[0]));
      picker.onDidTriggerItemButton(({ item }) => void preview(item));
      picker.onDidHide(() => reject(new CancelledError()));
      picker.show();
    });
  } finally {
    picker.dispose();
    provider.dispose();
  }
}

/** "12 tasks, 4 iterations, 2 answers and 3 findings". */
function contents(report: Report): string {
  const parts = (
    [
      [report.tasks.length + report.left.tasks, 'task'],
      [report.scope === 'run' ? report.iterations.length : 0, 'iteration'],
      [report.answers.length, 'answer'],
      [report.findings.length + report.left.findings, 'finding'],
      [report.artefacts.length + report.left.artefacts, 'artefact'],
    ] as const
  ).flatMap(([n, noun]) => (n === 0 ? [] : [count(n, noun)]));
  return parts.length === 0 ? 'a run without tasks' : list(parts);
}

/** The relative URL from a report's folder to the project; empty where they are not on the same disk. */
export function wayTo(projectDir: string, target: vscode.Uri): string {
  if (target.scheme !== 'file') return '';
  const way = relative(dirname(target.fsPath), projectDir);
  if (way === '' || /^[a-z]:/i.test(way)) return '';
  return `${way.split(sep).map(encodeURIComponent).join('/')}/`;
}

function openChoices(format: ReportFormat, target: vscode.Uri): readonly Choice[] {
  if (format === 'md') {
    return [
      { title: 'Open Preview', run: () => vscode.commands.executeCommand('markdown.showPreview', target) },
    ];
  }
  // A browser elsewhere cannot see the files of this machine.
  const local = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  return format === 'html' && local
    ? [{ title: 'Open in Browser', run: () => vscode.env.openExternal(target) }]
    : [];
}

/** A run id may be any text. */
export function fileName(runId: string): string {
  return runId.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80);
}
