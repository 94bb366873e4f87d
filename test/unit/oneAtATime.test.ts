import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../src/core/oneAtATime';

describe('oneAtATime', () => {
  /** Work that ends when the test says so. */
  function setUp() {
    const ends: { resolve(): void; reject(error: Error): void }[] = [];
    const run = oneAtATime(() => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })));
    return { ends, run };
  }

  it('runs once more for any number of calls that came meanwhile', async () => {
    const { ends, run } = setUp();
    const first = run();
    const others = [run(), run(), run()];
    expect(ends).toHaveLength(1);
    ends[0]?.resolve();
    await first;
    await Promise.resolve();
    expect(ends).toHaveLength(2);
    ends[1]?.resolve();
    await Promise.all(others);
    expect(ends).toHaveLength(2);
    void run();
    expect(ends).toHaveLength(3);
  });

  it('settles for each caller with a run that began after the call', async () => {
    const { ends, run } = setUp();
    void run();
    let settled = false;
    const second = run().then(() => (settled = true));
    ends[0]?.resolve();
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    const third = run();
    ends[1]?.resolve();
    await second;
    await new Promise(setImmediate);
    expect(ends).toHaveLength(3);
    ends[2]?.resolve();
    await third;
  });

  it('goes on after a failure, which only its own caller sees', async () => {
    const { ends, run } = setUp();
    const first = run();
    const second = run();
    ends[0]?.reject(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await new Promise(setImmediate);
    ends[1]?.resolve();
    await second;
  });

  it('never runs beside itself, not even for a call in the moment between two runs', async () => {
    const { ends, run } = setUp();
    void run().then(() => run());
    void run();
    ends[0]?.resolve();
    await new Promise(setImmediate);
    expect(ends).toHaveLength(2);
  });

  it('is idle when the last of the calls is done', async () => {
    const { ends, run } = setUp();
    await run.idle();
    void run();
    run().catch(() => {});
    let idle = false;
    const waiting = run.idle().then(() => (idle = true));
    ends[0]?.resolve();
    await new Promise(setImmediate);
    expect(idle).toBe(false);
    ends[1]?.reject(new Error('no'));
    await waiting;
  });
});
