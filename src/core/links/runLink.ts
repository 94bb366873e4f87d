import { isSegment } from '../run/lenient';

/** What a link leads to: a run, or a part of it. It only ever opens. */
export interface RunLink {
  readonly runId: string;
  /** `undefined`: the run as a whole. */
  readonly part: LinkPart | undefined;
}

export type LinkPart =
  | { readonly kind: 'task' | 'question'; readonly effectId: string }
  /** The number of an event in the run's journal. */
  | { readonly kind: 'event'; readonly event: number };

/** Publisher and name of the extension, by which an editor knows whose link it is. */
const extensionId = 'babysitter-runs.babysitter-runs';

/**
 * The text of a link: `vscode://babysitter-runs.babysitter-runs/run/<id>`, then nothing, `/task/<effectId>`,
 * `/question/<effectId>` or `/event/<n>`.
 * @param scheme that of the editor which is to open it: "vscode"
 */
export function linkText(scheme: string, { runId, part }: RunLink): string {
  const names = [
    'run',
    runId,
    ...(part ? [part.kind, 'event' in part ? String(part.event) : part.effectId] : []),
  ];
  return `${scheme}://${extensionId}/${names.map((name) => encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\uFFFD'))).join('/')}`;
}

/**
 * Reads the path of a link as an editor hands it over: decoded once. Anybody may have written it.
 * @returns `undefined`: it is no link to a run
 */
export function parseLink(path: string): RunLink | undefined {
  // Long before names could be that long.
  if (path.length > 2000) return undefined;
  const [start, run, runId = '', kind, name = '', ...rest] = path.split('/');
  if (start !== '' || run !== 'run' || !isSegment(runId) || rest.length > 0) return undefined;
  if (kind === undefined) return { runId, part: undefined };
  if (kind === 'event') {
    const event = /^[1-9]\d*$/.test(name) ? Number(name) : Number.NaN;
    return Number.isSafeInteger(event) ? { runId, part: { kind, event } } : undefined;
  }
  if ((kind !== 'task' && kind !== 'question') || !isSegment(name)) return undefined;
  return { runId, part: { kind, effectId: name } };
}
