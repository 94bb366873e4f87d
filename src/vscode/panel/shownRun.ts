import type { Clock } from '../../core/clock';
import type { DocumentPart } from '../../core/documents';
import type { Effect } from '../../core/run/effect';
import { noTaskFiles, type TaskFiles } from '../../core/run/iterations';
import type { Run } from '../../core/run/run';
import type { RunKey } from '../../core/run/runKey';
import type { DocumentName } from '../../core/source/documentName';
import type { RunStore } from '../../core/source/runStore';
import type { PastRun } from '../../core/views/travel/pastRun';
import type { OpenedRun } from '../../core/views/tree/buildTree';
import type { OpenedRuns } from '../tree/openedRuns';

export interface ShownRunDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly clock: Clock;
}

/** The run of a page, at the moment that the page shows. */
export class ShownRun {
  /** The run as it was, while that is shown; `undefined`: it is shown as it is. */
  past: PastRun | undefined;

  constructor(
    readonly runKey: RunKey,
    private readonly deps: ShownRunDeps,
  ) {}

  /** As it is now; `undefined`: it is gone. */
  get run(): Run | undefined {
    return this.deps.store.get(this.runKey)?.run;
  }

  /** As it is now, with its tasks; `undefined`: they are not read yet. */
  get opened(): OpenedRun | undefined {
    return this.deps.opened.peek(this.runKey);
  }

  /** What is known of the tasks at the moment that is shown. */
  get files(): TaskFiles {
    return (this.past?.opened ?? this.opened)?.details ?? noTaskFiles;
  }

  /** The moment that is shown, in milliseconds since 1970. */
  get now(): number {
    return this.past?.at ?? this.deps.clock.now();
  }

  /** As it stands at the moment that is shown; `undefined`: there is no such effect, or there was none yet. */
  effect(effectId: string | undefined): Effect | undefined {
    const run = this.past?.stored.run ?? this.run;
    return effectId === undefined ? undefined : run?.story.effects.get(effectId);
  }

  /** A text of the run, or why it cannot be read. */
  async document(name: DocumentName): Promise<DocumentPart> {
    const source = this.deps.store.sourceOf(this.runKey);
    return source ? source.document(this.runKey, name) : { file: 'The run', problem: 'was deleted' };
  }
}
