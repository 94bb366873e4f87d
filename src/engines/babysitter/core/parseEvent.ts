import { readCost } from '../../../core/run/cost';
import { sequenceNumber } from './eventName';
import type { EventMark, EventRecord } from '../../../core/run/eventRecord';
import { eventMarks, isEventType, type EventType } from './eventTypes';
import { intern } from '../../../core/run/intern';
import type { JournalEntry, JournalEvent } from './journal';
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
  type Lenient,
  behindByteOrderMark,
  hasByteOrderMark,
} from '../../../core/run/lenient';
import { toEntrypoint } from './metadata';
import type { Problem } from '../../../core/run/problem';
import { plainMessage, wordsIn, type RecordedError } from '../../../core/run/recordedError';

const typeName: Field<string> = (value) => (value === '' ? new Wrong('it must not be empty') : text(value));

const envelope = { type: typeName, recordedAt: moment, data: record, sdkVersion: text };

const recordedError: Field<RecordedError> = (value) => {
  if (typeof value === 'string') return { name: undefined, message: plainMessage(value), stack: undefined };
  if (!isRecord(value)) return new Wrong('it must be text or an object');
  const { name, message, stack } = value;
  return {
    name: typeof name === 'string' ? name : undefined,
    message: typeof message === 'string' ? plainMessage(message) : wordsIn(value),
    stack: typeof stack === 'string' ? stack : undefined,
  };
};

const noLabels: readonly string[] = [];

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
  const { entry, problems } = parseText(file, json);
  if (behindByteOrderMark(json) === undefined) return { entry, problems };
  return { entry, problems: [{ what: hasByteOrderMark, mendable: true, stops: 'any' }, ...problems] };
}

function parseText(file: string, json: string): ParsedEvent {
  const read = readEnvelope(json);
  if ('problem' in read) return { entry: undefined, problems: [{ what: read.problem, mendable: true }] };
  const { fields, problems } = read;
  const { type, recordedAt, data, sdkVersion } = fields ?? {};
  if (type === undefined) return unusable(orMissing(problems, 'type'));
  const { event, problems: dataProblems } = isEventType(type)
    ? parseData(type, data ?? {})
    : plain({ type: 'other', name: type });
  const all = recordedAt === undefined ? orMissing(problems, 'recordedAt') : problems;
  if (!event) return unusable([...all, ...dataProblems]);
  return {
    entry: { file, seq: sequenceNumber(file) ?? 0, at: recordedAt, sdkVersion, event },
    problems: toProblems(all, dataProblems),
  };
}

/** Engines fail on such an event, and their repair keeps it. */
function unusable(problems: readonly string[]): ParsedEvent {
  return { entry: undefined, problems: problems.map((what) => ({ what, stops: 'iterate' })) };
}

/** Any event may say these things, whatever its type. */
const said = {
  effectId: text,
  status: text,
  error: recordedError,
  reason: text,
  message: text,
  sessionId: text,
};

/** Reads one event file for the list of events. What cannot be read of it is left out; without a type, nothing can. */
export function toEventRecord(file: string, json: string): EventRecord {
  const read = readEnvelope(json);
  const { type = '', recordedAt, data } = ('problem' in read ? undefined : read.fields) ?? {};
  const { effectId, status = '', error, reason, message, sessionId } = readLenient(data, said).fields ?? {};
  return {
    id: file,
    seq: sequenceNumber(file) ?? 0,
    at: recordedAt,
    type: type.slice(0, 100),
    mark: markOf(type, status),
    effectId: effectId || undefined,
    status: status.slice(0, 20),
    note: (error?.message || reason || message || '').slice(0, 300),
    session: sessionId?.slice(0, 200) || undefined,
  };
}

function markOf(type: string, status: string): EventMark {
  if (!isEventType(type)) return type === '' ? 'failed' : 'none';
  return type === 'EFFECT_RESOLVED' && status === 'error' ? 'failed' : eventMarks[type];
}

/** What every event has, or why the text is none. Behind a byte order mark it is read as well. */
function readEnvelope(json: string): Lenient<typeof envelope> | { readonly problem: string } {
  const parsed = parseJson(behindByteOrderMark(json) ?? json);
  return 'problem' in parsed ? parsed : readLenient(parsed.value, envelope);
}

function toProblems(...sentences: readonly (readonly string[])[]): ParsedEvent['problems'] {
  return sentences.every(({ length }) => length === 0) ? fine : sentences.flat().map((what) => ({ what }));
}

const fine: ParsedEvent['problems'] = [];

interface ParsedData {
  readonly event: JournalEvent | undefined;
  readonly problems: readonly string[];
}

/** An event of whose data nothing can be wrong. */
function plain(event: JournalEvent): ParsedData {
  return { event, problems: [] };
}

function parseData(type: EventType, data: Readonly<Record<string, unknown>>): ParsedData {
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
    case 'PROCESS_LOG':
      return plain({ type, skipped: skippedBreakpoint(data) });
    case 'COST_TRACKED':
      return plain({ type, cost: readCost(data) });
    case 'PROCESS_ASSIGNED':
    case 'PROCESS_CODE_HASH_CHANGED':
    case 'EFFECT_PROGRESS':
      return plain({ type });
    case 'STOP_HOOK_INVOKED':
      return plain({ type, stops: data['decision'] === 'approve' });
    default:
      return type satisfies never;
  }
}

/** Reads "Breakpoint 'plan' auto-approved (non-interactive mode)". */
function skippedBreakpoint({ label, message }: Readonly<Record<string, unknown>>): string | undefined {
  if (label !== 'breakpoint:skipped' || typeof message !== 'string') return undefined;
  return /^Breakpoint '(.+)' auto-approved/.exec(message)?.[1] ?? message;
}

function orMissing(problems: readonly string[], field: string): readonly string[] {
  return problems.some((problem) => problem.includes(`"${field}"`))
    ? problems
    : [...problems, `has no "${field}"`];
}
