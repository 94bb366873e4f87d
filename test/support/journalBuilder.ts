import { createHash } from 'node:crypto';
import { encodeTime } from 'ulid';
import type { JournalEntry } from '../../src/engines/babysitter/core/journal';
import { parseEvent } from '../../src/engines/babysitter/core/parseEvent';

/** When every built journal begins. */
export const start = Date.parse('2026-03-01T10:00:00.000Z');
export const second = 1000;
export const minute = 60 * second;

type Data = Readonly<Record<string, unknown>>;

export interface BuiltEvent {
  readonly type: string;
  readonly recordedAt: string;
  readonly data: Data;
  readonly sdkVersion?: string;
}

/** A journal, told as a story: `journal().created().requested('e1', 'breakpoint').resolved('e1')`. */
export function journal(): JournalBuilder {
  return new JournalBuilder();
}

/** The first event is recorded at {@link start}, each further one a second later unless {@link after} says otherwise. */
export class JournalBuilder {
  readonly events: BuiltEvent[] = [];
  #next = start;
  #steps = 0;

  created(data: Data = {}): this {
    return this.add('RUN_CREATED', { runId: 'run', processId: 'demo/process', ...entry, ...data });
  }

  /** `taskId` is the id's letters unless given: `plan1` and `plan2` are two requests of the task `plan`. */
  requested(effectId: string, kind = 'agent', data: Data = {}): this {
    const taskId = kind === 'breakpoint' || kind === 'sleep' ? `__sdk.${kind}` : effectId.replace(/\d+$/, '');
    const stepId = `S${String((this.#steps += 1)).padStart(6, '0')}`;
    return this.add('EFFECT_REQUESTED', {
      ...{ effectId, invocationKey: `demo/process:${stepId}:${taskId}`, stepId, taskId, kind, label: kind },
      ...{ taskDefRef: `tasks/${effectId}/task.json` },
      ...data,
    });
  }

  resolved(effectId: string, data: Data = {}): this {
    return this.add('EFFECT_RESOLVED', { effectId, status: 'ok', ...data });
  }

  erred(effectId: string, message = 'It broke'): this {
    return this.resolved(effectId, { status: 'error', error: { name: 'Error', message } });
  }

  /** A request and its answer. */
  done(effectId: string, kind = 'agent', data: Data = {}): this {
    return this.requested(effectId, kind, data).resolved(effectId);
  }

  cancelled(effectId: string, reason = 'No longer needed'): this {
    return this.add('EFFECT_CANCELLED', { effectId, reason });
  }

  completed(data: Data = { outputRef: 'state/output.json' }): this {
    return this.add('RUN_COMPLETED', data);
  }

  failed(message = 'It broke', data: Data = {}): this {
    return this.add('RUN_FAILED', { error: { name: 'Error', message }, ...data });
  }

  processError(message = 'It threw'): this {
    return this.add('PROCESS_RUNTIME_ERROR', { error: { name: 'TypeError', message } });
  }

  halted(reason = 'Enough'): this {
    return this.add('RUN_HALTED', { reason });
  }

  add(type: string, data: Data = {}, envelope: Data = {}): this {
    this.events.push({ type, recordedAt: new Date(this.#next).toISOString(), data, ...envelope });
    this.#next += second;
    return this;
  }

  /** The next event comes so much later than it would. */
  after(milliseconds: number): this {
    this.#next += milliseconds;
    return this;
  }

  /** When the last event was recorded. */
  get lastAt(): number {
    return Date.parse(this.events.at(-1)?.recordedAt ?? '');
  }

  /** Read by the same parser as real files. */
  get entries(): readonly JournalEntry[] {
    return Object.entries(this.files).map(([file, text]) => {
      const { entry: read, problems } = parseEvent(file, text);
      if (!read) throw new Error(`${file} is no event: ${JSON.stringify(problems)}`);
      return read;
    });
  }

  /** Texts by file name, as an engine writes them: named by number and ULID, and with a checksum. */
  get files(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.events.map((event, i) => [eventFile(i + 1), eventText(event)]));
  }
}

const entry = { entrypoint: { importPath: '../../processes/demo.mjs', exportName: 'process' } };

/** `000002.01…2.json` */
export function eventFile(seq: number, ulid = ulidAt(start, seq)): string {
  return `${String(seq).padStart(6, '0')}.${ulid}.json`;
}

export function eventText(event: BuiltEvent): string {
  const checksum = createHash('sha256')
    .update(`${JSON.stringify(event, null, 2)}\n`)
    .digest('hex');
  return `${JSON.stringify({ ...event, checksum }, null, 2)}\n`;
}

/** The `n`th ULID of a moment. */
export function ulidAt(time: number, n = 0): string {
  return `${encodeTime(time, 10)}${String(n).padStart(16, '0')}`;
}
