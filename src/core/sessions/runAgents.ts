import { every, type Clock } from '../clock';
import { DisposableStore, type Disposable } from '../disposables';
import type { Run } from '../run/run';
import type { RunKey } from '../run/runKey';
import type { RunStore } from '../source/runStore';
import type { AgentSessions, SessionState } from './agentSessions';
import { hasWorkLeft } from './taskWindows';

/** So often a session that is at work is looked at, should its files tell nothing by themselves; in milliseconds. */
const liveEvery = 2000;
/** So often it is looked for sessions of runs that have none at work: every so many times of that. */
const restEvery = 15;
/** Only of so many runs, the newest, sessions are looked for. */
const mostRuns = 50;

const none: readonly SessionState[] = [];

/**
 * What the agents of unfinished runs do now, kept up to date. Runs are judged by it, so a change makes the store judge
 * them anew.
 */
export class RunAgents implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #states = new Map<RunKey, readonly SessionState[]>();
  readonly #following = new Map<RunKey, Disposable>();
  /** Runs that are to be looked at, one after the other. */
  readonly #due = new Set<RunKey>();
  #looking = false;
  #rounds = 0;
  #on = false;
  /** What this very object tells the store is no news to it. */
  #telling = false;

  /** @param enabled whether the person lets the agents' files be read; asked again each time */
  constructor(
    private readonly store: RunStore,
    private readonly sessions: AgentSessions,
    clock: Clock,
    private readonly enabled: () => boolean,
  ) {
    this.#disposables.add(
      store.onDidChange(({ keys }) => {
        if (!this.#telling) for (const key of keys) this.#want(key);
      }),
    );
    this.#disposables.add(every(clock, liveEvery, () => this.#round()));
    this.update();
  }

  /** What the sessions of a run do now, the newest last; none while they are not read. */
  of(key: RunKey): readonly SessionState[] {
    return this.#states.get(key) ?? none;
  }

  /** Looks again at everything, after a setting or the workspace's trust changed. */
  update(): void {
    this.#on = this.enabled();
    if (this.#on) return this.#wantAll();
    const known = [...this.#states.keys()];
    for (const key of known) this.#forget(key);
    this.#tell(known);
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const following of this.#following.values()) following.dispose();
    this.#following.clear();
    this.#due.clear();
  }

  #round(): void {
    this.#rounds += 1;
    if (!this.#on) return;
    if (this.#rounds % restEvery === 0) return this.#wantAll();
    for (const [key, states] of this.#states) if (states.some(({ living }) => living)) this.#want(key);
  }

  #wantAll(): void {
    const runs = this.store.all.filter(({ run }) => hasWorkLeft(run)).slice(0, mostRuns);
    for (const { run } of runs) this.#want(run.key);
  }

  #want(key: RunKey): void {
    if (!this.#on) return;
    const run = this.store.get(key)?.run;
    if (!run || !hasWorkLeft(run)) return this.#forget(key);
    if (this.#states.size >= mostRuns && !this.#states.has(key)) return;
    this.#due.add(key);
    if (!this.#looking) void this.#look();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    for (const key of this.#due) {
      this.#due.delete(key);
      const run = this.store.get(key)?.run;
      if (!run || !this.#on) continue;
      this.#take(run, await this.sessions.look(run));
    }
    this.#looking = false;
  }

  #take(run: Run, states: readonly SessionState[]): void {
    const { key } = run;
    if (!this.#on || sameStates(this.of(key), states)) return;
    if (states.length === 0) {
      this.#forget(key);
    } else {
      this.#states.set(key, states);
      if (!this.#following.has(key)) {
        this.#following.set(
          key,
          this.sessions.follow(run, () => this.#want(key)),
        );
      }
    }
    this.#tell([key]);
  }

  #tell(keys: readonly RunKey[]): void {
    this.#telling = true;
    try {
      this.store.judgeAnew(new Set(keys));
    } finally {
      this.#telling = false;
    }
  }

  #forget(key: RunKey): void {
    this.#states.delete(key);
    this.#following.get(key)?.dispose();
    this.#following.delete(key);
  }
}

function sameStates(a: readonly SessionState[], b: readonly SessionState[]): boolean {
  return (
    a.length === b.length &&
    a.every((state, i) => {
      const other = b[i];
      const { kind, text, since } = state.now;
      return (
        other?.id === state.id &&
        other.living === state.living &&
        other.title === state.title &&
        [other.now.kind, other.now.text, other.now.since].join() === [kind, text, since].join()
      );
    })
  );
}
