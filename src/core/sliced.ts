/** A step that another thread does. Whoever can wait starts it and waits; otherwise the work does it itself. */
export type Aside = () => Promise<void>;

/** Work that pauses now and then: it yields wherever it may be interrupted. */
export type Sliced<T> = Generator<void | Aside, T, void>;

/** Runs sliced work to its end, letting other work have its turn between the slices. */
export type InSlices = <T>(work: Sliced<T>) => Promise<T>;

/** Runs sliced work to its end at once, for programs that have nothing else to do, and where there is little of it. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** So many items are looked at between two places at which work may be interrupted: far less than a millisecond. */
const itemsAtOnce = 256;

/** Goes through many items, interruptibly: `yield* eachOf(items, (item) => …)`. */
export function* eachOf<T>(items: Iterable<T>, look: (item: T, index: number) => unknown): Sliced<void> {
  let index = 0;
  for (const item of items) {
    look(item, index);
    index += 1;
    if (index % itemsAtOnce === 0) yield;
  }
}
