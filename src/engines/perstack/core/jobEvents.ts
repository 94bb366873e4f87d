/** The events by which a run of a job stops. */
export const stops = [
  'completeRun',
  'stopRunByInteractiveTool',
  'stopRunByDelegate',
  'stopRunByExceededMaxSteps',
  'stopRunByError',
] as const;

export type StopType = (typeof stops)[number];

/** Every type of event that Perstack writes, in the order in which those of a step come. */
export const eventTypes: readonly string[] = [
  'startRun',
  'startGeneration',
  'callTools',
  'callInteractiveTool',
  'callDelegate',
  'resolveToolResults',
  'attemptCompletion',
  'finishToolCall',
  'resumeToolCalls',
  'finishAllToolCalls',
  'retry',
  'continueToNextStep',
  ...stops,
  'startStreamingReasoning',
  'streamReasoning',
  'completeStreamingReasoning',
  'startStreamingRunResult',
  'streamRunResult',
  'completeStreamingRunResult',
];

/** An event, as the name of its file tells it. */
export interface JobEvent {
  /** Path inside the job: `runs/<run>/<name>`. */
  readonly file: string;
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly step: number;
  readonly type: string;
}

/** Reads `event-<ms>-<step>-<type>.json`; `undefined`: it is no event. */
export function eventOfName(run: string, name: string): JobEvent | undefined {
  if (!name.endsWith('.json')) return undefined;
  const parts = name.slice(0, -'.json'.length).split('-');
  const [event, at = '', step = '', type = ''] = parts;
  if (parts.length !== 4 || event !== 'event' || !isInteger(at) || !isInteger(step) || type === '') {
    return undefined;
  }
  return { file: `runs/${run}/${name}`, run, at: Number(at), step: Number(step), type };
}

function isInteger(text: string): boolean {
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text));
}

export function isStop(type: string): type is StopType {
  return (stops as readonly string[]).includes(type);
}

/** Whether the event has the checkpoint with which a step ended. */
export function endsStep({ type }: JobEvent): boolean {
  return type === 'continueToNextStep' || isStop(type);
}

/** In the order in which they happened; of one millisecond a start comes first and a stop last. */
export function compareEvents(a: JobEvent, b: JobEvent): number {
  return (
    a.at - b.at ||
    rank(a) - rank(b) ||
    a.step - b.step ||
    eventTypes.indexOf(a.type) - eventTypes.indexOf(b.type) ||
    (a.file < b.file ? -1 : 1)
  );
}

function rank({ type }: JobEvent): number {
  return type.startsWith('start') ? 0 : isStop(type) ? 2 : 1;
}
