import { engineActions, type EngineAction } from '../engine/runEngine';
import { stateActions } from '../run/judgement';
import type { RunKey } from '../run/runKey';
import type { StoredRun } from './runStore';

/** What is possible with any run at all, kept up to date by what changed, however many runs there are. */
export class PossibleActions {
  /** Of each run one bit for each action, in the order of {@link engineActions}. */
  readonly #bits = new Map<RunKey, number>();
  readonly #counts = engineActions.map(() => 0);

  /**
   * @param keys the runs that changed, came or went
   * @param get a run as it is now; `undefined`: it is gone
   */
  update(keys: Iterable<RunKey>, get: (key: RunKey) => StoredRun | undefined): void {
    for (const key of keys) {
      const stored = get(key);
      const before = this.#bits.get(key) ?? 0;
      const now = stored ? bitsOf(stored) : 0;
      if (stored) this.#bits.set(key, now);
      else this.#bits.delete(key);
      for (const i of this.#counts.keys()) {
        const [was, is] = [(before >> i) & 1, (now >> i) & 1];
        this.#counts[i] = (this.#counts[i] ?? 0) + is - was;
      }
    }
  }

  /** Every action, and whether there is a run with which it is possible. */
  get all(): readonly (readonly [EngineAction, boolean])[] {
    return engineActions.map((action, i) => [action, (this.#counts[i] ?? 0) > 0]);
  }
}

const bitOf = new Map<EngineAction, number>(engineActions.map((action, i) => [action, 1 << i]));
const ofEngineAlone = engineActions.filter(
  (action) => !(stateActions as readonly EngineAction[]).includes(action),
);

/** By what was judged already: there may be very many runs. */
function bitsOf({ engine: { can }, state }: StoredRun): number {
  let bits = 0;
  for (const actions of [state.actions, ofEngineAlone]) {
    for (const action of actions) if (can.has(action)) bits |= bitOf.get(action) ?? 0;
  }
  return bits;
}
