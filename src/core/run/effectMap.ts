import type { Sliced } from '../sliced';
import type { Effect } from './effect';

/** So many effects lie in one chunk, which is copied when one of them changes. */
const chunkSize = 512;

type Chunks = readonly (readonly Effect[])[];

/** Where effects stand, by id, and by invocation key the first that has it; a key may be out of date and is looked at. */
interface Places {
  readonly ids: Map<string, number>;
  readonly keys: Map<string, number>;
}

const noPlaces = (): Places => ({ ids: new Map(), keys: new Map() });

/** A chunk, or its JSON, which is read when it is asked for. */
type Kept = readonly Effect[] | string;

/**
 * Effects by id, in order of their requests, that never change: changing them gives a new map. Both share what is the
 * same in them, so that one event of a run of fifty thousand effects costs no copy of them all, and a run can be kept as
 * it was at many moments.
 */
export class EffectMap implements Iterable<readonly [string, Effect]> {
  static readonly empty = new EffectMap(noPlaces(), [], 0);

  /** The places of effects. Shared with maps made of this one, so it may know more of them than this map has. */
  readonly #places: Places;
  readonly #kept: Kept[];
  /** So many chunks are read, and their effects have places. */
  #read: number;

  private constructor(
    places: Places,
    chunks: readonly Kept[],
    readonly size: number,
  ) {
    this.#places = places;
    this.#kept = chunks as Kept[];
    this.#read = places.ids.size < size ? 0 : chunks.length;
  }

  /**
   * The map that {@link texts} were taken from. They are read as soon as somebody looks into it, so that thousands of
   * effects which nobody asks for cost nothing.
   */
  static kept(texts: readonly string[], size: number): EffectMap {
    return size === 0 ? EffectMap.empty : new EffectMap(noPlaces(), [...texts], size);
  }

  /** Its effects as JSON, piece by piece. */
  *texts(): Generator<string, void> {
    for (const chunk of this.#kept) yield typeof chunk === 'string' ? chunk : JSON.stringify(chunk);
  }

  /** Reads what was kept, for whoever is about to look into it and must not block. */
  *load(): Sliced<void> {
    while (this.#read < this.#kept.length) {
      this.#readNext();
      yield;
    }
  }

  #readNext(): void {
    const kept = this.#kept[this.#read];
    // Nobody but this program has written it, which whoever keeps it has made sure of.
    const chunk = typeof kept === 'string' ? (JSON.parse(kept) as readonly Effect[]) : (kept ?? []);
    this.#kept[this.#read] = chunk;
    const first = this.#read * chunkSize;
    chunk.forEach((effect, i) => addPlace(this.#places, effect, first + i));
    this.#read += 1;
  }

  get #chunks(): Chunks {
    while (this.#read < this.#kept.length) this.#readNext();
    return this.#kept as Chunks;
  }

  get(effectId: string): Effect | undefined {
    const chunks = this.#chunks;
    const place = this.#places.ids.get(effectId);
    return place === undefined || place >= this.size ? undefined : effectAt(chunks, place);
  }

  has(effectId: string): boolean {
    return this.get(effectId) !== undefined;
  }

  /** The one that was requested last. */
  get last(): Effect | undefined {
    return effectAt(this.#chunks, this.size - 1);
  }

  /** All of them in a new array, much faster than one by one. */
  list(): Effect[] {
    return this.#chunks.flat();
  }

  /** Those that fit, in a new array. */
  filter(fits: (effect: Effect) => boolean): Effect[] {
    return this.#chunks.flatMap((chunk) => chunk.filter(fits));
  }

  *values(): Generator<Effect, void> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  *[Symbol.iterator](): Generator<readonly [string, Effect], void> {
    for (const effect of this.values()) yield [effect.effectId, effect];
  }

  /** Begins a map that has these effects and those that are put into it. */
  draft(): EffectDraft {
    const chunks = this.#chunks;
    const places = this.size === 0 ? noPlaces() : this.#places;
    return new EffectDraft(places, chunks, this.size, (...parts) => new EffectMap(...parts), this);
  }

  /** This map with some effects changed or added. */
  with(effects: Iterable<Effect>): EffectMap {
    const draft = this.draft();
    for (const effect of effects) draft.put(effect);
    return draft.result();
  }
}

/** A map in the making. */
export class EffectDraft {
  #places: Places;
  readonly #chunks: (readonly Effect[])[];
  /** Chunks that belong to this draft alone. */
  readonly #own = new Map<number, Effect[]>();
  #size: number;

  constructor(
    places: Places,
    chunks: Chunks,
    size: number,
    private readonly make: (places: Places, chunks: Chunks, size: number) => EffectMap,
    private readonly before: EffectMap,
  ) {
    this.#places = places;
    this.#chunks = [...chunks];
    this.#size = size;
  }

  get(effectId: string): Effect | undefined {
    return this.#at(this.#places.ids.get(effectId));
  }

  /** The first that was asked for with an invocation key. */
  withKey(invocationKey: string): Effect | undefined {
    const effect = this.#at(this.#places.keys.get(invocationKey));
    return effect?.invocationKey === invocationKey ? effect : undefined;
  }

  #at(place: number | undefined): Effect | undefined {
    return place === undefined || place >= this.#size ? undefined : effectAt(this.#chunks, place);
  }

  put(effect: Effect): void {
    const known = this.#places.ids.get(effect.effectId);
    if (known !== undefined && known < this.#size) {
      this.#set(known, effect);
      return;
    }
    const place = this.#size;
    // Another map made of the same one may have grown: of the same journal in the same way, else in another.
    if (known !== place && (known !== undefined || this.#places.ids.size !== place)) {
      const { ids, keys } = this.#places;
      const kept = (map: ReadonlyMap<string, number>) =>
        new Map([...map].filter(([, other]) => other < place));
      this.#places = { ids: kept(ids), keys: kept(keys) };
    }
    addPlace(this.#places, effect, place);
    this.#size += 1;
    this.#set(place, effect);
  }

  /** To be called once. */
  result(): EffectMap {
    return this.#own.size === 0 ? this.before : this.make(this.#places, this.#chunks, this.#size);
  }

  #set(place: number, effect: Effect): void {
    const at = Math.floor(place / chunkSize);
    let chunk = this.#own.get(at);
    if (!chunk) {
      chunk = [...(this.#chunks[at] ?? [])];
      this.#own.set(at, chunk);
      this.#chunks[at] = chunk;
    }
    chunk[place % chunkSize] = effect;
  }
}

function addPlace({ ids, keys }: Places, { effectId, invocationKey }: Effect, place: number): void {
  ids.set(effectId, place);
  if (invocationKey === undefined) return;
  const first = keys.get(invocationKey);
  if (first === undefined || first > place) keys.set(invocationKey, place);
}

function effectAt(chunks: Chunks, place: number): Effect | undefined {
  return chunks[Math.floor(place / chunkSize)]?.[place % chunkSize];
}
