import { describe, expect, it } from 'vitest';
import { Emitter } from '../../src/core/event';
import { KeptOrder, type OrderFile } from '../../src/core/order/keptOrder';
import { bounded, parseOrder, writeOrder, type OrderEntry } from '../../src/core/order/orderEntry';
import { noMarks, toName, toTags } from '../../src/core/order/runMarks';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { FakeClock } from '../support/fakeClock';
import { start } from '../support/journalBuilder';

/** A file that several windows share, each told of what another one writes. */
class SharedFile {
  text = writeOrder([]);
  readonly changed = new Emitter<void>();
  writes = 0;

  window(clock: FakeClock): KeptOrder {
    const file: OrderFile = {
      onDidChange: this.changed.event,
      read: () => parseOrder(this.text).entries,
      write: (entries) => {
        this.writes += 1;
        this.text = writeOrder(entries);
        this.changed.fire();
      },
    };
    return new KeptOrder(file, clock);
  }
}

const [a, b] = [asRunKey('/runs/a'), asRunKey('/runs/b')];
const pin = (key: typeof a, value = true) => ({ what: 'pinned', of: keyText(key), value }) as const;
const name = (key: typeof a, value: string) => ({ what: 'name', of: keyText(key), value }) as const;

describe('names and tags', () => {
  it('are kept as they are shown: in one line, not too long, none twice', () => {
    expect(toName('  The\n good  one ')).toBe('The good one');
    expect(toName(' \n ')).toBeUndefined();
    expect(toName('word '.repeat(1000))?.length).toBeLessThanOrEqual(80);
    expect(toTags('b, #a,, A , b , 10, 9')).toEqual(['9', '10', 'a', 'b']);
    expect(toTags(Array.from({ length: 100 }, (_, i) => i).join())).toHaveLength(20);
  });
});

describe('what is kept', () => {
  it('is of each run by itself, and is taken back by undo', () => {
    const clock = new FakeClock(start);
    const order = new SharedFile().window(clock);
    const told: string[] = [];
    order.onDidChange((keys) => told.push([...keys].map(keyText).join(' ')));
    const undoBoth = order.change([pin(a), pin(b)]);
    order.change([name(a, 'One'), { what: 'tags', of: keyText(a), value: ['t'] }]);
    expect(order.marks(a)).toEqual({ pinned: true, archived: false, name: 'One', tags: ['t'] });
    expect(order.marks(b)?.pinned).toBe(true);
    undoBoth();
    expect(order.marks(a)).toEqual({ ...noMarks, name: 'One', tags: ['t'] });
    expect(order.marks(b)).toBeUndefined();
    expect(told).toEqual(['/runs/a /runs/b', '/runs/a', '/runs/a /runs/b']);
  });

  it('changes nothing where it is so already', () => {
    const file = new SharedFile();
    const order = file.window(new FakeClock(start));
    order.change([pin(a, false), { what: 'tags', of: keyText(a), value: [] }]);
    expect(file.writes).toBe(0);
  });

  it('is not undone where something else was decided since', () => {
    const clock = new FakeClock(start);
    const order = new SharedFile().window(clock);
    const undo = order.change([name(a, 'One'), name(b, 'Two')]);
    order.change([name(a, 'Other')]);
    undo();
    expect([order.marks(a)?.name, order.marks(b)?.name]).toEqual(['Other', undefined]);
  });

  it('is the same in all windows, even of those that write over each other', () => {
    const clock = new FakeClock(start);
    const file = new SharedFile();
    const [one, two] = [file.window(clock), file.window(clock)];
    one.change([pin(a)]);
    expect(two.marks(a)?.pinned).toBe(true);
    // Written by a window that had not seen it yet.
    file.text = writeOrder([{ ...name(b, 'Two'), at: start + 1 }]);
    file.changed.fire();
    for (const order of [one, two]) {
      expect([order.marks(a)?.pinned, order.marks(b)?.name]).toEqual([true, 'Two']);
    }
    expect(parseOrder(file.text).entries).toHaveLength(2);
    const { writes } = file;
    file.changed.fire();
    expect(file.writes).toBe(writes);
    // Of two decisions about the same, the later one counts, though the clock stands still.
    two.change([pin(a, false)]);
    one.change([pin(a)]);
    expect(two.marks(a)?.pinned).toBe(true);
  });

  it('is bounded: what was taken back goes first, then the oldest', () => {
    const entry = (n: number, value: boolean): OrderEntry => ({
      ...pin(asRunKey(`/runs/${n}`), value),
      at: n,
    });
    const kept = bounded([entry(1, true), entry(2, true), entry(3, false), entry(4, true)], 2);
    expect(kept.map(({ of }) => of)).toEqual(['/runs/4', '/runs/2']);
  });
});

describe('a file of it', () => {
  it('that is damaged is read as far as it can be, and says what is wrong', () => {
    const good: OrderEntry = { ...pin(a), at: 7 };
    const bad = [
      { ...good, at: 1e300 },
      { ...good, value: 'yes' },
      7,
      { ...good, of: '' },
      { what: 'colour' },
    ];
    expect(parseOrder(JSON.stringify({ format: 1, entries: [...bad, good] }))).toEqual({
      entries: [good],
      damage: '5 of its 6 entries are not valid',
    });
    for (const text of ['', '{', '[]', '{"format":2,"entries":[]}']) {
      expect(parseOrder(text).damage, text).toMatch(/^it is not/);
    }
    expect(parseOrder(writeOrder([good]))).toEqual({ entries: [good], damage: undefined });
  });
});
