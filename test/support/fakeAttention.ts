import type { Claim, OwnAction, SharedAttention, Snooze } from '../../src/core/attention/sharedAttention';
import { Emitter } from '../../src/core/event';
import { keyText, type RunKey } from '../../src/core/run/runKey';

/** What windows share, without files: give the same one to two "windows". */
export class FakeAttention implements SharedAttention {
  readonly claims = new Set<string>();
  /** How often something was written. */
  changes = 0;
  readonly #snoozes = new Map<string, Snooze>();
  readonly #failures = new Map<RunKey, number>();
  readonly #actions = new Map<RunKey, OwnAction>();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  snooze(key: RunKey, effectId = ''): Snooze | undefined {
    return this.#snoozes.get(`${keyText(key)} ${effectId}`);
  }

  setSnooze(key: RunKey, effectId = '', snooze: Snooze | undefined): void {
    if (snooze) this.#snoozes.set(`${keyText(key)} ${effectId}`, snooze);
    else this.#snoozes.delete(`${keyText(key)} ${effectId}`);
    this.changes += 1;
    this.#changed.fire();
  }

  seenTrouble(key: RunKey): number | undefined {
    return this.#failures.get(key);
  }

  setSeenTrouble(key: RunKey, failedAt: number): void {
    this.#failures.set(key, failedAt);
    this.changes += 1;
    this.#changed.fire();
  }

  ownAction(key: RunKey): OwnAction | undefined {
    return this.#actions.get(key);
  }

  setOwnAction(key: RunKey, action: OwnAction): void {
    this.#actions.set(key, action);
    this.changes += 1;
    this.#changed.fire();
  }

  claim({ kind, about, detail }: Claim): boolean {
    const key = `${kind} ${about} ${detail}`;
    if (this.claims.has(key)) return false;
    this.claims.add(key);
    return true;
  }
}
