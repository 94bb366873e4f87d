import { list } from '../../../core/format';
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

/** Reads a field of which {@link refusals} tells what is wrong. */
function quiet<T>(read: Field<T>): Field<T | undefined> {
  return (value) => {
    const given = read(value);
    return given instanceof Wrong ? undefined : given;
  };
}

const dataShapes = {
  RUN_CREATED: { processId: text, prompt: text },
  EFFECT_REQUESTED: {
    ...effectId,
    taskId: quiet(text),
    kind: text,
    label: text,
    labels: quiet(texts),
    stepId: quiet(text),
    invocationKey: quiet(text),
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

const mustBeText = 'it must be text, and not empty';

/** What engines demand of requests, from 0.0.187 on tried with each of them; of nothing else do they look at the shape. */
const demandedOfRequests: readonly Demand[] = [
  ...['invocationKey', 'stepId', 'taskId', 'taskDefRef'].map((field): Demand => ({
    field,
    isMet: isFilled,
    must: mustBeText,
    needed: true,
  })),
  { field: 'inputsRef', isMet: isFilled, must: mustBeText },
  { field: 'labels', isMet: (value) => !(texts(value) instanceof Wrong), must: 'it must be a list of texts' },
];

/** What engines demand of results. Whatever counts as nothing in JavaScript is taken. */
const demandedOfResults: readonly Demand[] = ['resultRef', 'stdoutRef', 'stderrRef'].map((field) => ({
  field,
  isMet: (value) => !value || typeof value === 'string',
  must: 'it must be text',
}));

/** What engines demand of one field of an event: they refuse the whole run where it is not so. */
interface Demand {
  readonly field: string;
  /** @param value never `undefined` */
  isMet(value: unknown): boolean;
  readonly must: string;
  /** It must be there. */
  readonly needed?: boolean;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** Why engines refuse a run for an event's data, as one sentence part; nothing where they do not. */
function refusals(data: Readonly<Record<string, unknown>>, demands: readonly Demand[]): readonly string[] {
  // Hundreds of thousands of events are read, and next to none is refused.
  if (demands.every((demand) => isGiven(data, demand))) return noRefusals;
  const unmet = demands.filter((demand) => !isGiven(data, demand));
  const missing = unmet.filter(({ field, needed }) => needed && (data[field] ?? '') === '');
  const wrong = unmet.filter((demand) => !missing.includes(demand));
  const said = [
    ...(missing.length === 0 ? [] : [`has no ${list(missing.map(({ field }) => `"${field}"`))}`]),
    ...wrong.map(({ field, must }) => `has a wrong "${field}": ${must}`),
  ];
  return [`${said.join(', ')}; engines refuse the run`];
}

const noRefusals: readonly string[] = [];

function isGiven(data: Readonly<Record<string, unknown>>, { field, isMet, needed = false }: Demand): boolean {
  const value = data[field];
  return value === undefined ? !needed : isMet(value);
}

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
  const {
    event,
    problems: dataProblems,
    refused = noRefusals,
  } = isEventType(type) ? parseData(type, data ?? {}) : plain({ type: 'other', name: type });
  const all = recordedAt === undefined ? orMissing(problems, 'recordedAt') : problems;
  if (!event) return unusable([...all, ...dataProblems]);
  return {
    entry: { file, seq: sequenceNumber(file) ?? 0, at: recordedAt, sdkVersion, event },
    problems: toProblems(all, dataProblems, refused),
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

/** @param refused what engines refuse the run for, which their repair keeps */
function toProblems(
  envelope: readonly string[],
  data: readonly string[],
  refused: readonly string[],
): ParsedEvent['problems'] {
  if (envelope.length + data.length + refused.length === 0) return fine;
  return [
    ...refused.map((what) => ({ what, stops: 'any' }) as const),
    ...[...envelope, ...data].map((what) => ({ what })),
  ];
}

const fine: ParsedEvent['problems'] = [];

interface ParsedData {
  readonly event: JournalEvent | undefined;
  readonly problems: readonly string[];
  /** See {@link refusals}; left out: nothing. */
  readonly refused?: readonly string[];
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
          taskId: intern(taskId || effectId),
          kind: intern(kind ?? 'unknown'),
          label: label && intern(label),
          labels: labels && labels.length > 0 ? labels.map(intern) : noLabels,
          stepId: stepId || undefined,
          invocationKey: invocationKey || undefined,
        },
        problems,
        refused: refusals(data, demandedOfRequests),
      };
    }
    case 'EFFECT_RESOLVED': {
      const { fields, problems } = readLenient(data, dataShapes[type]);
      if (fields?.effectId === undefined)
        return { event: undefined, problems: orMissing(problems, 'effectId') };
      if (fields.status === undefined) return { event: undefined, problems: orMissing(problems, 'status') };
      const { effectId, status, error, startedAt, finishedAt } = fields;
      const refused = refusals(data, demandedOfResults);
      return { event: { type, effectId, status, error, startedAt, finishedAt }, problems, refused };
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
