import { isRecord } from '../run/lenient';

/** What there is to read of a task. `artifacts`: which copies of files it left. */
export type TaskPart = (typeof taskParts)[number];

const taskParts = ['task', 'result', 'stdout', 'stderr', 'artifacts'] as const;

/** A text of a run, named without saying where its source keeps it. */
export type DocumentName =
  /** What is recorded of the run itself, and what went in and came out. */
  | 'run'
  | 'inputs'
  | 'output'
  /** The nth event, from 1. */
  | { readonly event: number }
  | { readonly task: string; readonly part: TaskPart }
  /** A file of the run by the name that the source itself told: of a problem, of a task's list of files. */
  | { readonly file: string };

/** Reads what may come from anywhere; `undefined`: it is no name of a document. */
export function toDocumentName(value: unknown): DocumentName | undefined {
  if (value === 'run' || value === 'inputs' || value === 'output') return value;
  if (!isRecord(value)) return undefined;
  const { event, task, file } = value;
  if (typeof event === 'number' && Number.isSafeInteger(event)) return { event };
  if (typeof file === 'string') return { file };
  const part = taskParts.find((known) => known === value['part']);
  return typeof task === 'string' && part ? { task, part } : undefined;
}
