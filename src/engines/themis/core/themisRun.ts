import type { EngineId } from '../../../core/run/engineId';
import { EffectMap } from '../../../core/run/effectMap';
import type { Problem } from '../../../core/run/problem';
import type { RecordedIteration } from '../../../core/run/recordedIterations';
import type { Run, RunDetails } from '../../../core/run/run';
import { asRunKey, keyText, type RunKey } from '../../../core/run/runKey';
import type { Effect } from '../../../core/run/effect';
import type { Story } from '../../../core/run/story';
import type { Manifest } from './manifest';
import { metricText, shortMetric } from './metricWords';
import type { RunRow } from './row';
import { emptyDetails, emptyStory, type TokenSum } from './story';
import { stages } from './result';

export const themis: EngineId = 'themis';

/** A run of Themis: the neutral one, and what only Themis has. */
export interface ThemisRun extends Run {
  /** `undefined`: the store cannot be read, and this stands for it. */
  readonly told: RunRow | undefined;
  /** Where it waits in a queue, or was taken from one. */
  readonly manifest: Manifest | undefined;
  /** `undefined`: nobody has looked into the run, or nothing says so. */
  readonly tokens: TokenSum | undefined;
  /** Why it cannot be read; `undefined`: it can. */
  readonly trouble: string | undefined;
}

/** @throws Error for a run of another engine */
export function asThemis(run: Run): ThemisRun {
  if (run.engine !== themis) throw new Error(`A run of ${run.engine} is none of Themis.`);
  return run as ThemisRun;
}

/** A store of runs: the folder of the JSONL kind, or a SQLite file. */
export interface ThemisStore {
  readonly kind: 'jsonl' | 'sqlite';
  /** Absolute. */
  readonly path: string;
}

/** The same experiment in two stores has the same run id, so the store is part of the key. */
export function themisKey(store: ThemisStore, runId: string): RunKey {
  return asRunKey(store.kind === 'sqlite' ? `${store.path}#${runId}` : `${store.path}/runs/${runId}`);
}

/** What tells the row of a store that cannot be read apart: its path, which no run of it has. */
export function storeKey({ path }: ThemisStore): RunKey {
  return asRunKey(path);
}

/** The run id in a key of a store's runs; `undefined`: it is none of them. */
export function runIdOf(store: ThemisStore, key: RunKey): string | undefined {
  const text = keyText(key);
  const head = keyText(themisKey(store, ''));
  return text.startsWith(head) ? text.slice(head.length) : undefined;
}

/** How a run lies. */
export interface RunPlace {
  readonly store: ThemisStore;
  /** The folder whose config made it, as far as nothing else says. Absolute. */
  readonly projectDir: string;
  /** The time of the run's file, in milliseconds since 1970, for a run without an event. */
  readonly fileAt: number;
  readonly manifest: Manifest | undefined;
}

/** What was read of a run into which somebody looks. */
export interface Opened {
  readonly effects: readonly Effect[];
  readonly costs: Story['costs'];
  readonly tokens: TokenSum | undefined;
}

/** The run that a row tells of. */
export function toRun(
  told: RunRow,
  { store, projectDir, fileAt, manifest }: RunPlace,
  problems: readonly Problem[],
  opened?: Opened,
): ThemisRun {
  const { runId, datasets, generator, firstAt, lastAt } = told;
  const key = themisKey(store, runId);
  return {
    ...{ key, engine: themis, runId, place: store.path, projectDir, problems },
    location: store.kind === 'sqlite' ? store.path : `${store.path}/runs/${runId}`,
    processId: generator,
    prompt: datasets === '' ? undefined : datasets,
    ...{ entry: undefined, engineVersion: told.version, harness: undefined, asksNobody: false },
    ...{ parentRunId: undefined, origin: undefined, depth: opened ? 'whole' : 'end' },
    story: storyOf(told, opened),
    eventCount: told.events,
    createdAt: firstAt ?? fileAt,
    updatedAt: lastAt ?? fileAt,
    pendingTasks: emptyDetails.tasks,
    row: {
      label: `${[datasets, generator].filter(Boolean).join(' · ')} (${runId.slice(0, 8)})`,
      notes: notesOf(told),
    },
    ...{ told, manifest, trouble: undefined, tokens: opened?.tokens },
  };
}

/** The row of a store that is there and cannot be read. */
export function unreadableStore(
  store: ThemisStore,
  projectDir: string,
  fileAt: number,
  trouble: string,
): ThemisRun {
  const name = store.path.slice(store.path.lastIndexOf('/') + 1);
  return {
    ...{
      key: storeKey(store),
      engine: themis,
      runId: name,
      location: store.path,
      place: store.path,
      projectDir,
    },
    ...{ processId: '', prompt: name, entry: undefined, engineVersion: undefined, harness: undefined },
    ...{ asksNobody: false, parentRunId: undefined, origin: undefined, depth: 'whole', story: emptyStory },
    ...{ eventCount: 0, createdAt: fileAt, updatedAt: fileAt, pendingTasks: new Map(), problems: [] },
    row: { label: name, notes: [] },
    ...{ told: undefined, manifest: undefined, tokens: undefined, trouble },
  };
}

/** A run of which nothing can be read but that it is there. */
export function unreadableRun(
  store: ThemisStore,
  runId: string,
  projectDir: string,
  { fileAt, problems }: { readonly fileAt: number; readonly problems: readonly Problem[] },
): ThemisRun {
  const location = store.kind === 'sqlite' ? store.path : `${store.path}/runs/${runId}`;
  const run = unreadableStore({ ...store, path: location }, projectDir, fileAt, 'Nothing of it can be read');
  return { ...run, key: themisKey(store, runId), runId, place: store.path, problems };
}

function notesOf({ outcome: { progress }, means }: RunRow): readonly string[] {
  const [first] = means;
  const failed = progress.failed === 0 ? '' : `, ${progress.failed} failed`;
  return [
    `${progress.completed}/${progress.total} cases${failed}`,
    ...(first ? [`${shortMetric(first.metricId)} ${metricText(first, progress.total)}`] : []),
  ];
}

function storyOf(told: RunRow, opened: Opened | undefined): Story {
  const { status } = told.outcome;
  const counts = { pending: 0, ok: 0, error: 0, cancelled: 0 };
  for (const effect of opened?.effects ?? []) counts[effect.status] += 1;
  const isOver = status === 'completed' || status === 'failed' || status === 'partial_failure';
  return {
    ...emptyStory,
    ...{ counts, firstAt: told.firstAt, lastAt: told.lastAt, costs: opened?.costs ?? [] },
    effects: opened ? EffectMap.empty.with(opened.effects) : EffectMap.empty,
    end: isOver
      ? {
          outcome: status === 'completed' ? 'completed' : 'failed',
          ...{ type: status, at: told.lastAt, toldAt: undefined, failedTask: undefined, reason: undefined },
          error:
            told.failed === undefined
              ? undefined
              : { name: undefined, message: told.failed, stack: undefined },
          sealed: false,
        }
      : undefined,
  };
}

/**
 * The stages of a run as the iterations that it has: "parse 3/4".
 * @param metricKey the run's first metric, which no stage has
 */
export function recordedStages(
  effects: readonly Effect[],
  metricKey: string | undefined,
): NonNullable<RunDetails['recorded']> {
  const list = stages.flatMap((stage): readonly RecordedIteration[] => {
    const own = effects.filter(({ kind }) => kind === stage);
    if (own.length === 0) return [];
    const count = (status: Effect['status']): number => own.filter((one) => one.status === status).length;
    const [failed, open] = [count('error'), count('pending')];
    const note = [failed === 0 ? '' : `${failed} failed`, open === 0 ? '' : `${open} not done`];
    return [
      {
        ...{ number: undefined, phase: stage, title: `${stage} ${count('ok')}/${own.length}` },
        note: note.filter(Boolean).join(' · '),
        ...{ section: undefined, delegated: false, metrics: {}, about: [] },
        effects: own.map(({ effectId }) => effectId),
      },
    ];
  });
  return { list, best: undefined, metricKey };
}
