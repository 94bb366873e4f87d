import { readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { toDisposable, type Disposable } from '../../../src/core/disposables';
import type { DocumentPart } from '../../../src/core/documents';
import type { EventRecord } from '../../../src/core/run/eventRecord';
import type { Run, RunDetails } from '../../../src/core/run/run';
import { asRunKey, keyText, type RunKey } from '../../../src/core/run/runKey';
import type { DocumentName } from '../../../src/core/source/documentName';
import type {
  PastReading,
  RunChange,
  RunListener,
  RunReading,
  RunSource,
} from '../../../src/core/source/runSource';
import { jsonEngineId, jsonReading, jsonRecords, parseJsonRun, type JsonRunFile } from './jsonRun';

interface Kept extends RunReading {
  readonly text: string;
  readonly file: JsonRunFile;
}

/** Runs that are JSON files of one folder. It delivers what is there at first as soon as somebody watches. */
export class JsonSource implements RunSource {
  readonly engine = jsonEngineId;
  readonly eventTypes = ['asked', 'answered', 'erred'];
  /** By path. */
  readonly #runs = new Map<string, Kept>();
  #listener: RunListener | undefined;

  constructor(private readonly folder: string) {}

  watch(listener: RunListener): Disposable {
    this.#listener = listener;
    const watcher = watch(this.folder, () => void this.check());
    listener(this.#look(), true);
    return toDisposable(() => {
      watcher.close();
      this.#listener = undefined;
    });
  }

  async check(): Promise<void> {
    const batch = this.#look();
    if (batch.length > 0) this.#listener?.(batch, true);
  }

  refresh(): Promise<void> {
    return this.check();
  }

  attend(): Disposable {
    return toDisposable(() => {});
  }

  async reread(key: RunKey): Promise<Run | undefined> {
    await this.check();
    return this.#runs.get(keyText(key))?.run;
  }

  async readDetails(key: RunKey): Promise<RunDetails | undefined> {
    return this.#runs.get(keyText(key))?.details;
  }

  async readThrough(key: RunKey): Promise<RunReading | undefined> {
    const kept = this.#runs.get(keyText(key));
    return kept && { run: kept.run, details: kept.details };
  }

  async readTitles(key: RunKey): Promise<readonly string[]> {
    const tasks = this.#runs.get(keyText(key))?.details.tasks.values() ?? [];
    return [...new Set([...tasks].flatMap(({ title }) => title ?? []))];
  }

  async document(key: RunKey, name: DocumentName): Promise<DocumentPart> {
    const kept = this.#runs.get(keyText(key));
    const file = JSON.stringify(name);
    if (kept && name === 'run') return { file, text: kept.text };
    const event = typeof name === 'object' && 'event' in name ? kept?.file.events[name.event - 1] : undefined;
    return event ? { file, text: JSON.stringify(event) } : { file, problem: 'is missing', missing: true };
  }

  async events(key: RunKey, from: number, to: number): Promise<readonly EventRecord[]> {
    const kept = this.#runs.get(keyText(key));
    return kept ? jsonRecords(kept.file).slice(Math.max(0, from), Math.max(0, to)) : [];
  }

  async asOf(
    key: RunKey,
    count: number,
    _details: RunDetails,
    signal: AbortSignal,
  ): Promise<PastReading | undefined> {
    const file = this.#runs.get(keyText(key))?.file;
    const events = file?.events.slice(0, count) ?? [];
    const last = events.at(-1);
    if (!file || !last || signal.aborted) return undefined;
    const state = events.length < file.events.length ? 'running' : file.state;
    return { ...jsonReading(keyText(key), { ...file, state, events }), event: events.length, at: last.at };
  }

  /** Reads what is new or changed, and tells what is gone. */
  #look(): readonly RunChange[] {
    const batch: RunChange[] = [];
    const paths = readdirSync(this.folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(this.folder, name));
    for (const dir of paths) {
      const text = readFileSync(dir, 'utf8');
      const file = text === this.#runs.get(dir)?.text ? undefined : parseJsonRun(text);
      if (!file) continue;
      const reading = jsonReading(dir, file);
      this.#runs.set(dir, { ...reading, text, file });
      batch.push({ type: 'read', run: reading.run });
    }
    for (const dir of [...this.#runs.keys()].filter((known) => !paths.includes(known))) {
      this.#runs.delete(dir);
      batch.push({ type: 'gone', key: asRunKey(dir) });
    }
    return batch;
  }
}
