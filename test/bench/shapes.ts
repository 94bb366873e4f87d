import type { Shape } from './trees';

const shape = (runs: number, events: number, more: Partial<Shape> = {}): Shape => ({
  name: `${runs}x${events}`,
  runs,
  events,
  taskFolders: false,
  ...more,
});

/** What a busy project has; the figures of the quick benchmark are taken from it. */
export const usual = shape(1000, 200, { taskFolders: true });
export const many = shape(10_000, 200);
export const long = shape(10, 10_000);
export const longest = shape(1, 100_000);
export const opened = shape(1, 100_000, { name: '1x100000-finished', taskFolders: true, finished: true });
/** A run with a long page: its tasks and results are shown, too. */
export const paged = shape(1, 10_000, { name: '1x10000-finished', taskFolders: true, finished: true });
export const bare = shape(5000, 1);
/** More than anybody has: whether filter, groups and find still answer. */
export const manyBare = shape(100_000, 1);
export const manyShort = shape(20_000, 50);

/** For how cost grows with events. */
export const growing = [shape(100, 20), shape(100, 200), shape(100, 2000)] as const;

/** The same in small, to see that the benchmark works. */
export function tiny(shape: Shape): Shape {
  return { ...shape, runs: Math.min(shape.runs, 8), events: Math.min(shape.events, 10) };
}
