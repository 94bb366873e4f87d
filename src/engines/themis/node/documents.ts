import { documentOf, type DocumentPart } from '../../../core/documents';
import type { RunDetails } from '../../../core/run/run';
import { isRecord, parseJson } from '../../../core/run/lenient';
import type { DocumentName } from '../../../core/source/documentName';
import type { AsyncReader, TextName, WholeReading } from './reading';

/** Where the texts of a run come from. */
interface Texts {
  readonly reader: AsyncReader;
  readonly whole: () => Promise<WholeReading | undefined>;
  readonly details: () => Promise<RunDetails | undefined>;
}

const names: readonly TextName[] = [
  'snapshot',
  'run_result',
  'benchmark_result',
  'timeline_view',
  'execution_state',
];

/** Reads a text of a run by its name. Never rejects. */
export async function readDocument(runId: string, name: DocumentName, texts: Texts): Promise<DocumentPart> {
  try {
    if (name === 'run') return await kept(runId, 'snapshot', texts);
    if (name === 'inputs') return await datasets(runId, texts);
    if (name === 'output') return await kept(runId, 'run_result', texts);
    if ('event' in name) return event(name.event, await texts.whole());
    if ('file' in name) return await file(runId, name.file, texts);
    return task(name, await texts.details());
  } catch (error) {
    return { file: 'The run', problem: `cannot be read: ${String(error)}` };
  }
}

async function kept(runId: string, name: TextName, { reader }: Texts): Promise<DocumentPart> {
  const read = await reader.text(runId, name);
  return { file: `${name}.json`, ...read };
}

/** What went in: the cases of the datasets, without what the run was put together of. */
async function datasets(runId: string, texts: Texts): Promise<DocumentPart> {
  const part = await kept(runId, 'snapshot', texts);
  const json = 'text' in part ? parseJson(part.text) : undefined;
  if (!json || !('value' in json) || !isRecord(json.value)) return part;
  return documentOf('datasets', json.value['datasets'] ?? []);
}

function event(number: number, whole: WholeReading | undefined): DocumentPart {
  const file = `Event ${number}`;
  const found = whole?.events[number - 1];
  return found ? documentOf(file, found.raw) : { file, problem: 'is not there', missing: true };
}

/** The file of a problem. */
async function file(runId: string, path: string, texts: Texts): Promise<DocumentPart> {
  const name = names.find(
    (one) => path === one || path === `projections/${one}.json` || path === `${one}.json`,
  );
  return name ? kept(runId, name, texts) : { file: path, problem: 'is not kept as a text of its own' };
}

function task(
  { task: effectId, part }: { readonly task: string; readonly part: string },
  details: RunDetails | undefined,
): DocumentPart {
  const name = `${effectId} (${part})`;
  const asked = details?.tasks.get(effectId);
  const value =
    part === 'task'
      ? asked && { title: asked.title, kind: asked.kind, inputs: asked.inputs }
      : part === 'result'
        ? details?.results.get(effectId)?.value
        : undefined;
  return value === undefined
    ? { file: name, problem: 'is not there', missing: true }
    : documentOf(name, value);
}
