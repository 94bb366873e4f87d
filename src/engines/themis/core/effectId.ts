import type { Stage, TimelineEntry } from './result';

/** What one stage did with one case: generate, reduce and parse. */
export function caseEffectId(stage: Exclude<Stage, 'score' | 'judge'>, caseKey: string): string {
  return segmentOf(`${stage}:${caseKey}`);
}

/** What came of one metric of one case, whether it was computed or judged. */
export function scoreEffectId(metricId: string, caseKey: string): string {
  return segmentOf(`score:${metricId}:${caseKey}`);
}

/** Ids of effects are plain names everywhere, and names of cases and metrics are anything. */
function segmentOf(id: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is replaced
  return id.replace(/[%/\\\u0000-\u001f]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Which effect an event is about; `undefined`: it tells of the run, or of a step. */
export function effectOfEvent({ type, caseKey, metricId }: TimelineEntry): string | undefined {
  if (caseKey === undefined) return undefined;
  switch (type.slice(0, Math.max(0, type.lastIndexOf('_')))) {
    case 'generation':
      return caseEffectId('generate', caseKey);
    case 'selection':
    case 'reduction':
      return caseEffectId('reduce', caseKey);
    case 'parse':
      return caseEffectId('parse', caseKey);
    case 'evaluation':
    case 'score':
      return metricId === undefined ? undefined : scoreEffectId(metricId, caseKey);
    default:
      return undefined;
  }
}
