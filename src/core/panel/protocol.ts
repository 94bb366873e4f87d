import * as z from 'zod';
import { segment } from '../run/lenient';
import type { RunView } from './runView';

/** Commands that the page's buttons may ask for. */
export const pageCommands = [
  'run.resume',
  'run.iterate',
  'run.continue',
  'run.stop',
  'journal.open',
  'run.reveal',
] as const;

/** What the page says to the extension. Everything is checked: a page shows hostile text. */
export const fromPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('command'), command: z.enum(pageCommands) }),
  z.object({
    type: z.literal('answer'),
    effectId: segment,
    /** The option's place in the list, when one of the process's own options is chosen. */
    option: z.int().min(0).optional(),
    kind: z.enum(['approve', 'reject', 'option']),
    text: z.string().max(1_000_000),
  }),
  /** Typed text, kept for when the page is closed and opened again. */
  z.object({ type: z.literal('draft'), effectId: segment, text: z.string().max(1_000_000) }),
  z.object({ type: z.literal('openTask'), effectId: segment }),
  z.object({ type: z.literal('openFile'), effectId: segment, file: z.int().min(0) }),
]);

export type FromPage = z.infer<typeof fromPage>;

/** How far an answer from this page has come. */
export type AnswerProgress =
  | { readonly step: 'recording' }
  | { readonly step: 'recorded' }
  /** The typed text stays in the page. */
  | { readonly step: 'refused'; readonly sentence: string };

/** What the extension says to the page. */
export type ToPage =
  | { readonly type: 'view'; readonly view: RunView }
  | { readonly type: 'gone' }
  /** Texts typed into an earlier page of the run, by effect id. */
  | { readonly type: 'drafts'; readonly drafts: Readonly<Record<string, string>> }
  | { readonly type: 'answer'; readonly effectId: string; readonly progress: AnswerProgress }
  | { readonly type: 'reveal'; readonly effectId: string };
