import type { Clock } from '../clock';
import { MutableDisposable, type Disposable } from '../disposables';
import type { RunStore, StoredRun } from '../source/runStore';
import type { RunLink } from './runLink';

/** A link that was followed and has not found its run yet. */
export interface KeptLink {
  readonly link: RunLink;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface LinkFollowerDeps {
  readonly store: Pick<RunStore, 'all' | 'loaded' | 'onDidChange'>;
  readonly clock: Clock;
  /** Where a link outlives the window; `undefined`: there is none. */
  kept(): KeptLink | undefined;
  keep(link: KeptLink | undefined): Promise<void>;
  /** Opens what a link leads to. `runs`: those of its id, one at least; which of several is meant, a person says. */
  open(link: RunLink, runs: readonly StoredRun[]): Promise<void>;
  /** No run here has its id. */
  tellMissing(link: RunLink): void;
}

/** A link is kept for so long, in milliseconds: until the folder of its run is open. */
const keptFor = 120_000;
/** So long after all places were looked at, a run that is not there is missing. */
const settlesIn = 3000;

/**
 * Waits for the run of a link, which may still be read, or lie in a folder that a person opens now: then the window begins
 * anew, and the link with it. A newer link takes the place of an older one.
 */
export class LinkFollower implements Disposable {
  readonly #waiting = new MutableDisposable();
  readonly #timer = new MutableDisposable();
  /** Afterwards a run that appears is no reason to open a page. */
  readonly #ends = new MutableDisposable();

  constructor(private readonly deps: LinkFollowerDeps) {}

  /** Opens what a link leads to, as soon as it is there. */
  async follow(link: RunLink): Promise<void> {
    const kept = { link, at: this.deps.clock.now() };
    await this.deps.keep(kept);
    await this.#wait(kept);
  }

  /** Goes on with the link that was followed before the window began anew, if there is one that is young enough. */
  async resume(): Promise<void> {
    const kept = this.deps.kept();
    if (!kept) return;
    const age = this.deps.clock.now() - kept.at;
    if (age >= 0 && age < keptFor) await this.#wait(kept);
    else await this.deps.keep(undefined);
  }

  dispose(): void {
    this.#waiting.dispose();
    this.#timer.dispose();
    this.#ends.dispose();
  }

  async #wait(kept: KeptLink): Promise<void> {
    const { store, clock } = this.deps;
    this.#timer.set(undefined);
    this.#waiting.set(undefined);
    if (await this.#opened(kept)) return;
    this.#waiting.set(store.onDidChange(() => void this.#opened(kept)));
    this.#tellLater(kept);
    this.#ends.set(clock.after(kept.at + keptFor - clock.now(), () => this.#waiting.set(undefined)));
  }

  #tellLater(kept: KeptLink): void {
    const { store, clock, tellMissing } = this.deps;
    this.#timer.set(
      clock.after(settlesIn, () => (store.loaded ? tellMissing(kept.link) : this.#tellLater(kept))),
    );
  }

  /** Whether the run was there, and so the link is done with. */
  async #opened({ link }: KeptLink): Promise<boolean> {
    const { store, keep, open } = this.deps;
    // Before that, another run of the same id may follow.
    if (!store.loaded) return false;
    const runs = store.all.filter(({ run }) => run.runId === link.runId);
    if (runs.length === 0) return false;
    this.#timer.set(undefined);
    this.#waiting.set(undefined);
    await keep(undefined);
    await open(link, runs);
    return true;
  }
}
