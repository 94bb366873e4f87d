import type { SharedAttention } from '../../../../core/attention/sharedAttention';
import type { Clock } from '../../../../core/clock';
import { DisposableStore, type Disposable } from '../../../../core/disposables';
import { pendingEffects, sleepUntil, type PendingEffect } from '../../../../core/run/run';
import { keyText, type RunKey } from '../../../../core/run/runKey';
import type { RunStore, StoredRun } from '../../../../core/source/runStore';
import { whyNot } from '../../../../core/engine/whyNot';

export interface SleepWatchDeps {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly shared: Pick<SharedAttention, 'claim'>;
  /** Whether this window carries the run on right now. */
  isIterating(key: RunKey): boolean;
  /** A run can go on as its sleep is over. Called once for each sleep, in one window. */
  due(stored: StoredRun): void;
}

/** What became due longer ago is old: nobody waits for it any more. In milliseconds. */
const day = 24 * 3_600_000;

/** Notices when the sleep of a run is over, once for all windows, as the engine wakes nobody. */
export class SleepWatch implements Disposable {
  readonly #disposables = new DisposableStore();

  constructor(private readonly deps: SleepWatchDeps) {
    this.#disposables.add(deps.store.onDidChange(({ keys }) => keys.forEach((key) => this.#look(key))));
    for (const { run } of deps.store.all) this.#look(run.key);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #look(key: RunKey): void {
    const { store, clock, shared } = this.deps;
    const stored = store.get(key);
    // A run is ready with something pending only if that is a sleep which is over.
    if (stored?.state.state !== 'ready') return;
    const now = clock.now();
    const over = pendingEffects(stored.run).flatMap((sleep) => overSince(sleep, now));
    const last = over.toSorted((a, b) => b.at - a.at)[0];
    if (!last || now - last.at > day || this.deps.isIterating(key)) return;
    // Looked at again when its lock or its problem goes.
    if (whyNot('run.iterate', stored) !== undefined) return;
    if (shared.claim({ kind: 'sleep', about: keyText(key), detail: last.effectId })) this.deps.due(stored);
  }
}

function overSince(
  sleep: PendingEffect,
  now: number,
): readonly { readonly at: number; readonly effectId: string }[] {
  const at = sleep.effect.kind === 'sleep' ? sleepUntil(sleep) : undefined;
  return at === undefined || at > now ? [] : [{ at, effectId: sleep.effect.effectId }];
}
