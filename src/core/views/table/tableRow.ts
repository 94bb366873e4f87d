import { count, cutAtWord, dollars, duration, shortId, thousands, visible } from '../../format';
import { noMarks } from '../../order/runMarks';
import { maskSecrets } from '../../run/secrets';
import { keyText } from '../../run/runKey';
import { formatNumber, stateIcon, stateWord } from '../tree/describe';
import { lastedBy, waitedBy } from './runNumbers';
import { costBasis, costText, type PartNumbers } from '../../sessions/sessionNumbers';
import type { TableEntry } from './tableEntry';

/** A row; its texts made visible. */
export interface TableRow {
  readonly place: number;
  /** Names the run to the extension. */
  readonly key: string;
  readonly selected: boolean;
  /** Its engine can say why it is stuck. */
  readonly canDiagnose: boolean;
  readonly canDelete: boolean;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly state: string;
  readonly icon: string;
  readonly reason: string;
  readonly title: string;
  /** The run's own title, where it is called otherwise here; empty: it is not. */
  readonly own: string;
  readonly tags: readonly string[];
  readonly runId: string;
  readonly shortId: string;
  readonly process: string;
  readonly engine: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
  readonly duration: string;
  /** `undefined`: not read yet. */
  readonly read:
    | {
        /** "3", or "3 of 4" while one is under way. */
        readonly iterations: string;
        readonly best:
          { readonly value: string; readonly key: string; readonly iteration: string } | undefined;
        /** Empty: it never waited. */
        readonly waited: string;
        readonly waiting: boolean;
        /** "12,480" and "$0.42"; empty: nothing tells it. */
        readonly tokens: string;
        readonly cost: string;
        /** What agents did; left out: it is not known. `more` says the tokens one by one, and the lines. */
        readonly work?: {
          readonly tokens: string;
          readonly files: string;
          /** "≈ $0.42"; empty: it is not estimated. */
          readonly cost: string;
          readonly more: string;
        };
      }
    | undefined;
}

export function toTableRow(
  { stored, title, own, tags, process, numbers, fresh }: TableEntry,
  place: number,
  selected: boolean,
  now: number,
): TableRow {
  const { run, state, marks = noMarks } = stored;
  const waited = numbers ? waitedBy(numbers, now) : 0;
  return {
    place,
    key: keyText(run.key),
    selected,
    canDiagnose: stored.engine.can.has('run.diagnose'),
    canDelete: stored.engine.can.has('run.delete'),
    pinned: marks.pinned,
    archived: marks.archived,
    state: stateWord(stored),
    icon: stateIcon(stored).name.replace('~spin', ''),
    reason: visible(maskSecrets(state.reason)),
    title,
    own: own === title ? '' : own,
    tags,
    runId: visible(run.runId),
    shortId: shortId(visible(run.runId)),
    process,
    engine: stored.engine.name,
    created: run.createdAt,
    updated: run.updatedAt,
    duration: duration(lastedBy(run, numbers)),
    read:
      numbers || fresh
        ? {
            iterations: !numbers
              ? ''
              : numbers.done === numbers.iterations
                ? thousands(numbers.done)
                : `${thousands(numbers.done)} of ${thousands(numbers.iterations)}`,
            best: numbers?.best && {
              value: formatNumber(numbers.best.value),
              key: visible(cutAtWord(numbers.best.key, 60)),
              iteration: numbers.best.name,
            },
            waited: waited > 0 ? duration(waited) : '',
            waiting: numbers?.waitingSince !== undefined,
            tokens: numbers?.tokens === undefined ? '' : thousands(numbers.tokens),
            cost: numbers?.costUsd === undefined ? '' : dollars(numbers.costUsd),
            ...(numbers?.work && { work: workCells(numbers.work) }),
          }
        : undefined,
  };
}

function workCells({
  tokens,
  files,
  added,
  removed,
  atLeast,
  ...priced
}: PartNumbers): NonNullable<NonNullable<TableRow['read']>['work']> {
  const sign = atLeast ? '≥ ' : '';
  return {
    tokens: `${sign}${thousands(tokens.in + tokens.out)}`,
    files: thousands(files),
    cost: costText(priced),
    more: [
      `${thousands(tokens.in)} in, ${sign}${thousands(tokens.out)} out`,
      `${thousands(tokens.cacheWrite)} cache written, ${thousands(tokens.cacheRead)} cache read`,
      `${count(files, 'file')} changed, +${thousands(added)} −${thousands(removed)} lines`,
      [costText(priced), costBasis(priced)].filter(Boolean).join(', '),
    ]
      .filter(Boolean)
      .join('\n'),
  };
}
