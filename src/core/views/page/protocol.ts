import * as z from 'zod/mini';
import { diffBases, type FileEvidence, type FilePreview } from '../../evidence/evidence';
import { segment } from '../../run/segmentSchema';
import type { EventRow } from './eventRow';
import type { FailureView } from './failureView';
import { pageCommands } from './pageCommands';
import type { Provenance } from './provenance';
import type { RunView } from './runView';
import { fromSessions, type ToSessions } from './sessionProtocol';
import type { TaskDetail } from './taskDetail';
import type { Timeline } from './timeline';
import type { UsageView } from './usageView';

/** So many events are asked for at once. */
export const mostEventsAsked = 500;

const place = z.int().check(z.minimum(0), z.maximum(10_000));

/** A number of events, which names the moment at which there were so many. */
const events = z.int().check(z.minimum(1));

/** What the page says to the extension. Everything is checked: a page shows hostile text. */
export const fromPage = z.discriminatedUnion('type', [
  /** `event`: it was left in the past, with so many events. */
  z.object({ type: z.literal('ready'), event: z.optional(events) }),
  /** Show the run as it was with so many events; `undefined`: as it is now. */
  z.object({ type: z.literal('travel'), event: z.optional(events) }),
  z.object({ type: z.literal('compareWithNow'), event: events }),
  z.object({ type: z.literal('command'), command: z.enum(pageCommands) }),
  z.object({
    type: z.literal('answer'),
    effectId: segment,
    kind: z.enum(['approve', 'reject', 'request-changes', 'text', 'option', 'several']),
    /** The option's place in the list, when one of the process's own options is chosen. */
    option: z.optional(place),
    /** What the person lets the option count as, where that is not what it says itself. */
    approved: z.optional(z.boolean()),
    /** To several questions, in their order. */
    answers: z.optional(
      z
        .array(z.object({ option: z.optional(place), text: z.string().check(z.maxLength(100_000)) }))
        .check(z.maxLength(50)),
    ),
    text: z.string().check(z.maxLength(1_000_000)),
  }),
  /** What was typed to a question that was answered without it: put on the clipboard. */
  z.object({ type: z.literal('copyDraft'), effectId: segment }),
  /** Typed text, kept for when the page is closed and opened again. */
  z.object({ type: z.literal('draft'), effectId: segment, text: z.string().check(z.maxLength(1_000_000)) }),
  z.object({ type: z.literal('snooze'), effectId: segment }),
  z.object({ type: z.literal('openTask'), effectId: segment }),
  /** Copy a link to a task, to an event by its number, or to the run. */
  z.object({
    type: z.literal('copyLink'),
    effectId: z.optional(segment),
    event: z.optional(z.int().check(z.minimum(1))),
  }),
  /** Show more of the open questions. */
  z.object({ type: z.literal('moreQuestions') }),
  /** Show more of the tasks, those of earlier iterations. */
  z.object({ type: z.literal('moreIterations') }),
  /** Choose among all options of a question, of which the page shows the first ones. */
  z.object({ type: z.literal('pickAnswer'), effectId: segment }),
  /** Fork after an event, before a task, or where the person says. */
  z.object({
    type: z.literal('fork'),
    event: z.optional(z.int().check(z.minimum(1))),
    effectId: z.optional(segment),
  }),
  z.object({ type: z.literal('openFile'), effectId: segment, file: place, beside: z.boolean() }),
  z.object({ type: z.literal('preview'), effectId: segment, file: place }),
  z.object({ type: z.literal('diff'), effectId: segment, file: place, base: z.enum(diffBases) }),
  /** A relative link in the text of a breakpoint. */
  z.object({
    type: z.literal('openLink'),
    effectId: segment,
    path: z.string().check(z.minLength(1), z.maxLength(1000)),
  }),
  /** Some of the events that a filter leaves, by their places in journal order. */
  z
    .object({
      type: z.literal('events'),
      /** A later request makes an earlier one pointless. */
      request: z.int().check(z.minimum(0)),
      from: z.int().check(z.minimum(0)),
      to: z.int().check(z.minimum(0)),
      /** The newest ones, however many there are, instead of `from` and `to`. */
      newest: z.boolean(),
      eventType: z.string().check(z.maxLength(100)),
      text: z.string().check(z.maxLength(200)),
    })
    .check(z.refine(({ from, to }) => to - from <= mostEventsAsked, 'too many events are asked for')),
  z.object({ type: z.literal('openEvent'), seq: z.int().check(z.minimum(0)) }),
  /** What a task was asked, gave and wrote; told again whenever it changes. `undefined`: of no task any more. */
  z.object({ type: z.literal('task'), effectId: z.optional(segment) }),
  z.object({ type: z.literal('openTaskFile'), effectId: segment, file: place }),
  /** The tasks on a timeline; `undefined`: of the whole run. */
  z.object({
    type: z.literal('timeline'),
    part: z.optional(z.object({ from: z.number(), to: z.number() })),
  }),
  z.object({
    type: z.literal('saveTimeline'),
    svg: z.string().check(z.startsWith('<svg '), z.maxLength(5_000_000)),
  }),
  z.object({ type: z.literal('openEntry') }),
  /** A frame of the stack with which the run failed, by its place. */
  z.object({ type: z.literal('openFrame'), frame: place }),
  /** Message and stack of the failure: put on the clipboard. */
  z.object({ type: z.literal('copyFailure') }),
  /** The engine's command about approval rules for a question: put on the clipboard. */
  z.object({ type: z.literal('copyRule'), effectId: segment }),
  z.object({ type: z.literal('comparePredecessor') }),
  z.object({ type: z.literal('openRun'), runId: segment }),
  z.object({ type: z.literal('sessions'), ask: fromSessions }),
  z.object({ type: z.literal('openReport'), iteration: z.int().check(z.minimum(0)) }),
  z.object({ type: z.literal('showComment'), id: z.string().check(z.maxLength(100)) }),
  z.object({ type: z.literal('removeComment'), id: z.string().check(z.maxLength(100)) }),
]);

/** Where in time the page is. */
export interface TravelView {
  /** How many events there are now. */
  readonly all: number;
  /** What the page asked for last; `undefined`: now. */
  readonly asked: number | undefined;
  /** The event that was the last one at the moment that is shown; `undefined`: it is now. */
  readonly at: EventRow | undefined;
  /** The moment is being read, and the page still shows another one. */
  readonly reading: boolean;
}

/** What stands in the list of events. */
export interface EventsView {
  readonly request: number;
  readonly rows: readonly EventRow[];
  /** The types that are offered as a filter, besides those that were seen. */
  readonly types: readonly string[];
  /** How many events the filter leaves, as far as the journal was looked through. */
  readonly total: number;
  readonly searched: number;
  readonly all: number;
  /** The place of the step that waits or failed, among all events; `undefined`: none, or there is a filter. */
  readonly focus: number | undefined;
}

export type FromPage = z.infer<typeof fromPage>;

/** How far an answer from this page has come. */
export type AnswerProgress =
  | { readonly step: 'recording' }
  | { readonly step: 'recorded' }
  /** The typed text stays in the page. */
  | { readonly step: 'refused'; readonly sentence: string };

/** What was typed to a question that was answered without it; its texts made visible. */
export interface LeftWords {
  readonly effectId: string;
  readonly title: string;
  /** "Ann approved this 2 s ago in another window." */
  readonly answered: string;
  readonly text: string;
}

/** A comment on a line of a context file that is not sent yet; its texts made visible. */
export interface CommentView {
  readonly id: string;
  readonly effectId: string;
  readonly file: string;
  /** "line 3", "lines 3–5". */
  readonly place: string;
  readonly comment: string;
}

/** What the extension says to the page. */
export type ToPage =
  | { readonly type: 'view'; readonly view: RunView }
  | { readonly type: 'gone' }
  | { readonly type: 'travel'; readonly travel: TravelView }
  | { readonly type: 'events'; readonly events: EventsView }
  /** More events came, or what is known of some changed: those that are seen are to be asked for again. */
  | { readonly type: 'eventsChanged' }
  /** Without `detail`: there was no such task yet. */
  | { readonly type: 'task'; readonly effectId: string; readonly detail: TaskDetail | undefined }
  /** `undefined`: nothing has a time. */
  | { readonly type: 'timeline'; readonly timeline: Timeline | undefined }
  /** `undefined`: it has not failed. */
  | { readonly type: 'failure'; readonly failure: FailureView | undefined }
  | { readonly type: 'sessions'; readonly tell: ToSessions }
  | { readonly type: 'provenance'; readonly provenance: Provenance }
  /** `undefined`: nothing tells what the run took. */
  | { readonly type: 'usage'; readonly usage: UsageView | undefined }
  /** What was typed to questions of the run, here or elsewhere, by effect id. */
  | {
      readonly type: 'drafts';
      readonly drafts: Readonly<Record<string, string>>;
      /** Those that an agent left and no person has changed. */
      readonly byAgent: readonly string[];
    }
  /** What was typed to questions that were answered without it. */
  | { readonly type: 'left'; readonly left: readonly LeftWords[] }
  /** What can be shown of a breakpoint's context files, in their order. */
  | { readonly type: 'evidence'; readonly effectId: string; readonly files: readonly FileEvidence[] }
  | {
      readonly type: 'preview';
      readonly effectId: string;
      readonly file: number;
      readonly preview: FilePreview;
    }
  /** All comments on this run's context files that are not sent yet. */
  | { readonly type: 'review'; readonly comments: readonly CommentView[] }
  | { readonly type: 'answer'; readonly effectId: string; readonly progress: AnswerProgress }
  | { readonly type: 'reveal'; readonly effectId: string }
  /** By its place in the whole journal, from 1. */
  | { readonly type: 'revealEvent'; readonly event: number };
