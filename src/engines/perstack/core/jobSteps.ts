import type { Problem } from '../../../core/run/problem';
import type { Sliced } from '../../../core/sliced';
import {
  readCalls,
  readCheckpoint,
  readResults,
  readTokens,
  resultsInMessages,
  textOf,
  type Checkpoint,
  type Tokens,
  type ToolCall,
  type ToolResult,
} from './jobBodies';
import { conversationIn } from './conversation';
import { endsStep, type JobEvent } from './jobEvents';
import { bodyOf, type JobListing, type JobReader } from './jobFiles';
import { isRecord } from '../../../core/run/lenient';

/** A part of a job: what one expert did from a start to its stop. */
export interface Segment {
  readonly run: string;
  readonly expertKey: string;
  /** The expert that delegated to it. */
  readonly delegatedBy: string | undefined;
  /** The checkpoint that it began with, as it was then; its step is the next one. */
  readonly from: Checkpoint | undefined;
  readonly isFirst: boolean;
}

/** A step that ended, with its checkpoint. */
export interface Step {
  readonly step: number;
  /** `undefined`: neither its event nor a file of its own tells it. */
  readonly checkpoint: Checkpoint | undefined;
  readonly segment: Segment | undefined;
  /** What this step alone took. */
  readonly tokens: Tokens | undefined;
  /** Ids of the tools that it called. */
  readonly calls: readonly string[];
  readonly at: number;
  /** The type of the event that ended it; empty: only a checkpoint tells of it. */
  readonly type: string;
  /** What was said since the person's last words; empty: nothing can be read. */
  readonly conversation: string;
}

/** A tool that was called, and what came of it. */
export interface Call extends ToolCall {
  readonly kind: 'tool' | 'breakpoint' | 'delegate';
  readonly at: number;
  /** The place of its event, from 1. */
  readonly seq: number;
  readonly step: number;
  result: { readonly text: string; readonly at: number; readonly seq: number } | undefined;
}

/** Everything that the bodies of a job's events tell. */
export interface JobSteps {
  /** In the order in which they ended. */
  readonly steps: readonly Step[];
  /** What was called after the last of them. */
  readonly unfinished: readonly string[];
  readonly unfinishedSegment: Segment | undefined;
  readonly calls: ReadonlyMap<string, Call>;
  readonly retries: { readonly count: number; readonly reason: string | undefined };
  /** The ids of checkpoints whose files can be read. */
  readonly readable: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** Reads every event and checkpoint of a job. */
export function* readSteps(jobId: string, listing: JobListing, reader: JobReader): Sliced<JobSteps> {
  const reading = new StepReading(listing);
  const files = new Map<string, Checkpoint>();
  for (const id of listing.checkpoints) {
    const file = `checkpoints/${id}.json`;
    const body = yield* bodyOf(reader, file);
    const checkpoint = 'json' in body ? readCheckpoint(body.json) : undefined;
    if (!checkpoint) reading.problem(file, 'problem' in body ? body.problem : 'is no checkpoint');
    else {
      files.set(id, checkpoint);
      if (checkpoint.id !== id) reading.problem(file, 'has the id of another checkpoint inside');
      if (checkpoint.jobId !== jobId) reading.problem(file, 'names another job inside');
    }
  }
  for (const [i, event] of listing.events.entries()) {
    const body = yield* bodyOf(reader, event.file);
    if ('problem' in body) reading.problem(event.file, body.problem);
    else if (textOf(body.json['jobId']) !== jobId) reading.problem(event.file, 'names another job inside');
    else if (textOf(body.json['runId']) === undefined) reading.problem(event.file, 'names no run inside');
    reading.take(event, i + 1, 'json' in body ? body.json : {});
  }
  return reading.end(files);
}

function conversationOf(json: unknown, checkpoint: Checkpoint | undefined): string {
  return checkpoint && isRecord(json) ? conversationIn(json['messages'], checkpoint.expertKey) : '';
}

class StepReading {
  readonly #steps: Step[] = [];
  readonly #calls = new Map<string, Call>();
  readonly #problems: Problem[] = [];
  /** By run folder: what was called since its last step ended, and the segment it is in. */
  readonly #open = new Map<string, string[]>();
  readonly #segments = new Map<string, Segment>();
  #retries = 0;
  #reason: string | undefined;

  constructor(private readonly listing: JobListing) {}

  problem(file: string, what: string): void {
    this.#problems.push({ file, what });
  }

  take(event: JobEvent, seq: number, json: Readonly<Record<string, unknown>>): void {
    const { type, run } = event;
    if (type === 'startRun') this.#start(event, seq, json);
    if (type === 'retry') {
      this.#retries += 1;
      this.#reason = textOf(json['reason']) ?? this.#reason;
    }
    this.#ask(event, seq, json);
    const results = [
      ...readResults(json['toolResults']),
      ...readResults(json['partialToolResults']),
      ...readResults([json['toolResult']]),
      ...resultsInMessages(json['newMessages']),
    ];
    const checkpoint = endsStep(event) ? readCheckpoint(json['checkpoint']) : undefined;
    for (const result of [...results, ...(checkpoint?.partial ?? [])]) this.#answer(result, event, seq);
    if (!endsStep(event)) return;
    const step = isRecord(json['step']) ? json['step'] : {};
    this.#steps.push({
      step: event.step,
      checkpoint,
      segment: this.#segments.get(run),
      tokens: readTokens(step['usage']),
      calls: this.#open.get(run) ?? [],
      at: event.at,
      type,
      conversation: conversationOf(json['checkpoint'], checkpoint),
    });
    this.#open.delete(run);
  }

  end(files: ReadonlyMap<string, Checkpoint>): JobSteps {
    const linked = new Set(this.#steps.flatMap(({ checkpoint }) => checkpoint?.id ?? []));
    const loose = [...files.values()].filter(({ id }) => !linked.has(id));
    // An event that is half a file is completed by the checkpoint of its step.
    const ofStep = new Map<number, Checkpoint[]>();
    for (const checkpoint of loose.toReversed()) {
      const same = ofStep.get(checkpoint.step);
      if (same) same.push(checkpoint);
      else ofStep.set(checkpoint.step, [checkpoint]);
    }
    const steps = this.#steps.map((step) =>
      step.checkpoint ? step : { ...step, checkpoint: ofStep.get(step.step)?.pop() },
    );
    const left = [...ofStep.values()].flatMap((same) => same.toReversed());
    for (const checkpoint of left.toSorted((a, b) => a.step - b.step)) {
      steps.push({
        ...{ step: checkpoint.step, checkpoint, segment: undefined, tokens: undefined, calls: [] },
        ...{ at: this.listing.modifiedAt, type: '', conversation: '' },
      });
    }
    const open = [...this.#open].findLast(([, calls]) => calls.length > 0);
    return {
      steps,
      unfinished: [...this.#open.values()].flat(),
      unfinishedSegment: open && this.#segments.get(open[0]),
      calls: this.#calls,
      retries: { count: this.#retries, reason: this.#reason },
      readable: new Set(files.keys()),
      problems: this.#problems,
    };
  }

  #start(event: JobEvent, seq: number, json: Readonly<Record<string, unknown>>): void {
    const { run } = event;
    const from = readCheckpoint(json['initialCheckpoint']);
    const expertKey = textOf(json['expertKey']) ?? from?.expertKey ?? '';
    const isFirst = this.#segments.size === 0;
    this.#segments.set(run, { run, expertKey, delegatedBy: from?.delegatedBy, from, isFirst });
    // What a person or a delegate answered stands in the checkpoint that the run goes on from.
    for (const result of from?.partial ?? []) this.#answer(result, event, seq);
  }

  #ask(event: JobEvent, seq: number, json: Readonly<Record<string, unknown>>): void {
    const { type, run, at, step } = event;
    const kinds = { callTools: 'tool', callInteractiveTool: 'breakpoint', callDelegate: 'delegate' } as const;
    const kind = Object.hasOwn(kinds, type) ? kinds[type as keyof typeof kinds] : undefined;
    if (kind === undefined) return;
    for (const call of [...readCalls(json['toolCalls']), ...readCalls([json['toolCall']])]) {
      const known = this.#calls.get(call.id);
      if (known) {
        if (kind !== 'tool') this.#calls.set(call.id, { ...known, kind });
        continue;
      }
      this.#calls.set(call.id, { ...call, kind, at, seq, step, result: undefined });
      const open = this.#open.get(run);
      if (open) open.push(call.id);
      else this.#open.set(run, [call.id]);
    }
  }

  #answer({ id, text }: ToolResult, { at }: JobEvent, seq: number): void {
    const call = this.#calls.get(id);
    if (!call || call.result) return;
    call.result = { text, at, seq };
  }
}
