import type { Clock } from '../clock';
import { DisposableStore, MutableDisposable, type Disposable } from '../disposables';
import { Emitter } from '../event';
import type { RunStore } from '../source/runStore';
import { failedAt, mayNeed, needsYou, troubleAt, type Need, type NeedsOptions } from './needsYou';
import type { SharedAttention } from './sharedAttention';
import type { RunKey } from '../run/runKey';

/** What needs the person now, kept up to date. View, badge, status bar and notifications all ask here. */
export class Attention implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  readonly #timer = this.#disposables.add(new MutableDisposable());
  #needs: readonly Need[] = [];
  /** The runs in the list. */
  #keys: ReadonlySet<RunKey> = new Set();

  /** Fires when other rows need the person than before, or when something was put off or woken. */
  readonly onDidChange = this.#changed.event;

  /** @param options read anew each time, as settings change */
  constructor(
    private readonly store: RunStore,
    private readonly shared: SharedAttention,
    private readonly clock: Clock,
    private readonly options: () => NeedsOptions,
  ) {
    this.#disposables.add(
      store.onDidChange(({ keys }) => {
        // Most runs need nobody, before and after a change.
        if ([...keys].some((key) => this.#keys.has(key) || mayNeed(store.get(key)))) this.#look(false);
      }),
    );
    this.#disposables.add(shared.onDidChange(() => this.#look(true)));
    this.#look(false);
  }

  get needs(): readonly Need[] {
    return this.#needs;
  }

  /** Looks again, after a setting changed. */
  update(): void {
    this.#look(false);
  }

  /** Until when a question is put off, in milliseconds since 1970; `undefined`: it is not. */
  snoozedUntil(key: RunKey, effectId: string): number | undefined {
    const until = this.shared.snooze(key, effectId)?.until;
    return until !== undefined && until > this.clock.now() ? until : undefined;
  }

  /** Somebody looks at a run: if it failed, that is known now. Damage stays until it is repaired or marked as seen. */
  lookedAt(key: RunKey): void {
    const run = this.store.get(key)?.run;
    this.#seen(key, run && failedAt(run));
  }

  /** The person takes note of what is wrong with a run. */
  markSeen(key: RunKey): void {
    const stored = this.store.get(key);
    this.#seen(key, stored && troubleAt(stored));
  }

  /** The person takes note of all failures at once. */
  lookedAtAll(): void {
    for (const { kind, stored } of this.#needs) if (kind === 'failed') this.lookedAt(stored.run.key);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #seen(key: RunKey, at: number | undefined): void {
    if (at !== undefined && this.shared.seenTrouble(key) !== at) this.shared.setSeenTrouble(key, at);
  }

  #look(changed: boolean): void {
    const now = this.clock.now();
    const { needs, changesAt } = needsYou(this.store.all, now, this.shared, this.options());
    const rows = !sameRows(needs, this.#needs);
    this.#needs = needs;
    this.#keys = new Set(needs.map(({ stored }) => stored.run.key));
    this.#timer.set(
      changesAt === undefined
        ? undefined
        : this.clock.after(Math.max(0, changesAt - now), () => this.#look(true)),
    );
    if (changed || rows) this.#changed.fire();
  }
}

function sameRows(a: readonly Need[], b: readonly Need[]): boolean {
  const effectOf = (need: Need | undefined): string | undefined =>
    need?.kind === 'breakpoint' ? need.effect.effectId : need?.kind;
  return (
    a.length === b.length &&
    a.every((need, i) => need.stored.run.key === b[i]?.stored.run.key && effectOf(need) === effectOf(b[i]))
  );
}
