import { describe, expect, it } from 'vitest';
import { ReadQueue } from '../../src/node/readQueue';
import { RunWatches } from '../../src/node/runWatches';

/** A queue of texts that notes what it reads; reading "broken" throws. */
function queueOfTexts(onRead: (queue: ReadQueue<string, string>, key: string) => void = () => {}) {
  const log: string[] = [];
  const queue: ReadQueue<string, string> = new ReadQueue({
    *read(key: string, dirt: string) {
      if (key === 'broken') throw new Error('It broke');
      log.push(`${key}: ${dirt}`);
      onRead(queue, key);
      yield;
    },
    merge: (before, more) => `${before}+${more}`,
    failed: (key) => log.push(`${key} failed`),
  });
  return { queue, log };
}

describe('a queue of what is to be read', () => {
  it('reads each entry once, with all that changed, and goes on after one that throws', async () => {
    const { queue, log } = queueOfTexts();
    queue.add('a', '1');
    queue.add('broken', '1');
    queue.add('b', '1');
    queue.add('a', '2');
    await queue.read();
    expect(log).toEqual(['a: 1+2', 'broken failed', 'b: 1']);
    expect(queue.reading).toBeUndefined();
  });

  it('reads what comes meanwhile in the same go', async () => {
    const { queue, log } = queueOfTexts((queue, key) => {
      if (key === 'a') queue.add('b', 'late');
    });
    queue.add('a', '1');
    await queue.read();
    expect(log).toEqual(['a: 1', 'b: late']);
  });

  it('leaves out what was taken out of it, and everything once it is disposed', async () => {
    const { queue, log } = queueOfTexts((queue, key) => {
      if (key === 'b') queue.dispose();
    });
    for (const key of ['a', 'b', 'c']) queue.add(key, '1');
    queue.delete('a');
    await queue.read();
    expect(log).toEqual(['b: 1']);
  });
});

describe('limited watches', () => {
  function twoWatches() {
    const open = new Set<string>();
    const watches = new RunWatches<string>(2, (key) => {
      open.add(key);
      return { dispose: () => void open.delete(key) };
    });
    return { watches, open };
  }

  it('go to the runs with the latest events', () => {
    const { watches, open } = twoWatches();
    for (const [key, at] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
      ['d', 1],
    ] as const)
      watches.update(key, at);
    expect([...open]).toEqual(['b', 'c']);
  });

  it('are not taken from a run that needs one always, which gets one in any case', () => {
    const { watches, open } = twoWatches();
    watches.update('a', 'always');
    watches.update('b', 5);
    expect(watches.update('c', 'always')).toBe(true);
    expect(watches.update('d', 9)).toBe(true);
    expect([...open]).toEqual(['a', 'c', 'd']);
  });

  it('end when they are not needed any more', () => {
    const { watches, open } = twoWatches();
    watches.update('a', 1);
    expect(watches.update('a', 2)).toBe(false);
    watches.update('a', undefined);
    watches.update('b', 1);
    watches.dispose();
    expect([...open]).toEqual([]);
  });
});
