import type { CsvValue } from '../../csv';
import { toIso, visible } from '../../format';
import { stateWord } from '../tree/describe';
import { workColumns } from '../workColumns';
import { lastedBy, waitedBy } from './runNumbers';
import type { TableEntry } from './tableEntry';

const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;

type CsvColumn = readonly [name: string, value: (entry: TableEntry, now: number) => CsvValue];

/** What stands in the CSV of the table. */
export const csvColumns: readonly CsvColumn[] = [
  ['run', ({ stored }) => visible(stored.run.runId)],
  ['title', ({ title }) => title],
  ['state', ({ stored }) => stateWord(stored)],
  ['process', ({ process }) => process],
  ['engine', ({ stored }) => stored.run.engine],
  ['iterations', ({ numbers }) => numbers?.iterations],
  ['iterationsDone', ({ numbers }) => numbers?.done],
  ['metric', ({ numbers }) => numbers?.best && visible(numbers.best.key)],
  ['best', ({ numbers }) => numbers?.best?.value],
  ['bestIteration', ({ numbers }) => numbers?.best?.n],
  ['createdAt', ({ stored }) => toIso(stored.run.createdAt)],
  ['updatedAt', ({ stored }) => toIso(stored.run.updatedAt)],
  ['durationSeconds', ({ stored, numbers }) => seconds(lastedBy(stored.run, numbers))],
  ['waitedSeconds', ({ numbers }, now) => numbers && seconds(waitedBy(numbers, now))],
  ['tokens', ({ numbers }) => numbers?.tokens],
  ['costUsd', ({ numbers }) => numbers?.costUsd],
  ...workColumns.map(([name, value]): CsvColumn => [
    name,
    ({ numbers }) => numbers?.work && value(numbers.work),
  ]),
];
