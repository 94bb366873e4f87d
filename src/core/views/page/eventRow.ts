import { cutAtWord, shortId, visible } from '../../format';
import { answeredAs } from '../../run/answered';
import type { Effect } from '../../run/effect';
import type { EventMark, EventRecord } from '../../run/eventRecord';
import type { TaskFiles } from '../../run/iterations';
import { passed } from '../../run/passed';
import { taskTitle, type Run } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import type { TaskResult } from '../../run/task';
import type { PlacedRecord } from './eventLog';

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
  /** How it stands now. */
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

/**
 * Makes a row of an event, as the run stands.
 * @param replays its engine runs the process again each time and reads results from the journal
 */
export function toEventRow(
  run: Run,
  { tasks, results }: TaskFiles,
  placed: PlacedRecord,
  replays: boolean,
): EventRow {
  const { place, event, record } = placed;
  const { seq, at, type, effectId, note } = record;
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
    mark: markOf(run, record, effect, results.get(effect?.effectId ?? '')),
    replay: replays ? replayOf(run, record, effect) : '',
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
  return { ...toEventRow(run, files, placed, false), mark: 'none', later: true };
}

const effectMarks: Readonly<Record<Effect['status'], EventMark>> = {
  ok: 'resolved',
  error: 'failed',
  cancelled: 'cancelled',
  pending: 'waiting',
};

/** A request is shown as its effect stands now, and a result as what came of the task. */
function markOf(
  { story }: Run,
  { mark }: EventRecord,
  effect: Effect | undefined,
  result: TaskResult | undefined,
): EventMark {
  const isResult = mark === 'resolved' || mark === 'failed';
  if (mark !== 'waiting' && !(isResult && effect)) return mark;
  if (!effect || (effect.status === 'pending' && story.end)) return 'none';
  if (answeredAs(effect, result) === 'rejected') return 'rejected';
  if (passed(effect, result) === false) return 'failed';
  return isResult ? mark : effectMarks[effect.status];
}

function replayOf({ story }: Run, { mark }: EventRecord, effect: Effect | undefined): EventRow['replay'] {
  if (!effect || effect.status === 'pending') return '';
  // Neither its request nor something that was noted about it.
  if (mark === 'waiting' || mark === 'none') return '';
  // How many effects were resolved when the process last asked for one.
  const knew = story.effects.last?.resolvedBefore ?? 0;
  return story.end || effect.resolvedOrder <= knew ? 'cached' : 'new';
}
