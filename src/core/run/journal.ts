import { readCost, type CostRecord } from './cost';
import { intern } from './intern';
import {
  isRecord,
  moment,
  outcome,
  parseJson,
  readLenient,
  record,
  segment,
  text,
  texts,
  Wrong,
  type Field,
} from './lenient';
import { toEntrypoint, type Entrypoint } from './metadata';
import type { Problem } from './problem';

/** An event's file name, and the sequence number in it, which stands nowhere else. */
export interface EventName {
  readonly file: string;
  readonly seq: number;
}

/**
 * The sequence number in `NNNNNN.<ULID>.json`; `undefined` for any other name. Engines take any text for the ULID, and so
 * does this: {@link nameProblem} looks at it.
 */
export function sequenceNumber(file: string): number | undefined {
  const seq = usualNumber(file);
  if (seq !== 0) return seq;
  const digits = unusualName.exec(file)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The number in a name with a text as long as a ULID; 0 for any other. By hand, as a regular expression for each of
 * hundreds of thousands of names takes a fifth of all reading.
 */
function usualNumber(file: string): number {
  const dot = file.length - usualRest;
  if (dot < 1 || dot > mostDigits || file.charCodeAt(dot) !== point || !isJson(file)) return 0;
  let seq = 0;
  for (let i = 0; i < dot; i += 1) {
    const digit = file.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return 0;
    seq = seq * 10 + digit;
  }
  return seq;
}

const usualRest = '.01M7AAAAAAAAAAAAAAAAAAAAAA.json'.length;
const mostDigits = 15;
const point = 46;
const unusualName = /^(\d{1,15})\.[^.].*\.json$/s;

function isJson(file: string): boolean {
  const end = file.length;
  return (
    file.charCodeAt(end - 5) === point &&
    file.charCodeAt(end - 4) === 106 &&
    file.charCodeAt(end - 3) === 115 &&
    file.charCodeAt(end - 2) === 111 &&
    file.charCodeAt(end - 1) === 110
  );
}

/**
 * What is wrong with the ULID in an event's name, whose number is as it should be.
 * @param before the name of the event before it; `undefined`: it is the first
 */
export function nameProblem(file: string, before: string | undefined): Omit<Problem, 'file'> | undefined {
  const ulid = ulidIn(file);
  if (!isUlid.test(ulid)) {
    const what = 'has no ULID in its name; engines refuse the run now, or once the next event comes';
    return { what, mendable: true, stops: 'any' };
  }
  if (before !== undefined && ulid <= ulidIn(before)) {
    return {
      what: 'has a ULID in its name that is not greater than that of the event before it; engines refuse the run',
      mendable: true,
    };
  }
  return undefined;
}

/** As engines cut it out. */
function ulidIn(file: string): string {
  const from = file.indexOf('.') + 1;
  return file.slice(from, file.indexOf('.', from));
}

const isUlid = /^[0-7][\dA-HJKMNP-TV-Z]{25}$/;

const noLabels: readonly string[] = [];

/** An error as engines write it into events and results. */
export interface RecordedError {
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

/** What happened, as far as the extension acts on it. Every other type is `other` and only counts as an event. */
export type JournalEvent =
  | {
      readonly type: 'RUN_CREATED';
      readonly processId: string | undefined;
      readonly entry: Entrypoint | undefined;
      readonly prompt: string | undefined;
    }
  | {
      readonly type: 'EFFECT_REQUESTED';
      readonly effectId: string;
      readonly taskId: string;
      readonly kind: string;
      readonly label: string | undefined;
      readonly labels: readonly string[];
      readonly stepId: string | undefined;
      readonly invocationKey: string | undefined;
    }
  | {
      readonly type: 'EFFECT_RESOLVED';
      readonly effectId: string;
      readonly status: 'ok' | 'error';
      readonly error: RecordedError | undefined;
      readonly startedAt: number | undefined;
      readonly finishedAt: number | undefined;
    }
  | { readonly type: 'EFFECT_CANCELLED'; readonly effectId: string; readonly reason: string | undefined }
  | { readonly type: 'RUN_COMPLETED'; readonly sealReason: string | undefined }
  | {
      readonly type: 'RUN_FAILED';
      readonly error: RecordedError | undefined;
      readonly sealReason: string | undefined;
    }
  | { readonly type: 'PROCESS_RUNTIME_ERROR'; readonly error: RecordedError | undefined }
  | { readonly type: 'RUN_HALTED'; readonly reason: string | undefined }
  /** A breakpoint of a run that asks nobody; the engine logs it again at every iterate. */
  | { readonly type: 'BREAKPOINT_SKIPPED'; readonly name: string }
  | { readonly type: 'COST_TRACKED'; readonly cost: CostRecord }
  | { readonly type: 'other'; readonly name: string };

/** One readable event at its place in the journal. */
export interface JournalEntry extends EventName {
  /** When it was recorded, in milliseconds since 1970; `undefined` when the event does not say so readably. */
  readonly at: number | undefined;
  /** Written by engines since 5.x. */
  readonly sdkVersion: string | undefined;
  readonly event: JournalEvent;
}

const typeName: Field<string> = (value) => (value === '' ? new Wrong('it must not be empty') : text(value));

const envelope = { type: typeName, recordedAt: moment, data: record, sdkVersion: text };

const recordedError: Field<RecordedError> = (value) => {
  if (typeof value === 'string') return { name: undefined, message: value, stack: undefined };
  if (!isRecord(value)) return new Wrong('it must be text or an object');
  const { name, message, stack } = value;
  return {
    name: typeof name === 'string' ? name : undefined,
    message: typeof message === 'string' ? plainMessage(message) : undefined,
    stack: typeof stack === 'string' ? stack : undefined,
  };
};

/** Of an error that has no name, engines record the whole JSON as its message; the message in there is what it says. */
function plainMessage(recorded: string): string {
  if (!recorded.startsWith('{')) return recorded;
  const json = parseJson(recorded);
  const own = 'value' in json && isRecord(json.value) ? json.value['message'] : undefined;
  return typeof own === 'string' && own.trim() !== '' ? own : recorded;
}

const effectId = { effectId: segment };

const dataShapes = {
  RUN_CREATED: { processId: text, prompt: text },
  EFFECT_REQUESTED: {
    ...effectId,
    taskId: text,
    kind: text,
    label: text,
    labels: texts,
    stepId: text,
    invocationKey: text,
  },
  EFFECT_RESOLVED: {
    ...effectId,
    status: outcome,
    error: recordedError,
    startedAt: moment,
    finishedAt: moment,
  },
  EFFECT_CANCELLED: { ...effectId, reason: text },
  RUN_COMPLETED: { manual_seal_reason: text },
  RUN_FAILED: { error: recordedError, manual_seal_reason: text },
  PROCESS_RUNTIME_ERROR: { error: recordedError },
  RUN_HALTED: { reason: text },
} as const;

/** What reading one event file gave. An event that cannot be used has no entry, and says why. */
export interface ParsedEvent {
  readonly entry: JournalEntry | undefined;
  /** What is wrong with it; the engine's repair drops an event that is no JSON, and nothing else. */
  readonly problems: readonly Omit<Problem, 'file'>[];
}

/** Reads one event file, tolerantly: unknown types and fields are welcome, a wrong field is left out and said. */
export function parseEvent(file: string, json: string): ParsedEvent {
  const parsed = parseJson(json);
  if ('problem' in parsed) return { entry: undefined, problems: [{ what: parsed.problem, mendable: true }] };
  const { fields, problems } = readLenient(parsed.value, envelope);
  const { type, recordedAt, data, sdkVersion } = fields ?? {};
  if (type === undefined) return { entry: undefined, problems: toProblems(orMissing(problems, 'type')) };
  const { event, problems: dataProblems } = parseData(type, data ?? {});
  const all = recordedAt === undefined ? orMissing(problems, 'recordedAt') : problems;
  return {
    entry: event && { file, seq: sequenceNumber(file) ?? 0, at: recordedAt, sdkVersion, event },
    problems: toProblems(all, dataProblems),
  };
}

function toProblems(...sentences: readonly (readonly string[])[]): ParsedEvent['problems'] {
  return sentences.every(({ length }) => length === 0) ? fine : sentences.flat().map((what) => ({ what }));
}

const fine: ParsedEvent['problems'] = [];

function parseData(
  type: string,
  data: Readonly<Record<string, unknown>>,
): { event: JournalEvent | undefined; problems: readonly string[] } {
  switch (type) {
    case 'RUN_CREATED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      const entry = toEntrypoint(data['entrypoint']);
      return { event: { type, processId: fields?.processId, prompt: fields?.prompt, entry }, problems };
    }
    case 'EFFECT_REQUESTED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      if (fields?.effectId === undefined)
        return { event: undefined, problems: orMissing(problems, 'effectId') };
      const { effectId, taskId, kind, label, labels, stepId, invocationKey } = fields;
      return {
        event: {
          type,
          effectId,
          taskId: taskId === undefined ? effectId : intern(taskId),
          kind: intern(kind ?? 'unknown'),
          label: label && intern(label),
          labels: labels && labels.length > 0 ? labels.map(intern) : noLabels,
          stepId,
          invocationKey,
        },
        problems,
      };
    }
    case 'EFFECT_RESOLVED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      if (fields?.effectId === undefined)
        return { event: undefined, problems: orMissing(problems, 'effectId') };
      if (fields.status === undefined) return { event: undefined, problems: orMissing(problems, 'status') };
      const { effectId, status, error, startedAt, finishedAt } = fields;
      return { event: { type, effectId, status, error, startedAt, finishedAt }, problems };
    }
    case 'EFFECT_CANCELLED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      if (fields?.effectId === undefined)
        return { event: undefined, problems: orMissing(problems, 'effectId') };
      return { event: { type, effectId: fields.effectId, reason: fields.reason }, problems };
    }
    case 'RUN_COMPLETED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      return { event: { type, sealReason: fields?.manual_seal_reason }, problems };
    }
    case 'RUN_FAILED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      return { event: { type, error: fields?.error, sealReason: fields?.manual_seal_reason }, problems };
    }
    case 'PROCESS_RUNTIME_ERROR': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      return { event: { type, error: fields?.error }, problems };
    }
    case 'RUN_HALTED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      return { event: { type, reason: fields?.reason }, problems };
    }
    case 'PROCESS_LOG': {
      const { label, message } = data;
      if (label !== 'breakpoint:skipped' || typeof message !== 'string') {
        return { event: { type: 'other', name: type }, problems: [] };
      }
      // "Breakpoint 'plan' auto-approved (non-interactive mode)"
      const name = /^Breakpoint '(.+)' auto-approved/.exec(message)?.[1] ?? message;
      return { event: { type: 'BREAKPOINT_SKIPPED', name }, problems: [] };
    }
    case 'COST_TRACKED': {
      const cost = readCost(data);
      return { event: cost ? { type, cost } : { type: 'other', name: type }, problems: [] };
    }
    default:
      return { event: { type: 'other', name: type }, problems: [] };
  }
}

function orMissing(problems: readonly string[], field: string): readonly string[] {
  return problems.some((problem) => problem.includes(`"${field}"`))
    ? problems
    : [...problems, `has no "${field}"`];
}

/** What the names in a journal folder say without reading a file: order, gaps, repeats, strangers. */
export interface JournalListing {
  /** Event files in journal order: by sequence number (which outgrows its six digits), then by name. */
  readonly files: readonly string[];
  /** `file` is the name inside the journal; empty for the journal itself. */
  readonly problems: readonly Problem[];
  /** Whether some event's name is not of the usual form, so that it has to be looked at. */
  readonly odd: boolean;
  /** Whether there are temporary files, which a write going on has, and one that broke off leaves behind. */
  readonly temporary: boolean;
}

/** Whether these are the names of a sound journal, in order, as most are listed: nothing needs to be sorted or said. */
export function isInOrder(names: readonly string[]): boolean {
  for (let i = 0; i < names.length; i += 1) if (usualNumber(names[i] as string) !== i + 1) return false;
  return true;
}

/**
 * Sorts the file names of a journal folder; yields now and then, as there may be a hundred thousand.
 * @param writing a live process holds the lock, so a temporary file is normal
 */
export function* listJournal(
  entries: Iterable<string>,
  writing: boolean,
): Generator<void, JournalListing, void> {
  const names: EventName[] = [];
  const problems: Problem[] = [];
  let [odd, temporary] = [false, false];
  let looked = 0;
  for (const file of entries) {
    looked += 1;
    if (looked % 256 === 0) yield;
    const seq = sequenceNumber(file);
    if (seq !== undefined) {
      odd ||= usualNumber(file) === 0;
      names.push({ file, seq });
      continue;
    }
    const isTemporary = temporaryName.test(file);
    temporary ||= isTemporary;
    const problem = strangerProblem(file, isTemporary);
    if (problem && !(isTemporary && writing)) problems.push({ file, ...problem });
  }
  return { files: inPlace(names) ?? sorted(names, problems), problems, odd, temporary };
}

/** Engines write an event under such a name before they give it its own. */
export const temporaryName = /\.json\.tmp-/;

function strangerProblem(file: string, isTemporary: boolean): Omit<Problem, 'file'> | undefined {
  if (isTemporary) {
    const what =
      'is a temporary file that an interrupted write left behind; it breaks the numbering of the next event';
    return { what, mendable: true, stops: 'any' };
  }
  if (file.endsWith('.json')) {
    return { what: 'is not named like an event; engines refuse the run while it is here' };
  }
  if (file.startsWith('.')) return undefined;
  // Engines number the next event after the largest number in front of any name.
  const shifts = /^\d/.test(file) ? ({ stops: 'any' } as const) : {};
  return { what: 'does not belong into a journal; it is ignored', ...shifts };
}

/** Puts each at its number, without sorting; `undefined` when the numbers are not exactly 1 to their count. */
function inPlace(names: readonly EventName[]): readonly string[] | undefined {
  const files: (string | undefined)[] = names.map(() => undefined);
  for (const { file, seq } of names) {
    if (seq < 1 || seq > files.length || files[seq - 1] !== undefined) return undefined;
    files[seq - 1] = file;
  }
  return files as string[];
}

/** Sorts a journal that something is wrong with, and says what. */
function sorted(names: EventName[], problems: Problem[]): readonly string[] {
  names.sort((a, b) => a.seq - b.seq || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  let expected = 1;
  for (const { file, seq } of names) {
    if (seq < 1) problems.push({ file, what: 'has a sequence number that is too small; the first is 1' });
    else if (seq >= expected) {
      if (seq > expected) problems.push({ file: '', ...gap(expected, seq - 1) });
      expected = seq + 1;
    } else {
      problems.push({ file, what: `has a sequence number that occurs twice (${seq})`, mendable: true });
    }
  }
  return names.map(({ file }) => file);
}

function gap(from: number, to: number): Omit<Problem, 'file'> {
  if (from !== to) return { what: `lacks the events ${from} to ${to}` };
  // The engine's repair renumbers after a missing first event, and keeps every other gap.
  return from === 1 ? { what: 'lacks its first event', mendable: true } : { what: `lacks the event ${from}` };
}
