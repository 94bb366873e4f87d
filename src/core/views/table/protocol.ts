import * as z from 'zod/mini';
import { stateOrder } from '../tree/runGroups';
import type { Facets } from './runTable';
import { commandsOfSelection } from './selectionCommands';
import { agentColumns, columns, type Column } from './tableOrder';
import type { TableRow } from './tableRow';
import { asRunKey } from '../../run/runKey';

/** So many rows are asked for at once. */
export const mostRowsAsked = 500;

/** A run's key, as the extension told it. */
const key = z.pipe(z.string().check(z.minLength(1), z.maxLength(10_000)), z.transform(asRunKey));

/** What the runs table says to the extension. Everything is checked: a page shows hostile text. */
export const fromTable = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** Which rows are seen, of which runs, in which order. They are told again whenever they change. */
  z
    .object({
      type: z.literal('rows'),
      /** Answers to an earlier request are not used. */
      request: z.int().check(z.minimum(0)),
      from: z.int().check(z.minimum(0)),
      to: z.int().check(z.minimum(0)),
      sort: z.enum(columns),
      descending: z.boolean(),
      text: z.string().check(z.maxLength(200)),
      /** Left out: any. */
      state: z.optional(z.enum(stateOrder)),
      /** A process id, empty for runs without a process; left out: any. */
      process: z.optional(z.string().check(z.maxLength(10_000))),
      /** Left out: any. */
      engine: z.optional(z.string().check(z.maxLength(100))),
      onlySelected: z.boolean(),
      /** Only runs that the Runs view shows. */
      asView: z.boolean(),
    })
    .check(z.refine(({ from, to }) => to - from <= mostRowsAsked, 'too many rows are asked for')),
  z.object({
    type: z.literal('select'),
    /** One more or less; this one alone; from the one selected last to this one; all that are shown; none. */
    how: z.enum(['toggle', 'only', 'range', 'all', 'none']),
    key: z.optional(key),
  }),
  /** The run on which the keyboard is, whose place is to be told. */
  z.object({ type: z.literal('current'), key }),
  z.object({ type: z.literal('open'), key }),
  /** Something is to be done with the runs that are selected. */
  z.object({ type: z.literal('command'), id: z.enum(commandsOfSelection) }),
  /** Columns that are not wanted; kept with the workspace. */
  z.object({ type: z.literal('hide'), columns: z.array(z.enum(columns)).check(z.maxLength(columns.length)) }),
  z.object({ type: z.literal('csv'), to: z.enum(['clipboard', 'file']) }),
  /** Whether all runs are to be read when their order depends on it. */
  z.object({ type: z.literal('reading'), on: z.boolean() }),
]);

/** As the page posts it. */
export type FromTable = z.input<typeof fromTable>;

/** As the extension reads it. */
export type ReadFromTable = z.output<typeof fromTable>;

export interface TableView {
  readonly request: number;
  readonly rows: readonly TableRow[];
  /** How many runs the filter leaves, of how many. */
  readonly total: number;
  readonly all: number;
  readonly selected: number;
  /** The run on which the keyboard is, as the page told last; empty: none. `place`: `undefined`: it is not shown. */
  readonly current: { readonly key: string; readonly place: number | undefined };
  /** Runs that have to be read for this order; `undefined`: it is right. */
  readonly reading: { readonly read: number; readonly stopped: boolean } | undefined;
  /** Columns that would tell nothing now, so that they are not offered. */
  readonly idle: readonly Column[];
  /** What the filter of the Runs view is; empty: it has none. */
  readonly viewFilter: string;
  /** Everything was looked for once. */
  readonly loaded: boolean;
}

/** What the workspace keeps of the table, besides what VS Code keeps of the page. */
const keptTable = z.object({
  /** Columns that are not shown. */
  unwanted: z._default(z.array(z.enum(columns)), [...agentColumns]),
  sort: z._default(z.enum(columns), 'created'),
  descending: z._default(z.boolean(), true),
  /** Keys of the runs that are selected. */
  selected: z._default(z.array(key), []),
});

export type KeptTable = z.output<typeof keptTable>;

/** Reads what was kept; whatever it is not becomes what a table begins with. */
export function parseKeptTable(kept: unknown): KeptTable {
  return keptTable.safeParse(kept ?? {}).data ?? keptTable.parse({});
}

/** What the extension says to the runs table. */
export type ToTable =
  { readonly type: 'rows'; readonly view: TableView } | { readonly type: 'facets'; readonly facets: Facets };
