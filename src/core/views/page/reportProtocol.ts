import * as z from 'zod/mini';
import { reportBases, type ReportBase } from '../report/counterparts';
import { segment } from '../../run/segmentSchema';
import type { ReportExtent, ReportView } from './reportView';

const extent = z.union([z.literal('run'), z.int().check(z.minimum(0))]);
const base = z.enum(reportBases);
/** Relative to the project, as the report names it. */
const file = z.string().check(z.minLength(1), z.maxLength(1100));

/** What the report page says to the extension. Everything is checked: a page shows hostile text. */
export const fromReportPage = z.discriminatedUnion('type', [
  /** `extent`: what the page was left with; left out: it is new. */
  z.object({ type: z.literal('ready'), extent: z.optional(extent) }),
  /** A later request makes an earlier one pointless. */
  z.object({ type: z.literal('show'), extent, request: z.int().check(z.minimum(0)) }),
  z.object({ type: z.literal('command'), command: z.enum(['run.open', 'run.export']) }),
  z.object({ type: z.literal('openTask'), effectId: segment, where: z.enum(['document', 'page']) }),
  z.object({ type: z.literal('diffTask'), effectId: segment, base }),
  z.object({ type: z.literal('openFile'), file }),
  z.object({ type: z.literal('diffFile'), file, base }),
  /** A relative link in a text. */
  z.object({ type: z.literal('openLink'), path: z.string().check(z.minLength(1), z.maxLength(1000)) }),
  z.object({
    type: z.literal('saveChart'),
    svg: z.string().check(z.startsWith('<svg '), z.maxLength(5_000_000)),
  }),
]);

export type FromReportPage = z.infer<typeof fromReportPage>;

/** What is kept of an artefact as it was at the end of another iteration. */
export interface OlderArtefact {
  readonly base: ReportBase;
  /** "iteration 2": how it is called. */
  readonly iteration: string;
  /** "the engine's copy", "last commit before iteration 2 ended". Empty: nothing was kept. */
  readonly kept: string;
  /** It is the same now. */
  readonly same: boolean;
}

export interface ArtefactVersions {
  readonly file: string;
  /** Which text stands for the iteration itself: "as it is now", "the engine's copy of iteration 3". */
  readonly own: string;
  readonly older: readonly OlderArtefact[];
}

/** What the extension says to the report page. */
export type ToReportPage =
  /** `request`: the last one that was known. */
  | { readonly type: 'view'; readonly view: ReportView; readonly request: number }
  | { readonly type: 'gone' }
  /** What the artefacts of an extent can be compared with. */
  | { readonly type: 'versions'; readonly extent: ReportExtent; readonly files: readonly ArtefactVersions[] };
