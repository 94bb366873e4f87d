import * as z from 'zod/mini';
import { sessionButtons } from './sessionButtons';
import type { SessionsView } from './sessionsView';
import type { RowDetail, RowView } from './transcriptView';

/** A place in a list that the page was told. */
const place = z.int().check(z.minimum(0));

/** So many rows are asked for at once. */
export const mostRowsAsked = 300;

const rowsAsked = z
  .object({
    type: z.literal('rows'),
    /** A later request makes an earlier one pointless. */
    request: z.int().check(z.minimum(0)),
    session: place,
    /** Which of the session's files. */
    file: place,
    from: z.int().check(z.minimum(0)),
    to: z.int().check(z.minimum(0)),
    /** The newest ones, however many there are, instead of `from` and `to`. */
    newest: z.boolean(),
    filter: z.enum(['all', 'prompts', 'calls', 'errors']),
    text: z.string().check(z.maxLength(200)),
  })
  .check(z.refine(({ from, to }) => to - from <= mostRowsAsked, 'too many rows are asked for'));

export type RowsAsked = Readonly<z.infer<typeof rowsAsked>>;

/** What a page says of the sessions of its run. */
export const fromSessions = z.discriminatedUnion('type', [
  rowsAsked,
  /** No transcript is shown any more. */
  z.object({ type: z.literal('close') }),
  z.object({ type: z.literal('button'), session: place, button: z.enum(sessionButtons) }),
  /** A file that a session changed, by its part and its place there. */
  z.object({ type: z.literal('openFile'), session: place, part: place, file: place }),
  /** All of a row of the transcript that is shown, by its place in the file. */
  z.object({ type: z.literal('row'), place }),
  /** Where in the transcript it was when an event was written. */
  z.object({ type: z.literal('rowOfEvent'), seq: z.int().check(z.minimum(0)) }),
  /** Which event was the last one when a row was written. */
  z.object({ type: z.literal('eventOfRow'), place }),
]);

export type FromSessions = Readonly<z.infer<typeof fromSessions>>;

/** Some rows of a transcript. */
export interface RowsView {
  readonly request: number;
  /** The place of the first row among those that the filter leaves. */
  readonly from: number;
  readonly rows: readonly RowView[];
  /** How many rows the filter leaves, as far as the file was looked through. */
  readonly total: number;
}

/** What a page is told of the sessions of its run. */
export type ToSessions =
  | { readonly type: 'sessions'; readonly view: SessionsView }
  | { readonly type: 'rows'; readonly rows: RowsView }
  | { readonly type: 'row'; readonly detail: RowDetail }
  /** A row is to be seen: its place among those that the filter leaves. */
  | { readonly type: 'showRow'; readonly session: number; readonly index: number }
  /** An event is to be seen, by its number. */
  | { readonly type: 'showEvent'; readonly event: number };
