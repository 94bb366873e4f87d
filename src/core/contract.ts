import * as z from 'zod/mini';
import type { Alias } from './commands';
import type { EngineAction } from './engine/runEngine';
import { segment } from './run/segmentSchema';

/** Begins the id of everything that the extension contributes; package.json is written from what stands here. */
export const prefix = 'babysitterRuns';

/**
 * Names a run, by folder or by id, and perhaps a part of it. A plain text is a folder or an id. A run that is not kept in a
 * folder of its own is named by the text of its key instead.
 */
export interface EffectReference {
  readonly dir?: string | undefined;
  readonly runId?: string | undefined;
  readonly effectId?: string | undefined;
  /** The sequence number of an event of its journal; what asks for no event overlooks it. */
  readonly event?: number | undefined;
  /** What asks for no iteration overlooks it. */
  readonly iteration?: number | undefined;
}

const part = {
  effectId: z.optional(segment),
  event: z.optional(z.int().check(z.minimum(1))),
  iteration: z.optional(z.int().check(z.minimum(0))),
};

const reference = z.union([
  z.pipe(
    z.string(),
    z.transform((name: string): EffectReference => ({ runId: name, dir: name })),
  ),
  z.looseObject({ dir: z.optional(z.string()), runId: z.optional(z.string()), ...part }),
]);

/** Reads an argument that another extension, a keybinding or a link passed. `undefined`: it names nothing. */
export function parseReference(argument: unknown): EffectReference | undefined {
  const parsed = reference.safeParse(argument);
  if (!parsed.success) return undefined;
  const { dir, runId, effectId, event, iteration } = parsed.data;
  return dir === undefined && runId === undefined ? undefined : { dir, runId, effectId, event, iteration };
}

/** Reads an argument that names both sides of a comparison. `undefined`: it does not. */
export function parseSides(
  argument: unknown,
): { readonly left: EffectReference; readonly right: EffectReference } | undefined {
  const parsed = z.object({ left: reference, right: reference }).safeParse(argument);
  if (!parsed.success) return undefined;
  const [left, right] = [parseReference(parsed.data.left), parseReference(parsed.data.right)];
  return left && right && { left, right };
}

/** The walkthrough under Get Started. */
export const walkthroughId = 'start';

export const views = {
  needsYou: `${prefix}.needsYou`,
  runs: `${prefix}.runs`,
} as const;

/** The editor type of the run page, which VS Code restores after a reload. */
export const runPanelType = `${prefix}.run`;

/** The editor type of the runs table. */
export const runsTableType = `${prefix}.runsTable`;

/** The editor type of the page that compares two runs. */
export const comparePageType = `${prefix}.compare`;

/** The editor type of the report page. */
export const reportPanelType = `${prefix}.report`;

/** The scheme of the read-only documents made from run files. */
export const documentScheme = 'babysitter-runs';

/** The scheme of older texts of context files, which are compared with what they are now. */
export const evidenceScheme = 'babysitter-runs-evidence';

/** The scheme of JSON documents that a person writes, and that of the schemas they are checked against. */
export const draftScheme = 'babysitter-runs-draft';
export const schemaScheme = 'babysitter-runs-schema';

/** The scheme of reports that are looked at before they are exported. */
export const reportScheme = 'babysitter-runs-report';

/** The comments that are placed on lines of context files. */
export const reviewController = `${prefix}.review`;

/** Context keys for `when` clauses. */
export const contextKeys = {
  /** "none": everything was looked at and there is no run; "runs": there are some; unset while loading. */
  shown: `${prefix}.shown`,
  /** "set": the Runs view is filtered; "hidesAll": so that nothing is left; unset without a filter. */
  filter: `${prefix}.filter`,
  /** "some" runs are archived; "all": they are, and the Runs view is empty therefore; unset: none is. */
  archived: `${prefix}.archived`,
  /** Something can be undone that was changed of runs: a pin, a name, what is archived. */
  undo: `${prefix}.undo`,
  /** This window is iterating a run. */
  iterating: `${prefix}.iterating`,
  /** Needs You has rows. */
  needs: `${prefix}.needs`,
  /** Needs You has runs that failed, or damaged ones. */
  failed: `${prefix}.failed`,
  damaged: `${prefix}.damaged`,
  /** Some run is pinned. */
  pinned: `${prefix}.pinned`,
  /** There are review comments that were not sent. */
  comments: `${prefix}.comments`,
} as const;

/** A context key for the palette: there is a run with which this is possible now. */
export function possibleKey(action: EngineAction): string {
  return `${prefix}.possible.${action}`;
}

/** Words in a row's `contextValue`; menus ask for them with `viewItem =~ /\bword\b/`. */
export const contextWords = [
  'run',
  'breakpoint',
  'iteration',
  'task',
  'pending',
  'resume',
  'repair',
  'unseen',
  'stop',
  'answer',
  'session',
  'pinned',
  'archived',
] as const;

export type ContextWord = (typeof contextWords)[number];

/** A further word of a row: its run's engine can do this, though perhaps not now. `can_run_fork` */
export type CanWord = `can_${string}`;

export function canWord(action: EngineAction | Alias): CanWord {
  // With "_", which does not end a word: "run" alone must not be found in it.
  return `can_${action.replace('.', '_')}`;
}
