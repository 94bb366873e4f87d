import { hash } from 'node:crypto';
import type { CostRecord } from '../../../core/run/cost';
import { EffectMap } from '../../../core/run/effectMap';
import type { Effect } from '../../../core/run/effect';
import { emptyFold, type JournalEnd, type RunFold } from '../core/foldRun';
import type { RunGist } from '../../../core/run/run';
import type { SeenResults } from '../../../core/run/seenResults';
import type { Outcome } from '../../../core/run/outcome';
import type { RunMetadata } from '../core/metadata';
import type { Problem } from '../../../core/run/problem';
import { writeEffects, writeLine, type Writable } from './indexLine';
import type { KeptJournal } from './journalReader';
import type { RecordedError } from '../../../core/run/recordedError';
import type { Entrypoint } from '../../../core/run/entrypoint';

/** To be raised when fields of the same shape come to mean something else, such as another way to count batches. */
const meaning = 2;

/** Every field is told. So a field that comes, goes or changes its type is missed by the compiler here. */
type Told<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

const entry: Told<Entrypoint> = { importPath: 'main.js', exportName: 'process' };
const error: Told<RecordedError> = { name: 'Error', message: 'It broke', stack: 'at' };
const problem: Told<Problem> = {
  file: 'journal',
  what: 'is empty',
  mendable: true,
  stops: 'any',
  hint: true,
};
const cost: Told<CostRecord> & { usage: Told<CostRecord['usage']> } = {
  key: 'key',
  effectId: 'effect',
  model: 'model',
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheCreationTokens: 4, costUsd: 5 },
};
const metadata: Told<RunMetadata> = {
  processId: 'process',
  entry,
  prompt: 'prompt',
  createdAt: 1,
  sdkVersion: '1.0.0',
  cwd: '/',
  harness: 'harness',
  request: 'request',
  processRevision: 'revision',
  nonInteractive: true,
  codeHash: 'c0de',
  parentRunId: 'parent',
  refused: 'why',
};
const effect: Told<Effect> = {
  effectId: 'effect',
  taskId: 'task',
  kind: 'agent',
  label: 'label',
  labels: ['label'],
  stepId: 'step',
  invocationKey: 'key',
  requestedAt: 1,
  requestedSeq: 2,
  batch: 3,
  status: 'pending',
  resolvedAt: 4,
  resolvedOrder: 5,
  resolvedSeq: 6,
  resolvedBefore: 7,
  startedAt: 8,
  finishedAt: 9,
  error,
  cancelReason: 'reason',
};
const ended = {
  at: 1,
  seq: 2,
  toldAt: 3,
  failedTask: 'effect',
  error,
  reason: 'reason',
  sealed: true,
  lateError: 'late',
};
const ends: { readonly [Type in JournalEnd['type']]: Told<JournalEnd> & { readonly type: Type } } = {
  RUN_COMPLETED: { outcome: 'completed', type: 'RUN_COMPLETED', ...ended },
  RUN_FAILED: { outcome: 'failed', type: 'RUN_FAILED', ...ended },
  PROCESS_RUNTIME_ERROR: { outcome: 'failed', type: 'PROCESS_RUNTIME_ERROR', ...ended },
  RUN_HALTED: { outcome: 'halted', type: 'RUN_HALTED', ...ended },
};
const statuses: Record<Effect['status'], number> = { pending: 1, ok: 2, error: 3, cancelled: 4 };
const fold: Told<RunFold> = {
  entries: 1,
  hooks: 2,
  processId: 'process',
  entry,
  prompt: 'another prompt than the metadata has',
  sdkVersion: '1.0.0',
  effects: EffectMap.empty.with([effect]),
  pending: new Map([[effect.effectId, effect]]),
  counts: statuses,
  end: ends.RUN_FAILED,
  firstAt: 2,
  lastAt: 3,
  answeredSinceRequest: true,
  errors: [{ effectId: 'effect', message: 'It broke' }],
  lastSettled: 'effect',
  resolvedCount: 4,
  batches: 5,
  batchClosed: !emptyFold.batchClosed,
  lastRequestAt: 6,
  created: true,
  idle: [{ from: 1, to: 2 }],
  stopped: true,
  skipped: new Set(['name']),
  costs: [cost],
  problems: [problem],
};
const outcome: Told<Outcome> = { success: false, summary: 'summary' };
const seen: Told<SeenResults> = { notPassed: 1, failed: 2, rejected: 3 };
const gist: Told<RunGist> = { outcome, seen, sound: true };
const journal: Told<KeptJournal> = { names: 1, last: 'last', verified: true };

function sample(part: Partial<RunFold>): Writable {
  const run: Told<Writable['run']> = {
    metadata,
    projectDir: '/',
    eventCount: 7,
    story: { ...fold, ...part },
    createdAt: 8,
    updatedAt: 9,
    gist,
  };
  return { run, journal, journalAt: 10 };
}

/** Finished runs are written in one way, and runs under way in two. */
const samples: readonly Writable[] = [
  ...Object.values(ends).map((end) => sample({ end })),
  sample({ end: undefined }),
  sample({ end: undefined, prompt: metadata.prompt }),
];

/**
 * The shape of what the index keeps of a run, as one word: a hash of all that is written of made-up runs in which every
 * field is told. It is another one as soon as the types of these fields change, or how they are written.
 */
export const indexShape: string = hash(
  'sha256',
  [meaning, ...samples.flatMap((known) => [writeLine(known), ...writeEffects(known)])].join('\n'),
);
