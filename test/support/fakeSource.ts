import { toDisposable, type Disposable } from '../../src/core/disposables';
import type { DocumentPart } from '../../src/core/documents';
import { babysitter } from '../../src/engines/babysitter/core/babysitterRun';
import type { EventRecord } from '../../src/core/run/eventRecord';
import type { Run, RunDetails } from '../../src/core/run/run';
import type { RunListener, RunReading, RunSource } from '../../src/core/source/runSource';

/** Runs that a test hands out. */
export class FakeSource implements RunSource {
  readonly engine = babysitter;
  readonly eventTypes: readonly string[] = [];
  readonly calls: string[] = [];
  watching = false;
  #listener: RunListener | undefined;
  /** Whether everything that is there at first has been delivered. */
  loaded = true;

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
    this.#listener?.(
      changes.map((change) =>
        typeof change === 'string' ? { type: 'gone', dir: change } : { type: 'read', run: change },
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

  attend(dir: string): Disposable {
    this.calls.push(`attend ${dir}`);
    return toDisposable(() => this.calls.push(`leave ${dir}`));
  }

  /** What {@link reread} gives, if it is to be another than what was delivered. */
  onReread: (dir: string) => Run | undefined = () => undefined;

  async reread(dir: string): Promise<Run | undefined> {
    this.calls.push(`reread ${dir}`);
    const run = this.onReread(dir);
    this.deliver(run ?? dir);
    return run;
  }

  async readDetails(dir: string): Promise<RunDetails> {
    this.calls.push(`readDetails ${dir}`);
    return { tasks: new Map(), results: new Map(), problems: [], warnings: [] };
  }

  async readThrough(dir: string): Promise<RunReading | undefined> {
    this.calls.push(`readThrough ${dir}`);
    return undefined;
  }

  async readTitles(dir: string): Promise<readonly string[]> {
    this.calls.push(`readTitles ${dir}`);
    return [];
  }

  async document(): Promise<DocumentPart> {
    return { file: 'none', problem: 'is missing', missing: true };
  }

  async events(): Promise<readonly EventRecord[]> {
    return [];
  }
}
