import { describe, expect, test } from 'vitest';
import { every } from '../../src/core/clock';
import { MutableDisposable, toDisposable, type Disposable } from '../../src/core/disposables';
import { FakeClock } from '../support/fakeClock';

describe('a disposable that is set again', () => {
  const ended: string[] = [];
  const item = (name: string): Disposable => toDisposable(() => ended.push(name));

  test('ends what it held when something else is set, and what is set after its own end', () => {
    const holder = new MutableDisposable();
    holder.set(item('first'));
    expect(ended).toEqual([]);
    holder.set(item('second'));
    expect(ended).toEqual(['first']);
    holder.set(undefined);
    expect(ended).toEqual(['first', 'second']);
    holder.dispose();
    holder.set(item('late'));
    expect(ended).toEqual(['first', 'second', 'late']);
  });
});

describe('every so often', () => {
  test('calls back again and again, until it is disposed, also from within', () => {
    const clock = new FakeClock(0);
    let calls = 0;
    const ticking = every(clock, 100, () => {
      calls += 1;
      if (calls === 3) ticking.dispose();
    });
    clock.advance(99);
    expect(calls).toBe(0);
    clock.advance(1);
    clock.advance(100);
    expect(calls).toBe(2);
    clock.advance(500);
    expect(calls).toBe(3);
  });
});
