import { toDisposable, type Disposable } from '../../src/core/disposables';
import type { DocumentPart } from '../../src/core/documents';
import { babysitter } from '../../src/engines/babysitter/core/babysitterRun';
import type { EventRecord } from '../../src/core/run/eventRecord';
import type { Run, RunDetails } from '../../src/core/run/run';
import { asRunKey, keyText, type RunKey } from '../../src/core/run/runKey';
import type { RunListener, RunReading, RunSource } from '../../src/core/source/runSource';

/** Runs that a test hands out. */
export class FakeSource implements RunSource {
  readonly engine = babysitter;
  readonly eventTypes = ['SOMETHING_HAPPENED'];
  readonly calls: string[] = [];
  watching = false;
  #listener: RunListener | undefined;
  /** Whether everything that is there at first has been delivered. */
  loaded = true;

  /** What was delivered and is not gone. */
  readonly #runs = new Map<RunKey, Run>();

  /** What is delivered as soon as somebody watches; left out: nothing. */
  atOnce: readonly Run[] | undefined;

  constructor(readonly id = 'fake') {}

  watch(listener: RunListener): Disposable {
    this.#listener = listener;
    this.watching = true;
    if (this.atOnce) this.deliver(...this.atOnce);
    return toDisposable(() => {
      this.watching = false;
      this.#listener = undefined;
    });
  }

  /** Delivers runs; a folder alone is a run that is gone. */
  deliver(...changes: readonly (Run | string)[]): void {
    for (const change of changes) {
      if (typeof change === 'string') this.#runs.delete(asRunKey(change));
      else this.#runs.set(change.key, change);
    }
    this.#listener?.(
      changes.map((change) =>
        typeof change === 'string' ? { type: 'gone', key: asRunKey(change) } : { type: 'read', run: change },
      ),
      this.loaded,
    );
  }

  async check(): Promise<void> {
    this.calls.push('check');
  }

  async refresh(): Promise<void> {
    this.calls.push('refresh');
  }

  attend(key: RunKey): Disposable {
    this.calls.push(`attend ${keyText(key)}`);
    return toDisposable(() => this.calls.push(`leave ${keyText(key)}`));
  }

  /** What {@link reread} gives, if it is to be another than what was delivered. */
  onReread: (key: RunKey) => Run | undefined = () => undefined;

  async reread(key: RunKey): Promise<Run | undefined> {
    this.calls.push(`reread ${keyText(key)}`);
    const run = this.onReread(key);
    if (run) this.deliver(run);
    else if (this.#runs.has(key)) this.deliver(keyText(key));
    return run;
  }

  async readDetails(key: RunKey): Promise<RunDetails | undefined> {
    this.calls.push(`readDetails ${keyText(key)}`);
    if (!this.#runs.has(key)) return undefined;
    return { tasks: new Map(), results: new Map(), problems: [], warnings: [] };
  }

  async readThrough(key: RunKey): Promise<RunReading | undefined> {
    this.calls.push(`readThrough ${keyText(key)}`);
    const run = this.#runs.get(key);
    return run && { run, details: { tasks: new Map(), results: new Map(), problems: [], warnings: [] } };
  }

  async readTitles(key: RunKey): Promise<readonly string[]> {
    this.calls.push(`readTitles ${keyText(key)}`);
    return [];
  }

  async document(): Promise<DocumentPart> {
    return { file: 'none', problem: 'is missing', missing: true };
  }

  async events(key: RunKey, from: number, to: number): Promise<readonly EventRecord[]> {
    const records = Array.from({ length: this.#runs.get(key)?.eventCount ?? 0 }, (_, i): EventRecord => ({
      ...{ id: `event ${i + 1}`, seq: i + 1, at: undefined, type: 'SOMETHING_HAPPENED', mark: 'none' },
      ...{ effectId: undefined, status: '', note: '', session: undefined },
    }));
    return records.slice(Math.max(0, from), Math.max(0, to));
  }
}
