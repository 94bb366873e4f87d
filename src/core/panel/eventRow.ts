import { cutAtWord, shortId, visible } from '../format';
import type { Effect } from '../run/effect';
import { isEventType } from '../run/eventTypes';
import type { TaskFiles } from '../run/iterations';
import { taskTitle, type Run } from '../run/run';
import { maskSecrets } from '../run/secrets';
import type { PlacedRecord } from './eventLog';

/** How an event stands now. */
export type EventMark = 'resolved' | 'waiting' | 'failed' | 'cancelled' | 'none';

/** A row of the list of events; its texts made visible. */
export interface EventRow {
  /** Its place among the events that the filter leaves, in journal order. */
  readonly place: number;
  /** Its place in the whole journal, from 1. */
  readonly event: number;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number | undefined;
  readonly type: string;
  readonly mark: EventMark;
  /**
   * What the next iterate does with a result: "cached": it has taken it up before and reads it from the journal;
   * "new": it has not seen it yet. Empty for other events.
   */
  readonly replay: 'cached' | 'new' | '';
  readonly kind: string;
  readonly title: string;
  /** Names the effect to the extension; empty: the event is about none. */
  readonly effectId: string;
  readonly shortEffectId: string;
  /** It came after the moment at which the run is shown. */
  readonly later: boolean;
}

/** Makes a row of an event, as the run stands. */
export function toEventRow(run: Run, { tasks }: TaskFiles, placed: PlacedRecord): EventRow {
  const { place, event, record } = placed;
  const { seq, at, type, effectId, status, note } = record;
  const effect = effectId === undefined ? undefined : run.story.effects.get(effectId);
  const said = visible(cutAtWord(maskSecrets(note), 160));
  const task =
    effect &&
    visible(
      maskSecrets(taskTitle(effect, tasks.get(effectId ?? '') ?? run.pendingTasks.get(effect.effectId))),
    );
  return {
    ...{ place, event, seq, at },
    type: type === '' ? 'cannot be read' : visible(type),
    mark: markOf(run, type, status, effect),
    replay: replayOf(run, type, effect),
    kind: visible(cutAtWord(effect?.kind.replaceAll('_', ' ') ?? '', 40)),
    title: [task, said].filter(Boolean).join(': '),
    // Only what the run knows can be opened.
    effectId: effect?.effectId ?? '',
    shortEffectId: visible(shortId((effectId ?? '').slice(0, 200))),
    later: false,
  };
}

/** Makes a row of an event that came after the moment at which the run is shown: what is known of it, but not how it went on. */
export function toLaterRow(run: Run, files: TaskFiles, placed: PlacedRecord): EventRow {
  return { ...toEventRow(run, files, placed), mark: 'none', replay: '', later: true };
}

const effectMarks: Readonly<Record<Effect['status'], EventMark>> = {
  ok: 'resolved',
  error: 'failed',
  cancelled: 'cancelled',
  pending: 'waiting',
};

function markOf({ story }: Run, type: string, status: string, effect: Effect | undefined): EventMark {
  if (!isEventType(type)) return type === '' ? 'failed' : 'none';
  switch (type) {
    case 'EFFECT_REQUESTED':
      if (!effect || (effect.status === 'pending' && story.end)) return 'none';
      return effectMarks[effect.status];
    case 'EFFECT_RESOLVED':
      return status === 'error' ? 'failed' : 'resolved';
    case 'EFFECT_CANCELLED':
    case 'RUN_HALTED':
      return 'cancelled';
    case 'RUN_COMPLETED':
      return 'resolved';
    case 'RUN_FAILED':
    case 'PROCESS_RUNTIME_ERROR':
      return 'failed';
    case 'RUN_CREATED':
    case 'PROCESS_ASSIGNED':
    case 'PROCESS_CODE_HASH_CHANGED':
    case 'PROCESS_LOG':
    case 'STOP_HOOK_INVOKED':
    case 'EFFECT_PROGRESS':
    case 'COST_TRACKED':
      return 'none';
    default:
      return type satisfies never;
  }
}

function replayOf({ story }: Run, type: string, effect: Effect | undefined): EventRow['replay'] {
  if (!effect || effect.status === 'pending') return '';
  if (type !== 'EFFECT_RESOLVED' && type !== 'EFFECT_CANCELLED') return '';
  // How many effects were resolved when the process last asked for one.
  const knew = story.effects.last?.resolvedBefore ?? 0;
  return story.end || effect.resolvedOrder <= knew ? 'cached' : 'new';
}
