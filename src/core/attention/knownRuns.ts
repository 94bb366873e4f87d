import type { KnownOfRuns } from '../run/judgement';
import type { Run } from '../run/run';
import type { SharedAttention } from './sharedAttention';

/** What is known of runs besides their files: other runs, and what the person did with them in any window. */
export class KnownRuns implements KnownOfRuns {
  /** @param runs all runs, asked for when one is looked for */
  constructor(
    private readonly shared: SharedAttention,
    private readonly runs: () => Iterable<{ readonly run: Run }>,
  ) {}

  childRun(parent: Run): Run | undefined {
    return openChild(parent, this.runs());
  }

  actedAt({ key }: Run): number | undefined {
    return this.shared.ownAction(key)?.events;
  }

  failedAt({ key }: Run): number | undefined {
    const action = this.shared.ownAction(key);
    return action?.failed ? action.events : undefined;
  }

  remember({ key, eventCount }: Run, failed: boolean): void {
    this.shared.setOwnAction(key, { events: eventCount, failed });
  }
}

/** What runs that are read once tell of each other, where nobody did anything with them. */
export function knownOfEachOther(runs: Iterable<{ readonly run: Run }>): KnownOfRuns {
  return {
    childRun: (parent) => openChild(parent, runs),
    actedAt: () => undefined,
    failedAt: () => undefined,
    remember: () => {},
  };
}

function openChild(parent: Run, runs: Iterable<{ readonly run: Run }>): Run | undefined {
  for (const { run } of runs) {
    if (run.parentRunId === parent.runId && run.engine === parent.engine && !run.story.end) return run;
  }
  return undefined;
}
