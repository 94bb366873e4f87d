import { basename, dirname } from 'node:path';
import * as z from 'zod';
import type { Effect } from '../../../src/core/run/effect';
import { EffectMap } from '../../../src/core/run/effectMap';
import type { EventRecord } from '../../../src/core/run/eventRecord';
import { findNumbers } from '../../../src/core/run/metrics';
import { parseTask } from '../../../src/core/run/task';
import { asRunKey } from '../../../src/core/run/runKey';
import type { RunReading } from '../../../src/core/source/runSource';

export const jsonEngineId = 'json';

const eventShape = z.object({
  type: z.enum(['asked', 'answered', 'erred']),
  at: z.number(),
  effectId: z.string(),
  /** Of what is asked: "breakpoint" for a question to a person. */
  kind: z.string().default('agent'),
  title: z.string().optional(),
  value: z.unknown().optional(),
});

/** A run of the smallest engine that there is: one file. */
const fileShape = z.object({
  title: z.string(),
  state: z.enum(['running', 'completed', 'failed']),
  events: z.array(eventShape),
});

export type JsonRunFile = z.infer<typeof fileShape>;
export type JsonEvent = z.input<typeof eventShape>;

/** @returns `undefined`: it is no run, or one that is being written */
export function parseJsonRun(text: string): JsonRunFile | undefined {
  try {
    return fileShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The run that a file tells of. */
export function jsonReading(path: string, { title, state, events }: JsonRunFile): RunReading {
  const effects = effectsOf(events);
  const pending = effects.filter(({ status }) => status === 'pending');
  const counts = { pending: 0, ok: 0, error: 0, cancelled: 0 };
  for (const { status } of effects) counts[status] += 1;
  const [firstAt, lastAt] = [events[0]?.at, events.at(-1)?.at];
  const tasks = new Map(
    events.flatMap(({ type, effectId, kind, title: name, value }) => {
      if (type !== 'asked') return [];
      const json = JSON.stringify({ kind, title: name, inputs: value });
      const { task } = parseTask(json, kind);
      return task ? [[effectId, task] as const] : [];
    }),
  );
  const results = new Map(
    events.flatMap(({ type, effectId, value }) =>
      type === 'answered'
        ? [[effectId, { value, metrics: findNumbers(value, ['score']), ...nothingMore }] as const]
        : [],
    ),
  );
  const run = {
    key: asRunKey(path),
    engine: jsonEngineId,
    runId: basename(path, '.json'),
    location: path,
    place: dirname(path),
    projectDir: dirname(path),
    processId: 'notes',
    prompt: title,
    ...{ entry: undefined, engineVersion: undefined, harness: undefined, asksNobody: false },
    ...{ parentRunId: undefined, origin: undefined, depth: 'whole' as const, problems: [] },
    story: {
      effects: EffectMap.empty.with(effects),
      pending: new Map(pending.map((effect) => [effect.effectId, effect])),
      counts,
      end:
        state === 'running'
          ? undefined
          : {
              outcome: state,
              type: state,
              at: lastAt,
              toldAt: lastAt,
              error: undefined,
              failedTask: undefined,
              reason: undefined,
              sealed: false,
            },
      ...{ firstAt, lastAt, skipped: new Set<string>(), costs: [], problems: [] },
    },
    eventCount: events.length,
    createdAt: firstAt ?? 0,
    updatedAt: lastAt ?? 0,
    pendingTasks: new Map([...tasks].filter(([id]) => pending.some(({ effectId }) => effectId === id))),
  };
  return { run, details: { tasks, results, problems: [], warnings: [] } };
}

const nothingMore = { resultRef: undefined, metadata: undefined, failure: undefined };

function effectsOf(events: JsonRunFile['events']): readonly Effect[] {
  const effects = new Map<string, Effect>();
  let resolved = 0;
  for (const [i, { type, effectId, kind, title, at, value }] of events.entries()) {
    const seq = i + 1;
    const asked = effects.get(effectId);
    if (type === 'asked') {
      effects.set(effectId, {
        ...{ effectId, taskId: effectId, kind, label: title, labels: [], stepId: undefined },
        ...{ invocationKey: undefined, requestedAt: at, requestedSeq: seq, batch: 1, status: 'pending' },
        ...{ resolvedAt: undefined, resolvedOrder: 0, resolvedSeq: 0, resolvedBefore: resolved },
        ...{ startedAt: undefined, finishedAt: undefined, error: undefined, cancelReason: undefined },
      });
    } else if (asked) {
      resolved += 1;
      effects.set(effectId, {
        ...asked,
        status: type === 'answered' ? 'ok' : 'error',
        error: type === 'erred' ? { name: undefined, message: String(value), stack: undefined } : undefined,
        ...{ resolvedAt: at, resolvedOrder: resolved, resolvedSeq: seq },
      });
    }
  }
  return [...effects.values()];
}

/** The events of a file as the list of events shows them. */
export function jsonRecords({ events }: JsonRunFile): readonly EventRecord[] {
  const marks = { asked: 'waiting', answered: 'resolved', erred: 'failed' } as const;
  const statuses = { asked: '', answered: 'ok', erred: 'error' };
  return events.map(({ type, at, effectId, title, value }, i) => ({
    ...{ id: String(i + 1), seq: i + 1, at, type, mark: marks[type], effectId, status: statuses[type] },
    note: type === 'erred' ? String(value) : (title ?? ''),
    session: undefined,
  }));
}
