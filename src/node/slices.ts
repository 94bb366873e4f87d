import { setImmediate } from 'node:timers/promises';
import type { Sliced } from '../core/sliced';

/**
 * How long a slice may take, in milliseconds; the editor's budget for a block is 20 ms. Many small files are read three
 * times faster synchronously than through promises, so reading is synchronous, in slices short enough to be unnoticed.
 */
const sliceMilliseconds = 6;

/** When the slice under way ends. One for all work, as many short pieces in a row block as much as a long one. */
let sliceEnd = 0;

/** Runs sliced work to its end, letting the event loop go on between the slices. */
export async function inSlices<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    await breathe();
    const step = work.next();
    if (step.done) return step.value;
    if (step.value) await step.value();
  }
}

/** Whether to yield: asking this first is for loops whose steps are hardly longer than yielding takes. */
export function isSliceOver(): boolean {
  return performance.now() >= sliceEnd;
}

/** For work that is no generator: lets the event loop go on where the slice is over. */
export async function breathe(): Promise<void> {
  if (isSliceOver()) await nextSlice();
}

/** Work that wants its next slice, the longest waiting first. */
const waiting: (() => void)[] = [];

/** Lets the event loop go on, until it is this work's turn. */
async function nextSlice(): Promise<void> {
  const turn = new Promise<void>((resolve) => waiting.push(resolve));
  if (waiting.length === 1) void takeTurns();
  await turn;
}

/** One slice in each round of the event loop: two in a row would block it as much as one twice as long. */
async function takeTurns(): Promise<void> {
  while (waiting.length > 0) {
    await setImmediate();
    sliceEnd = performance.now() + sliceMilliseconds;
    waiting.shift()?.();
  }
}
