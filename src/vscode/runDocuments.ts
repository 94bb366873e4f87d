import * as vscode from 'vscode';
import { runDeleted } from '../core/errors';
import { documentScheme } from '../core/contract';
import { DisposableStore } from '../core/disposables';
import { runStory } from '../core/views/compare/story';
import {
  fileDocument,
  journalDocument,
  taskDocument,
  valueDocument,
  type DocumentPart,
} from '../core/documents';
import { shortId, visible } from '../core/format';
import { cleaner } from '../core/views/report/cleanText';
import { isRecord, isSegment, parseJson } from '../core/run/lenient';
import { secretsIn } from '../core/run/secrets';
import { fileOfRef } from '../core/run/task';
import { toDocumentName, type DocumentName } from '../core/source/documentName';
import type { Run } from '../core/run/run';
import { asRunKey, keyText, type RunKey } from '../core/run/runKey';
import type { RunSource } from '../core/source/runSource';
import type { RunStore } from '../core/source/runStore';
import { runDocument } from '../core/views/travel/runDocument';
import type { PastRuns } from './panel/pastRuns';
import type { OpenedRuns } from './tree/openedRuns';

/** What a read-only document shows of a run. */
type Shown =
  | { readonly of: 'journal' }
  /** How the run stands, or with so many events stood. */
  | { readonly of: 'run'; readonly event: number | undefined }
  | { readonly of: 'task'; readonly effectId: string }
  | { readonly of: 'document'; readonly name: DocumentName }
  | { readonly of: 'value'; readonly value: RunValue; readonly effectId: string }
  /** The run, or one of its iterations, as text, without ids and times. */
  | { readonly of: 'story'; readonly n: number | undefined };

/** A value of a run that is compared with another one. */
export type RunValue = (typeof runValues)[number];

const runValues = ['inputs', 'output', 'task-inputs', 'task-result'] as const;

/** So many of the newest events fit into one document; so many are read before other work gets its turn. */
const mostEvents = 2000;
const eventsAtOnce = 100;

/** Read-only documents made from the files of runs, secrets masked. They follow the run while they are open. */
export class RunDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #disposables = new DisposableStore();
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly store: RunStore,
    private readonly opened: OpenedRuns,
    private readonly past: PastRuns,
  ) {
    this.#disposables.add(vscode.workspace.registerTextDocumentContentProvider(documentScheme, this));
    this.#disposables.add(this.#changed);
    this.#disposables.add(
      store.onDidChange(({ keys }) => {
        for (const { uri } of vscode.workspace.textDocuments) {
          const asked = uri.scheme === documentScheme ? parseUri(uri) : undefined;
          if (asked && keys.has(asked.runKey)) this.#changed.fire(uri);
        }
      }),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const asked = parseUri(uri);
    const source = asked && this.store.sourceOf(asked.runKey);
    // VS Code restores open documents at its start, before the runs are read.
    if (!asked || !source) return 'The run is not there, or not read yet.\n';
    const { runKey, shown } = asked;
    switch (shown.of) {
      case 'journal':
        return readJournal(source, runKey, this.store.get(runKey)?.run.eventCount ?? 0);
      case 'run':
        return this.#describe(runKey, shown.event);
      case 'task': {
        const parts = await Promise.all(
          (['task', 'result'] as const).map(async (part) => ({
            ...(await readPart(source, runKey, { task: shown.effectId, part })),
            name: part,
          })),
        );
        return taskDocument(parts);
      }
      case 'document': {
        const part = await readPart(source, runKey, shown.name);
        return 'text' in part ? fileDocument(part.text) : `${part.file}: ${part.problem}\n`;
      }
      case 'value':
        return readValue(source, runKey, shown.value, shown.effectId);
      case 'story': {
        const opened = await this.opened.get(runKey);
        const secrets = await readSecrets(source, runKey);
        return opened ? runStory(opened, cleaner(secrets, []), shown.n) : `${runDeleted}\n`;
      }
      default:
        return shown satisfies never;
    }
  }

  async #describe(key: RunKey, event: number | undefined): Promise<string> {
    const gone = `${runDeleted}\n`;
    if (event === undefined) {
      const opened = await this.opened.get(key);
      const stored = this.store.get(key);
      return opened && stored ? runDocument({ stored, opened }) : gone;
    }
    const past = await this.past.get(key, event, new AbortController().signal);
    return past ? runDocument(past) : gone;
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

async function readJournal(source: RunSource, key: RunKey, eventCount: number): Promise<string> {
  const left = Math.max(0, eventCount - mostEvents);
  const parts: DocumentPart[] = [];
  for (let event = left + 1; event <= eventCount; event += 1) {
    parts.push(await readPart(source, key, { event }));
    if (parts.length % eventsAtOnce === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return journalDocument(parts, left);
}

/** A document, or a whole sentence that says why it cannot be read. */
async function readPart(source: RunSource, key: RunKey, name: DocumentName): Promise<DocumentPart> {
  const part = await source.document(key, name);
  return 'problem' in part ? { ...part, problem: `${part.problem}.` } : part;
}

/** The secrets of a run, to be found nowhere. */
async function readSecrets(source: RunSource, key: RunKey): Promise<readonly string[]> {
  const part = await readPart(source, key, 'run');
  return 'text' in part ? secretsIn(part.text) : [];
}

/** Empty where the run has no such value. */
async function readValue(source: RunSource, key: RunKey, value: RunValue, effectId: string): Promise<string> {
  if (!isSegment(effectId) && value.startsWith('task')) return '';
  const names: Readonly<Record<RunValue, DocumentName>> = {
    inputs: 'inputs',
    output: 'output',
    'task-inputs': { task: effectId, part: 'task' },
    'task-result': { task: effectId, part: 'result' },
  };
  const part = await readPart(source, key, names[value]);
  const json = 'text' in part ? parseJson(part.text) : part;
  if ('problem' in json) return `// ${visible(`${part.file} ${json.problem}`)}\n`;
  const secrets = await readSecrets(source, key);
  if (value === 'inputs' || value === 'output') return valueDocument(json.value, secrets);
  const record = isRecord(json.value) ? json.value : {};
  const [own, ref] =
    value === 'task-inputs'
      ? [record['inputs'], record['inputsRef']]
      : [record['result'] ?? record['value'] ?? record['error'], record['resultRef']];
  if (own !== undefined || typeof ref !== 'string')
    return own === undefined ? '' : valueDocument(own, secrets);
  // A value over 1 MiB lies in a file of its own.
  const apart = await readPart(source, key, { file: fileOfRef(effectId, ref) });
  const large = 'text' in apart ? parseJson(apart.text) : apart;
  return 'problem' in large
    ? `// ${visible(`${ref} ${large.problem}`)}\n`
    : valueDocument(large.value, secrets);
}

/** Shows one of these documents in an editor. */
export async function openRunDocument(uri: vscode.Uri, viewColumn = vscode.ViewColumn.Active): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true, viewColumn });
}

/** Shows a run as it was with so many events beside how it is, as a diff. */
export async function comparePast(
  { key, runId }: Run,
  event: number,
  viewColumn: vscode.ViewColumn,
): Promise<void> {
  const name = `${runId}.md`;
  await vscode.commands.executeCommand(
    'vscode.diff',
    toUri(key, { of: 'run', event }, `as of event ${event}/${name}`),
    toUri(key, { of: 'run', event: undefined }, `now/${name}`),
    `${shortId(runId)}: event ${event} ↔ now`,
    { preview: true, viewColumn },
  );
}

/** The journal of a run. */
export function journalUri(key: RunKey, runId: string): vscode.Uri {
  return toUri(key, { of: 'journal' }, `${runId}/journal.jsonc`);
}

/** A task of a run with its result. */
export function taskUri(key: RunKey, effectId: string, title: string): vscode.Uri {
  const name =
    title
      .replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
      .trim()
      .slice(0, 60) || 'Task';
  return toUri(key, { of: 'task', effectId }, `${effectId}/${name}.jsonc`);
}

/** A value of a run, to be compared with another one. `effectId`: of a task. */
export function valueUri(key: RunKey, value: RunValue, effectId = ''): vscode.Uri {
  return toUri(
    key,
    { of: 'value', value, effectId },
    `${effectId === '' ? value : `${effectId}/${value}`}.json`,
  );
}

/** A run, or its iteration `n`, as text, to be compared with another one. */
export function storyUri(key: RunKey, runId: string, n: number | undefined): vscode.Uri {
  return toUri(key, { of: 'story', n }, `${runId}/${n === undefined ? 'run' : `iteration-${n}`}.txt`);
}

/** A text of a run as it is. `path`: what the editor calls it. */
export function documentUri(key: RunKey, name: DocumentName, path: string): vscode.Uri {
  return toUri(key, { of: 'document', name }, path);
}

/** A file of a run, by the name that its source told. */
export function fileUri(key: RunKey, file: string): vscode.Uri {
  return documentUri(key, { file }, file);
}

function toUri(key: RunKey, shown: Shown, path: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: documentScheme,
    path: `/${path}`,
    query: JSON.stringify({ dir: keyText(key), shown }),
  });
}

/** What a URI asks for; `undefined` when it is none of ours. Names are checked where they are read. */
function parseUri(uri: vscode.Uri): { readonly runKey: RunKey; readonly shown: Shown } | undefined {
  try {
    const { dir, shown } = JSON.parse(uri.query) as Record<string, unknown>;
    if (typeof dir !== 'string' || !isRecord(shown)) return undefined;
    const runKey = asRunKey(dir);
    const { of, effectId, event, n } = shown;
    const name = toDocumentName(shown['name']);
    const value = runValues.find((known) => known === shown['value']);
    if (of === 'story') return { runKey, shown: { of, n: typeof n === 'number' ? n : undefined } };
    if (of === 'value' && value !== undefined && typeof effectId === 'string') {
      return { runKey, shown: { of, value, effectId } };
    }
    if (of === 'journal') return { runKey, shown: { of } };
    if (of === 'run')
      return { runKey, shown: { of, event: Number.isSafeInteger(event) ? Number(event) : undefined } };
    if (of === 'task' && typeof effectId === 'string') return { runKey, shown: { of, effectId } };
    if (of === 'document' && name) return { runKey, shown: { of, name } };
  } catch {
    // A URI that somebody else made up.
  }
  return undefined;
}
