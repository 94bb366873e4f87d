import type { Effect } from './foldRun';

/** Changes are gathered up to this number before everything is copied once. */
const mostChanges = 512;

/**
 * Effects by id, in order of their requests, that never change: `with` gives a new map. Both share what is older, so
 * that one event of a run of fifty thousand effects costs no copy of them all.
 */
export class EffectMap implements Iterable<readonly [string, Effect]> {
  static readonly empty = new EffectMap(new Map(), new Map(), 0);

  readonly #base: ReadonlyMap<string, Effect>;
  /** Those of `#base` that are different now, then those that came after it. */
  readonly #changes: ReadonlyMap<string, Effect>;

  private constructor(
    base: ReadonlyMap<string, Effect>,
    changes: ReadonlyMap<string, Effect>,
    readonly size: number,
  ) {
    this.#base = base;
    this.#changes = changes;
  }

  get(effectId: string): Effect | undefined {
    return this.#changes.get(effectId) ?? this.#base.get(effectId);
  }

  has(effectId: string): boolean {
    return this.get(effectId) !== undefined;
  }

  *values(): Generator<Effect, void> {
    for (const [effectId, effect] of this.#base) yield this.#changes.get(effectId) ?? effect;
    for (const [effectId, effect] of this.#changes) if (!this.#base.has(effectId)) yield effect;
  }

  *[Symbol.iterator](): Generator<readonly [string, Effect], void> {
    for (const effect of this.values()) yield [effect.effectId, effect];
  }

  /** This map with some effects changed or added. The map that is given must not be changed afterwards. */
  with(changed: ReadonlyMap<string, Effect>): EffectMap {
    if (changed.size === 0) return this;
    if (this.size === 0) return new EffectMap(changed, new Map(), changed.size);
    let { size } = this;
    for (const effectId of changed.keys()) if (!this.has(effectId)) size += 1;
    const changes = new Map(this.#changes);
    for (const [effectId, effect] of changed) changes.set(effectId, effect);
    const next = new EffectMap(this.#base, changes, size);
    return changes.size > mostChanges ? new EffectMap(new Map(next), new Map(), size) : next;
  }
}
