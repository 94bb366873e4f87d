import type { Clock } from '../clock';
import { DisposableStore, type Disposable } from '../disposables';
import type { Effect } from '../run/effect';
import { keyText } from '../run/runKey';
import type { StoredRun } from '../source/runStore';
import type { Attention } from './attention';
import type { Need } from './needsYou';
import type { SharedAttention } from './sharedAttention';

type Question = Extract<Need, { kind: 'breakpoint' }>;

export interface QuestionTellerDeps {
  readonly clock: Clock;
  readonly attention: Pick<Attention, 'needs' | 'onDidChange'>;
  readonly shared: Pick<SharedAttention, 'claim'>;
  /** Whether there is anybody to be told from this window. */
  isOn(): boolean;
  /** Tells of a question; waited for before the next one. Whatever goes wrong is its own business. */
  tell(stored: StoredRun, effect: Effect): Promise<void>;
}

/** A question that is answered within so many milliseconds is not told. */
const restsFor = 2000;

/** Tells somebody outside of every question that comes while windows are open: once, from one of them. */
export class QuestionTeller implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #since: number;
  /** Questions that were seen, told or not. */
  readonly #seen = new Set<string>();
  #telling = Promise.resolve();

  constructor(private readonly deps: QuestionTellerDeps) {
    this.#since = deps.clock.now();
    this.#disposables.add(deps.attention.onDidChange(() => this.#look()));
    this.#look();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #look(): void {
    for (const need of this.deps.attention.needs) {
      if (need.kind !== 'breakpoint') continue;
      const { stored, effect } = need;
      const name = nameOf(need);
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      // What was asked before this window opened is seen in it.
      if ((effect.requestedAt ?? stored.run.updatedAt) < this.#since) continue;
      if (this.deps.isOn()) this.#disposables.add(this.deps.clock.after(restsFor, () => this.#tell(name)));
    }
  }

  #tell(name: string): void {
    const { attention, shared, tell } = this.deps;
    const need = attention.needs.find(
      (each): each is Question => each.kind === 'breakpoint' && nameOf(each) === name,
    );
    if (!need) return;
    const { stored, effect } = need;
    const claim = { kind: 'command', about: keyText(stored.run.key), detail: effect.effectId } as const;
    if (!shared.claim(claim)) return;
    this.#telling = this.#telling.then(() => tell(stored, effect));
  }
}

function nameOf({ stored, effect }: Question): string {
  return `${effect.effectId}\n${keyText(stored.run.key)}`;
}
