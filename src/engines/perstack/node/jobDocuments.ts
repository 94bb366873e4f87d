import { documentOf, type DocumentPart } from '../../../core/documents';
import type { EventMark, EventRecord } from '../../../core/run/eventRecord';
import { isRecord } from '../../../core/run/lenient';
import type { Sliced } from '../../../core/sliced';
import type { DocumentName } from '../../../core/source/documentName';
import { queryIn, textOf } from '../core/jobBodies';
import { isStop, type JobEvent } from '../core/jobEvents';
import type { JobListing } from '../core/jobFiles';
import { readSteps } from '../core/jobSteps';
import { JobFolder, listJob, placeOfJob } from './jobFolder';

/** A text of a job. `run-setting.json`, which holds keys, is none. */
export function* jobDocument(folder: string, name: DocumentName): Sliced<DocumentPart> {
  const listing = yield* listJob(placeOfJob(folder));
  if (!listing) return { file: 'The job', problem: 'is not there any more', missing: true };
  if (typeof name === 'object' && 'task' in name) return yield* taskDocument(folder, listing, name);
  const body = new JobFolder(folder);
  const json = (file: string | undefined): Readonly<Record<string, unknown>> | undefined => {
    const found = file === undefined ? undefined : body.body(file);
    return found && 'json' in found ? found.json : undefined;
  };
  if (name === 'inputs') {
    const start = json(listing.events.find(({ type }) => type === 'startRun')?.file);
    return textPart('inputs', queryIn(start?.['inputMessages']));
  }
  if (name === 'output')
    return textPart(
      'output',
      textOf(json(listing.events.findLast(({ type }) => isStop(type))?.file)?.['text']),
    );
  const file = fileOf(name, listing);
  if (file === undefined) return { file: 'The file', problem: 'is not there', missing: true };
  const found = body.body(file);
  return 'json' in found
    ? documentOf(file, withoutInstructions(found.json))
    : { file, problem: found.problem };
}

/** Only what the listing has: a name that leads elsewhere, or to settings, is in none. */
function fileOf(name: DocumentName, { events, checkpoints, hasJobJson }: JobListing): string | undefined {
  if (name === 'run') return hasJobJson ? 'job.json' : events[0]?.file;
  if (typeof name !== 'object') return undefined;
  if ('event' in name) return events[name.event - 1]?.file;
  if (!('file' in name)) return undefined;
  const files = [
    ...(hasJobJson ? ['job.json'] : []),
    ...events.map(({ file }) => file),
    ...checkpoints.map((id) => `checkpoints/${id}.json`),
  ];
  return files.find((file) => file === name.file);
}

function textPart(file: string, text: string | undefined): DocumentPart {
  return text === undefined ? { file, problem: 'is not recorded', missing: true } : { file, text };
}

function* taskDocument(
  folder: string,
  listing: JobListing,
  { task, part }: Extract<DocumentName, { task: string }>,
): Sliced<DocumentPart> {
  const { calls } = yield* readSteps(placeOfJob(folder).jobId, listing, new JobFolder(folder));
  const call = calls.get(task);
  const file = `${part} of the call`;
  if (call && part === 'task') {
    const { skillName, toolName, args } = call;
    return documentOf(file, { toolName, skillName, args });
  }
  if (call?.result && part === 'result') {
    return documentOf(file, { result: call.result.text });
  }
  return { file, problem: 'is not recorded', missing: true };
}

/** Messages without the expert's instruction, which holds its whole prompt and paths of the machine. */
function withoutInstructions(value: unknown, depth = 0): unknown {
  if (depth > 100) return value;
  if (Array.isArray(value)) return value.map((item) => withoutInstructions(item, depth + 1));
  if (!isRecord(value)) return value;
  if (value['type'] === 'instructionMessage') {
    return { type: 'instructionMessage', contents: '(the instruction of the expert is left out)' };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withoutInstructions(item, depth + 1)]),
  );
}

/** The events of a job as the list of events shows them. */
export function* jobRecords(folder: string, from: number, to: number): Sliced<readonly EventRecord[]> {
  const events = (yield* listJob(placeOfJob(folder)))?.events ?? [];
  const files = new JobFolder(folder);
  const records: EventRecord[] = [];
  for (const [i, event] of events.slice(from, to).entries()) {
    records.push(recordOf(event, from + i + 1, files));
    yield;
  }
  return records;
}

const marks: Readonly<Record<string, EventMark>> = {
  callInteractiveTool: 'waiting',
  callDelegate: 'waiting',
  resolveToolResults: 'resolved',
  completeRun: 'resolved',
  stopRunByError: 'failed',
  retry: 'failed',
};

function recordOf({ file, at, type, step }: JobEvent, seq: number, files: JobFolder): EventRecord {
  const body = isStop(type) || type === 'retry' || type === 'startRun' ? files.body(file) : undefined;
  const json = body && 'json' in body ? body.json : {};
  const error = isRecord(json['error']) ? textOf(json['error']['message']) : undefined;
  const said = error ?? textOf(json['text']) ?? textOf(json['reason']) ?? queryIn(json['inputMessages']);
  return {
    ...{ id: file, seq, at, type, effectId: undefined, status: '', session: undefined },
    mark: Object.hasOwn(marks, type) ? (marks[type] ?? 'none') : 'none',
    note: [`step ${step}`, said ?? ''].filter(Boolean).join(': '),
  };
}
