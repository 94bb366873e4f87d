import type { Disposable } from '../core/disposables';

/**
 * How much a run needs a watch: `always`, while somebody looks at it; where there is room, as the time of its last event
 * in milliseconds since 1970, the later the sooner; `undefined`: not at all.
 */
export type WatchNeed = 'always' | number | undefined;

interface Watch extends Disposable {
  need: WatchNeed;
}

/** The watches of runs, which are limited: each takes what the system has few of. */
export class RunWatches<Key> implements Disposable {
  readonly #watches = new Map<Key, Watch>();

  /**
   * @param most so many runs are watched at most, beside those that need it always
   * @param begin begins to watch a run
   */
  constructor(
    private readonly most: number,
    private readonly begin: (key: Key) => Disposable,
  ) {}

  /** The runs that are watched. */
  get keys(): Iterable<Key> {
    return this.#watches.keys();
  }

  has(key: Key): boolean {
    return this.#watches.has(key);
  }

  /**
   * Begins or ends the watch of a run, as it needs one.
   * @returns whether one began: what came between the last reading and now has told nobody
   */
  update(key: Key, need: WatchNeed): boolean {
    if (need === undefined || (need !== 'always' && !this.#hasRoom(key, need))) {
      this.end(key);
      return false;
    }
    const watch = this.#watches.get(key);
    if (watch) {
      watch.need = need;
      return false;
    }
    const begun = this.begin(key);
    this.#watches.set(key, { need, dispose: () => begun.dispose() });
    return true;
  }

  /** Ends the watch of a run, if it has one. */
  end(key: Key): void {
    this.#watches.get(key)?.dispose();
    this.#watches.delete(key);
  }

  dispose(): void {
    for (const watch of this.#watches.values()) watch.dispose();
    this.#watches.clear();
  }

  /** Whether a run gets one of the limited watches; it may take that of a run that is longer without an event. */
  #hasRoom(key: Key, lastEventAt: number): boolean {
    if (this.has(key) || this.#watches.size < this.most) return true;
    let stalest: { readonly key: Key; readonly at: number } | undefined;
    for (const [other, { need }] of this.#watches) {
      if (typeof need === 'number' && need < (stalest?.at ?? lastEventAt)) stalest = { key: other, at: need };
    }
    if (!stalest) return false;
    this.end(stalest.key);
    return true;
  }
}
