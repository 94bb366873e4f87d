import type { Claim, SharedAttention, Snooze } from '../../src/core/attention/sharedAttention';
import { Emitter } from '../../src/core/event';

/** What windows share, without files: give the same one to two "windows". */
export class FakeAttention implements SharedAttention {
  readonly claims = new Set<string>();
  /** How often something was written. */
  changes = 0;
  readonly #snoozes = new Map<string, Snooze>();
  readonly #failures = new Map<string, number>();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  snooze(dir: string, effectId = ''): Snooze | undefined {
    return this.#snoozes.get(`${dir} ${effectId}`);
  }

  setSnooze(dir: string, effectId = '', snooze: Snooze | undefined): void {
    if (snooze) this.#snoozes.set(`${dir} ${effectId}`, snooze);
    else this.#snoozes.delete(`${dir} ${effectId}`);
    this.changes += 1;
    this.#changed.fire();
  }

  seenFailure(dir: string): number | undefined {
    return this.#failures.get(dir);
  }

  setSeenFailure(dir: string, failedAt: number): void {
    this.#failures.set(dir, failedAt);
    this.changes += 1;
    this.#changed.fire();
  }

  claim({ kind, dir, detail }: Claim): boolean {
    const key = `${kind} ${dir} ${detail}`;
    if (this.claims.has(key)) return false;
    this.claims.add(key);
    return true;
  }
}
